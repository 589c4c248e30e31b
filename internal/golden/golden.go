// Package golden compares what a program wrote with what it is expected to
// write, kept in a file that a person can read.
package golden

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write golden files instead of comparing with them")

// Check compares got with the file of that name under testdata. With -update it
// writes the file, and the version control's diff shows what changed.
func Check(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; write it with: go test -run '^%s$' -update", err, t.Name())
	}
	if diff := Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s has changed (- expected, + written); if that is right: go test -run '^%s$' -update\n%s", path, t.Name(), diff)
	}
}

// most lines of difference that are shown: the first ones say what happened.
const most = 20

// Diff returns the lines in which two texts differ, numbered as in want, or ""
// if they are equal. What stands at the same place after equal beginnings and
// before equal ends is compared line by line: enough for tables, where a change
// moves few lines.
func Diff(want, got string) string {
	if want == got {
		return ""
	}
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	start := 0
	for start < len(w) && start < len(g) && w[start] == g[start] {
		start++
	}
	endW, endG := len(w), len(g)
	for endW > start && endG > start && w[endW-1] == g[endG-1] {
		endW--
		endG--
	}
	var b strings.Builder
	shown := 0
	for i := 0; start+i < max(endW, endG); i++ {
		at := start + i
		if at < endW && at < endG && w[at] == g[at] {
			continue
		}
		if shown == most {
			b.WriteString("...\n")
			break
		}
		shown++
		if at < endW {
			fmt.Fprintf(&b, "%d: - %s\n", at+1, w[at])
		}
		if at < endG {
			fmt.Fprintf(&b, "%d: + %s\n", at+1, g[at])
		}
	}
	return b.String()
}
