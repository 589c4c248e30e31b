package policies

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A policy cannot see the workload, the cluster or the future: of this module
// the package knows itself and the grammar of specs.
func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal("go list:", err)
	}
	var ours []string
	for _, path := range strings.Fields(string(out)) {
		if strings.HasPrefix(path, "dynalloc/") {
			ours = append(ours, path)
		}
	}
	if want := []string{"dynalloc/internal/spec", "dynalloc/internal/spark", "dynalloc/policies"}; !slices.Equal(ours, want) {
		t.Errorf("it imports %v, want %v", ours, want)
	}
}

// Every named policy explains itself and can be made from its bare name, a script
// from its file.
func TestKindsExplainThemselves(t *testing.T) {
	for _, named := range Kinds() {
		text, want := named.Name, named.spec()
		if named.unread {
			text, want.Own = text+",file=my.star", ",file=my.star"
		}
		if s, err := Parse(text); err != nil || s != want {
			t.Errorf("%s is %#v, %v; want the defaults", text, s, err)
		}
		if !strings.HasSuffix(named.Doc, ".") {
			t.Errorf("%s: %q is no sentence", named.Name, named.Doc)
		}
		for _, set := range named.Settings {
			if !strings.Contains(set.Doc, "default") { // or that there is none
				t.Errorf("%s: %s does not name its default: %q", named.Name, set.Key, set.Doc)
			}
		}
	}
}
