package structure

import (
	"fmt"
	"go/ast"
	"go/types"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/tools/go/packages"
)

// floatFiles are the files of the engine that compute with floating point numbers,
// and why. All of them give whole milliseconds or counts to the rest.
var floatFiles = map[string]string{
	"draw.go":        "the quantile of a measured time, which is rounded to milliseconds",
	"speculation.go": "Spark's own thresholds, which are doubles there, too",
	"holding.go":     "spark.dynamicAllocation.executorAllocationRatio, a double in Spark",
}

// TestTheEngineIsInIntegers holds that simulated time and all accounts of a replay
// are integers, so that they add up exactly: floating point numbers begin in
// bench/metrics. Package replay/latency computes with them, too, and returns whole
// milliseconds.
func TestTheEngineIsInIntegers(t *testing.T) {
	p := packageOf(t, "replay")
	used, reported := map[string]bool{}, map[string]bool{}
	for expr, tv := range p.TypesInfo.Types {
		basic, ok := tv.Type.Underlying().(*types.Basic)
		if !ok || basic.Info()&types.IsFloat == 0 {
			continue
		}
		at := p.Fset.Position(expr.Pos())
		file := filepath.Base(at.Filename)
		used[file] = true
		if line := fmt.Sprintf("%s:%d", file, at.Line); floatFiles[file] == "" && !reported[line] {
			reported[line] = true
			t.Errorf("replay/%s: a floating point number: count in whole milliseconds, or give the file a reason in floatFiles", line)
		}
	}
	for file := range floatFiles {
		if !used[file] {
			t.Errorf("%s needs no exception", file)
		}
	}
}

// readsRecorded lists which functions may read what an application's log recorded
// of executors, directly or through a function of package traces. A replay must not:
// it has executors of its own. Settings and the shape of a cluster may be assumed
// from what was recorded before a replay begins.
var readsRecorded = []string{
	"replay/settings.SpecFor",      // a static application without a size has as many executors as were recorded
	"replay/cluster.recordedLives", // for the cluster that the logs show, which is assumed before a replay begins
}

// TestAReplayDoesNotReadWhatWasRecorded looks for uses of Application.Recorded in
// the engine, the clusters and their managers.
func TestAReplayDoesNotReadWhatWasRecorded(t *testing.T) {
	traces := packageOf(t, "traces")
	application := traces.Types.Scope().Lookup("Application").Type().Underlying().(*types.Struct)
	reading := map[types.Object]bool{}
	for i := range application.NumFields() {
		if f := application.Field(i); f.Name() == "Recorded" {
			reading[f] = true
		}
	}
	// Functions of traces that read it, and those that call them.
	for grown := true; grown; {
		grown = false
		for f, uses := range usesByFunction(traces) {
			if !reading[f] && slices.ContainsFunc(uses, func(o types.Object) bool { return reading[o] }) {
				reading[f], grown = true, true
			}
		}
	}
	var found []string
	for _, p := range sources(t) {
		name, _ := inModule(p.PkgPath)
		if !isPure(name) {
			continue
		}
		for f, uses := range usesByFunction(p) {
			if slices.ContainsFunc(uses, func(o types.Object) bool { return reading[o] }) {
				found = append(found, name+"."+f.Name())
				if !slices.Contains(readsRecorded, name+"."+f.Name()) {
					t.Errorf("%s: %s.%s reads Application.Recorded, which a replay must not know", p.Fset.Position(f.Pos()), name, f.Name())
				}
			}
		}
	}
	for _, allowed := range readsRecorded {
		if !slices.Contains(found, allowed) {
			t.Errorf("%s needs no exception", allowed)
		}
	}
}

// usesByFunction returns what each function of a package uses, and what each
// variable of the package is made of.
func usesByFunction(p *packages.Package) map[types.Object][]types.Object {
	uses := map[types.Object][]types.Object{}
	for _, file := range p.Syntax {
		for _, d := range file.Decls {
			var names []*ast.Ident
			switch d := d.(type) {
			case *ast.FuncDecl:
				names = []*ast.Ident{d.Name}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if v, ok := s.(*ast.ValueSpec); ok {
						names = append(names, v.Names...)
					}
				}
			}
			ast.Inspect(d, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok && p.TypesInfo.Uses[id] != nil {
					for _, name := range names {
						uses[p.TypesInfo.Defs[name]] = append(uses[p.TypesInfo.Defs[name]], p.TypesInfo.Uses[id])
					}
				}
				return true
			})
		}
	}
	return uses
}

func packageOf(t *testing.T, name string) *packages.Package {
	t.Helper()
	for _, p := range sources(t) {
		if p.PkgPath == module+"/"+name {
			return p
		}
	}
	t.Fatalf("there is no package %s", name)
	return nil
}
