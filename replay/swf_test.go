package replay_test

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
	"dynalloc/traces/source"
)

// The standalone master goes through the applications in order of registration and
// starts what fits: one that does not fit waits, and does not delay those behind it.
// For jobs that are one executor each, this is computed here without the engine: a
// machine with a number of processors, a list of waiting jobs, and a walk over it
// whenever a job comes or goes.
func waits(w *traces.Workload, processors int) []time.Duration {
	waits := make([]time.Duration, len(w.Apps))
	run := func(app int) (d time.Duration) {
		for _, s := range w.Apps[app].Stages {
			d += s.Tasks[0].Work()
		}
		return d
	}
	type running struct {
		end  time.Duration
		size int
	}
	var (
		on      []running // by end
		waiting []int
		next    int
		free    = processors
	)
	for next < len(w.Apps) || len(waiting) > 0 {
		now := time.Duration(1<<63 - 1)
		if next < len(w.Apps) {
			now = w.Apps[next].Submit
		}
		if len(on) > 0 {
			now = min(now, on[0].end)
		}
		for len(on) > 0 && on[0].end <= now {
			free += on[0].size
			on = on[1:]
		}
		for next < len(w.Apps) && w.Apps[next].Submit <= now {
			waiting = append(waiting, next)
			next++
		}
		still := waiting[:0]
		for _, app := range waiting {
			size := w.Apps[app].Profiles[0].Cores
			if size > free {
				still = append(still, app)
				continue
			}
			free -= size
			waits[app] = now - w.Apps[app].Submit
			r := running{now + run(app), size}
			at, _ := slices.BinarySearchFunc(on, r, func(x, y running) int { return int(min(max(x.end-y.end, -1), 1)) })
			on = slices.Insert(on, at, r)
		}
		waiting = still
	}
	return waits
}

// checkWaits replays the jobs with executors that start at once and tasks that
// cost nothing beside their work.
func checkWaits(t *testing.T, w *traces.Workload, processors int) {
	t.Helper()
	fleet, err := policies.ParseFleet("static,n=1")
	if err != nil {
		t.Fatal(err)
	}
	cluster := cluster.Uniform(1, processors, 1)
	result, err := replay.Run(w, fleet, replay.Config{Cluster: cluster})
	if err != nil {
		t.Fatal(err)
	}
	var sum, wrong time.Duration
	for i, want := range waits(w, processors) {
		sum += want
		if got := result.Apps[i].Registered - result.Apps[i].Submit; got != want {
			if wrong++; wrong <= 5 {
				t.Errorf("%s waits %v, want %v", w.Apps[i].ID, got, want)
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d waits are wrong", wrong, len(w.Apps))
	}
	if sum == 0 {
		t.Error("nobody waited: that shows nothing")
	}
}

// A year of a machine with 100 processors, 28,489 jobs: all wait as long as the
// independent calculation says.
func TestJobsOfTheArchiveWaitAsCalculated(t *testing.T) {
	path := filepath.Join("..", "..", "shared", "traces", "swf", "KTH-SP2-1996-2.swf.gz")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not there: it comes with the recorded traces beside the repository", path)
	}
	logs, err := source.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	w, bad, err := traces.Collect("KTH", logs)
	if err != nil || len(bad) > 0 || len(w.Apps) != 28489 {
		t.Fatalf("read %d jobs: %v, %v", len(w.Apps), bad, err)
	}
	checkWaits(t, w, 100)
}

// Jobs of all sizes on a machine that is too small for them all.
func TestRigidJobsWaitAsCalculated(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	w := &traces.Workload{}
	at := time.Duration(0)
	for i := range 2000 {
		at += time.Duration(random.IntN(60)) * time.Second
		size := 1 + random.IntN(16)
		w.Apps = append(w.Apps, &traces.Application{
			ID: string(rune('a'+i/26)) + string(rune('a'+i%26)), Submit: at,
			Profiles: []traces.Profile{{Cores: size, TaskCPUs: size}},
			Jobs:     []traces.Job{{Cue: traces.Cue{After: -1}, Stages: []int{0}}},
			Stages:   []traces.Stage{{Tasks: []traces.Task{{Run: int32(random.IntN(120_000)), Host: -1}}}},
		})
	}
	checkWaits(t, w, 30)
}
