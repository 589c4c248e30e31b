package replay

import (
	"slices"
	"time"

	"dynalloc/policies"
)

// A pathTracker finds out while an application runs where its time goes: each fact
// carries the way by which the application came to it, and what follows from
// the fact goes on from there. What the last fact carries is the same as walking
// the realized critical path back from the end, and needs no memory of tasks
// that are over. All methods do nothing on nil, which is the blame of a replay
// without Config.Attribute.
type pathTracker struct {
	app         *application
	current     breakdown   // to the fact that is being taken in
	jobs        []breakdown // by job, to what sets it off
	workEnd     breakdown   // to the end of the last job
	finished    bool        // done is known
	failedFetch []breakdown // by stage, to the fetch that failed
	sets        []setPath
	profiles    []profilePath
	ready       map[readyTask]breakdown // of tasks that became ready after their set; only looked up
	reruns      [][]bool                // by stage and partition: what it was is lost, so that it runs again; nil: none is
	recompute   time.Duration           // what the task that starts now computes again

	executors    []executorTrack
	recheckList  []policies.ExecutorID // idle executors whose hold is to be looked up at the end of this instant
	recheckEvery bool                  // or those of all executors
	listed       bool                  // listed in Engine.doubtful
	rampUp       rampUp
}

// A breakdown is where the time went from an application's submission to a fact.
type breakdown struct {
	parts Turnaround
	waves time.Duration // of the execution: waiting behind tasks of the same set
	until time.Duration // when the fact was
}

// advance goes on to a later fact; the time to there has one cause.
func (w *breakdown) advance(c TimeCause, to time.Duration) {
	if to > w.until {
		w.parts[c] += to - w.until
		w.until = to
	}
}

// A readyTask is a task, or a copy of one, that became ready by itself.
type readyTask struct {
	set, task int32
	copy      bool
}

// A setPath is what is to be known of a task set.
type setPath struct {
	ready   breakdown // to its submission
	running int
	alone   stopwatch // while no other set of its profile ran a task, and it did
}

// A profilePath is what is to be known of a resource profile.
type profilePath struct {
	running []int32   // sets that run tasks
	state   int32     // the clock that runs: that of this set; none: that of no set; many: no clock
	quiet   stopwatch // while no set ran a task
	started int       // tasks
	// requests are, by number of executors, the last rise of the target above it.
	requests []request
}

const (
	noSet    int32 = -1
	manySets int32 = -2
)

func newPathTracker(a *application, spec policies.Spec) *pathTracker {
	if !a.engine.config.Attribute {
		return nil
	}
	now := a.engine.now
	b := &pathTracker{
		app: a, current: breakdown{until: now}, jobs: slices.Repeat([]breakdown{{until: now}}, len(a.app.Jobs)), ready: make(map[readyTask]breakdown),
		profiles: make([]profilePath, len(a.app.Profiles)), rampUp: a.newRampUp(spec),
	}
	for i := range b.profiles {
		b.profiles[i].state = noSet
		b.profiles[i].quiet.start(now)
	}
	a.result.Attribution = &Attribution{RampUp: -1}
	return b
}

// driverStarted is the start of the driver; until then it waited for the manager.
func (b *pathTracker) driverStarted() {
	if b == nil {
		return
	}
	b.current.advance(TimeQueue, b.app.engine.now)
	for i := range b.jobs {
		b.jobs[i] = b.current
	}
}

// jobFollowed has what hangs on a job's end go on from here.
func (b *pathTracker) jobFollowed(job int32) {
	if b == nil || job < 0 {
		return
	}
	for _, f := range b.app.plan.followers[job+1] {
		if f.event == jobIsSubmitted {
			b.jobs[f.index] = b.current
		}
	}
}

// workFinished has the application's end go on from here.
func (b *pathTracker) workFinished() {
	if b != nil {
		b.workEnd, b.finished = b.current, true
	}
}

// jobSubmitted is the driver's submission of a job.
func (b *pathTracker) jobSubmitted(job int32) {
	if b == nil {
		return
	}
	b.current = b.jobs[job]
	b.current.advance(TimeDriver, b.app.engine.now)
}

// setSubmitted is the submission of a task set.
func (b *pathTracker) setSubmitted(set *taskSet) {
	if b == nil {
		return
	}
	s := setPath{ready: b.current}
	s.ready.advance(TimeExecution, b.app.engine.now)
	b.sets = append(b.sets, s)
	b.rampUp.demand(b.app.engine.now, int(set.tasks))
	b.scheduleRecheck()
}

// fetchFailed is a fetch that failed; mended is Spark's submission of what is missing.
func (b *pathTracker) fetchFailed(stage int32) {
	if b == nil {
		return
	}
	if b.failedFetch == nil {
		b.failedFetch = make([]breakdown, len(b.app.stages))
	}
	b.failedFetch[stage] = b.current
}

func (b *pathTracker) stageResubmitted(stage int32) {
	if b == nil {
		return
	}
	b.current = b.failedFetch[stage]
	b.current.advance(TimeRecompute, b.app.engine.now)
}

// outputLost notes that what a partition's task made is gone.
func (b *pathTracker) outputLost(stage, partition int32) {
	if b == nil {
		return
	}
	if b.reruns == nil {
		b.reruns = make([][]bool, len(b.app.stages))
	}
	if b.reruns[stage] == nil {
		b.reruns[stage] = make([]bool, len(b.app.app.Stages[stage].Tasks))
	}
	b.reruns[stage][partition] = true
}

// taskRetried is a task that failed, or was lost with its executor, and is ready
// again.
func (b *pathTracker) taskRetried(set *taskSet, task int32, isLost bool) {
	if b == nil {
		return
	}
	b.ready[readyTask{set.number, task, false}] = b.current
	if isLost {
		b.rampUp.tasks++ // it has not succeeded after all
		b.outputLost(set.stage, set.partition(task))
	}
}

// taskResubmitted is a task that had succeeded and is ready again because its output
// is gone. Its set ran until then.
func (b *pathTracker) taskResubmitted(set *taskSet, task int32) {
	if b == nil {
		return
	}
	w := b.sets[set.number].ready
	w.advance(TimeExecution, b.app.engine.now)
	b.ready[readyTask{set.number, task, false}] = w
	b.outputLost(set.stage, set.partition(task))
}

// copyRequested is a slow task of which a copy is wanted. The original ran until then.
func (b *pathTracker) copyRequested(id policies.ExecutorID, t *runningTask) {
	if b == nil {
		return
	}
	s := b.executors[id].running(t.set, t.task)
	w := s.path
	w.advance(TimeExecution, b.app.engine.now)
	b.ready[readyTask{t.set, t.task, true}] = w
}

// recomputing is how much of the task that starts now is lost work.
func (b *pathTracker) recomputing(extra time.Duration) {
	if b != nil {
		b.recompute = extra
	}
}

// taskLaunched is the start of a task. It leads back to what its slot did as long
// as the task was ready.
func (b *pathTracker) taskLaunched(set *taskSet, x *executor, task int32, isCopy bool, f fate) {
	if b == nil {
		return
	}
	now := b.app.engine.now
	y := &b.executors[x.id]
	b.accrue(x)
	y.tasks++
	y.hold = policies.Hold{}
	b.profiles[x.profile].started++
	s := y.take()

	key := readyTask{set.number, task, isCopy}
	w, apart := b.ready[key]
	if apart {
		delete(b.ready, key)
	} else {
		w = b.sets[set.number].ready
	}
	work, waves := w.parts[TimeExecution], w.waves
	if before := s.before(set.number); before != nil && before.until > w.until {
		w = *before
		ready := &b.sets[set.number].ready
		work, waves = ready.parts[TimeExecution], ready.waves
	}
	occupied := now
	if set.preference != nil {
		occupied = max(w.until, s.freed)
	}
	b.wait(&w, set, TimeRamp, min(y.asked, occupied))
	b.wait(&w, set, TimeQueue, min(x.granted, occupied))
	b.wait(&w, set, TimeStartup, min(x.usable, occupied))
	b.wait(&w, set, TimeExecution, occupied)
	w.advance(TimeLocality, now)
	w.waves = waves + w.parts[TimeExecution] - work

	partition := set.partition(task)
	again := b.reruns != nil && b.reruns[set.stage] != nil && b.reruns[set.stage][partition]
	*s = slotTrack{busy: true, set: set.number, task: task, path: w, ended: s.ended, recompute: b.recompute, rerun: again || f == missesData, succeeds: f == succeeds}
	b.recompute = 0
	b.countRunning(set, x.profile, 1)
}

// wait goes on with a task that waits for a slot. While other task sets have
// slots of its kind, it is those that it waits for.
func (b *pathTracker) wait(w *breakdown, set *taskSet, c TimeCause, to time.Duration) {
	if to <= w.until {
		return
	}
	own := b.profiles[set.profile].quiet.between(w.until, to) + b.sets[set.number].alone.between(w.until, to)
	w.parts[TimeSlot] += to - w.until - own
	w.parts[c] += own
	w.until = to
}

// taskEnded is the end of a task, good or bad. What follows goes on from it.
func (b *pathTracker) taskEnded(set *taskSet, x *executor, task int32) {
	if b == nil {
		return
	}
	now := b.app.engine.now
	s := b.executors[x.id].running(set.number, task)
	if s.rerun {
		s.path.advance(TimeRecompute, now)
	}
	s.path.advance(TimeRecompute, min(now, s.path.until+s.recompute))
	s.path.advance(TimeExecution, now)
	b.current = s.path
	if s.succeeds {
		b.rampUp.finish(b.app)
	}
	b.freeSlot(set, x, s)
}

// taskKilled is the end of the copy, or the original, that lost the race.
func (b *pathTracker) taskKilled(set *taskSet, x *executor, task int32) {
	if b == nil {
		return
	}
	s := b.executors[x.id].running(set.number, task)
	s.path = b.current
	b.freeSlot(set, x, s)
}

// freeSlot frees a slot at the end of a task, and remembers the way to there for
// the tasks of its set that come after it.
func (b *pathTracker) freeSlot(set *taskSet, x *executor, s *slotTrack) {
	now := b.app.engine.now
	y := &b.executors[x.id]
	b.accrue(x)
	y.tasks--
	s.busy, s.freed = false, now
	if e := s.before(set.number); e != nil {
		*e = s.path
	} else {
		s.ended = slices.DeleteFunc(s.ended, func(e endedSet) bool { return !b.app.sets[e.set].waits() })
		s.ended = append(s.ended, endedSet{set.number, s.path})
	}
	b.countRunning(set, x.profile, -1)
	if y.tasks == 0 {
		b.recheckExecutor(x.id)
	}
}

// countRunning moves the number of tasks that a set runs, and the clocks that hang on it.
func (b *pathTracker) countRunning(set *taskSet, profile int32, delta int) {
	s, p := &b.sets[set.number], &b.profiles[profile]
	s.running += delta
	switch {
	case delta > 0 && s.running == 1:
		p.running = append(p.running, set.number)
	case s.running == 0:
		i := slices.Index(p.running, set.number)
		p.running = slices.Delete(p.running, i, i+1)
	default:
		return
	}
	runs := manySets
	switch len(p.running) {
	case 0:
		runs = noSet
	case 1:
		runs = p.running[0]
	}
	if runs == p.state {
		return
	}
	now := b.app.engine.now
	if c := b.stopwatch(p, p.state); c != nil {
		c.stop(now)
	}
	if c := b.stopwatch(p, runs); c != nil {
		c.start(now)
	}
	p.state = runs
}

// stopwatch is the one that runs in a state of a profile; nil: none does.
func (b *pathTracker) stopwatch(p *profilePath, runs int32) *stopwatch {
	switch runs {
	case noSet:
		return &p.quiet
	case manySets:
		return nil
	}
	return &b.sets[runs].alone
}

// close ends the account of an application.
func (b *pathTracker) close() {
	if b == nil {
		return
	}
	w := b.current
	if b.finished && !b.app.result.Failed {
		w = b.workEnd
	}
	w.advance(TimeDriver, b.app.engine.now)
	b.app.result.Attribution.Turnaround, b.app.result.Attribution.Waves = w.parts, w.waves
}
