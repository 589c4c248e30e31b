package eventlog

import (
	"time"

	"dynalloc/traces"
	"dynalloc/traces/eventlog/scan"
)

// A pressure is what dynamic allocation reacted to: the stages that had tasks, and when
// these ran. It shows when executors were requested, where the log does not say so (before
// Spark 3.4). Until build, times are ms since 1970.
type pressure struct {
	unneeded bool // the log says when executors were requested
	attempts []traces.RecordedAttempt
	byID     map[int]int32 // index into attempts, by stage and attempt
	tasks    []traces.RecordedTask
	ran      []*executorLog // by task
}

// asksUnseen reports whether only the pressure shows when executors were requested.
func (a *assembler) asksUnseen() bool {
	return !a.pressure.unneeded && a.properties.DynamicAllocation()
}

// stage takes the submission or the end of a stage's attempt. now is the latest time in
// the log, which stands for a submission that the log leaves out.
func (p *pressure) stage(info *scan.StageInfo, now int64) {
	if p.unneeded {
		return
	}
	id := attemptID(info.ID, info.Attempt)
	at, known := p.byID[id]
	if !known {
		if p.byID == nil {
			p.byID = map[int]int32{}
		}
		at = int32(len(p.attempts))
		p.byID[id] = at
		p.attempts = append(p.attempts, traces.RecordedAttempt{
			Stage: int(info.ID), Attempt: attemptOf(info.Attempt), Profile: bounded(info.Profile), Tasks: bounded(info.Tasks), Submitted: time.Duration(now),
		})
	}
	if info.Submitted > 0 && info.Submitted <= traces.MaxTime {
		p.attempts[at].Submitted = time.Duration(info.Submitted)
	}
	if info.Completed > 0 && info.Completed <= traces.MaxTime {
		p.attempts[at].Completed = time.Duration(info.Completed)
	}
}

// attemptID is one number for a stage and an attempt.
func attemptID(stage, attempt int64) int { return int(stage)*(maxAttempt+1) + attemptOf(attempt) }

// task takes a run of a task of a stage that was submitted.
func (p *pressure) task(e *scan.TaskEvent, x *executorLog) {
	i := &e.Info
	at, known := p.byID[attemptID(e.Stage, e.StageAttempt)]
	if !known || i.Index < 0 || i.Index >= int64(p.attempts[at].Tasks) || i.Launch <= 0 || i.Finish < i.Launch || i.Finish > traces.MaxTime {
		return
	}
	p.ran = append(p.ran, x)
	p.tasks = append(p.tasks, traces.RecordedTask{
		Attempt: at, Index: int32(i.Index), Failed: e.Reason != "Success" && e.Reason != "TaskKilled",
		Launched: time.Duration(i.Launch), Finished: time.Duration(i.Finish),
	})
}

// build adds it to how the application ran.
func (p *pressure) build(a *assembler, r *traces.Recorded) {
	for i := range p.attempts {
		s := &p.attempts[i]
		s.Submitted, s.Completed = a.offset(int64(s.Submitted)), a.optional(int64(s.Completed))
	}
	number := map[string]int32{} // index + 1, so that an unknown one has -1
	for i := range r.Executors {
		number[r.Executors[i].ID] = int32(i + 1)
	}
	for i := range p.tasks {
		t := &p.tasks[i]
		t.Executor = number[p.ran[i].id] - 1
		t.Launched = max(a.offset(int64(t.Launched)), p.attempts[t.Attempt].Submitted)
		t.Finished = max(a.offset(int64(t.Finished)), t.Launched+time.Millisecond)
	}
	r.Attempts, r.Tasks = p.attempts, p.tasks
}
