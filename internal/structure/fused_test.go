package structure

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// sameEverywhere are the packages that make results: a result must not depend on the
// platform.
var sameEverywhere = []string{
	"bench", "bench/metrics", "bench/sla", "bench/stats", "bench/sweep", "bench/sweep/store", "replay/...", "policies/...", "traces/...", "internal/exact", "internal/spark", "internal/spec", "internal/wide",
}

// fused is an instruction of arm64 that multiplies and adds with one rounding, and its place
// in the source.
var fused = regexp.MustCompile(`\((\S+\.go:\d+)\)\s(FN?M(?:ADD|SUB)[SD])\s`)

// A product that is added is rounded before it is on amd64 and not on arm64, where one
// instruction does both, unless the program says that it is: float64(x*y) + z. The compiler
// for arm64 lists what it makes of the packages that make results.
func TestProductsAreRoundedBeforeTheyAreAdded(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles for arm64")
	}
	args := []string{"build", "-gcflags=-S"}
	for _, p := range sameEverywhere {
		args = append(args, "./"+p)
	}
	cmd := exec.Command("go", args...)
	cmd.Dir, cmd.Env = "../..", append(os.Environ(), "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0")
	listing, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(listing), "FADDD") {
		t.Fatalf("%v\n%.2000s", err, listing)
	}
	seen := map[string]bool{}
	for _, found := range fused.FindAllStringSubmatch(string(listing), -1) {
		if place := found[1]; !seen[place] {
			seen[place] = true
			t.Errorf("%s: %s: write float64(x*y) around a product that is added to something", place, found[2])
		}
	}
}
