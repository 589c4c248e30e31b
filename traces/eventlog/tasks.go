package eventlog

import (
	"math"
	"slices"

	"dynalloc/traces"
	"dynalloc/traces/eventlog/scan"
	"dynalloc/traces/eventlog/slots"
)

// A taskRun is one successful run of a task.
type taskRun struct {
	traces.Task
	partition int32
	attempt   int16 // of the stage
	exact     bool  // partition is that; else it is the index in an attempt that ran only missing partitions
	id        int64
	launch    int64 // ms since 1970
	finish    int64
	executor  int32 // index into assembler.executors; runs have no pointers, over which memory management would go
	isCopy    bool  // speculative
	measured  bool  // the log has its metrics
	adopted   bool  // of a later stage that computed the same shuffle again
}

// An endedRun is a run of a task.
type endedRun struct {
	partition int32
	attempt   int16 // of the stage
	end       int64 // ms since 1970
	took      int32 // ms
}

// A failedRun is a run of a task that failed by itself.
type failedRun struct {
	endedRun
	executor int // the number of its executor among those on which tasks failed, from 1
}

func (a *assembler) taskStart(e *scan.TaskEvent) error {
	if err := checkID("Stage ID", e.Stage); err != nil {
		return err
	}
	a.follow(e.Info.Launch)
	s := a.stage(int(e.Stage))
	s.repeated = s.repeated || e.Info.Speculative
	a.taskIDs.Launch(e.Stage, e.StageAttempt, e.Info.ID)
	return nil
}

func (a *assembler) taskEnd(e *scan.TaskEvent) error {
	if err := checkID("Stage ID", e.Stage); err != nil {
		return err
	}
	i := &e.Info
	partition := i.Partition
	if partition < 0 {
		partition = i.Index
	}
	if err := checkID("Partition ID", partition); err != nil {
		return err
	}
	resubmitted := e.Reason == "Resubmitted" // it says that the output of an earlier run was lost, and has the times of that run
	if !resubmitted && !a.taskIDs.Finish(e.Stage, e.StageAttempt, e.Info.ID) {
		a.counts[repeatedEnds]++
		return nil
	}
	a.tasks++
	a.see(i.Launch)
	a.interval(i.Launch, i.Finish)
	s := a.stage(int(e.Stage))
	if !s.submitted {
		a.counts[strayTasks]++
	}
	s.writes = s.writes || e.Type == "ShuffleMapTask"
	s.repeated = s.repeated || i.Speculative
	if x := attemptOf(e.StageAttempt); x == 0 && i.Launch > 0 && (s.firstLaunch == 0 || i.Launch < s.firstLaunch) {
		s.firstLaunch = i.Launch
	}
	x := a.executor(i.Executor)
	if !resubmitted {
		a.follow(i.Finish)
		a.spent.Ran(slots.Run{Stage: e.Stage, Attempt: e.StageAttempt, Launch: i.Launch, Finish: i.Finish, Copy: i.Speculative, Succeeded: e.Reason == "Success", Again: failedByItself(e.Reason)})
		x.ran(i.Launch, i.Finish, i.ID, i.Host, a.slots(x))
		if a.asksUnseen() && !i.Speculative {
			a.pressure.task(e, x)
		}
	}
	run := endedRun{partition: int32(partition), attempt: int16(attemptOf(e.StageAttempt)), end: i.Finish, took: a.duration(i.Finish - i.Launch)}
	if t := s.attempt(int(run.attempt)); i.Launch > 0 && (t.launched == 0 || i.Launch < t.launched) {
		t.launched = i.Launch
	}
	if i.Speculative && (e.Reason == "Success" || e.Reason == "TaskKilled") {
		s.rare().copies = append(s.copies, run)
	}
	if e.Reason == "Success" {
		a.succeeded(s, x, e, int32(partition))
		return nil
	}
	a.failedTasks++
	switch {
	case failedByItself(e.Reason):
		if x.failed == 0 {
			a.failing++
			x.failed = a.failing
		}
		s.rare().failures = append(s.failures, failedRun{run, x.failed})
	case e.Reason == "FetchFailed":
		s.rare().broken = append(s.broken, brokenRun{run, true, a.executorByID[e.Blamed]})
	case e.Reason == "ExecutorLostFailure":
		s.rare().broken = append(s.broken, brokenRun{run, false, x})
		x.brokenTasks = true
	case e.Reason == "TaskKilled" && !i.Speculative:
		s.rare().originals = append(s.originals, run)
	}
	return nil
}

// succeeded adds the successful run of a task to its stage.
func (a *assembler) succeeded(s *stageLog, x *executorLog, e *scan.TaskEvent, partition int32) {
	i, m := &e.Info, &e.Metrics
	attempt := attemptOf(e.StageAttempt)
	run := taskRun{
		partition: partition, attempt: int16(attempt), id: i.ID, launch: i.Launch, finish: i.Finish, executor: x.number, isCopy: i.Speculative,
		exact:    i.Partition >= 0 || attempt == 0 && s.attempt(0).tasks >= s.total,
		measured: m.Run != scan.NoTime,
		Task: traces.Task{
			Deserialize: a.duration(m.Deserialize), Result: a.duration(m.Result),
			Locality: localityOf(i.Locality), Host: a.hostOf(x, i.Host),
			Read: max(0, m.RemoteRead) + max(0, m.LocalRead), Write: max(0, m.Written),
		},
	}
	if i.Getting > 0 && i.Finish > i.Getting {
		run.GettingResult = a.duration(i.Finish - i.Getting)
	}
	if run.measured {
		run.Run = a.duration(m.Run)
	} else {
		a.counts[tasksUnmeasured]++
		run.Run = a.duration(max(0, i.Finish-i.Launch-int64(run.GettingResult)))
	}
	// The scheduler delay is the rest of the wall time. It can be slightly negative:
	// the driver's clock and the executor's are compared.
	rest := i.Finish - i.Launch - int64(run.Run) - int64(run.Deserialize) - int64(run.Result) - int64(run.GettingResult)
	if i.Launch > 0 && i.Finish > 0 && rest > 0 {
		run.Scheduler = a.duration(rest)
	}
	x.warmed(&run)
	if run.Read > 0 {
		x.reads.Take(run.launch, run.id, a.slots(x))
	}
	s.lastLaunch = max(s.lastLaunch, run.launch)
	a.runMemory.add(s, &run)
}

// failedByItself reports whether a task with this end reason would have failed on any
// executor. The loss of an executor or of input and a kill are not the task's doing.
func failedByItself(reason string) bool {
	return slices.Contains([]string{"ExceptionFailure", "TaskResultLost", "TaskCommitDenied", "UnknownReason"}, reason)
}

// hostOf is host for the host of an executor, which is nearly always the same.
func (a *assembler) hostOf(x *executorLog, name string) int16 {
	if name == "" || x.hostName != name {
		x.hostName, x.hostIndex = name, a.host(name)
	}
	return x.hostIndex
}

// host returns the index of a host's name in hosts, -1 if it has none.
func (a *assembler) host(name string) int16 {
	i, known := a.hostIndex[name]
	switch {
	case known:
		return i
	case name == "" || len(a.hosts) > math.MaxInt16:
		return -1
	}
	i = int16(len(a.hosts))
	a.hosts = append(a.hosts, name)
	a.hostIndex[name] = i
	return i
}

// localities are Spark's names of the levels (TaskLocality).
var localities = [...]string{
	traces.ProcessLocal: "PROCESS_LOCAL", traces.NodeLocal: "NODE_LOCAL", traces.NoPref: "NO_PREF",
	traces.RackLocal: "RACK_LOCAL", traces.AnyLocality: "ANY",
}

// localityOf returns the level of a name, traces.UnknownLocality for any other text.
func localityOf(name string) traces.Locality {
	return traces.Locality(1 + slices.Index(localities[1:], name))
}
