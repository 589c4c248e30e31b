package metrics

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"dynalloc/internal/logtest"
	"dynalloc/internal/wide"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/calibrate"
	"dynalloc/replay/cluster"
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
	m := NewMeter(w, 3, 25*time.Second)
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

	got := m.Measured[0]
	want := Elasticity{
		Known:     true,
		Under:     1 + 5*2.0/3 + 5*1.0/3 + 5*1.0/3,
		Over:      5*1.0/2 + 3,
		UnderTime: 16 * time.Second, OverTime: 8 * time.Second,
	}
	if math.Abs(got.Under-want.Under) > 1e-12 || math.Abs(got.Over-want.Over) > 1e-12 || got.UnderTime != want.UnderTime || got.OverTime != want.OverTime || !got.Known {
		t.Errorf("got %+v, want %+v", got.Elasticity, want)
	}
	// One was held for 30 s, the other for 24 s, a second less than the minimum charge.
	if want := (MinimumCharge{Executors: wide.Of(time.Second, 1), Cores: wide.Of(time.Second, 1)}); got.MinimumCharge != want {
		t.Errorf("got %+v, want %+v", got.MinimumCharge, want)
	}
}

// A fetch fails and the stage begins again with both of its tasks, while one of
// the first attempt still runs. When that task succeeds, the second attempt need not
// run it.
func TestATaskOfAnEarlierAttemptSparesTheNext(t *testing.T) {
	w := &traces.Workload{Apps: []*traces.Application{{
		Profiles: []traces.Profile{{TaskCPUs: 1}}, Stages: []traces.Stage{{Tasks: make([]traces.Task, 2)}},
	}}}
	m := NewMeter(w, 8, 0)
	for _, c := range []struct {
		event            replay.Event
		running, waiting int
	}{
		{replay.Event{Kind: replay.AppSubmitted}, 0, 0},
		{replay.Event{Kind: replay.StageSubmitted, N: 2}, 0, 2},
		{replay.Event{Kind: replay.TaskStarted, Task: 0}, 1, 1},
		{replay.Event{Kind: replay.TaskStarted, Task: 1}, 2, 0},
		{replay.Event{Kind: replay.TaskEnded, Task: 1, N: 1}, 1, 1},
		{replay.Event{Kind: replay.StageEnded, N: 1}, 1, 0},
		{replay.Event{Kind: replay.StageSubmitted, N: 2}, 1, 2},
		{replay.Event{Kind: replay.TaskEnded, Task: 0}, 0, 1},
		{replay.Event{Kind: replay.TaskStarted, Task: 1}, 1, 0},
		{replay.Event{Kind: replay.TaskEnded, Task: 1}, 0, 0},
	} {
		m.Observe(c.event)
		if a := m.lives[0]; a.running != c.running || a.waiting != c.waiting {
			t.Fatalf("after %+v: %d run and %d wait, want %d and %d", c.event, a.running, a.waiting, c.running, c.waiting)
		}
	}
}

// In every recording, also those with failures, and under policies that lose shuffle
// files: no count falls below 0, no task waits when no job of its application runs,
// and no time is longer than the turnaround of which it is a share.
func TestTheMeterLosesNothing(t *testing.T) {
	var fleets []policies.Fleet
	for _, text := range []string{"recorded", "static,n=2", "spark,idle=2s,shuffle=none", "spark,idle=5s,shuffle=tracking"} {
		f, err := policies.ParseFleet(text)
		if err != nil {
			t.Fatal(err)
		}
		fleets = append(fleets, f)
	}
	for _, recording := range append(logtest.Folders(t, "../testdata/recordings"), logtest.Folders(t, "../testdata/mechanisms")...) {
		w := logtest.Read(t, recording)
		cluster := cluster.Assume(w)
		for _, f := range fleets {
			if len(replay.Unschedulable(w, f, cluster)) > 0 {
				continue
			}
			m := NewMeter(w, cluster.Capacity(), 0)
			jobs := make([]int, len(w.Apps))
			result, err := replay.Run(w, f, replay.Config{Cluster: cluster, Times: calibrate.Defaults(), Seed: 1, Horizon: 31 * 24 * time.Hour}, m, replay.ObserverFunc(func(e replay.Event) {
				a := m.lives[e.App]
				if a == nil {
					return // it has ended
				}
				if a.running < 0 || a.waiting < 0 || a.supply < 0 {
					t.Fatalf("%s, %s at %s: %+v", recording, f.Name, e.At, *a)
				}
				switch e.Kind {
				case replay.JobSubmitted:
					jobs[e.App]++
				case replay.JobEnded:
					if jobs[e.App]--; jobs[e.App] == 0 && (a.waiting != 0 || slices.ContainsFunc(a.stages, func(s attempt) bool { return s.tasks != nil })) {
						t.Errorf("%s, %s at %s: no job is left and %d cores are waited for", recording, f.Name, e.At, a.waiting)
					}
				}
			}))
			if errors.Is(err, replay.ErrHorizon) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			for i, a := range result.Apps {
				got := m.Measured[i]
				if !got.Known || got.UnderTime+got.OverTime > a.End-a.Submit || got.Under > got.UnderTime.Seconds() || got.Over > got.OverTime.Seconds() {
					t.Errorf("%s, %s, application %d of %s: %+v", recording, f.Name, i, a.End-a.Submit, got)
				}
			}
		}
	}
}
