package eventlog

import (
	"slices"
	"strings"
	"testing"
	"time"

	"dynalloc/traces"
	"dynalloc/traces/eventlog/slots"
)

// An executor has two slots. The driver launches the tasks of a stage 0.3 s after it
// submitted the stage, although both slots are free. The next stage finds both slots
// busy with another stage's tasks until 14 s, and launches its first task 50 ms later.
func TestTheDriversTimeUntilTasksStartIsKept(t *testing.T) {
	first, second := testStage{id: 0, tasks: 2}, testStage{id: 1, tasks: 1}
	l := newLog("app").executor("1", 2, 1).job(0, 10, "", first).submit(first, 0, 10)
	for i := range 2 {
		l.task(testTask{id: i, stage: 0, index: i, partition: i, kind: "ResultTask", reason: "Success", from: 10.3, to: 14 + float64(i), run: 900})
	}
	l.complete(first, 0, 15).job(1, 11, "", second).submit(second, 0, 11)
	l.task(testTask{id: 2, stage: 1, partition: 0, kind: "ResultTask", reason: "Success", from: 14.05, to: 16, run: 900}).complete(second, 0, 16)
	a := readBuilt(t, l.jobEnd(0, 15).jobEnd(1, 16).end(17))
	for i, want := range []time.Duration{300 * time.Millisecond, 50 * time.Millisecond} {
		if got := a.Stages[i].Launch; got != want {
			t.Errorf("stage %d: its first task is launched %v after it could be, want %v", i, got, want)
		}
	}
}

// Nothing can be launched before an executor has registered, and an executor that only
// ever ran one task at a time has no second slot, whatever its cores are: a GPU may
// allow no more. Such waits are not the driver's.
func TestAWaitForASlotIsNoTimeOfTheDriver(t *testing.T) {
	first, second := testStage{id: 0, tasks: 1}, testStage{id: 1, tasks: 1}
	l := newLog("app").job(0, 10, "", first).submit(first, 0, 10).executor("1", 2, 12)
	l.task(testTask{id: 0, stage: 0, partition: 0, kind: "ResultTask", reason: "Success", from: 12.2, to: 15, run: 900}).complete(first, 0, 15)
	l.job(1, 13, "", second).submit(second, 0, 13)
	l.task(testTask{id: 1, stage: 1, partition: 0, kind: "ResultTask", reason: "Success", from: 15, to: 16, run: 900}).complete(second, 0, 16)
	a := readBuilt(t, l.jobEnd(0, 15).jobEnd(1, 16).end(17))
	for i := range a.Stages {
		if got := a.Stages[i].Launch; got != 0 {
			t.Errorf("stage %d: its first task is launched %v after it could be, want 0", i, got)
		}
	}
}

// Spark starts a task far from its data after those near it, when it has waited. In one
// stage the far task comes last, as usual. In the other it comes first: it did not wait
// for the nearer one, and is not kept as one that does.
func TestAFarTaskThatCameFirstWaitedForNobody(t *testing.T) {
	usual, odd := testStage{id: 0, tasks: 2}, testStage{id: 1, tasks: 2}
	l := newLog("app").executor("1", 2, 1)
	for _, s := range []testStage{usual, odd} {
		from := 10.0 * float64(1+s.id)
		l.job(s.id, from, "", s).submit(s, 0, from)
		for i := range 2 {
			l.task(testTask{id: 2*s.id + i, stage: s.id, index: i, partition: i, kind: "ResultTask", reason: "Success", from: from + float64(3*i), to: from + 5, run: 900})
			if i != s.id {
				last := len(l.lines) - 1
				l.lines[last] = strings.Replace(l.lines[last], "PROCESS_LOCAL", "ANY", 1)
			}
		}
		l.complete(s, 0, from+5).jobEnd(s.id, from+6)
	}
	a := readBuilt(t, l.end(30))
	for i, want := range [][2]traces.Locality{{traces.ProcessLocal, traces.AnyLocality}, {traces.UnknownLocality, traces.ProcessLocal}} {
		for k := range want {
			if got := a.Stages[i].Tasks[k].Locality; got != want[k] {
				t.Errorf("stage %d, task %d: locality %d, want %d", i, k, got, want[k])
			}
		}
	}
}

// The driver collects a broadcast for ten seconds: both tasks of a stage wait for it, and
// the stage's launch keeps that time, beyond the 20 ms that tasks of this application wait
// for anyway. One slow task of two is chance, and a first task of an executor waits for more
// than the driver.
func TestAStallOfTheDriverIsKept(t *testing.T) {
	task := func(scheduler int32) traces.Task { return traces.Task{Run: 100, Scheduler: scheduler} }
	cold := task(10_000)
	cold.Cold = true
	stages := []traces.Stage{
		{Tasks: slices.Repeat([]traces.Task{task(20)}, 100)},
		{Tasks: []traces.Task{task(10_020), task(10_500)}, Launch: time.Second},
		{Tasks: []traces.Task{task(10_020), task(15)}},
		{Tasks: []traces.Task{cold}},
	}
	slots.AddStalls(stages)
	for i, want := range []time.Duration{0, 11 * time.Second, 0, 0} {
		if got := stages[i].Launch; got != want {
			t.Errorf("stage %d is launched after %v, want %v", i, got, want)
		}
	}
}
