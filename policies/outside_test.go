package policies

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A program outside of this module registers a policy with a setting of its own.
// The policy is then read from its text, replayed beside others, and tried by
// advise for each class of the fleet. Nothing is downloaded.
func TestPolicyOfAnotherModule(t *testing.T) {
	const dir = "../docs/examples/policy"
	c := exec.Command("go", "run", ".")
	c.Dir = dir
	c.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOPROXY=off", "GOWORK=off")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s(if dependencies have changed, run go mod tidy in %s)", err, out, dir)
	}
	want := `recorded                 0.27 executor-hours
headroom,spare=1,idle=5s 0.32 executor-hours
advise tried headroom for adhoc-queries
advise tried headroom for feature-build
advise tried headroom for report-sla-*
advise tried headroom for warehouse-load
`
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(string(out), "\n")); diff != "" {
		t.Errorf("it says something else (+):\n%s", diff)
	}
}
