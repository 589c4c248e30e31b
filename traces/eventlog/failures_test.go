package eventlog

import (
	"slices"
	"strings"
	"testing"
	"time"

	"dynalloc/traces"
)

// A task fails twice with an exception and once because its executor was lost,
// then succeeds. Only the exceptions are kept: they would happen in any run.
func TestFailuresByExceptionAreKept(t *testing.T) {
	s := testStage{id: 0, tasks: 1}
	l := newLog("a").executor("1", 1, 0).job(0, 1, "", s).submit(s, 0, 1)
	for i, reason := range []string{"ExceptionFailure", "ExecutorLostFailure", "ExceptionFailure", "Success"} {
		from := float64(1 + 2*i)
		l.task(testTask{id: i, stage: 0, index: 0, partition: 0, kind: "ResultTask", reason: reason, from: from, to: from + 2, run: 1900})
	}
	a := readBuilt(t, l.complete(s, 0, 9).jobEnd(0, 9).end(10))
	want := []traces.Failure{{Task: 0, Work: 2 * time.Second, Executor: 1}, {Task: 0, Work: 2 * time.Second, Executor: 1}}
	if got := a.Stages[0].Failures; !slices.Equal(got, want) {
		t.Errorf("failures %v, want %v", got, want)
	}
}

// An original runs for eight seconds until its copy, started after five, has
// won. The task's own time is the copy's; the original would have taken at
// least as long as it ran.
func TestOriginalThatLostAgainstItsSpeculativeCopy(t *testing.T) {
	s := testStage{id: 0, tasks: 1}
	l := newLog("a").executor("1", 1, 0).executor("2", 1, 0).job(0, 1, "", s).submit(s, 0, 1)
	l.task(testTask{id: 1, stage: 0, index: 0, partition: 0, kind: "ResultTask", reason: "Success", executor: "2", from: 6, to: 9, run: 2900, copy: true})
	l.task(testTask{id: 0, stage: 0, index: 0, partition: 0, kind: "ResultTask", reason: "TaskKilled", from: 1, to: 9, run: 7900})
	a := readBuilt(t, l.complete(s, 0, 9).jobEnd(0, 9).end(10))
	if got := a.Stages[0].Tasks[0]; got.Run != 2900 || got.OriginalRun != 8000 {
		t.Errorf("the task runs %d ms, its original %d ms, want 2900 and 8000", got.Run, got.OriginalRun)
	}
	if got, want := a.Stages[0].Copies, []traces.Copy{{After: 5 * time.Second, Work: 2900 * time.Millisecond}}; !slices.Equal(got, want) {
		t.Errorf("copies %v, want %v", got, want)
	}
}

// A copy that was started after five seconds succeeds after another three, and the
// original, which was not killed in time, two seconds later. The output is there at the
// first success; in another task the original is first, and its copy is killed.
func TestOriginalAndCopyThatBothSucceed(t *testing.T) {
	s := testStage{id: 0, tasks: 2}
	l := newLog("a").executor("1", 2, 0).executor("2", 2, 0).job(0, 1, "", s).submit(s, 0, 1)
	l.task(testTask{id: 2, stage: 0, index: 0, partition: 0, kind: "ResultTask", reason: "Success", executor: "2", from: 6, to: 9, run: 2900, copy: true})
	l.task(testTask{id: 0, stage: 0, index: 0, partition: 0, kind: "ResultTask", reason: "Success", from: 1, to: 11, run: 9900})
	l.task(testTask{id: 1, stage: 0, index: 1, partition: 1, kind: "ResultTask", reason: "Success", from: 1, to: 7, run: 5900})
	l.task(testTask{id: 3, stage: 0, index: 1, partition: 1, kind: "ResultTask", reason: "TaskKilled", executor: "2", from: 6, to: 7, run: 900, copy: true})
	a := readBuilt(t, l.complete(s, 0, 11).jobEnd(0, 11).end(12))
	if got := a.Stages[0].Tasks[0]; got.Run != 2900 || got.OriginalRun != 10_000 {
		t.Errorf("the first task runs %d ms, its original %d ms, want 2900 and 10000", got.Run, got.OriginalRun)
	}
	if got := a.Stages[0].Tasks[1]; got.Run != 5900 || got.OriginalRun != 0 {
		t.Errorf("the second task runs %d ms, its original %d ms, want 5900 and 0", got.Run, got.OriginalRun)
	}
	want := []traces.Copy{{Task: 0, After: 5 * time.Second, Work: 2900 * time.Millisecond}, {Task: 1, After: 5 * time.Second, Work: time.Second}}
	if got := a.Stages[0].Copies; !slices.Equal(got, want) {
		t.Errorf("copies %v, want %v", got, want)
	}
}

// The executor that holds a cached block leaves. The next task that wants the
// block computes it again; a third finds it.
func TestLostCachedBlockIsComputedAgain(t *testing.T) {
	l := newLog("a").executor("1", 1, 0).executor("2", 1, 0)
	for id := range 3 {
		s := testStage{id: id, tasks: 1, rdds: "7"}
		from := float64(1 + 10*id)
		executor := []string{"1", "2", "2"}[id]
		l.job(id, from, "", s).submit(s, 0, from)
		l.task(testTask{id: id, stage: id, index: 0, partition: 0, kind: "ResultTask", reason: "Success", executor: executor, from: from, to: from + 2, run: 1900})
		l.complete(s, 0, from+2).jobEnd(id, from+2)
		if id == 0 {
			l.add(`{"Event":"SparkListenerExecutorRemoved","Timestamp":%d,"Executor ID":"1","Removed Reason":"Executor killed by driver."}`, at(5))
		}
	}
	for i, line := range l.lines {
		l.lines[i] = strings.ReplaceAll(line, `"Use Memory":false`, `"Use Memory":true`)
	}
	a := readBuilt(t, l.end(40))
	for i, want := range []bool{false, true, false} {
		if got := a.Stages[i].Tasks[0].Recomputed; got != want {
			t.Errorf("stage %d computes its block again: %v, want %v", i, got, want)
		}
	}
}

// One executor with two slots runs five tasks of a stage, a second apart, and then three of
// the next. The first one of all is cold; it has loaded the classes when the second one
// comes. The first two of each stage are first.
func TestFirstTasksOfExecutorAndStage(t *testing.T) {
	l := newLog("a").executor("1", 2, 0)
	for id, n := range []int{5, 3} {
		s := testStage{id: id, tasks: n}
		from := float64(1 + 20*id)
		l.job(id, from, "", s).submit(s, 0, from)
		for i := range n {
			l.task(testTask{id: 10*id + i, stage: id, index: i, partition: i, kind: "ResultTask", reason: "Success", from: from + float64(i), to: from + float64(i) + 2, run: 1900})
		}
		l.complete(s, 0, from+10).jobEnd(id, from+10)
	}
	a := readBuilt(t, l.end(60))
	for i, tasks := range [][]string{{"cold first", "first", "", "", ""}, {"first", "first", ""}} {
		for j, want := range tasks {
			got := ""
			if task := a.Stages[i].Tasks[j]; task.Cold {
				got = "cold first"
			} else if task.First {
				got = "first"
			}
			if got != want {
				t.Errorf("task %d of stage %d is %q, want %q", j, i, got, want)
			}
		}
	}
}

// Three tasks on an executor with four slots: the first one deserializes for 5 s, and so does
// the one that is launched beside it. The third one comes when that is done: its slot is
// new, but its executor is warm.
func TestTasksAreColdUntilTheirExecutorHasLoadedItsClasses(t *testing.T) {
	x := &executorLog{id: "1"}
	for id, launch := range []int64{1000, 1025, 7000} {
		x.ran(launch, launch+6000, int64(id), "", 4)
		run := taskRun{launch: launch}
		if id < 2 {
			run.Deserialize = 5000
		}
		x.warmed(&run)
	}
	if got := x.firstOfAll(); len(got) != 2 || got[0].ID != 0 || got[1].ID != 1 {
		t.Errorf("cold tasks %v, want those with ids 0 and 1", got)
	}
}

// A copy succeeds after eight seconds and ends its stage and job. Its original, which was
// not killed in time, succeeds five seconds later: the job's end has nothing to do with it.
func TestAnOriginalThatSucceedsAfterItsCopyHoldsNothingUp(t *testing.T) {
	s := testStage{id: 0, tasks: 1}
	l := newLog("a").executor("1", 1, 0).executor("2", 1, 0).job(0, 1, "", s).submit(s, 0, 1)
	l.task(testTask{id: 1, stage: 0, index: 0, partition: 0, kind: "ResultTask", reason: "Success", executor: "2", from: 6, to: 9, run: 2900, copy: true})
	l.complete(s, 0, 9).jobEnd(0, 9.5)
	l.task(testTask{id: 0, stage: 0, index: 0, partition: 0, kind: "ResultTask", reason: "Success", from: 1, to: 14, run: 12_900})
	a := readBuilt(t, l.end(15))
	if got := a.Jobs[0].Tail; got != 500*time.Millisecond {
		t.Errorf("the job ends %v after its last output, want 0.5s", got)
	}
}

// As before, but the log ends the stage and the job only when the original has succeeded
// too. A replay that needs the first success only does not wait for the rest: the job's
// own time is what follows the original.
func TestAJobThatWaitedForBothIsNotLongerForIt(t *testing.T) {
	s := testStage{id: 0, tasks: 1}
	l := newLog("a").executor("1", 1, 0).executor("2", 1, 0).job(0, 1, "", s).submit(s, 0, 1)
	l.task(testTask{id: 1, stage: 0, index: 0, partition: 0, kind: "ResultTask", reason: "Success", executor: "2", from: 6, to: 9, run: 2900, copy: true})
	l.task(testTask{id: 0, stage: 0, index: 0, partition: 0, kind: "ResultTask", reason: "Success", from: 1, to: 14, run: 12_900})
	a := readBuilt(t, l.complete(s, 0, 14).jobEnd(0, 14.5).end(15))
	if got := a.Jobs[0].Tail; got != 500*time.Millisecond {
		t.Errorf("the job ends %v after its last output, want 0.5s", got)
	}
}
