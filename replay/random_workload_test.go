package replay

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// randomWorkload makes a few applications with random graphs of stages, some
// with jobs side by side, shuffles read again, and cached RDDs.
func randomWorkload(seed uint64) *traces.Workload {
	r := rand.New(rand.NewPCG(seed, 1))
	ms := func(below int) time.Duration { return time.Duration(r.IntN(below)) * time.Millisecond }
	w := &traces.Workload{Name: fmt.Sprintf("random %d", seed)}
	var submit time.Duration
	for i := range 1 + r.IntN(5) {
		a := &traces.Application{
			ID: fmt.Sprintf("app-%d", i), Name: fmt.Sprintf("app-%d", i), Class: "app-*", Submit: submit, Setup: ms(1500),
			Properties: map[string]string{"spark.scheduler.mode": []string{"FIFO", "FAIR"}[r.IntN(2)]},
			Profiles:   []traces.Profile{{Cores: 1 + r.IntN(3), MemoryMB: 1024, OverheadMB: 384, TaskCPUs: 1}},
		}
		for j := range 1 + r.IntN(4) {
			job := traces.Job{ID: j, Cue: traces.Cue{After: r.IntN(j+1) - 1, Gap: ms(20000)}, Pool: []string{"", "a", "b"}[r.IntN(3)]}
			if len(a.Stages) > 0 && r.IntN(3) == 0 {
				job.Stages = list(a, r.IntN(len(a.Stages)), nil) // reads the output of an earlier stage
			}
			for range 1 + r.IntN(4) {
				s := traces.Stage{ID: len(a.Stages)}
				for _, parent := range job.Stages {
					if r.IntN(2) == 0 {
						s.Parents = append(s.Parents, parent)
						a.Stages[parent].Map = true
					}
				}
				if r.IntN(4) == 0 {
					s.Caches = []traces.CachedRDD{{ID: r.IntN(3), Memory: true}}
				}
				for range 1 + r.IntN(30) {
					s.Tasks = append(s.Tasks, traces.Task{Run: int32(1 + r.IntN(6000)), Host: -1})
				}
				job.Stages = append(job.Stages, s.ID)
				a.Stages = append(a.Stages, s)
			}
			a.Jobs = append(a.Jobs, job)
		}
		a.Tail = ms(3000)
		w.Apps = append(w.Apps, a)
		submit += ms(40000)
	}
	if seed%2 == 1 {
		keepDriversBusy(w, rand.New(rand.NewPCG(seed, 3)))
	}
	return w
}

// keepDriversBusy has drivers take their time before they submit stages and end jobs.
func keepDriversBusy(w *traces.Workload, r *rand.Rand) {
	for _, a := range w.Apps {
		for i := range a.Stages {
			a.Stages[i].Delay = time.Duration(r.IntN(2)*r.IntN(4000)) * time.Millisecond
			a.Stages[i].Launch = time.Duration(r.IntN(2)*r.IntN(500)) * time.Millisecond
		}
		for i := range a.Jobs {
			a.Jobs[i].Tail = time.Duration(r.IntN(2)*r.IntN(2000)) * time.Millisecond
		}
	}
}

// list returns a stage and all stages that it reads, in order.
func list(a *traces.Application, stage int, listed []int) []int {
	for _, parent := range a.Stages[stage].Parents {
		listed = list(a, parent, listed)
	}
	if !slices.Contains(listed, stage) {
		listed = append(listed, stage)
	}
	slices.Sort(listed)
	return listed
}

var randomPolicies = []string{
	"static,n=2", "static,n=5", "spark", "spark,idle=2s", "spark,idle=3s,max=4,backlog=2s", "spark,idle=1s,min=1,initial=3,ratio=0.5",
	"spark,idle=2s,cached=5s", "spark,idle=3s,shuffle=tracking,tracking-timeout=10s", "spark,idle=2s,shuffle=tracking",
	"spark,idle=2s,shuffle=decommission", "spark,idle=8s,shuffle=none", "spark,idle=2s,decommission=true",
	"hindsight", "hindsight,ratio=0.7,shuffle=tracking",
}

func randomRun(seed uint64) (*traces.Workload, policies.Fleet, Config) {
	r := rand.New(rand.NewPCG(seed, 2))
	fleet, err := policies.ParseFleet(randomPolicies[r.IntN(len(randomPolicies))])
	if err != nil {
		panic(err)
	}
	return randomWorkload(seed), fleet, Config{
		Cluster: cluster.Uniform(1+r.IntN(3), 3+r.IntN(12), 16384),
		Times:   randomTimes(r), Seed: seed, Horizon: 100 * time.Hour,
	}
}

func randomTimes(r *rand.Rand) latency.Model {
	var t latency.Model
	upTo := func(ms int) time.Duration { return time.Duration(r.IntN(ms)) * time.Millisecond }
	for c, most := range [latency.Causes]int{latency.Startup: 5000, latency.Usable: 800, latency.ColdSlot: 500, latency.FirstRead: 200, latency.FirstOfStage: 100, latency.Overhead: 30, latency.RemovalLag: 6000} {
		if most == 0 {
			continue // it is inside run times, from which it is taken off
		}
		d := &t.By[c]
		*d = latency.Constant(upTo(most))
		for i := range d.Quantiles {
			d.Quantiles[i] += time.Duration(i) * upTo(most) / 7
		}
		slices.Sort(d.Quantiles[:])
		d.Contention = float64(r.IntN(2)) * r.Float64()
	}
	return t
}
