package replay

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestCoreIsPure reads the sources of replay and policies: they import nothing
// that could reach a file, a clock or global randomness, start no goroutine and
// range over no map that is declared in the same function.
func TestCoreIsPure(t *testing.T) {
	allowed := []string{
		"bytes", "cmp", "container/heap", "encoding/xml", "maps", "regexp", "unicode/utf16", "errors", "fmt", "io", "math", "math/bits", "math/rand/v2", "slices", "sort", "strconv", "strings", "time", "unicode",
		"dynalloc/internal/spark", "dynalloc/internal/note", "dynalloc/internal/spec", "dynalloc/replay/cluster", "dynalloc/replay/cluster/manager", "dynalloc/replay/cluster/standalone", "dynalloc/replay/cluster/kubernetes", "dynalloc/replay/cluster/yarn", "dynalloc/replay/cluster/yarn/capacity", "dynalloc/replay/cluster/yarn/fair", "dynalloc/replay/cluster/yarn/fifo",
		"dynalloc/replay/cluster/yarn/hadoop", "dynalloc/replay/cluster/yarn/java", "dynalloc/replay/cluster/yarn/scheduler", "dynalloc/policies", "dynalloc/traces", "github.com/magiconair/properties", "github.com/goccy/go-yaml", "github.com/goccy/go-yaml/ast",
		"go.starlark.net/lib/math", "go.starlark.net/starlark", "go.starlark.net/syntax", // Starlark has no clock, no files and no randomness
	}
	banned := []string{
		"time.Now", "time.Since", "time.Sleep", "time.After", "time.Tick", "rand.Int", "rand.IntN", "rand.Float64", "rand.Perm", "rand.Shuffle",
		"fmt.Print", "fmt.Println", "fmt.Printf",
	}
	for _, dir := range []string{".", "cluster/manager", "cluster/standalone", "cluster/kubernetes",
		"cluster/yarn", "cluster/yarn/capacity", "cluster/yarn/fair", "cluster/yarn/fifo", "cluster/yarn/hadoop", "cluster/yarn/java", "cluster/yarn/scheduler",
		"../policies", "../policies/script"} {
		for _, file := range sources(t, dir) {
			files := token.NewFileSet()
			f, err := parser.ParseFile(files, file, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range f.Imports {
				if path, _ := strconv.Unquote(i.Path.Value); !slices.Contains(allowed, path) {
					t.Errorf("%s imports %s", file, path)
				}
			}
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.GoStmt, *ast.ChanType:
					t.Errorf("%s: a goroutine or a channel", files.Position(n.Pos()))
				case *ast.SelectorExpr:
					if x, ok := n.X.(*ast.Ident); ok && slices.Contains(banned, x.Name+"."+n.Sel.Name) {
						t.Errorf("%s: %s.%s", files.Position(n.Pos()), x.Name, n.Sel.Name)
					}
				case *ast.FuncDecl:
					for _, at := range mapRanges(n) {
						t.Errorf("%s: ranges over a map", files.Position(at))
					}
				}
				return true
			})
		}
	}
}

func sources(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".go") && !strings.HasSuffix(e.Name(), "_test.go") {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	return files
}

// mapRanges finds loops over maps that the function makes itself.
func mapRanges(f *ast.FuncDecl) []token.Pos {
	maps := map[string]bool{}
	var found []token.Pos
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, right := range n.Rhs {
				if left, ok := n.Lhs[min(i, len(n.Lhs)-1)].(*ast.Ident); ok && isMap(right) {
					maps[left.Name] = true
				}
			}
		case *ast.RangeStmt:
			if x, ok := n.X.(*ast.Ident); ok && maps[x.Name] {
				found = append(found, n.Pos())
			}
		}
		return true
	})
	return found
}

func isMap(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.CompositeLit:
		_, ok := e.Type.(*ast.MapType)
		return ok
	case *ast.CallExpr:
		if len(e.Args) == 0 {
			return false
		}
		_, ok := e.Args[0].(*ast.MapType)
		return ok
	}
	return false
}
