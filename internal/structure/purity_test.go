package structure

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// isPure tells whether a package must give the same results for the same inputs:
// everything that takes part in a replay.
func isPure(name string) bool {
	return name == "policies" || name == "policies/script" || name == "replay" || strings.HasPrefix(name, "replay/") && name != "replay/calibrate"
}

// impure are packages, and functions of packages, that depend on the machine, on
// the clock or on shared random numbers.
var impure = []string{
	"os", "os/*", "net", "net/*", "syscall", "runtime", "runtime/*", "unsafe", "math/rand", "crypto/rand", "sync", "sync/*",
	"time.Now", "time.Since", "time.Until", "time.Sleep", "time.After", "time.AfterFunc", "time.Tick", "time.NewTimer", "time.NewTicker",
	"fmt.Print", "fmt.Printf", "fmt.Println",
	"math/rand/v2.Int", "math/rand/v2.IntN", "math/rand/v2.Int32", "math/rand/v2.Int64", "math/rand/v2.Uint32", "math/rand/v2.Uint64",
	"math/rand/v2.Float32", "math/rand/v2.Float64", "math/rand/v2.NormFloat64", "math/rand/v2.ExpFloat64", "math/rand/v2.N", "math/rand/v2.Perm", "math/rand/v2.Shuffle",
}

// anyOrder is the comment, in the line of a loop over a map, that says why the order
// of the loop does not matter.
const anyOrder = "// any order: "

// TestReplaysArePure looks in the packages that take part in a replay for whatever
// could make two runs differ: input and output, the clock, goroutines, shared random
// numbers, and loops over maps, whose order Go makes random. What a map is, its type
// says, so that fields and results of functions are found, too.
func TestReplaysArePure(t *testing.T) {
	for _, p := range sources(t) {
		name, _ := inModule(p.PkgPath)
		if !isPure(name) {
			continue
		}
		for _, found := range impurities(p) {
			t.Errorf("%s: %s", p.Fset.Position(found.at), found.what)
		}
	}
}

// impurities returns the places of a package that break the rule.
func impurities(p *packages.Package) []comparison {
	var list []comparison
	report := func(at ast.Node, format string, args ...any) {
		list = append(list, comparison{at.Pos(), fmt.Sprintf(format, args...)})
	}
	for _, file := range p.Syntax {
		excused := excusedLines(p.Fset, file)
		sorted := map[ast.Node]bool{} // iterators over maps that slices.Sorted takes
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt, *ast.ChanType, *ast.SelectStmt:
				report(n, "a goroutine or a channel")
			case *ast.RangeStmt:
				if overMap(p.TypesInfo, n.X) && !excused[p.Fset.Position(n.Pos()).Line] {
					report(n, "a loop over a map: its order is random; sort the keys, or say why it does not matter in a comment %q", anyOrder)
				}
			case *ast.CallExpr:
				if f, ok := callee(p.TypesInfo, n); ok && f.FullName() == "slices.Sorted" {
					if iterator, ok := n.Args[0].(*ast.CallExpr); ok {
						sorted[iterator.Fun] = true
					}
				}
			case *ast.SelectorExpr:
				if isMapIterator(p.TypesInfo.Uses[n.Sel]) && !sorted[n] && !excused[p.Fset.Position(n.Pos()).Line] {
					report(n, "an iterator over a map: its order is random; give it to slices.Sorted, or say why it does not matter in a comment %q", anyOrder)
				}
			case *ast.Ident:
				if used := p.TypesInfo.Uses[n]; used != nil && used.Pkg() != nil && isImpure(used) {
					report(n, "%s.%s", used.Pkg().Path(), used.Name())
				}
			}
			return true
		})
	}
	return list
}

// overMap tells whether a loop goes over a map.
func overMap(info *types.Info, x ast.Expr) bool {
	_, ok := info.TypeOf(x).Underlying().(*types.Map)
	return ok
}

// isMapIterator tells whether a function of package maps makes an iterator of a map.
func isMapIterator(used types.Object) bool {
	return used != nil && used.Pkg() != nil && used.Pkg().Path() == "maps" && slices.Contains([]string{"Keys", "Values", "All"}, used.Name())
}

func isImpure(used types.Object) bool {
	path := used.Pkg().Path()
	return slices.ContainsFunc(impure, func(banned string) bool {
		if folder, all := strings.CutSuffix(banned, "/*"); all {
			return strings.HasPrefix(path, folder+"/")
		}
		return banned == path || used.Parent() == used.Pkg().Scope() && banned == path+"."+used.Name()
	})
}

// excusedLines are those with a comment that begins with anyOrder.
func excusedLines(files *token.FileSet, file *ast.File) map[int]bool {
	lines := map[int]bool{}
	for _, group := range file.Comments {
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, anyOrder) {
				lines[files.Position(c.Pos()).Line] = true
			}
		}
	}
	return lines
}

// The rule finds what it is made for: a loop over a map that is a field or that a
// function returns, and a call of the clock, also through another name.
func TestImpuritiesAreFound(t *testing.T) {
	const text = `package p
import ("maps"; "slices"; clock "time")
type table struct{ rows map[string]int }
func (t table) get() map[string]int { return t.rows }
func f(t table) (n int) {
	for range t.rows { n++ } // any order: a count
	for range t.rows { n++ }
	for range t.get() { n++ }
	for range maps.Keys(t.rows) { n++ }
	list := slices.Collect(maps.Keys(t.rows))
	list = slices.Sorted(maps.Keys(t.rows))
	n += len(list)
	go func() {}()
	return n + clock.Now().Year()
}`
	p := checked(t, text)
	var lines []int
	for _, found := range impurities(p) {
		lines = append(lines, p.Fset.Position(found.at).Line)
	}
	if want := []int{7, 8, 9, 10, 13, 14}; !slices.Equal(lines, want) {
		t.Errorf("found in lines %d, want %d", lines, want)
	}
}
