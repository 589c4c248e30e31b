package bench

import (
	"context"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"dynalloc/bench/metrics"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// largeWorkload is a few applications of stages that run for years on tens of thousands of
// cores each: together more core-time than fits in 64 bits of nanoseconds.
func largeWorkload(r *rand.Rand) *traces.Workload {
	w := &traces.Workload{Name: "large"}
	for i := range 2 + r.IntN(4) {
		cores := 1 << (10 + r.IntN(7))
		a := &traces.Application{
			ID: fmt.Sprint("app-", i), Name: fmt.Sprint("app-", i), Class: "c", Submit: time.Duration(r.Int64N(1e9)) * time.Millisecond,
			Profiles: []traces.Profile{{Cores: cores, TaskCPUs: cores, MemoryMB: 1 << (20 + r.IntN(9))}},
		}
		for k := range 1 + r.IntN(60) {
			s := traces.Stage{ID: k, Map: true, Tasks: make([]traces.Task, 1+r.IntN(5))}
			if k > 0 {
				s.Parents = []int{k - 1}
			}
			for j := range s.Tasks {
				s.Tasks[j] = traces.Task{Run: math.MaxInt32 - int32(r.IntN(1e9)), Host: -1}
			}
			a.Stages = append(a.Stages, s)
		}
		a.Stages[len(a.Stages)-1].Map = false
		job := traces.Job{Cue: traces.Cue{After: -1}}
		for k := range a.Stages {
			job.Stages = append(job.Stages, k)
		}
		a.Jobs = []traces.Job{job}
		w.Apps = append(w.Apps, a)
	}
	w.Sort()
	return w
}

// A recount adds what executors held and tasks took, in integers of any size, from the
// events of a replay alone.
type recount struct {
	w                   *traces.Workload
	granted             map[[2]int32]replay.Event
	started             map[[4]int32]time.Duration
	held, memory, busy  big.Int
	executors, provided big.Int
}

func (c *recount) add(sum *big.Int, d time.Duration, n int64) {
	sum.Add(sum, new(big.Int).Mul(big.NewInt(int64(d)), big.NewInt(n)))
}

func (c *recount) Observe(e replay.Event) {
	x := [2]int32{e.App, int32(e.Executor)}
	task := [4]int32{e.App, e.Stage, e.Task, int32(e.Executor)}
	profile := &c.w.Apps[e.App].Profiles[0]
	switch e.Kind {
	case replay.ExecutorGranted:
		c.granted[x] = e
	case replay.ExecutorFreed:
		d := e.At - c.granted[x].At
		c.add(&c.held, d, int64(c.granted[x].N))
		c.add(&c.memory, d, profile.Memory())
		c.add(&c.executors, d, 1)
	case replay.TaskStarted:
		c.started[task] = e.At
	case replay.TaskEnded:
		c.add(&c.busy, e.At-c.started[task], int64(profile.TaskCPUs))
	}
}

// Metrics of random workloads on a cluster of millions of cores agree with what integers
// of any size make of the timeline.
func TestMetricsOfLargeClustersAgreeWithARecountOfTheTimeline(t *testing.T) {
	beyond := 0
	for seed := range uint64(20) {
		w := largeWorkload(rand.New(rand.NewPCG(seed, 7)))
		c, err := cluster.Parse("standalone,nodes=40,cores=65536,memory=1024t,startup=2s")
		if err != nil {
			t.Fatal(err)
		}
		s := &Suite{Workload: w, Config: replay.Config{Cluster: c, Seed: seed, Attribute: true, Horizon: mostTime}}
		for _, text := range []string{"static,n=3", "spark,shuffle=service,max=5"} {
			f, err := policies.ParseFleet(text)
			if err != nil {
				t.Fatal(err)
			}
			s.Policies = append(s.Policies, f)
		}
		counts := map[string]*recount{}
		r, err := Run(context.Background(), s, Options{Parallel: 1, Observe: func(f policies.Fleet) []replay.Observer {
			counts[f.Name] = &recount{w: w, granted: map[[2]int32]replay.Event{}, started: map[[4]int32]time.Duration{}}
			return []replay.Observer{counts[f.Name]}
		}})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.LeftOut) > 0 || len(r.Struck) > 0 {
			t.Fatalf("seed %d: left out are %v, struck are %v", seed, r.LeftOut, r.Struck)
		}
		for i := range r.Runs {
			run, want := &r.Runs[i], counts[r.Runs[i].Policy.Name]
			want.add(&want.provided, run.Result.End-w.Apps[0].Submit, 40*65536)
			if !want.held.IsInt64() {
				beyond++
			}
			held, busy := want.held, want.busy
			for name, value := range map[string]*big.Rat{
				"utilization_held":    new(big.Rat).SetFrac(new(big.Int).Mul(&held, big.NewInt(100)), &want.provided),
				"utilization_busy":    new(big.Rat).SetFrac(new(big.Int).Mul(&busy, big.NewInt(100)), &want.provided),
				"executor_hours_held": new(big.Rat).SetFrac(&want.executors, big.NewInt(3.6e12)),
				"efficiency":          new(big.Rat).SetFrac(new(big.Int).Mul(&busy, big.NewInt(100)), &held),
			} {
				if f, _ := value.Float64(); math.Abs(run.All.Value(name)/f-1) > 1e-12 {
					t.Errorf("seed %d under %s: %s is %v, and the timeline has %v", seed, run.Policy.Name, name, run.All.Value(name), f)
				}
			}
			ledger := &run.Result.Ledger
			for name, pair := range map[string]struct {
				got  float64
				want *big.Int
			}{"memory": {ledger.Memory.Nanoseconds(), &want.memory}, "busy": {ledger.Busy.Nanoseconds(), &want.busy}} {
				if f, _ := new(big.Float).SetInt(pair.want).Float64(); math.Abs(pair.got/f-1) > 1e-12 {
					t.Errorf("seed %d under %s: %s is %v, and the timeline has %v", seed, run.Policy.Name, name, pair.got, f)
				}
			}
			var sum metrics.Sample
			for _, sample := range run.Timeline.Samples {
				sum.Add(sample)
			}
			if sum.Cores != ledger.Held() || sum.Held != ledger.Executor || sum.Busy != ledger.Busy {
				t.Errorf("seed %d under %s: the samples have %v core-time, and the ledger %v", seed, run.Policy.Name, sum.Cores, ledger.Held())
			}
		}
	}
	if beyond == 0 {
		t.Error("no replay held more core-time than fits in 64 bits")
	}
}
