package structure

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/go/packages"
)

// module is the path of the module, as go.mod states it.
const module = "dynalloc"

// load reads all packages of the module without their tests, with syntax and types.
var load = sync.OnceValues(func() ([]*packages.Package, error) {
	return packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo,
		Dir:  "../..",
	}, "./...")
})

// sources returns all packages of the module in the order of their paths.
func sources(t *testing.T) []*packages.Package {
	t.Helper()
	list, err := load()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		for _, e := range p.Errors {
			t.Fatal(e)
		}
	}
	return list
}

// listed returns all packages of the module with the names of their files only. It
// also works while the code does not compile, as when packages import each other.
func listed(t *testing.T) []*packages.Package {
	t.Helper()
	list, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedFiles, Dir: "../.."}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// inModule returns a package's path below the module, such as "replay/cluster". The
// result for packages of other modules is false.
func inModule(path string) (string, bool) { return strings.CutPrefix(path, module+"/") }

// checked returns a package of one file with this text.
func checked(t *testing.T, text string) *packages.Package {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "p.go", text, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	p := &packages.Package{Fset: files, Syntax: []*ast.File{file}, TypesInfo: &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{},
	}}
	checker := types.Config{Importer: importer.ForCompiler(files, "source", nil)}
	if _, err := checker.Check("p", files, p.Syntax, p.TypesInfo); err != nil {
		t.Fatal(err)
	}
	return p
}
