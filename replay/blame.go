package replay

import (
	"slices"
	"time"

	"dynalloc/policies"
)

// A blame finds out while an application runs where its time goes: each fact
// carries the way by which the application came to it, and what follows from
// the fact goes on from there. What the last fact carries is the same as walking
// the realized critical path back from the end, and needs no memory of tasks
// that are over. All methods do nothing on nil, which is the blame of a replay
// without Config.Attribute.
type blame struct {
	app      *application
	at       way   // to the fact that is being taken in
	jobs     []way // by job, to what sets it off
	done     way   // to the end of the last job
	over     bool  // done is known
	broken   []way // by stage, to the fetch that failed
	sets     []setBlame
	profiles []profileBlame
	ready    map[readyTask]way // of tasks that became ready after their set; only looked up
	again    [][]bool          // by stage and partition: what it was is lost, so that it runs again; nil: none is
	extra    time.Duration     // what the task that starts now computes again

	executors []executorBlame
	waiting   []policies.ExecutorID // idle executors whose hold is to be looked up at the end of this instant
	all       bool                  // or those of all executors
	doubtful  bool                  // listed in Engine.doubtful
	reach     reach
}

// A way is where the time went from an application's submission to a fact.
type way struct {
	parts Turnaround
	waves time.Duration // of the execution: waiting behind tasks of the same set
	until time.Duration // when the fact was
}

// goOn goes on to a later fact; the time to there has one cause.
func (w *way) goOn(c TimeCause, to time.Duration) {
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

// A setBlame is what is to be known of a task set.
type setBlame struct {
	ready   way // to its submission
	running int
	sole    clock // while no other set of its profile ran a task, and it did
}

// A profileBlame is what is to be known of a resource profile.
type profileBlame struct {
	running []int32 // sets that run tasks
	runs    int32   // the clock that runs: that of this set; none: that of no set; many: no clock
	quiet   clock   // while no set ran a task
	started int     // tasks
	// requests are, by number of executors, the last rise of the target above it.
	requests []request
}

const (
	none int32 = -1
	many int32 = -2
)

func newBlame(a *application, spec policies.Spec) *blame {
	if !a.engine.config.Attribute {
		return nil
	}
	now := a.engine.now
	b := &blame{
		app: a, at: way{until: now}, jobs: slices.Repeat([]way{{until: now}}, len(a.app.Jobs)), ready: make(map[readyTask]way),
		profiles: make([]profileBlame, len(a.app.Profiles)), reach: reach{most: a.mostSlots(spec), ratio: 1},
	}
	if spec.Kind == "spark" {
		b.reach.ratio = spec.Allocation.Ratio
	}
	for i := range b.profiles {
		b.profiles[i].runs = none
		b.profiles[i].quiet.run(now)
	}
	a.result.Attribution = &Attribution{Reach: -1}
	return b
}

// began is the start of the driver; until then it waited for the manager.
func (b *blame) began() {
	if b == nil {
		return
	}
	b.at.goOn(TimeQueue, b.app.engine.now)
	for i := range b.jobs {
		b.jobs[i] = b.at
	}
}

// followed has what hangs on a job's end go on from here.
func (b *blame) followed(job int32) {
	if b == nil || job < 0 {
		return
	}
	for _, f := range b.app.plan.followers[job+1] {
		if f.what == jobIsSubmitted {
			b.jobs[f.index] = b.at
		}
	}
}

// finished has the application's end go on from here.
func (b *blame) finished() {
	if b != nil {
		b.done, b.over = b.at, true
	}
}

// submitted is the driver's submission of a job.
func (b *blame) submitted(job int32) {
	if b == nil {
		return
	}
	b.at = b.jobs[job]
	b.at.goOn(TimeDriver, b.app.engine.now)
}

// offered is the submission of a task set.
func (b *blame) offered(set *taskSet) {
	if b == nil {
		return
	}
	s := setBlame{ready: b.at}
	s.ready.goOn(TimeExecution, b.app.engine.now)
	b.sets = append(b.sets, s)
	b.reach.demand(b.app.engine.now, int(set.tasks))
	b.doubted()
}

// broke is a fetch that failed; mended is Spark's submission of what is missing.
func (b *blame) broke(stage int32) {
	if b == nil {
		return
	}
	if b.broken == nil {
		b.broken = make([]way, len(b.app.stages))
	}
	b.broken[stage] = b.at
}

func (b *blame) mended(stage int32) {
	if b == nil {
		return
	}
	b.at = b.broken[stage]
	b.at.goOn(TimeRecompute, b.app.engine.now)
}

// forgot notes that what a partition's task made is gone.
func (b *blame) forgot(stage, partition int32) {
	if b == nil {
		return
	}
	if b.again == nil {
		b.again = make([][]bool, len(b.app.stages))
	}
	if b.again[stage] == nil {
		b.again[stage] = make([]bool, len(b.app.app.Stages[stage].Tasks))
	}
	b.again[stage][partition] = true
}

// retried is a task that failed, or was lost with its executor, and is ready
// again.
func (b *blame) retried(set *taskSet, task int32, isLost bool) {
	if b == nil {
		return
	}
	b.ready[readyTask{set.number, task, false}] = b.at
	if isLost {
		b.reach.tasks++ // it has not succeeded after all
		b.forgot(set.stage, set.partition(task))
	}
}

// resubmitted is a task that had succeeded and is ready again because its output
// is gone. Its set ran until then.
func (b *blame) resubmitted(set *taskSet, task int32) {
	if b == nil {
		return
	}
	w := b.sets[set.number].ready
	w.goOn(TimeExecution, b.app.engine.now)
	b.ready[readyTask{set.number, task, false}] = w
	b.forgot(set.stage, set.partition(task))
}

// copied is a slow task of which a copy is wanted. The original ran until then.
func (b *blame) copied(id policies.ExecutorID, t *runningTask) {
	if b == nil {
		return
	}
	s := b.executors[id].running(t.set, t.task)
	w := s.way
	w.goOn(TimeExecution, b.app.engine.now)
	b.ready[readyTask{t.set, t.task, true}] = w
}

// computesAgain is how much of the task that starts now is lost work.
func (b *blame) computesAgain(extra time.Duration) {
	if b != nil {
		b.extra = extra
	}
}

// launched is the start of a task. It leads back to what its slot did as long
// as the task was ready.
func (b *blame) launched(set *taskSet, x *executor, task int32, isCopy bool, f fate) {
	if b == nil {
		return
	}
	now := b.app.engine.now
	y := &b.executors[x.id]
	b.spend(x)
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
	w.goOn(TimeLocality, now)
	w.waves = waves + w.parts[TimeExecution] - work

	partition := set.partition(task)
	again := b.again != nil && b.again[set.stage] != nil && b.again[set.stage][partition]
	*s = slotBlame{busy: true, set: set.number, task: task, way: w, ended: s.ended, extra: b.extra, again: again || f == missesData, succeeds: f == succeeds}
	b.extra = 0
	b.count(set, x.profile, 1)
}

// wait goes on with a task that waits for a slot. While other task sets have
// slots of its kind, it is those that it waits for.
func (b *blame) wait(w *way, set *taskSet, c TimeCause, to time.Duration) {
	if to <= w.until {
		return
	}
	own := b.profiles[set.profile].quiet.between(w.until, to) + b.sets[set.number].sole.between(w.until, to)
	w.parts[TimeSlot] += to - w.until - own
	w.parts[c] += own
	w.until = to
}

// ended is the end of a task, good or bad. What follows goes on from it.
func (b *blame) ended(set *taskSet, x *executor, task int32) {
	if b == nil {
		return
	}
	now := b.app.engine.now
	s := b.executors[x.id].running(set.number, task)
	if s.again {
		s.way.goOn(TimeRecompute, now)
	}
	s.way.goOn(TimeRecompute, min(now, s.way.until+s.extra))
	s.way.goOn(TimeExecution, now)
	b.at = s.way
	if s.succeeds {
		b.reach.finish(b.app)
	}
	b.vacate(set, x, s)
}

// killed is the end of the copy, or the original, that lost the race.
func (b *blame) killed(set *taskSet, x *executor, task int32) {
	if b == nil {
		return
	}
	s := b.executors[x.id].running(set.number, task)
	s.way = b.at
	b.vacate(set, x, s)
}

// vacate frees a slot at the end of a task, and remembers the way to there for
// the tasks of its set that come after it.
func (b *blame) vacate(set *taskSet, x *executor, s *slotBlame) {
	now := b.app.engine.now
	y := &b.executors[x.id]
	b.spend(x)
	y.tasks--
	s.busy, s.freed = false, now
	if e := s.before(set.number); e != nil {
		*e = s.way
	} else {
		s.ended = slices.DeleteFunc(s.ended, func(e endedSet) bool { return !b.app.sets[e.set].waits() })
		s.ended = append(s.ended, endedSet{set.number, s.way})
	}
	b.count(set, x.profile, -1)
	if y.tasks == 0 {
		b.doubt(x.id)
	}
}

// count moves the number of tasks that a set runs, and the clocks that hang on it.
func (b *blame) count(set *taskSet, profile int32, delta int) {
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
	runs := many
	switch len(p.running) {
	case 0:
		runs = none
	case 1:
		runs = p.running[0]
	}
	if runs == p.runs {
		return
	}
	now := b.app.engine.now
	if c := b.clock(p, p.runs); c != nil {
		c.stop(now)
	}
	if c := b.clock(p, runs); c != nil {
		c.run(now)
	}
	p.runs = runs
}

// clock is the one that runs in a state of a profile; nil: none does.
func (b *blame) clock(p *profileBlame, runs int32) *clock {
	switch runs {
	case none:
		return &p.quiet
	case many:
		return nil
	}
	return &b.sets[runs].sole
}

// close ends the account of an application.
func (b *blame) close() {
	if b == nil {
		return
	}
	w := b.at
	if b.over && !b.app.result.Failed {
		w = b.done
	}
	w.goOn(TimeDriver, b.app.engine.now)
	b.app.result.Attribution.Turnaround, b.app.result.Attribution.Waves = w.parts, w.waves
}
