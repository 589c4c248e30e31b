package structure

import (
	"fmt"
	"go/parser"
	"go/scanner"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// graph has a line for each package of the module: what it imports from the module.
// A package stands above those that it imports. A line that ends in "..." allows all
// packages below it.
const graph = `
cmd/dynalloc                  -> ...
internal/performance          -> reports reports/pictures reports/words
reports/sweeps                -> bench bench/metrics bench/sweep reports reports/pictures reports/words
reports                       -> bench bench/decide bench/metrics bench/selfreplay bench/stats bench/validate internal/note internal/pending policies replay replay/attribution replay/cluster replay/latency reports/answer reports/pictures reports/resultfile reports/sentences reports/words traces traces/source
reports/pictures              -> bench bench/decide bench/metrics bench/validate replay/attribution reports/words
reports/resultfile            -> bench bench/metrics internal/wide traces
reports/sentences             -> internal/note
reports/answer                -> bench/decide bench/stats bench/validate internal/note internal/spark policies replay/attribution reports/settings reports/words traces
reports/settings              -> policies
reports/words                 -> bench/metrics bench/stats

bench/sweep                   -> bench bench/metrics bench/stats bench/sweep/store internal/pending internal/spec internal/wide policies replay replay/cluster replay/latency traces
bench/sweep/store             ->
bench/decide                  -> bench bench/decide/room bench/metrics bench/reuse bench/selfreplay bench/sla bench/stats bench/validate internal/note internal/spark internal/spec policies replay replay/attribution replay/cluster replay/latency traces
bench/decide/room             -> bench/metrics policies replay traces
bench/onspark                 ->
bench/validate                -> bench bench/modelerror bench/reuse bench/selfreplay bench/stats internal/note internal/spark internal/wide policies replay replay/calibrate replay/cluster replay/latency traces
bench/builtin                 -> bench bench/sla internal/note internal/spark replay replay/calibrate replay/cluster replay/latency traces traces/source
bench                         -> bench/metrics bench/reuse bench/selfreplay bench/sla bench/stats internal/note internal/wide policies replay replay/calibrate replay/cluster replay/latency traces
bench/modelerror              -> traces
bench/selfreplay              -> bench/reuse bench/stats policies replay replay/calibrate replay/cluster replay/latency traces
bench/reuse                   -> policies replay traces
bench/metrics                 -> bench/sla bench/stats internal/spark internal/spec internal/wide policies replay replay/attribution replay/cluster replay/lists traces
bench/sla                     -> bench/stats internal/note internal/spec replay traces
bench/stats                   ->

internal/logtest              -> replay/calibrate traces traces/source
traces/redact                 -> internal/spark traces traces/eventlog traces/eventlog/excluded traces/source
traces/source                 -> internal/note internal/pending traces traces/eventlog traces/formats traces/saved

replay/calibrate              -> internal/exact internal/note internal/spark policies replay/cluster replay/latency traces
replay                        -> internal/spec internal/wide policies replay/agenda replay/attribution replay/cluster replay/cluster/manager replay/exclusion replay/host replay/latency replay/lists replay/outcome replay/plan replay/pools replay/random replay/settings traces
replay/outcome                -> internal/spark internal/wide policies replay/attribution replay/random traces
replay/agenda                 ->
replay/attribution            -> internal/wide policies replay/lists
replay/exclusion              -> internal/spark policies traces
replay/settings               -> internal/spark policies replay/cluster replay/cluster/manager traces
replay/host                   -> internal/wide policies replay/latency
replay/plan                   -> policies replay/latency traces
replay/pools                  ->
replay/lists                  ->
replay/random                 ->
replay/latency                -> internal/exact traces
replay/cluster                -> internal/note internal/spark internal/spec policies replay/cluster/fit replay/cluster/kubernetes replay/cluster/manager replay/cluster/standalone replay/cluster/yarn traces
replay/cluster/standalone     -> internal/note internal/spec replay/cluster/fit replay/cluster/manager
replay/cluster/kubernetes     -> internal/exact internal/note internal/spark internal/spec replay/cluster/fit replay/cluster/manager
replay/cluster/yarn           -> internal/note internal/spark internal/spec replay/cluster/manager replay/cluster/yarn/capacity replay/cluster/yarn/fair replay/cluster/yarn/fifo replay/cluster/yarn/hadoop replay/cluster/yarn/java replay/cluster/yarn/scheduler
replay/cluster/yarn/capacity  -> internal/exact internal/note replay/cluster/fit replay/cluster/yarn/hadoop replay/cluster/yarn/java replay/cluster/yarn/scheduler
replay/cluster/yarn/fair      -> internal/exact internal/note replay/cluster/fit replay/cluster/yarn/hadoop replay/cluster/yarn/java replay/cluster/yarn/scheduler
replay/cluster/yarn/fifo      -> internal/note replay/cluster/fit replay/cluster/yarn/hadoop replay/cluster/yarn/scheduler
replay/cluster/yarn/hadoop    -> internal/note replay/cluster/yarn/scheduler
replay/cluster/yarn/scheduler/twins -> replay/cluster/yarn/scheduler
replay/cluster/yarn/scheduler ->
replay/cluster/fit            ->
replay/cluster/yarn/java      ->
replay/cluster/manager        -> internal/note internal/spark internal/spec

traces/saved                  -> internal/note internal/pending traces
traces/formats                -> internal/note internal/spark traces
traces/eventlog               -> internal/note internal/spark traces traces/eventlog/excluded traces/eventlog/lineage traces/eventlog/lines traces/eventlog/numbered traces/eventlog/rows traces/eventlog/scan traces/eventlog/schedule traces/eventlog/slots
traces/eventlog/excluded      -> traces
traces/eventlog/slots         -> traces traces/eventlog/numbered
traces/eventlog/lines         -> traces/eventlog/scan
traces/eventlog/lineage       -> traces traces/eventlog/scan
traces/eventlog/numbered      ->
traces/eventlog/rows          ->
traces/eventlog/scan/slow     -> traces/eventlog/scan
traces/eventlog/scan          -> traces
traces/eventlog/schedule      ->
traces                        -> internal/exact internal/note internal/spark internal/spec internal/wide

policies/script               -> policies
policies                      -> internal/note internal/spark internal/spec

internal/spark                -> internal/spec
internal/spec                 ->
internal/note                 ->
internal/exact                ->
internal/wide                 ->
internal/pending              ->
internal/golden               ->
internal/differential         ->
internal/performance/growth   ->
internal/performance/reading  ->
internal/stopwatch            ->
internal/structure            ->
internal/mutants              ->
internal/supply               ->
`

// onlyTests are the packages that no code but tests may import.
var onlyTests = []string{"internal/differential", "internal/golden", "internal/logtest", "internal/mutants", "internal/structure", "internal/supply", "replay/cluster/yarn/scheduler/twins", "traces/eventlog/scan/slow"}

// TestImportsGoDown compares the imports of each package with graph, and prints the
// imports as they are if one is not allowed. Tests may import what they need.
func TestImportsGoDown(t *testing.T) {
	allowed, order := allowedImports(t)
	failed := false
	fail := func(format string, args ...any) {
		failed = true
		t.Errorf(format, args...)
	}
	found := map[string][]string{}
	for _, p := range listed(t) {
		name, _ := inModule(p.PkgPath)
		files := importsOf(t, p)
		found[name] = slices.Sorted(maps.Keys(files))
		if _, listed := allowed[name]; !listed {
			fail("package %s has no line in graph: add one in graph_test.go", name)
			continue
		}
		for _, imported := range found[name] {
			switch {
			case slices.Contains(onlyTests, imported):
				fail("%s imports %s, which only tests may import", strings.Join(files[imported], ", "), imported)
			case !slices.Contains(allowed[name], imported):
				fail("%s: %s may not import %s: move what it needs to a package below both, or change graph in graph_test.go", strings.Join(files[imported], ", "), name, imported)
			}
		}
	}
	for i, name := range order {
		for _, imported := range allowed[name] {
			if !slices.Contains(found[name], imported) && !slices.Equal(allowed[name], order[i+1:]) {
				fail("%s does not import %s any more: remove it from the line of graph", name, imported)
			}
		}
		if _, there := found[name]; !there {
			fail("graph has a line for %s, which is no package: remove it", name)
		}
	}
	if failed {
		t.Log("the imports as they are:\n" + drawn(found, order))
	}
}

// allowedImports reads graph. It fails the test if an arrow points up, so that the
// order of the lines is the order of the layers.
func allowedImports(t *testing.T) (allowed map[string][]string, order []string) {
	t.Helper()
	allowed = map[string][]string{}
	lines := slices.DeleteFunc(strings.Split(graph, "\n"), func(line string) bool { return line == "" })
	for _, line := range lines {
		name, _, _ := strings.Cut(line, " ")
		order = append(order, name)
	}
	for i, line := range lines {
		_, list, _ := strings.Cut(line, "->")
		imports := strings.Fields(list)
		if slices.Equal(imports, []string{"..."}) {
			imports = order[i+1:]
		}
		for _, name := range imports {
			if !slices.Contains(order[i+1:], name) {
				t.Fatalf("graph: %s -> %s: no line below has this package", order[i], name)
			}
		}
		allowed[order[i]] = imports
	}
	return allowed, order
}

// importsOf returns what a package imports from the module, with the files that do.
func importsOf(t *testing.T, p *packages.Package) map[string][]string {
	t.Helper()
	name, _ := inModule(p.PkgPath)
	files := map[string][]string{}
	for _, path := range p.GoFiles {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range file.Imports {
			imported, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if imported, ours := inModule(imported); ours {
				files[imported] = append(files[imported], name+"/"+filepath.Base(path))
			}
		}
	}
	return files
}

// drawn returns a line for each package in the form of graph: first those of graph in
// its order, then the others.
func drawn(imports map[string][]string, order []string) string {
	others := slices.DeleteFunc(slices.Sorted(maps.Keys(imports)), func(name string) bool { return slices.Contains(order, name) })
	var b strings.Builder
	for _, name := range slices.Concat(order, others) {
		if list, there := imports[name]; there {
			fmt.Fprintf(&b, "%-29s -> %s\n", name, strings.Join(list, " "))
		}
	}
	return b.String()
}

// The limits of a package and of a file. A larger one takes a newcomer too long to
// read. Lines are lines of code: blank lines and comments do not count.
const (
	mostFiles     = 32
	mostLines     = 3500
	mostFileLines = 400
)

// TestPackagesAndFilesAreSmall counts files and lines of code. There are no
// exceptions.
func TestPackagesAndFilesAreSmall(t *testing.T) {
	for _, p := range sources(t) {
		name, _ := inModule(p.PkgPath)
		total := 0
		for _, file := range p.GoFiles {
			lines := codeLines(t, file)
			total += lines
			if lines > mostFileLines {
				t.Errorf("%s/%s has %d lines of code, more than %d: divide it", name, filepath.Base(file), lines, mostFileLines)
			}
		}
		if len(p.GoFiles) > mostFiles || total > mostLines {
			t.Errorf("%s has %d files and %d lines of code; at most %d and %d are allowed: divide it", name, len(p.GoFiles), total, mostFiles, mostLines)
		}
	}
}

// codeLines returns how many lines of a file hold code.
func codeLines(t *testing.T, path string) int {
	t.Helper()
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file := token.NewFileSet().AddFile(path, -1, len(source))
	var s scanner.Scanner
	s.Init(file, source, nil, 0)
	lines := map[int]bool{}
	for {
		pos, tok, text := s.Scan()
		if tok == token.EOF {
			return len(lines)
		}
		if tok == token.SEMICOLON && text == "\n" {
			continue // the scanner adds it at the end of a line
		}
		for i, part := range strings.Split(text, "\n") { // a raw string has several lines
			if i == 0 || strings.TrimSpace(part) != "" {
				lines[file.Line(pos)+i] = true
			}
		}
	}
}
