package bench

import (
	"math"
	"strings"
	"testing"
	"time"

	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/traces"
)

// One application with a job of four tasks of 10 s, on two executors of one core
// that take tasks at 2 s and at 7 s, on a cluster with room for three. Until 1 s
// there is no job.
//
//	from  to  demand  supply
//	   0   1     0      0     0 / 0: exact
//	   1   2     3      0     4 tasks want more than there is
//	   2   7     3      1
//	   7  12     3      2
//	  12  17     3      2     3 tasks are left
//	  17  22     2      2     2 tasks are left
//	  22  27     1      2     the last one
//	  27  30     0      2     the driver writes
func TestElasticityByHand(t *testing.T) {
	w := &traces.Workload{Apps: []*traces.Application{{
		Profiles: []traces.Profile{{TaskCPUs: 1}}, Stages: []traces.Stage{{Tasks: make([]traces.Task, 4)}},
	}}}
	m := newMeter(w, 3, 25*time.Second)
	at := func(seconds int, e replay.Event) {
		e.At = time.Duration(seconds) * time.Second
		m.Observe(e)
	}
	start := func(seconds int, task int32) { at(seconds, replay.Event{Kind: replay.TaskStarted, Task: task}) }
	end := func(seconds int, task int32) { at(seconds, replay.Event{Kind: replay.TaskEnded, Task: task}) }
	of := func(kind replay.Kind, executor int) replay.Event {
		return replay.Event{Kind: kind, Executor: policies.ExecutorID(executor), N: 1}
	}
	at(0, replay.Event{Kind: replay.AppSubmitted})
	at(0, of(replay.ExecutorGranted, 0))
	at(1, replay.Event{Kind: replay.StageSubmitted, N: 4})
	at(2, of(replay.ExecutorUsable, 0))
	start(2, 0)
	at(6, of(replay.ExecutorGranted, 1))
	at(7, of(replay.ExecutorUsable, 1))
	start(7, 1)
	end(12, 0)
	start(12, 2)
	end(17, 1)
	start(17, 3)
	end(22, 2)
	end(27, 3)
	at(27, replay.Event{Kind: replay.StageEnded})
	at(30, of(replay.ExecutorFreed, 0))
	at(30, of(replay.ExecutorFreed, 1))
	at(30, replay.Event{Kind: replay.AppEnded})

	got := m.measured[0]
	want := Elasticity{
		Known:     true,
		Under:     1 + 5*2.0/3 + 5*1.0/3 + 5*1.0/3,
		Over:      5*1.0/2 + 3,
		UnderTime: 16 * time.Second, OverTime: 8 * time.Second,
	}
	if math.Abs(got.Under-want.Under) > 1e-12 || math.Abs(got.Over-want.Over) > 1e-12 || got.UnderTime != want.UnderTime || got.OverTime != want.OverTime || !got.Known {
		t.Errorf("got %+v, want %+v", got.Elasticity, want)
	}
	// One was held for 30 s, the other for 24: a second less than is charged.
	if want := (Short{Executors: time.Second, Cores: time.Second}); got.Short != want {
		t.Errorf("got %+v, want %+v", got.Short, want)
	}
}

// mishaps is work in which tasks fail, copies run, and stages begin again.
const mishaps = `
app a cores=2 memory=1g
  set spark.speculation true
  set spark.dynamicAllocation.enabled true
  job
    stage tasks=7x3s,1x60s fails=2:3s,2:1s
    stage tasks=8x5s
  job gap=30s
    stage tasks=3x10s cache=1
app b cores=1 memory=1g submit=5s
  job
    stage tasks=20x2s fails=0:1s
    stage tasks=4x4s
`

// Whatever happens, when an application has ended nothing of it is needed or
// held, and what was held agrees with the ledger.
func TestTheMeterLosesNothing(t *testing.T) {
	w, err := traces.ReadText(strings.NewReader(mishaps), "mishaps")
	if err != nil {
		t.Fatal(err)
	}
	cluster, err := replay.ParseCluster("standalone,nodes=2,cores=4,memory=64g,startup=1s")
	if err != nil {
		t.Fatal(err)
	}
	fleets, err := Fleets([]string{"static,n=2", "spark,idle=2s,shuffle=none", "spark,idle=5s,shuffle=tracking"})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fleets {
		m := newMeter(w, cluster.Capacity(), 0)
		result, err := replay.Run(w, f, replay.Config{Cluster: cluster, Seed: 1}, m, replay.ObserverFunc(func(e replay.Event) {
			a := &m.life[e.App]
			if a.running < 0 || a.waiting < 0 || a.supply < 0 {
				t.Fatalf("%s at %s: %+v", f.Name, e.At, *a)
			}
			if e.Kind == replay.JobEnded && (a.waiting != 0 || len(a.stages) != 0) {
				t.Errorf("%s at %s: a job is done and %d cores are waited for", f.Name, e.At, a.waiting)
			}
		}))
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range result.Apps {
			measured := m.measured[i]
			life := a.End - a.Submit
			if !measured.Known || measured.UnderTime+measured.OverTime > life || measured.Under > measured.UnderTime.Seconds() || measured.Over > measured.OverTime.Seconds() {
				t.Errorf("%s, application %d of %s: %+v", f.Name, i, life, measured)
			}
		}
	}
}
