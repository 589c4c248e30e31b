package supply

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// allowed are the licences under which a module may be part of a release: each permits
// to distribute programs under Apache-2.0 that contain the module.
var allowed = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC-BY-4.0", "FTL", "MIT", "OFL-1.1"}

// licence is one line of licences.tsv.
type licence struct{ module, file, spdx, sum string }

func readLicences(t *testing.T) []licence {
	t.Helper()
	text, err := os.ReadFile("licences.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var list []licence
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) != 4 {
			t.Fatalf("licences.tsv: %q: expected module, file, licence and checksum, separated by tabs", line)
		}
		list = append(list, licence{f[0], f[1], f[2], f[3]})
	}
	return list
}

// Somebody adds a module, or a new version of one comes with another licence: the test
// names the file that has to be read before the list may be changed.
func TestTheLicenceOfEachModuleWasRead(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", "-test", "-f", "{{with .Module}}{{.Path}}\t{{.Dir}}{{end}}", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	listed := readLicences(t)
	used := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		path, dir, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if path == "" || path == "dynalloc" || used[path] {
			continue
		}
		used[path] = true
		if !slices.ContainsFunc(listed, func(l licence) bool { return l.module == path }) {
			t.Errorf("%s has no line in licences.tsv: read its licence in %s", path, dir)
		}
		for _, l := range listed {
			if l.module != path {
				continue
			}
			text, err := os.ReadFile(filepath.Join(dir, l.file))
			if err != nil {
				t.Error(err)
				continue
			}
			if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != l.sum {
				t.Errorf("%s: %s is not the text that was read: read it, and change licences.tsv", path, l.file)
			}
		}
	}
	for _, l := range listed {
		if !used[l.module] {
			t.Errorf("licences.tsv lists %s, which no package uses: delete the line", l.module)
		}
		if !slices.Contains(allowed, l.spdx) {
			t.Errorf("%s has the licence %s, under which it may not be part of a release", l.module, l.spdx)
		}
	}
}
