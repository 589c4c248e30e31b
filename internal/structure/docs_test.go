package structure

import (
	"go/ast"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// fileName finds the name of a Go file of the same package in prose; that of another
// package's file is written with its folder.
var fileName = regexp.MustCompile(`(^|[^\w/*])(\w+\.go)\b`)

// TestPackageCommentsListTheFiles holds that a newcomer can follow the package
// comment: it names every file of the package, and no file that is not there. A
// package of one file needs no list.
func TestPackageCommentsListTheFiles(t *testing.T) {
	for _, p := range sources(t) {
		name, _ := inModule(p.PkgPath)
		comment := packageComment(t, name, p)
		var named []string
		for _, match := range fileName.FindAllStringSubmatch(comment, -1) {
			named = append(named, match[2])
		}
		var files []string
		for _, file := range p.GoFiles {
			files = append(files, filepath.Base(file))
		}
		for _, file := range files {
			if len(files) > 1 && file != "doc.go" && !slices.Contains(named, file) {
				t.Errorf("the package comment of %s does not name %s: add it where a reader needs it", name, file)
			}
		}
		for _, file := range named {
			if !slices.Contains(files, file) && !strings.HasSuffix(file, "_test.go") {
				t.Errorf("the package comment of %s names %s, which is not there: remove it, or write its folder", name, file)
			}
		}
	}
}

// packageComment returns the comment of the only file of a package that has one.
func packageComment(t *testing.T, name string, p *packages.Package) string {
	t.Helper()
	var with []*ast.File
	for _, file := range p.Syntax {
		if file.Doc != nil {
			with = append(with, file)
		}
	}
	if len(with) != 1 {
		t.Errorf("package %s has %d package comments, want one", name, len(with))
		return ""
	}
	return with[0].Doc.Text()
}
