package eventlog

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// wrongLog is a log of two stages of four tasks each on an executor of some cores. The tasks
// of a stage run together.
func wrongLog(cores int) *logBuilder {
	first, second := testStage{id: 0, tasks: 4, rdds: "0"}, testStage{id: 1, tasks: 4, parents: []int{0}, rdds: "1<0"}
	return newLog("a").executor("1", cores, 0.5).job(0, 2, "", first, second).
		ran(first, "ShuffleMapTask", 0, 2).ran(second, "ResultTask", 4, 3.5).jobEnd(0, 4.6).end(5)
}

// The end of each task is in the log twice. Its work counts once.
func TestTasksThatEndTwiceCountOnce(t *testing.T) {
	l := wrongLog(4)
	for _, line := range l.lines {
		if strings.Contains(line, "TaskEnd") {
			l.add("%s", line)
		}
	}
	a := readBuilt(t, l)
	if notes := fmt.Sprint(a.Log.Problems); a.Log.Tasks != 8 || !strings.Contains(notes, "log-tasks-ended-twice tasks=8") {
		t.Errorf("%d tasks, noted %s", a.Log.Tasks, notes)
	}
}

// A log without task metrics does not say which part of its time a task worked: it is taken
// to be all, because no overhead is known.
func TestTasksWithoutMetricsWorkFromLaunchToFinish(t *testing.T) {
	for name, has := range map[string]string{"none": "", "null": `,"Task Metrics":null`} {
		l := wrongLog(4)
		for i := range l.lines {
			l.lines[i] = strings.Replace(l.lines[i], `,"Task Metrics":{"Executor Run Time":900}`, has, 1)
		}
		a := readBuilt(t, l)
		task, notes := a.Stages[0].Tasks[2], fmt.Sprint(a.Log.Problems)
		if task.Run != 1000 || task.Scheduler != 0 || !strings.Contains(notes, "log-tasks-without-metrics tasks=8") {
			t.Errorf("%s: %d ms of work and %d ms of overhead, noted %s", name, task.Run, task.Scheduler, notes)
		}
	}
}

// An executor is said to have one core, but four of its tasks ran at one time. An executor
// of four cores that launches each task some milliseconds before the one before it in
// the slot is seen to end shows no fifth core.
func TestCoresAreConcludedFromTasksAtOneTime(t *testing.T) {
	a := readBuilt(t, wrongLog(1))
	notes := fmt.Sprint(a.Log.Problems)
	if a.Recorded.Executors[0].Cores != 4 || a.Profiles[0].Cores != 4 || !strings.Contains(notes, "log-cores-concluded executors=1 tasks=4 cores=1") {
		t.Errorf("%d cores, a profile of %d, noted %s", a.Recorded.Executors[0].Cores, a.Profiles[0].Cores, notes)
	}
	work := testStage{id: 0, tasks: 8}
	l := newLog("a").executor("1", 4, 0.5).job(0, 1, "", work).submit(work, 0, 1)
	for i := range 8 {
		from := 1 + 0.95*float64(i/4)
		l.task(testTask{id: i, stage: 0, index: i, partition: i, kind: "ResultTask", reason: "Success", from: from, to: from + 1, run: 950})
	}
	if a := readBuilt(t, l.complete(work, 0, 3).jobEnd(0, 3).end(4)); a.Recorded.Executors[0].Cores != 4 {
		t.Errorf("%d cores of tasks that overlap at their ends, want 4", a.Recorded.Executors[0].Cores)
	}
}

// ApplicationStart bears a time 30 s after the executor was added and work began. The first
// event is the start.
func TestAStartAfterItsExecutorsIsNotTheStart(t *testing.T) {
	l := wrongLog(4)
	for i := range l.lines {
		if strings.Contains(l.lines[i], "ApplicationStart") {
			l.lines[i] = strings.Replace(l.lines[i], fmt.Sprint(at(0)), fmt.Sprint(at(30)), 1)
		}
	}
	a := readBuilt(t, l)
	if notes := fmt.Sprint(a.Log.Problems); a.Recorded.End != 4500*time.Millisecond || !strings.Contains(notes, "log-start-late late=29.5s") {
		t.Errorf("it took %v, noted %s", a.Recorded.End, notes)
	}
}
