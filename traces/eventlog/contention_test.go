package eventlog

import "testing"

// readingTask is the end of a task that read shuffle data.
func (l *logBuilder) readingTask(id, stage, index int, executor string, from float64) {
	l.add(`{"Event":"SparkListenerTaskEnd","Stage ID":%d,"Stage Attempt ID":0,"Task Type":"ResultTask","Task End Reason":{"Reason":"Success"},`+
		`"Task Info":{"Task ID":%d,"Index":%d,"Attempt":0,"Partition ID":%d,"Launch Time":%d,"Executor ID":%q,"Host":"h1","Locality":"PROCESS_LOCAL","Getting Result Time":0,"Finish Time":%d},`+
		`"Task Metrics":{"Executor Run Time":900,"Shuffle Read Metrics":{"Remote Bytes Read":0,"Local Bytes Read":64}}}`,
		stage, id, index, index, at(from), executor, at(from+1))
}

// Two executors with one slot each. The second starts while the first has its
// first task, so each of the two cold tasks has a contender. The next stage reads
// shuffle data on both at the same time; in the last stage the tasks are a quarter of a
// second apart.
func TestFirstTasksCountTheirContenders(t *testing.T) {
	maps := testStage{id: 0, tasks: 3, rdds: "0"}
	reads := testStage{id: 1, tasks: 3, parents: []int{0}, rdds: "1<0"}
	again := testStage{id: 2, tasks: 2, parents: []int{0}, rdds: "2<0"}
	l := newLog("a").executor("1", 1, 1).executor("2", 1, 2).job(0, 0.5, "", maps, reads, again).submit(maps, 0, 0.5)
	first := func(id, stage, index int, executor string, from float64) {
		l.task(testTask{id: id, stage: stage, index: index, partition: index, kind: "ShuffleMapTask", reason: "Success", executor: executor, from: from, to: from + 1, run: 900})
	}
	first(0, 0, 0, "1", 2)
	first(1, 0, 1, "2", 2.2)
	first(2, 0, 2, "1", 3)
	l.complete(maps, 0, 4).submit(reads, 0, 4)
	l.readingTask(3, 1, 0, "1", 4)
	l.readingTask(4, 1, 1, "2", 4.05)
	l.readingTask(5, 1, 2, "1", 5)
	l.complete(reads, 0, 6).submit(again, 0, 6)
	l.readingTask(6, 2, 0, "1", 6)
	l.readingTask(7, 2, 1, "2", 6.25)
	a := readBuilt(t, l.complete(again, 0, 8).jobEnd(0, 8).end(9))

	type kind struct {
		cold, first, read bool
		beside            uint8
	}
	want := [][]kind{
		{{cold: true, first: true, beside: 1}, {cold: true, first: true, beside: 1}, {}},
		{{first: true, read: true, beside: 1}, {first: true, read: true, beside: 1}, {}},
		{{first: true}, {first: true}},
	}
	for i := range want {
		for j, w := range want[i] {
			task := &a.Stages[i].Tasks[j]
			if got := (kind{task.Cold, task.First, task.FirstRead, task.Contenders}); got != w {
				t.Errorf("stage %d, task %d: %+v, want %+v", i, j, got, w)
			}
		}
	}
	for i, x := range a.Recorded.Executors {
		if !x.Awaited {
			t.Errorf("executor %d registered while tasks waited", i)
		}
	}
}

// An executor registers when all tasks have been launched. Its first task is of the next
// stage, so its launch does not show when the executor was ready.
func TestAnExecutorWithoutWaitingTasksIsNotAwaited(t *testing.T) {
	one := testStage{id: 0, tasks: 1, rdds: "0"}
	two := testStage{id: 1, tasks: 1, parents: []int{0}, rdds: "1<0"}
	l := newLog("a").executor("1", 1, 0.5).job(0, 0.1, "", one, two).submit(one, 0, 0.1)
	l.task(testTask{id: 0, kind: "ShuffleMapTask", reason: "Success", executor: "1", from: 1, to: 4, run: 3000})
	l.executor("2", 1, 2).complete(one, 0, 4).submit(two, 0, 4)
	l.task(testTask{id: 1, stage: 1, kind: "ResultTask", reason: "Success", executor: "2", from: 4, to: 5, run: 900})
	a := readBuilt(t, l.complete(two, 0, 5).jobEnd(0, 5).end(6))
	if x := a.Recorded.Executors; !x[0].Awaited || x[1].Awaited {
		t.Errorf("wanted: %v, %v; want the first only", x[0].Awaited, x[1].Awaited)
	}
}
