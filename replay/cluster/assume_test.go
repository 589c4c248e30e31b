package cluster_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// ran is a recorded executor: its host, its cores, and from when until when it ran, in
// seconds from the application's start; to is 0 if it ran until the end.
type ran struct {
	host     string
	cores    int
	from, to int
}

// recording is an application that was submitted at a time, in seconds, and ended a
// minute later. Its executors have memory MiB each.
func recording(submit int, memory int64, executors ...ran) *traces.Application {
	a := &traces.Application{
		ID: fmt.Sprint("app-", submit), Submit: time.Duration(submit) * time.Second,
		Profiles: []traces.Profile{{Cores: 1, TaskCPUs: 1, MemoryMB: memory}},
		Recorded: &traces.Recorded{End: time.Minute},
	}
	for i, x := range executors {
		a.Profiles[0].Cores = x.cores
		e := traces.RecordedExecutor{ID: fmt.Sprint(i), Host: x.host, Cores: x.cores, Added: time.Duration(x.from) * time.Second, Removed: -1}
		if x.to > 0 {
			e.Removed = time.Duration(x.to) * time.Second
		}
		a.Recorded.Executors = append(a.Recorded.Executors, e)
	}
	return a
}

// A cluster that is assumed from logs holds what the logs held at their peak, in whole
// executors on the hosts on which they were.
func TestTheAssumedClusterHoldsWhatWasRecorded(t *testing.T) {
	for _, c := range []struct {
		name string
		apps []*traces.Application
		want string
	}{
		{"six executors of two cores on five hosts: one host had two of them", []*traces.Application{
			recording(0, 2048, ran{"a", 2, 1, 0}, ran{"b", 2, 1, 0}, ran{"c", 2, 1, 0}, ran{"d", 2, 1, 0}, ran{"e", 2, 1, 0}, ran{"a", 2, 2, 0}),
		}, "standalone,nodes=1,cores=4,memory=4g,nodes=4,cores=2,memory=2g"},
		{"spot nodes that appeared one after the other: two at a time", []*traces.Application{
			recording(0, 2048, ran{"a", 4, 1, 20}, ran{"b", 4, 5, 30}, ran{"c", 4, 20, 50}, ran{"d", 4, 30, 0}, ran{"e", 4, 50, 0}),
		}, "standalone,nodes=2,cores=4,memory=2g"},
		{"a spot node that was gone before the peak", []*traces.Application{
			recording(0, 2048, ran{"a", 4, 1, 3}, ran{"b", 4, 5, 30}, ran{"c", 4, 6, 50}),
		}, "standalone,nodes=2,cores=4,memory=2g"},
		{"dynamic allocation with a short peak", []*traces.Application{
			recording(0, 2048, ran{"a", 1, 1, 0}, ran{"a", 1, 10, 12}, ran{"b", 1, 10, 12}, ran{"c", 1, 10, 12}),
		}, "standalone,nodes=1,cores=2,memory=4g,nodes=2,cores=1,memory=2g"},
		{"two applications that overlapped", []*traces.Application{
			recording(0, 2048, ran{"a", 2, 0, 0}, ran{"b", 2, 0, 0}), recording(30, 2048, ran{"a", 2, 1, 0}, ran{"b", 2, 1, 0}),
		}, "standalone,nodes=2,cores=4,memory=4g"},
		{"the same two, one after the other", []*traces.Application{
			recording(0, 2048, ran{"a", 2, 0, 0}, ran{"b", 2, 0, 0}), recording(61, 2048, ran{"a", 2, 1, 0}, ran{"b", 2, 1, 0}),
		}, "standalone,nodes=2,cores=2,memory=2g"},
		{"an executor whose removal the driver saw when its successor came", []*traces.Application{
			recording(0, 2048, ran{"a", 2, 0, 20}, ran{"a", 2, 20, 0}),
		}, "standalone,nodes=1,cores=2,memory=2g"},
		{"the most cores at one time, the most memory at another", []*traces.Application{
			recording(0, 2048, ran{"a", 8, 0, 0}, ran{"b", 8, 0, 0}), recording(100, 16384, ran{"a", 1, 0, 0}, ran{"b", 1, 0, 0}, ran{"c", 1, 0, 0}),
		}, "standalone,nodes=1,cores=8,memory=32g,nodes=1,cores=8,memory=16g"},
		{"two sizes: the four small ones came first and spread over the host of the large one", []*traces.Application{
			recording(0, 1024, ran{"a", 1, 0, 0}, ran{"a", 1, 0, 0}, ran{"a", 1, 0, 0}, ran{"a", 1, 0, 0}), recording(5, 4096, ran{"b", 4, 0, 0}),
		}, "standalone,nodes=1,cores=6,memory=6g,nodes=1,cores=4,memory=4g"},
		{"hosts that the log does not name", []*traces.Application{
			recording(0, 2048, ran{"", 2, 0, 0}, ran{"", 2, 0, 0}, ran{"", 2, 0, 0}),
		}, "standalone,nodes=1,cores=6,memory=6g"},
		{"a record without memory, such as SWF", []*traces.Application{recording(0, 0, ran{"machine", 8, 0, 0})}, "standalone,nodes=1,cores=8,memory=1m"},
		{"no executor ever registered", []*traces.Application{recording(0, 2048)}, "standalone,nodes=1,cores=1,memory=2g"},
		{"a notebook in local mode beside an application on two hosts", []*traces.Application{
			recording(0, 2048, ran{"a", 2, 0, 0}, ran{"b", 2, 0, 0}),
			func() *traces.Application {
				a := recording(1, 1024, ran{"laptop", 12, 0, 0})
				a.LocalCores, a.Profiles[0].Cores = 12, 1
				return a
			}(),
		}, "standalone,nodes=2,cores=2,memory=2g"},
	} {
		got := cluster.Assume(&traces.Workload{Apps: c.apps})
		if got.String() != c.want || !got.Assumed || got.Flag() != "" {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// Whatever was recorded, the assumed cluster has at least the cores and the memory that
// were held at any one time, and a node for each kind of executor.
func TestTheAssumedClusterIsNeverTooSmall(t *testing.T) {
	for seed := range uint64(300) {
		g := rand.New(rand.NewPCG(seed, 6))
		w := &traces.Workload{}
		submit := 0
		for range 1 + g.IntN(4) {
			submit += g.IntN(80)
			var executors []ran
			cores := 1 + g.IntN(8)
			for range g.IntN(12) {
				from := g.IntN(50)
				executors = append(executors, ran{string(rune('a' + g.IntN(5))), cores, from, g.IntN(2) * (from + g.IntN(10))})
			}
			w.Apps = append(w.Apps, recording(submit, 512*int64(1+g.IntN(8)), executors...))
		}
		c := cluster.Assume(w)
		memory := int64(0)
		for _, p := range c.Pools {
			memory += int64(p.Nodes) * p.MemoryMB
		}
		for _, u := range traces.RecordedUsage(w.Apps...) {
			if u.Cores > c.Capacity() || u.MemoryMB > memory {
				t.Errorf("seed %d: %d cores and %d MiB were held, and %s has fewer", seed, u.Cores, u.MemoryMB, c)
			}
		}
		for _, a := range w.Apps {
			fits := false
			for _, p := range c.Pools {
				fits = fits || p.Cores >= a.Profiles[0].Cores && p.MemoryMB >= a.Profiles[0].Memory()
			}
			if !fits {
				t.Errorf("seed %d: an executor of %s fits on no node of %s", seed, a.ID, c)
			}
		}
	}
}
