package traces

import (
	"slices"
	"testing"
	"time"

	"dynalloc/internal/wide"
)

// tasks makes tasks with their work in ms.
func tasks(ms ...int32) []Task {
	list := make([]Task, len(ms))
	for i := range ms {
		list[i] = Task{Run: ms[i], Scheduler: 9999}
	}
	return list
}

// Two jobs, one after the other, share a map stage: it is on the path once.
func TestCriticalPathGoesThroughSharedStagesOnce(t *testing.T) {
	a := &Application{
		Profiles: []Profile{{TaskCPUs: 2}},
		Stages: []Stage{
			{Map: true, Tasks: tasks(1000, 3000)},
			{Parents: []int{0}, Tasks: tasks(500)},
			{Parents: []int{0}, Tasks: tasks(200, 100)},
		},
		Jobs: []Job{
			{Cue: Cue{After: -1, Gap: time.Second}, Stages: []int{0, 1}},
			{Cue: Cue{After: 0, Gap: 2 * time.Second}, Stages: []int{0, 2}},
		},
		Tail: time.Second,
	}
	if got, want := CriticalPath(a), 7700*time.Millisecond; got != want { // 1 + 3.5 + 2 + 0.2 + 1
		t.Errorf("critical path %v, want %v", got, want)
	}
	if got, want := TotalWork(a), wide.Of(4800*time.Millisecond, 2); got != want { // 4.8 s on two cores each
		t.Errorf("total work %v, want %v", got, want)
	}
	// Side by side, the second job starts first and computes the shared stage; the other waits for it.
	a.Jobs[1].Cue = Cue{After: -1}
	a.Tail = time.Second
	if got, want := CriticalPath(a), 4500*time.Millisecond; got != want { // 3 + 0.5 + 1
		t.Errorf("critical path side by side %v, want %v", got, want)
	}
	a.Stages[0].Delay, a.Stages[0].Launch, a.Jobs[0].Tail = 1500*time.Millisecond, 500*time.Millisecond, time.Second
	if got, want := CriticalPath(a), 7500*time.Millisecond; got != want { // 1.5 + 0.5 + 3 + 0.5 + 1 + 1
		t.Errorf("critical path under a busy driver %v, want %v", got, want)
	}
	a.Stages[0].Delay, a.Stages[0].Launch, a.Jobs[0].Tail = 0, 0, 0
	a.EarlierAttempts = time.Minute
	if got, want := CriticalPath(a), 64500*time.Millisecond; got != want {
		t.Errorf("critical path after a failed attempt %v, want %v", got, want)
	}
}

// The driver waits for a job that is not the last to be submitted.
func TestCriticalPathEndsNoEarlierThanItsJobs(t *testing.T) {
	a := &Application{
		Profiles: []Profile{{TaskCPUs: 1}},
		Stages:   []Stage{{Tasks: tasks(60_000)}, {Tasks: tasks(1000)}},
		Jobs: []Job{
			{Cue: Cue{After: -1}, Stages: []int{0}},
			{Cue: Cue{After: -1, Gap: time.Second}, Stages: []int{1}},
		},
		Tail: time.Second,
	}
	if got := CriticalPath(a); got != 61*time.Second {
		t.Errorf("critical path %v, want a minute and the driver's last second", got)
	}
}

// A statement that comes while another runs does not wait for it, a batch waits for its
// trigger, and the next one for the batch. The clock stops the driver.
func TestCriticalPathWaitsForTheClock(t *testing.T) {
	a := &Application{
		Profiles: []Profile{{TaskCPUs: 1}},
		Stages:   []Stage{{Tasks: tasks(60_000)}, {Tasks: tasks(1000)}, {Tasks: tasks(1000)}},
		Jobs: []Job{
			{Cue: Cue{After: -1, At: 5 * time.Second}, Stages: []int{0}},
			{Cue: Cue{After: -1, At: 10 * time.Second, Gap: time.Second}, Stages: []int{1}},
			{Cue: Cue{After: 0, At: 20 * time.Second, Gap: time.Second}, Stages: []int{2}},
		},
		Tail: time.Second,
	}
	_, ends := IdealSchedule(a)
	if want := []time.Duration{65 * time.Second, 12 * time.Second, 67 * time.Second}; !slices.Equal(ends, want) {
		t.Errorf("jobs end at %v, want %v", ends, want)
	}
	for i, want := range []CueKind{OpenLoop, OpenLoop, Triggered} {
		if got := a.Jobs[i].Cue.Kind(); got != want {
			t.Errorf("job %d is started %v, want %v", i, got, want)
		}
	}
	if got := CriticalPath(a); got != 68*time.Second {
		t.Errorf("critical path %v, want 68 s", got)
	}
	a.Until, a.EarlierAttempts = 2*time.Minute, time.Minute
	if got := CriticalPath(a); got != 3*time.Minute {
		t.Errorf("critical path %v until the clock stops the driver, want 3 min", got)
	}
}
