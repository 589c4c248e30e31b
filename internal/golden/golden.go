// Package golden compares what a test produced with what it expects, where that
// is kept in a file that a person can read. With -update the files are written
// anew, and the version control's diff shows what changed.
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write golden files instead of comparing with them")

// Updating returns whether the test runs with -update. Only tests ask that
// write more than text, such as the pictures of a document.
func Updating() bool { return *update }

// Check compares got with the file of that name under testdata. With -update it
// writes the file.
func Check(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		write(t, path, got)
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; write it with: go test -run '^%s$' -update", err, t.Name())
	}
	compare(t, path, string(want), string(got))
}

// CheckPart compares got with the part of a document between the lines
// "<!-- made by: COMMAND -->" and "<!-- end -->". With -update it writes that part.
func CheckPart(t *testing.T, path, command, got string) {
	t.Helper()
	begin, end := "<!-- made by: "+command+" -->\n", "<!-- end -->"
	document, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(document), begin)
	want, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatalf("%s has no lines %q and %q", path, begin, end)
	}
	if *update {
		write(t, path, []byte(before+begin+got+end+after))
		return
	}
	compare(t, path, want, got)
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

func compare(t *testing.T, path, want, got string) {
	t.Helper()
	// By lines, because a diff of one text shows a small change as a part of a line.
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s differs (- expected, + produced); if the new text is right: go test -run '^%s$' -update\n%s", path, t.Name(), diff)
	}
}
