package replay

import (
	"errors"
	"strings"
	"testing"

	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/replay/cluster/standalone"
	"dynalloc/traces"
)

// An application with 4 GiB of heap and 6 GiB beside it, as its log says.
func heavy() *traces.Application {
	return &traces.Application{
		ID: "app-1", Name: "heavy",
		Properties: map[string]string{"spark.executor.memory": "4g", "spark.executor.memoryOverhead": "6g"},
		Profiles:   []traces.Profile{{Cores: 2, MemoryMB: 4 << 10, OverheadMB: 6 << 10, TaskCPUs: 1}},
	}
}

// The overhead in the log holds as long as the heap is that of the log. A policy that
// sets another heap gets Spark's overhead for it.
func TestOverheadOfTheLogStands(t *testing.T) {
	w := &traces.Workload{Apps: []*traces.Application{heavy()}}
	for _, c := range []struct {
		policy string
		node   int64 // MiB
		fits   bool
	}{
		{"recorded", 10 << 10, true},
		{"recorded", 10<<10 - 1, false},
		{"static,n=1,memory=4g", 10<<10 - 1, false},
		{"static,n=1,memory=8g", 10 << 10, true},
	} {
		fleet, err := policies.ParseFleet(c.policy)
		if err != nil {
			t.Fatal(err)
		}
		on := cluster.Uniform(1, 8, c.node)
		on.Settings = &standalone.Options{Spread: true, Selection: standalone.MostCores, Overhead: true}
		refused := Unschedulable(w, fleet, on)
		if fits := len(refused) == 0; fits != c.fits {
			t.Errorf("%s on %d MiB: fits %v, want %v", c.policy, c.node, fits, c.fits)
		}
	}
}

// A task of two cores never runs on an executor of one: Spark ends such an application when
// it starts. A size that the worker decides is enough.
func TestAnExecutorSmallerThanATaskIsRefused(t *testing.T) {
	w := &traces.Workload{Apps: []*traces.Application{{Name: "train", Profiles: []traces.Profile{{TaskCPUs: 2, MemoryMB: 1 << 10}}}}}
	for policy, refused := range map[string]bool{"static,n=1": false, "static,n=1,cores=1": true, "static,n=1,cores=2": false} {
		fleet, err := policies.ParseFleet(policy)
		if err != nil {
			t.Fatal(err)
		}
		found := Unschedulable(w, fleet, cluster.Uniform(1, 8, 8<<10))
		if len(found) > 0 != refused || refused && !strings.Contains(found[0].Reason, "a task needs 2 (spark.task.cpus)") {
			t.Errorf("%s: %v", policy, found)
		}
	}
}

// An application that may hold fewer cores than one executor has would wait for
// ever. The error says which application it is, and why it waits.
func TestNeverAnExecutor(t *testing.T) {
	w, err := traces.ReadText(strings.NewReader("app etl cores=4 memory=1g\n  job\n    stage tasks=1x1s\n"), "never")
	if err != nil {
		t.Fatal(err)
	}
	fleet, err := policies.ParseFleet("static,n=1,cores-max=2")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Run(w, fleet, Config{Cluster: cluster.Uniform(1, 8, 8<<10)})
	var refused *AppError
	want := "application etl (etl) under policy static,n=1,cores-max=2: it never gets an executor of 4 cores: it holds 0, and spark.cores.max is 2"
	if !errors.As(err, &refused) || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
