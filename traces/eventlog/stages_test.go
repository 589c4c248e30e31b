package eventlog

import (
	"fmt"
	"slices"
	"testing"

	"dynalloc/traces"
)

func stageIDs(a *traces.Application) (ids []int) {
	for _, s := range a.Stages {
		ids = append(ids, s.ID)
	}
	return ids
}

// A second job lists the first job's map stage under a new number and skips
// it: it is the same stage, linked by its RDDs.
func TestSkippedStageIsLinkedToTheShuffleItReuses(t *testing.T) {
	mapped := testStage{id: 0, tasks: 2, rdds: "0 1<0"}
	first := testStage{id: 1, tasks: 1, parents: []int{0}, rdds: "2<1 3<2"}
	skipped := testStage{id: 2, tasks: 2, rdds: "0 1<0"}
	second := testStage{id: 3, tasks: 1, parents: []int{2}, rdds: "2<1 4<2"}
	a := readBuilt(t, newLog("a").executor("1", 2, 1).
		job(0, 1, "", mapped, first).ran(mapped, "ShuffleMapTask", 0, 1).ran(first, "ResultTask", 2, 2).jobEnd(0, 3).
		job(1, 10, "", skipped, second).ran(second, "ResultTask", 3, 10).jobEnd(1, 11).end(12))
	if ids := stageIDs(a); !slices.Equal(ids, []int{0, 1, 3}) {
		t.Fatalf("stages %v", ids)
	}
	if got := a.Jobs[1].Stages; !slices.Equal(got, []int{0, 2}) {
		t.Errorf("the second job's graph is %v, want the first map stage and its own result stage", got)
	}
	if got := a.Stages[2].Parents; !slices.Equal(got, []int{0}) {
		t.Errorf("the second result stage reads %v", got)
	}
}

// One RDD feeds two shuffles of equal size; a later job skips one of them.
// Only the RDD that reads the shuffle identifies it.
func TestTwoShufflesOfOneRDDAreSeparatedByTheirReaders(t *testing.T) {
	left := testStage{id: 0, tasks: 2, rdds: "0"}
	right := testStage{id: 3, tasks: 2, rdds: "0"}
	onlyLeft := testStage{id: 2, tasks: 1, parents: []int{0}, rdds: "1<0 3<1"}
	onlyRight := testStage{id: 4, tasks: 1, parents: []int{3}, rdds: "2<0 5<2"}
	for reader, want := range map[string]int{"1<0 9<1": 0, "2<0 9<2": 3} {
		again := testStage{id: 5, tasks: 2, rdds: "0"}
		later := testStage{id: 6, tasks: 1, parents: []int{5}, rdds: reader}
		a := readBuilt(t, newLog("a").executor("1", 2, 1).
			job(0, 1, "", left, onlyLeft).ran(left, "ShuffleMapTask", 0, 1).ran(onlyLeft, "ResultTask", 2, 2).jobEnd(0, 3).
			job(1, 4, "", right, onlyRight).ran(right, "ShuffleMapTask", 3, 4).ran(onlyRight, "ResultTask", 5, 5).jobEnd(1, 6).
			job(2, 10, "", again, later).ran(later, "ResultTask", 6, 10).jobEnd(2, 11).end(12))
		job := a.Jobs[2]
		if ids := []int{a.Stages[job.Stages[0]].ID, a.Stages[job.Stages[1]].ID}; !slices.Contains(ids, want) {
			t.Errorf("a job that reads through %q has the stages %v, want the shuffle of stage %d", reader, ids, want)
		}
	}
}

// The executors with a shuffle's output are gone, so the next job computes
// half of it again under a new stage number. This is not counted as work.
func TestRecomputedShuffleIsNotCountedAsWork(t *testing.T) {
	mapped := testStage{id: 0, tasks: 4, rdds: "0"}
	first := testStage{id: 1, tasks: 1, parents: []int{0}, rdds: "1<0 2<1"}
	again := testStage{id: 2, tasks: 4, rdds: "0"}
	second := testStage{id: 3, tasks: 1, parents: []int{2}, rdds: "1<0 3<1"}
	l := newLog("a").executor("1", 4, 1).
		job(0, 1, "", mapped, first).ran(mapped, "ShuffleMapTask", 0, 1).ran(first, "ResultTask", 4, 2).jobEnd(0, 3).
		job(1, 10, "", again, second)
	again.tasks = 2 // what is missing
	a := readBuilt(t, l.ran(again, "ShuffleMapTask", 5, 10).ran(second, "ResultTask", 7, 11).jobEnd(1, 12).end(13))
	if ids := stageIDs(a); !slices.Equal(ids, []int{0, 1, 3}) || len(a.Stages[0].Tasks) != 4 {
		t.Fatalf("stages %v, the first with %d tasks", ids, len(a.Stages[0].Tasks))
	}
	if a.Log.Grade != traces.Complete || fmt.Sprint(a.Log.Problems) != "[log-shuffles-recomputed stages=1]" {
		t.Errorf("graded %v: %v", a.Log.Grade, a.Log.Problems)
	}
}

// A fetch failure sends two of four map tasks into a second attempt, after a
// failed task, a killed copy and a resubmission. Each partition keeps the run
// that succeeded first, whether or not the log names partitions.
func TestEachPartitionKeepsItsFirstSuccess(t *testing.T) {
	for _, version := range []struct {
		name  string
		named bool
	}{{"before 3.3 tasks have only an index", false}, {"since 3.3 they name their partition", true}} {
		t.Run(version.name, func(t *testing.T) {
			s := testStage{id: 0, tasks: 4, rdds: "0"}
			partition := func(n int) int {
				if version.named {
					return n
				}
				return -1
			}
			l := newLog("a").executor("1", 2, 1).job(0, 1, "", s).submit(s, 0, 1)
			run := func(id, attempt, index, part, ms int, reason string) {
				l.task(testTask{id: id, attempt: attempt, index: index, partition: partition(part), kind: "ResultTask",
					reason: reason, from: float64(id), to: float64(id) + 1, run: ms})
			}
			run(0, 0, 0, 0, 100, "Success")
			run(1, 0, 1, 1, 111, "ExceptionFailure")
			run(2, 0, 2, 2, 120, "Success")
			run(3, 0, 2, 2, 121, "TaskKilled") // a copy that lost
			run(2, 0, 2, 2, 122, "Resubmitted")
			run(4, 0, 3, 3, 130, "FetchFailed")
			again := s
			again.tasks = 2
			l.submit(again, 1, 6)
			run(6, 1, 1, 3, 133, "Success") // ends first, though it is the later partition
			run(5, 1, 0, 1, 113, "Success")
			l.complete(again, 1, 8).jobEnd(0, 8).end(9)
			a := readBuilt(t, l)
			var runs []int32
			for _, task := range a.Stages[0].Tasks {
				runs = append(runs, task.Run)
			}
			if !slices.Equal(runs, []int32{100, 113, 120, 133}) {
				t.Errorf("runs %v ms", runs)
			}
			if a.Log.Tasks != 8 || a.Log.FailedTasks != 4 || a.Log.Grade != traces.Disturbed {
				t.Errorf("counted %d tasks, %d failed, graded %v: %v", a.Log.Tasks, a.Log.FailedTasks, a.Log.Grade, a.Log.Problems)
			}
		})
	}
}

// The wall time of a task is split as Spark's own page splits it.
func TestTaskTimeIsSplit(t *testing.T) {
	s := testStage{id: 0, tasks: 1, rdds: "0"}
	l := newLog("a").executor("1", 1, 1).job(0, 1, "", s).submit(s, 0, 1)
	l.add(`{"Event":"SparkListenerTaskEnd","Stage ID":0,"Stage Attempt ID":0,"Task Type":"ResultTask","Task End Reason":{"Reason":"Success"},`+
		`"Task Info":{"Task ID":0,"Index":0,"Attempt":0,"Launch Time":%d,"Executor ID":"1","Host":"h\u0031","Locality":"RACK_LOCAL","Getting Result Time":%d,"Finish Time":%d},`+
		`"Task Metrics":{"Executor Deserialize Time":300,"Executor Run Time":2000,"Result Serialization Time":50,"Shuffle Read Metrics":{"Remote Bytes Read":7,"Local Bytes Read":5},"Shuffle Write Metrics":{"Shuffle Bytes Written":3}}}`,
		at(2), at(5), at(5.5))
	a := readBuilt(t, l.complete(s, 0, 6).jobEnd(0, 6).end(7))
	want := traces.Task{Run: 2000, Deserialize: 300, Result: 50, GettingResult: 500, Scheduler: 650, Cold: true, First: true, FirstRead: true, Locality: traces.RackLocal, Read: 12, Write: 3}
	if got := a.Stages[0].Tasks[0]; got != want || a.Hosts[got.Host] != "h1" {
		t.Errorf("got %+v on %v, want %+v", got, a.Hosts, want)
	}
}

// An executor with two slots starts four tasks: the first two are cold.
func TestFirstTasksOfAnExecutorAreCold(t *testing.T) {
	s := testStage{id: 0, tasks: 4, rdds: "0"}
	l := newLog("a").executor("1", 2, 1).job(0, 1, "", s).submit(s, 0, 1)
	for _, i := range []int{2, 3, 0, 1} { // the log has them in another order than they started
		l.task(testTask{id: i, index: i, partition: i, kind: "ResultTask", reason: "Success", from: float64(2 + i), to: 9, run: 100})
	}
	a := readBuilt(t, l.complete(s, 0, 9).jobEnd(0, 9).end(10))
	for i, task := range a.Stages[0].Tasks {
		if task.Cold != (i < 2) {
			t.Errorf("task %d: cold is %v", i, task.Cold)
		}
	}
}

// A stage with nothing to do is dropped; its children read its parents.
func TestChildrenOfAnEmptyStageReadItsParents(t *testing.T) {
	top := testStage{id: 0, tasks: 1, rdds: "0"}
	empty := testStage{id: 1, parents: []int{0}, rdds: "1<0"}
	last := testStage{id: 2, tasks: 1, parents: []int{1}, rdds: "2<1"}
	a := readBuilt(t, newLog("a").executor("1", 1, 1).job(0, 1, "", top, empty, last).
		ran(top, "ShuffleMapTask", 0, 1).ran(empty, "ShuffleMapTask", 1, 2).ran(last, "ResultTask", 1, 2).jobEnd(0, 3).end(4))
	if ids := stageIDs(a); !slices.Equal(ids, []int{0, 2}) || !slices.Equal(a.Stages[1].Parents, []int{0}) {
		t.Errorf("stages %v, the last reads %v", ids, a.Stages[1].Parents)
	}
}

// An iterative program lists all earlier stages in each job: three hundred jobs of up to
// three hundred stages. Each is linked to the one that ran.
func TestLongLineageIsLinkedToWhatRan(t *testing.T) {
	const jobs = 300
	l := newLog("a").executor("1", 1, 1)
	id := 0
	for j := range jobs {
		var stages []testStage
		for k := range j + 1 {
			s := testStage{id: id, tasks: 1, rdds: "0"}
			if k > 0 {
				s.parents, s.rdds = []int{id - 1}, fmt.Sprintf("%d<%d", k, k-1)
			}
			stages = append(stages, s)
			id++
		}
		l.job(j, float64(10*j+1), "", stages...)
		l.ran(stages[j], "ShuffleMapTask", j, float64(10*j+1)).jobEnd(j, float64(10*j+5))
	}
	a := readBuilt(t, l.end(10*jobs))
	if len(a.Stages) != jobs || len(a.Jobs[jobs-1].Stages) != jobs {
		t.Errorf("%d stages, the last job with %d", len(a.Stages), len(a.Jobs[jobs-1].Stages))
	}
	if len(a.Log.Problems) != 0 {
		t.Errorf("problems %q", a.Log.Problems)
	}
}

// Two jobs shuffled the same RDD, each for another reader. A third job skips a
// shuffle of that RDD and does not say how it reads it: the latest one is taken.
func TestSkippedStageReusesTheLatestShuffle(t *testing.T) {
	jobs := newLog("a").executor("1", 2, 1)
	for i := range 2 {
		mapped := testStage{id: 2 * i, tasks: 2, rdds: "0"}
		result := testStage{id: 2*i + 1, tasks: 1, parents: []int{2 * i}, rdds: fmt.Sprintf("%d<0 9<%d", i+1, i+1)}
		at := float64(4*i + 1)
		jobs.job(i, at, "", mapped, result).ran(mapped, "ShuffleMapTask", 3*i, at).ran(result, "ResultTask", 3*i+2, at+1).jobEnd(i, at+2)
	}
	skipped := testStage{id: 4, tasks: 2, rdds: "0"}
	last := testStage{id: 5, tasks: 1, parents: []int{4}, rdds: "8"}
	a := readBuilt(t, jobs.job(2, 10, "", skipped, last).ran(last, "ResultTask", 6, 10).jobEnd(2, 11).end(12))
	graph := a.Jobs[2].Stages
	if got := a.Stages[graph[0]].ID; len(graph) != 2 || got != 2 {
		t.Errorf("the third job reuses stage %d of %v, want stage 2", got, stageIDs(a))
	}
}

// A stage is a barrier stage if one of its RDDs is one, in whatever attempt the log says so.
func TestBarrierStage(t *testing.T) {
	read, trained := testStage{id: 0, tasks: 2, rdds: "0"}, testStage{id: 1, tasks: 2, rdds: "1! 2<1"}
	a := readBuilt(t, newLog("a").executor("1", 2, 1).
		job(0, 1, "", read).ran(read, "ResultTask", 0, 1).jobEnd(0, 2).
		job(1, 3, "", trained).ran(trained, "ResultTask", 2, 3).jobEnd(1, 4).end(5))
	if a.Stages[0].Barrier || !a.Stages[1].Barrier {
		t.Errorf("barriers: %v and %v, want the second only", a.Stages[0].Barrier, a.Stages[1].Barrier)
	}
}
