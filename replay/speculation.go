package replay

import (
	"slices"
	"time"

	"dynalloc/policies"
	"dynalloc/replay/plan"
	"dynalloc/replay/random"
)

// speculationInterval is spark.speculation.interval.
const speculationInterval = 100 * time.Millisecond

// A speculation is what a task set needs to know to start copies of slow tasks.
type speculation struct {
	durations      []time.Duration // of the tasks that succeeded
	median         plan.Median     // of these
	copied         []bool          // by task: a copy was requested
	pendingCopies  []int32         // tasks whose copy waits for a slot on another node
	checkScheduled bool
}

// scheduleSpeculation has a set checked for slow tasks, if speculation is on and
// the set has more than one task and is no barrier.
func (a *application) scheduleSpeculation(set *taskSet) {
	if !a.speculationRules.On || set.tasks < 2 || set.barrier || set.speculation.checkScheduled || set.zombie || set.done == set.tasks {
		return
	}
	set.speculation.checkScheduled = true
	a.after(speculationInterval, speculationIsChecked, set.Number)
}

// speculate requests copies of the set's slow tasks.
func (a *application) speculate(number int32) {
	set, rules := a.sets[number], &a.speculationRules
	s := &set.speculation
	s.checkScheduled = false
	defer a.scheduleSpeculation(set)
	if float64(set.done) < max(rules.Quantile*float64(set.tasks), 1) || len(s.durations) == 0 {
		return
	}
	threshold := max(time.Duration(rules.Multiplier*float64(s.median.Value())), rules.MinRuntime)
	if s.copied == nil {
		s.copied = make([]bool, set.tasks)
	}
	for x := range a.takers() {
		for _, t := range x.tasks {
			ran := a.engine.now - t.start
			if t.set != number || t.copy || s.copied[t.task] {
				continue
			}
			stage, partition := &a.app.Stages[set.stage], int(set.partition(t.task))
			slow := rules.IsSlow(ran, threshold, a.plan.ReadsShuffle(set.stage, partition))
			if c := stage.CopyOf(partition); c != nil {
				slow = ran >= c.After
			}
			if !slow {
				continue
			}
			s.copied[t.task] = true
			a.path.copyRequested(x.id, &t)
			s.pendingCopies = append(s.pendingCopies, t.task)
			a.observe(policies.Event{Kind: policies.SpeculativeTaskSubmitted, Stage: set.name(), Task: int(t.task)})
			a.enqueue(set)
		}
	}
}

// stopLosingCopy records the duration of a task that succeeded, and stops its other
// copy.
func (a *application) stopLosingCopy(set *taskSet, task int32, won runningTask) {
	s := &set.speculation
	s.durations = append(s.durations, won.end-won.start)
	s.median.Add(won.end - won.start)
	s.pendingCopies = slices.DeleteFunc(s.pendingCopies, func(t int32) bool { return t == task })
	if s.copied == nil || !s.copied[task] {
		return
	}
	for i := range a.executors {
		x := &a.executors[i]
		if k := x.runs(set, task); k >= 0 {
			a.stop(x, k)
		}
	}
}

// runs is the index of a task among those that an executor runs; -1: it does not.
func (x *executor) runs(set *taskSet, task int32) int {
	return slices.IndexFunc(x.tasks, func(t runningTask) bool { return t.set == set.Number && t.task == task })
}

// copyFor returns a task whose copy may start on an executor: one that does
// not run on its node already. It is -1 if there is none.
func (a *application) copyFor(set *taskSet, x *executor) int32 {
	for i, task := range set.speculation.pendingCopies {
		if !a.runsOn(set, task, x.node) {
			set.speculation.pendingCopies = slices.Delete(set.speculation.pendingCopies, i, i+1)
			return task
		}
	}
	return -1
}

func (a *application) runsOn(set *taskSet, task, node int32) bool {
	for i := range a.executors {
		if x := &a.executors[i]; x.node == node && x.runs(set, task) >= 0 {
			return true
		}
	}
	return false
}

// copyDuration is how long a copy takes: as long as it did, or else the time of one of the
// stage's tasks that succeeded, drawn.
func (a *application) copyDuration(set *taskSet, partition int32) time.Duration {
	if c := a.app.Stages[set.stage].CopyOf(int(partition)); c != nil {
		return c.Work
	}
	g := random.New(a.engine.config.Seed, random.CopyStream, a.index, random.Mix(uint64(set.stage), uint64(partition)))
	s := set.speculation.durations
	return s[random.Below(g, len(s))]
}
