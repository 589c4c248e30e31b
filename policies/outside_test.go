package policies

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A program outside of this module registers a policy with a setting of its own.
// The policy is then read from its text, replayed beside others, and tried by
// advise for each class of the fleet. The test builds a copy of the program in a
// temporary folder, with the checksums of this module: nothing is downloaded.
func TestPolicyOfAnotherModule(t *testing.T) {
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	example, folder := filepath.Join(root, "docs/examples/policy"), t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(example)); err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile(filepath.Join(example, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"go.mod": strings.Replace(string(mod), "../../..", root, 1), "go.sum": string(sum)} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command("go", "run", ".")
	c.Dir = folder
	c.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := `recorded                 0.27 executor-hours
headroom,spare=1,idle=5s 0.32 executor-hours
advise judged headroom,spare=1,idle=5s for adhoc-queries
advise judged headroom,spare=1,idle=5s for feature-build
advise judged headroom,spare=1,idle=5s for report-sla-*
advise judged headroom,spare=1,idle=5s for warehouse-load
`
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(string(out), "\n")); diff != "" {
		t.Errorf("it says something else (+):\n%s", diff)
	}
}
