package eventlog

import (
	"math"
	"slices"
	"time"

	"dynalloc/traces"
	"dynalloc/traces/eventlog/scan"
)

// A pressure is what dynamic allocation reacted to: the stages that had tasks, and when
// these ran. From it can be told when executors were requested, where the log does not say
// so (before Spark 3.4).
type pressure struct {
	unneeded bool // the log says when executors were requested
	attempts []stageAttempt
	byID     map[[2]int64]int // index into attempts, by stage and attempt
	tasks    []pressingTask
}

type stageAttempt struct {
	info                 stageInfo
	submitted, completed int64 // ms since 1970; 0: not known
}

type pressingTask struct {
	stage, attempt, index int32
	failed                bool
	executor              *executorLog
	launch, finish        int64
}

// asksUnseen reports whether it has to be told from the pressure when executors were
// requested.
func (a *assembler) asksUnseen() bool {
	return !a.pressure.unneeded && a.properties.DynamicAllocation()
}

// stage takes the submission or the end of a stage's attempt. now is the latest time in
// the log, which stands for a submission that the log leaves out.
func (p *pressure) stage(info *stageInfo, now int64) {
	id := [2]int64{info.ID, int64(attemptOf(info.Attempt))}
	at, known := p.byID[id]
	if !known {
		if p.byID == nil {
			p.byID = map[[2]int64]int{}
		}
		at = len(p.attempts)
		p.byID[id] = at
		p.attempts = append(p.attempts, stageAttempt{info: stageInfo{ID: info.ID, Attempt: info.Attempt, Tasks: info.Tasks, Profile: info.Profile}, submitted: now})
	}
	s := &p.attempts[at]
	if info.Submitted > 0 && info.Submitted <= traces.MaxTime {
		s.submitted = info.Submitted
	}
	if info.Completed > 0 && info.Completed <= traces.MaxTime {
		s.completed = info.Completed
	}
}

func (p *pressure) task(e *scan.TaskEvent, x *executorLog) {
	failed := e.Reason != "Success" && e.Reason != "TaskKilled"
	p.tasks = append(p.tasks, pressingTask{int32(e.Stage), int32(attemptOf(e.StageAttempt)), int32(min(e.Info.Index, math.MaxInt32)), failed, x, e.Info.Launch, e.Info.Finish})
}

// build adds it to how the application ran.
func (p *pressure) build(a *assembler, r *traces.Recorded) {
	for i := range p.attempts {
		s := &p.attempts[i]
		r.Attempts = append(r.Attempts, traces.RecordedAttempt{
			Stage: int(s.info.ID), Attempt: attemptOf(s.info.Attempt), Profile: bounded(s.info.Profile), Tasks: bounded(s.info.Tasks),
			Submitted: a.offset(s.submitted), Completed: a.optional(s.completed),
		})
	}
	executor := map[string]int32{}
	for i := range r.Executors {
		executor[r.Executors[i].ID] = int32(i)
	}
	for i := range p.tasks {
		t := &p.tasks[i]
		at, known := p.byID[[2]int64{int64(t.stage), int64(t.attempt)}]
		if !known || t.launch <= 0 || t.finish < t.launch || t.index < 0 || int(t.index) >= r.Attempts[at].Tasks {
			continue
		}
		x, known := executor[t.executor.id]
		if !known {
			x = -1
		}
		launched := max(a.offset(t.launch), r.Attempts[at].Submitted)
		r.Tasks = append(r.Tasks, traces.RecordedTask{
			Attempt: int32(at), Index: t.index, Executor: x, Failed: t.failed,
			Launched: launched, Finished: max(a.offset(t.finish), launched+time.Millisecond),
		})
	}
	p.tasks = nil
	slices.SortStableFunc(r.Tasks, func(x, y traces.RecordedTask) int { return int(x.Launched - y.Launched) })
}
