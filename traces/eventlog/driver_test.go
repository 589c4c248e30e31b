package eventlog

import (
	"testing"
	"time"

	"dynalloc/traces"
)

// A busy driver submits two stages that read nothing four seconds apart, and the one that
// reads both two seconds after the last of their tasks. It ends the job three seconds
// after its last task. These times are the driver's, and no executor shortens them.
func TestTheDriversTimeBeforeStagesAndAtTheEndOfAJobIsKept(t *testing.T) {
	left := testStage{id: 0, tasks: 2}
	right := testStage{id: 1, tasks: 2}
	both := testStage{id: 2, tasks: 1, parents: []int{0, 1}}
	l := newLog("app").executor("1", 4, 1).job(0, 10, "", left, right, both)
	l.ran(left, "ShuffleMapTask", 0, 10)
	l.ran(right, "ShuffleMapTask", 2, 14)
	l.ran(both, "ResultTask", 4, 17)
	a := readBuilt(t, l.jobEnd(0, 21).end(22))
	for i, want := range []time.Duration{0, 4 * time.Second, 2 * time.Second} {
		if got := a.Stages[i].Delay; got != want {
			t.Errorf("stage %d was submitted %v after it could be, want %v", i, got, want)
		}
	}
	if got := a.Jobs[0].Tail; got != 3*time.Second {
		t.Errorf("the job ended %v after its last task, want 3s", got)
	}
}

// The second job reads a shuffle of the first. Its executor has gone, so the driver has
// the shuffle computed again before it submits the stage that reads it. This took as long
// as the tasks did, and is no time of the driver.
func TestWorkThatIsRepeatedIsNoTimeOfTheDriver(t *testing.T) {
	first := testStage{id: 0, tasks: 1, rdds: "1 2<1"}
	reads := testStage{id: 1, tasks: 1, parents: []int{0}, rdds: "4<2"}
	again := testStage{id: 2, tasks: 1, rdds: "1 2<1"}
	later := testStage{id: 3, tasks: 1, parents: []int{2}, rdds: "4<2 5<4"}
	l := newLog("app").executor("1", 4, 1).job(0, 10, "", first, reads)
	l.ran(first, "ShuffleMapTask", 0, 10)
	l.ran(reads, "ResultTask", 1, 11).jobEnd(0, 12)
	l.job(1, 20, "", again, later)
	l.ran(again, "ShuffleMapTask", 2, 20)
	l.ran(later, "ResultTask", 3, 21.5).jobEnd(1, 22.5)
	a := readBuilt(t, l.end(23))
	if len(a.Stages) != 3 {
		t.Fatalf("%d stages, want the shuffle once and its two readers", len(a.Stages))
	}
	if got := a.Stages[2].Delay; got != 500*time.Millisecond {
		t.Errorf("the reader was submitted %v after it could be, want 500ms", got)
	}
}

// A job that runs no task lasts as long as it did: a driver that waits in it does so in
// a replay, too.
func TestAJobWithoutTasksTakesItsTime(t *testing.T) {
	s := testStage{id: 0, tasks: 8}
	l := newLog("app").job(0, 8, "", s).submit(s, 0, 8)
	l.add(`{"Event":"SparkListenerJobEnd","Job ID":0,"Completion Time":%d,"Job Result":{"Result":"JobFailed"}}`, at(608))
	a := readBuilt(t, l.end(609))
	if j := a.Jobs[0]; j.Tail != 10*time.Minute || !j.Failed {
		t.Errorf("the job takes %v and failed: %v; want 10m and true", j.Tail, j.Failed)
	}
}

// The scheduler of a busy driver comes to its events late: the starts of tasks are logged
// 4.6 s after their launch, behind a job that was submitted meanwhile. No clock was set.
func TestLaunchesThatAreLoggedLateAreNoStepOfTheClock(t *testing.T) {
	busy, next := testStage{id: 0, tasks: 2}, testStage{id: 1, tasks: 1}
	l := newLog("app").executor("1", 4, 1).job(0, 8, "", busy).submit(busy, 0, 8)
	l.job(1, 12.6, "", next)
	for i := range 2 {
		l.start(testTask{id: i, stage: 0, index: i, partition: i, from: 8, to: 12})
	}
	for i := range 2 {
		l.task(testTask{id: i, stage: 0, index: i, partition: i, kind: "ResultTask", reason: "Success", from: 8, to: 12, run: 3900})
	}
	l.complete(busy, 0, 12.7).jobEnd(0, 12.7)
	l.ran(next, "ResultTask", 2, 12.7)
	a := readBuilt(t, l.jobEnd(1, 14).end(15))
	if a.Log.Grade != traces.Complete {
		t.Errorf("the log is graded %v, want complete: %v", a.Log.Grade, a.Log.Problems)
	}
}
