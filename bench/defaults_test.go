package bench

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// defaultNames are the names of the default policies for a workload in text form.
func defaultNames(t *testing.T, spec, workload string) []string {
	t.Helper()
	w, err := traces.ReadText(strings.NewReader(workload), "workload")
	if err != nil {
		t.Fatal(err)
	}
	s := &Suite{Workload: w}
	if s.Config.Cluster, err = cluster.Parse(spec); err != nil {
		t.Fatal(err)
	}
	if err := s.UseDefaultPolicies(); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range s.Policies {
		names = append(names, f.Name)
	}
	return append(names, s.Policies[len(s.Policies)-1].String())
}

// A report uses at most three executors and a load five. Every size up to five is
// compared, the bound of dynamic allocation is half of five, and by class the report, too
// short to give anything back, keeps a fixed size, and the load may have four: while it
// has tasks, it keeps 6.7 cores busy on average.
func TestDefaultPoliciesFollowFromTheSizes(t *testing.T) {
	const workload = `
app report cores=2
  job
    stage tasks=6x5s
app load cores=2
  job
    stage tasks=10x60s
    stage tasks=5x60s
  job gap=100s
    stage tasks=5x60s
`
	got := defaultNames(t, "standalone,nodes=4,cores=8,memory=32g", workload)
	want := []string{
		"recorded", "static,n=1", "static,n=2", "static,n=3", "static,n=4", "static,n=5",
		"spark", "spark,idle=10s", "spark,idle=10s,max=2", "tracking", "by-class",
		"by-class:report=static,n=3;load=spark,idle=10s,max=4",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
	if got := defaultNames(t, "standalone,nodes=1,cores=4,memory=8g", workload); !slices.Equal(got[1:4], []string{"static,n=1", "static,n=2", "spark"}) {
		t.Errorf("on a cluster with room for two: %q", got)
	}
	if got := defaultNames(t, "kubernetes,nodes=4,cores=8,memory=32g", workload); !slices.Contains(got, "spark,shuffle=tracking") || !slices.Contains(got, "decommission") {
		t.Errorf("where there is no shuffle service: %q", got)
	}
	remote := strings.ReplaceAll(workload, "cores=2\n", "cores=2\n  set spark.shuffle.manager org.apache.spark.shuffle.celeborn.SparkShuffleManager\n")
	if got := defaultNames(t, "kubernetes,nodes=4,cores=8,memory=32g", remote); !slices.Contains(got, "spark,shuffle=remote") {
		t.Errorf("with a remote shuffle service: %q", got)
	}
}

// Of many sizes eight are compared, from one to the largest, each about as many times
// the one before.
func TestManySizesAreThinnedOut(t *testing.T) {
	for most, want := range map[int][]int{
		1: {1}, 8: {1, 2, 3, 4, 5, 6, 7, 8}, 9: {1, 2, 3, 4, 5, 6, 7, 9},
		80: {1, 2, 3, 7, 12, 23, 43, 80}, 5000: {1, 3, 11, 38, 130, 439, 1481, 5000},
	} {
		if got := sizesUpTo(most, nil); !slices.Equal(got, want) {
			t.Errorf("up to %d: %v, want %v", most, got, want)
		}
	}
	// The classes need 42, 16, 7 and 4 executors, and the other two ten thousand and one.
	if got, want := sizesUpTo(80, []int{42, 16, 7, 4, 10000, 1}), []int{1, 2, 4, 7, 16, 23, 42, 80}; !slices.Equal(got, want) {
		t.Errorf("with the needs of classes: %v, want %v", got, want)
	}
}

// Only the eight classes with the most work have a size of their own.
func TestClassesWithLittleWorkShareASize(t *testing.T) {
	var workload strings.Builder
	for i := range 12 {
		fmt.Fprintf(&workload, "app %c cores=1\n  job\n    stage tasks=%dx90s\n", 'a'+i, i+1)
	}
	got := defaultNames(t, "standalone,nodes=4,cores=8,memory=32g", workload.String())
	rules := got[len(got)-1]
	if strings.Count(rules, ";") != 8 || !strings.Contains(rules, "l=spark,idle=10s,max=12") || !strings.HasSuffix(rules, "*=spark,idle=10s,max=2") {
		t.Error(rules)
	}
}
