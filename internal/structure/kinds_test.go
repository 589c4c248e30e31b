package structure

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/tools/go/packages"

	"dynalloc/policies"
	"dynalloc/replay/cluster"
)

// kinds returns the names in the table of policy kinds and in that of cluster
// managers.
func kinds() []string {
	names := cluster.Managers()
	for _, kind := range policies.Kinds() {
		names = append(names, kind.Name)
	}
	return names
}

// kindFields are the fields that hold the name of a kind.
var kindFields = []string{"policies.Spec.Kind", "replay/cluster.Cluster.Manager"}

// elsewhere are the files in which a string that is also the name of a kind means
// something else.
var elsewhere = map[string]string{
	"internal/spark/master.go": "Spark's master is a URL, of which yarn is one",
}

// TestKindsAreNotCompared looks for code that decides by the name of a policy kind
// or of a cluster manager: ==, !=, a case of a switch, the key of a map, and
// functions of strings and slices. What differs between kinds belongs into the rows
// of their tables; otherwise a new kind needs a change in each such place.
func TestKindsAreNotCompared(t *testing.T) {
	names := kinds()
	for _, p := range sources(t) {
		for _, file := range p.Syntax {
			name := p.Fset.Position(file.Pos()).Filename
			path, _ := inModule(p.PkgPath + "/" + filepath.Base(name))
			if _, allowed := elsewhere[path]; allowed {
				continue
			}
			for _, found := range comparisons(p, file, names) {
				t.Errorf("%s:%d: %s: let the rows in policies/kind.go or replay/cluster/managers.go say what differs",
					path, p.Fset.Position(found.at).Line, found.what)
			}
		}
	}
}

// A comparison is a place where code decides by the name of a kind.
type comparison struct {
	at   token.Pos
	what string
}

// comparisons returns those of a file.
func comparisons(p *packages.Package, file *ast.File, names []string) []comparison {
	var list []comparison
	check := func(at ast.Node, format string, sides ...ast.Expr) {
		for _, side := range sides {
			if name, ok := text(p.TypesInfo, side); ok && slices.Contains(names, name) {
				list = append(list, comparison{at.Pos(), fmt.Sprintf(format, fmt.Sprintf("%q", name))})
				return
			}
		}
		if len(sides) != 2 {
			return
		}
		// A kind may be unset, and two kinds may be equal.
		one, other := field(p.TypesInfo, sides[0]), field(p.TypesInfo, sides[1])
		for i, f := range []string{one, other} {
			if value, constant := text(p.TypesInfo, sides[1-i]); one != other && slices.Contains(kindFields, f) && !(constant && value == "") {
				list = append(list, comparison{at.Pos(), "compares " + f})
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			if n.Op == token.EQL || n.Op == token.NEQ {
				check(n, "compares with %s", n.X, n.Y)
			}
		case *ast.SwitchStmt:
			for _, clause := range n.Body.List {
				for _, value := range clause.(*ast.CaseClause).List {
					if n.Tag != nil {
						check(value, "has a case %s", n.Tag, value)
					}
				}
			}
		case *ast.IndexExpr:
			if _, ok := p.TypesInfo.TypeOf(n.X).Underlying().(*types.Map); ok {
				check(n, "looks up %s", n.Index)
			}
		case *ast.CompositeLit:
			if _, ok := p.TypesInfo.TypeOf(n).Underlying().(*types.Map); ok {
				for _, element := range n.Elts {
					check(element, "has an entry for %s", element.(*ast.KeyValueExpr).Key)
				}
			}
		case *ast.CallExpr:
			if f, ok := callee(p.TypesInfo, n); ok && f.Pkg() != nil && (f.Pkg().Path() == "strings" || f.Pkg().Path() == "slices") {
				for _, argument := range n.Args {
					check(n, "calls "+f.FullName()+" with %s", argument)
					if list, ok := argument.(*ast.CompositeLit); ok {
						for _, element := range list.Elts {
							check(element, "calls "+f.FullName()+" with a list with %s", element)
						}
					}
				}
			}
		}
		return true
	})
	return list
}

// text returns the value of an expression that is a constant string. A constant of
// a type of its own, such as a verdict, is not the name of a kind.
func text(info *types.Info, e ast.Expr) (string, bool) {
	v := info.Types[e].Value
	if v == nil || v.Kind() != constant.String {
		return "", false
	}
	if _, own := types.Unalias(info.Types[e].Type).(*types.Named); own {
		return "", false
	}
	return constant.StringVal(v), true
}

// field returns the field that an expression selects, as in kindFields, or "".
func field(info *types.Info, e ast.Expr) string {
	selector, ok := ast.Unparen(e).(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	selected, ok := info.Selections[selector]
	if !ok || selected.Kind() != types.FieldVal {
		return ""
	}
	of := selected.Recv()
	if pointer, ok := of.(*types.Pointer); ok {
		of = pointer.Elem()
	}
	named, ok := of.(*types.Named)
	if !ok || named.Obj().Pkg() == nil {
		return ""
	}
	path, _ := inModule(named.Obj().Pkg().Path())
	return path + "." + named.Obj().Name() + "." + selected.Obj().Name()
}

// callee returns the function that a call names.
func callee(info *types.Info, call *ast.CallExpr) (*types.Func, bool) {
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil, false
	}
	f, ok := info.Uses[selector.Sel].(*types.Func)
	return f, ok
}

// The rule finds each way to decide by a name, also through a constant.
func TestComparisonsAreFound(t *testing.T) {
	p := checked(t, `package p
import ("slices"; "strings")
const yarn = "yarn"
func f(k string, is map[string]bool) bool {
	switch k {
	case "spark":
	}
	switch {
	case k != yarn:
	}
	_ = map[string]int{"yarn": 1}
	_ = is["spark"]
	_ = strings.HasPrefix(k, yarn)
	_ = slices.Contains([]string{"spark"}, k)
	return k == "Spark" || k == strings.ToLower(k)
}`)
	var lines []int
	for _, found := range comparisons(p, p.Syntax[0], []string{"spark", "yarn"}) {
		lines = append(lines, p.Fset.Position(found.at).Line)
	}
	if want := []int{6, 9, 11, 12, 13, 14}; !slices.Equal(lines, want) {
		t.Errorf("found in lines %d, want %d", lines, want)
	}
}
