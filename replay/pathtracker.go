package replay

import (
	"time"

	"dynalloc/policies"
	"dynalloc/replay/attribution"
	"dynalloc/replay/lists"
	"dynalloc/replay/plan"
)

// A pathTracker attributes an application's time to causes while it runs. Each fact
// carries the breakdown of the time that led to it, and what follows from the fact
// continues from there. The breakdown of the last fact is the same as that of the
// realized critical path, walked back from the end, but needs no memory of tasks that
// have ended. A nil tracker, which a replay without Config.Attribute has, does nothing.
type pathTracker struct {
	app      *application
	current  attribution.Path           // of the fact that is being taken in
	jobs     []attribution.Path         // by job, of what submits or ends it
	workEnd  attribution.Path           // of the end of the last job
	finished bool                       // workEnd is known
	stages   map[int32]attribution.Path // by stage, of why it waits to be submitted; only looked up
	sets     []attribution.Path         // by number of a set, of its submission
	sharing  attribution.Sharing
	profiles []profilePath
	ready    attribution.Apart           // of tasks that became ready after their set
	reruns   map[stagePartition]struct{} // whose output is lost, so that their tasks run again; only looked up

	holder       policies.Holder // the policy, if it can say why it keeps executors
	executors    []executorTrack
	recheckList  []policies.ExecutorID // idle executors that may be kept for another reason from the end of this instant on
	recheckEvery bool                  // all executors may
	listed       bool                  // in Engine.rechecks
	rampUp       attribution.RampUp
}

// A stagePartition is a partition of a stage.
type stagePartition struct{ stage, partition int32 }

// A profilePath is the tracker's state of a resource profile.
type profilePath struct {
	started  int // tasks
	requests attribution.Requests
}

func newPathTracker(a *application) *pathTracker {
	if !a.engine.config.Attribute {
		return nil
	}
	now, p := a.engine.now, &a.tracker
	a.result.Attribution.RampUp = -1
	if p.stages == nil {
		p.stages, p.reruns = make(map[int32]attribution.Path), make(map[stagePartition]struct{})
	}
	clear(p.stages)
	p.ready.Clear()
	clear(p.reruns)
	*p = pathTracker{
		app: a, current: attribution.Path{Until: now}, jobs: lists.Resized(p.jobs, len(a.app.Jobs)), sets: p.sets[:0], profiles: p.profiles[:0],
		stages: p.stages, ready: p.ready, reruns: p.reruns, sharing: p.sharing, executors: p.executors[:0], recheckList: p.recheckList[:0], rampUp: a.newRampUp(),
	}
	p.holder, _ = a.policy.(policies.Holder)
	for i := range p.jobs {
		p.jobs[i].Until = now
	}
	for range a.app.Profiles {
		var q *profilePath
		p.profiles, q = lists.Extended(p.profiles)
		*q = profilePath{requests: q.requests[:0]}
	}
	p.sharing.Begin(len(a.app.Profiles), now)
	return p
}

// driverStarted is the start of the driver. Until then it waited for the manager.
func (p *pathTracker) driverStarted() {
	if p == nil {
		return
	}
	p.current.Advance(attribution.TimeQueue, p.app.engine.now)
	for i := range p.jobs {
		p.jobs[i] = p.current
	}
}

// jobFollowed records that the driver submits the followers of a job from this time on.
func (p *pathTracker) jobFollowed(job int32) {
	if p == nil || job < 0 {
		return
	}
	for _, f := range p.app.plan.Followers[job+1] {
		if f.Action == plan.JobSubmitted {
			p.jobs[f.Index] = p.current
		}
	}
}

// workFinished is the end of the last job: from here the application ends.
func (p *pathTracker) workFinished() {
	if p != nil {
		p.workEnd, p.finished = p.current, true
	}
}

// jobWaits records that the driver takes its time before it ends a job.
func (p *pathTracker) jobWaits(job int32) {
	if p != nil {
		p.jobs[job] = p.current
	}
}

// jobResumes is the driver's submission of a job, or its end of one.
func (p *pathTracker) jobResumes(job int32) {
	if p == nil {
		return
	}
	p.current = p.jobs[job]
	p.current.Advance(attribution.TimeDriver, p.app.engine.now)
}

// slotsChecked is a check of the slots for a barrier stage of a job. Since an earlier one
// the job waited for executors.
func (p *pathTracker) slotsChecked(job int32) {
	if p == nil {
		return
	}
	since := attribution.TimeDriver
	if p.app.jobs[job].checks > 0 {
		since = attribution.TimeStartup
	}
	p.current = p.jobs[job]
	p.current.Advance(since, p.app.engine.now)
	p.jobs[job] = p.current
}

// setSubmitted is the submission of a task set.
func (p *pathTracker) setSubmitted(set *taskSet) {
	if p == nil {
		return
	}
	ready := p.current
	ready.Advance(attribution.TimeExecution, p.app.engine.now)
	p.sets = append(p.sets, ready)
	p.sharing.AddSet()
	p.rampUp.Demand(p.app.engine.now, int(set.tasks))
	p.scheduleRecheck()
}

// setLaunched records that the driver has sent out the code of a task set.
func (p *pathTracker) setLaunched(set *taskSet) {
	if p != nil {
		p.sets[set.Number].Advance(attribution.TimeDriver, p.app.engine.now)
	}
}

// stageWaits records that the driver does not submit a stage yet: a fetch failed, or the
// driver takes its time. stageResumes is its submission; the time to there has a cause.
func (p *pathTracker) stageWaits(stage int32) {
	if p != nil {
		p.stages[stage] = p.current
	}
}

func (p *pathTracker) stageResumes(stage int32, c attribution.TimeCause) {
	if p != nil {
		p.current = p.stages[stage]
		p.current.Advance(c, p.app.engine.now)
	}
}

// outputLost records that the output of a partition's task is lost.
func (p *pathTracker) outputLost(stage, partition int32) {
	if p != nil {
		p.reruns[stagePartition{stage, partition}] = struct{}{}
	}
}

// taskRetried is a task that failed, or was lost with its executor, and is ready
// again.
func (p *pathTracker) taskRetried(set *taskSet, task int32, lost bool) {
	if p == nil {
		return
	}
	p.ready.Add(set.Number, task, false, p.current)
	if lost {
		p.rampUp.Demand(p.app.engine.now, 1) // it no longer counts as successful
		p.outputLost(set.stage, set.partition(task))
	}
}

// taskResubmitted is a task that had succeeded and is ready again because its
// output is lost. Its set ran until then.
func (p *pathTracker) taskResubmitted(set *taskSet, task int32) {
	if p == nil {
		return
	}
	b := p.sets[set.Number]
	b.Advance(attribution.TimeExecution, p.app.engine.now)
	p.ready.Add(set.Number, task, false, b)
	p.outputLost(set.stage, set.partition(task))
}

// copyRequested handles the request of a speculative copy of a slow task. The original
// ran until then.
func (p *pathTracker) copyRequested(id policies.ExecutorID, t *runningTask) {
	if p == nil {
		return
	}
	b := p.executors[id].slots.Running(t.set, t.task).Path
	b.Advance(attribution.TimeExecution, p.app.engine.now)
	p.ready.Add(t.set, t.task, true, b)
}

// taskLaunched is the start of a task. As long as the task was ready, its time is
// explained by what its slot did: the slot ran tasks of the same set, waited for
// its executor, or waited for the data's node. The task computes lost blocks again
// for as long as recompute.
func (p *pathTracker) taskLaunched(set *taskSet, x *executor, t *runningTask, recompute time.Duration) {
	now := p.app.engine.now
	y := &p.executors[x.id]
	p.accrue(x)
	y.tasks++
	y.hold = policies.Hold{}
	p.profiles[x.profile].started++
	s := y.slots.LastFreed()

	ready := &p.sets[set.Number]
	from := p.ready.Take(set.Number, t.task, t.copy, ready)
	work, waves := from.Parts[attribution.TimeExecution], from.Waves
	if before := y.slots.Before(s, set.Number); before != nil && before.Until > from.Until {
		from, work, waves = before, ready.Parts[attribution.TimeExecution], ready.Waves
	}
	b := y.slots.Start(s, set.Number, from, p.waits)
	if b.Until < now {
		p.explain(b, set, x, y, s.Freed)
	}
	b.Waves = waves + b.Parts[attribution.TimeExecution] - work
	_, again := p.reruns[stagePartition{set.stage, set.partition(t.task)}]
	s.Task, s.Busy, s.Recompute, s.Rerun, s.Succeeds = t.task, true, recompute, again || t.fate == missesData, t.fate == succeeds
	p.sharing.Count(now, set.Number, x.profile, 1)
}

// waits reports whether a set waits for slots.
func (p *pathTracker) waits(set int32) bool { return p.app.sets[set].waits() }

// explain continues the path of a task of a set, which starts now on an executor, from when
// it was ready; freed is when its slot was.
func (p *pathTracker) explain(b *attribution.Path, set *taskSet, x *executor, y *executorTrack, freed time.Duration) {
	now := p.app.engine.now
	occupied, then := now, attribution.TimeLocality
	if set.preference != nil || set.barrier {
		occupied = max(b.Until, freed)
	}
	if set.barrier {
		then = attribution.TimeSlot // the other tasks of the set had none
	}
	p.wait(b, set, attribution.TimeRamp, min(y.asked, occupied))
	p.wait(b, set, attribution.TimeQueue, min(x.granted, occupied))
	p.wait(b, set, attribution.TimeStartup, min(x.usable, occupied))
	p.wait(b, set, attribution.TimeExecution, occupied)
	b.Advance(then, now)
}

// wait continues with a task that waits for a slot. While other task sets have
// slots of its kind, it waits for those.
func (p *pathTracker) wait(b *attribution.Path, set *taskSet, c attribution.TimeCause, to time.Duration) {
	if to <= b.Until {
		return
	}
	own := p.sharing.Own(set.Number, set.profile, b.Until, to)
	b.Parts[attribution.TimeSlot] += to - b.Until - own
	b.Parts[c] += own
	b.Until = to
}

// taskEnded is the end of a task, good or bad. What follows continues from it.
func (p *pathTracker) taskEnded(set *taskSet, x *executor, task int32) {
	now := p.app.engine.now
	s := p.executors[x.id].slots.Running(set.Number, task)
	if s.Rerun {
		s.Path.Advance(attribution.TimeRecompute, now)
	}
	s.Path.Advance(attribution.TimeRecompute, min(now, s.Path.Until+s.Recompute))
	s.Path.Advance(attribution.TimeExecution, now)
	p.current = s.Path
	if s.Succeeds {
		p.rampUp.Finish(p.app.engine.now)
	}
	p.freeSlot(set, x, s)
}

// taskBroken is a running task whose data is lost before it has fetched all.
func (p *pathTracker) taskBroken(set *taskSet, x *executor, task int32) {
	if p != nil {
		s := p.executors[x.id].slots.Running(set.Number, task)
		s.Succeeds, s.Rerun = false, true
	}
}

// taskKilled is the end of the copy, or the original, that lost the race.
func (p *pathTracker) taskKilled(set *taskSet, x *executor, task int32) {
	if p == nil {
		return
	}
	s := p.executors[x.id].slots.Running(set.Number, task)
	s.Path = p.current
	p.freeSlot(set, x, s)
}

// freeSlot frees a slot at the end of a task. The slot keeps the breakdown to there for the
// tasks of its set that come after it.
func (p *pathTracker) freeSlot(set *taskSet, x *executor, s *attribution.Slot) {
	y := &p.executors[x.id]
	p.accrue(x)
	y.tasks--
	s.Busy, s.Freed = false, p.app.engine.now
	p.sharing.Count(s.Freed, set.Number, x.profile, -1)
	if y.tasks == 0 {
		p.recheckExecutor(x.id)
	}
}

// close ends the account of an application.
func (p *pathTracker) close() {
	if p == nil {
		return
	}
	b := p.current
	if p.finished {
		b = p.workEnd
	}
	b.Advance(attribution.TimeDriver, p.app.engine.now)
	p.app.result.Attribution.Turnaround, p.app.result.Attribution.Waves = b.Parts, b.Waves
}
