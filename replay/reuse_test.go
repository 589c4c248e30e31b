package replay

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// A scenario is a replay that can be repeated.
type scenario struct {
	name     string
	workload *traces.Workload
	fleet    policies.Fleet
	config   Config
}

// scenarios are all runs of all stories, and random workloads under all managers, with
// their causes of time and with the plans of their workloads.
func scenarios(t *testing.T) (all []scenario) {
	t.Helper()
	add := func(name string, w *traces.Workload, policy string, c Config) {
		f, err := policies.ParseFleet(policy)
		if err != nil {
			return // a story about a policy that is refused
		}
		c.Attribute = true
		if err := c.Prepare(w, func() error { return nil }); err != nil {
			t.Fatal(err)
		}
		all = append(all, scenario{name + " under " + policy, w, f, c})
	}
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		s := readStory(t, file)
		for _, number := range s.numbers() {
			r := s.run(t, number)
			add(filepath.Base(file)+number, s.workload, r.policy, r.config)
		}
	}
	for seed := uint64(1); seed <= 24; seed++ {
		for i, p := range pinnedPolicies {
			w, c := pinnedRun(t, seed)
			c.Cluster.Manager = "standalone"
			add(fmt.Sprint("random ", seed), w, p.spec, c)
			m := pinnedManagers[(int(seed)+i)%len(pinnedManagers)]
			w, c = pinnedRun(t, seed)
			locality := c.Cluster.Locality
			c.Cluster = m.cluster(t, rand.New(rand.NewPCG(seed, 3)), w)
			c.Cluster.Locality = locality
			add(fmt.Sprint("random ", seed, " on ", m.name), w, p.spec, c)
		}
	}
	return all
}

// Replays one after another, in a random order that has each twice, in the memory of those
// before them: their results are those of replays in memory of their own. So they are side
// by side, each with other replays before it, and with the plans of their workloads shared.
func TestReplaysInUsedMemoryAreThoseInNewMemory(t *testing.T) {
	all := scenarios(t)
	type played struct {
		result *Result
		err    error
	}
	want := make([]played, len(all))
	for i, s := range all {
		s.config.Plans = nil
		want[i].result, want[i].err = Run(s.workload, s.fleet, s.config)
	}
	var workers sync.WaitGroup
	for worker := range uint64(3) {
		workers.Go(func() {
			var runner Runner
			order := rand.New(rand.NewPCG(worker, 12)).Perm(2 * len(all))
			for _, i := range order {
				i %= len(all)
				s := &all[i]
				got, err := runner.Run(s.workload, s.fleet, s.config)
				if fmt.Sprint(err) != fmt.Sprint(want[i].err) {
					t.Errorf("%s: %v, want %v", s.name, err, want[i].err)
				} else if err == nil && !reflect.DeepEqual(got, want[i].result) {
					t.Errorf("%s: digest %x with %d events, want %x with %d", s.name, got.Digest, got.Events, want[i].result.Digest, want[i].result.Events)
				}
			}
		})
	}
	workers.Wait()
}

// Times are changed after the plans were made: the replay makes its own.
func TestPlansUnderOtherTimesDoNotCount(t *testing.T) {
	w, f := crowd(t, 3), fleet(t, "static,n=2")
	c := Config{Cluster: cluster.Uniform(2, 4, 8<<10)}
	for i := range w.Apps {
		w.Apps[i].Stages[0].Change(func(task *traces.Task) { task.Cold = true })
	}
	if err := c.Prepare(w, func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	with, err := Run(w, f, c)
	if err != nil {
		t.Fatal(err)
	}
	c.Times.By[latency.ColdSlotRun] = latency.Constant(700 * time.Millisecond)
	other, err := Run(w, f, c)
	if err != nil {
		t.Fatal(err)
	}
	c.Plans = nil
	want, err := Run(w, f, c)
	if err != nil {
		t.Fatal(err)
	}
	if other.Digest != want.Digest || with.Digest == want.Digest {
		t.Errorf("digests %x with plans, %x after their times changed, %x without", with.Digest, other.Digest, want.Digest)
	}
	stopped := errors.New("stopped")
	if err := c.Prepare(w, func() error { return stopped }); err != stopped {
		t.Errorf("got %v", err)
	}
}

// A workload of 200 applications of 100 tasks, of which a few run at a time, is replayed
// again in the memory of the first time. What is allocated does not grow with the tasks, and
// is little for each application.
func TestSmallApplicationsAllocateNothingForEachEvent(t *testing.T) {
	var text strings.Builder
	for i := range 200 {
		fmt.Fprintf(&text, "app small-%d submit=%ds cores=2 memory=2g\n", i%7, 20*i)
		for range 2 {
			text.WriteString(" job gap=3s\n  stage tasks=39x2s,1x5s\n  stage tasks=10x2s\n")
		}
	}
	w, err := traces.ReadText(strings.NewReader(text.String()), "small")
	if err != nil {
		t.Fatal(err)
	}
	on, err := cluster.Parse("standalone,nodes=20,cores=16,memory=64g")
	if err != nil {
		t.Fatal(err)
	}
	for policy, bound := range map[string]float64{"static,n=4": 0.08, "spark,idle=10s,shuffle=tracking,max=8": 0.12} {
		f, c := fleet(t, policy), Config{Cluster: on, Seed: 1, Attribute: true}
		if err := c.Prepare(w, func() error { return nil }); err != nil {
			t.Fatal(err)
		}
		var runner Runner
		var failed error
		events := float64(200 * 100 * 2)
		allocs := testing.AllocsPerRun(3, func() {
			_, err := runner.Run(w, f, c)
			failed = errors.Join(failed, err)
		})
		if failed != nil {
			t.Fatal(failed)
		}
		t.Logf("%s: %.3f allocations for each event of a task", policy, allocs/events)
		if allocs/events > bound {
			t.Errorf("%s: %.3f allocations for each event of a task, at most %.2f", policy, allocs/events, bound)
		}
	}
}
