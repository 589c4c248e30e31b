package replay

import (
	"cmp"
	"slices"
	"time"

	"dynalloc/policies"
)

// unsettle has the application's waiting tasks placed at the end of the instant.
func (a *application) unsettle() {
	if !a.unsettled {
		a.unsettled = true
		a.engine.unsettled = append(a.engine.unsettled, a)
	}
}

// place gives waiting tasks the free slots. Spark offers all executors when a
// task set is submitted, and one executor when a task on it ended or when it
// has come up; the order between task sets is computed once for each offer.
func (a *application) place() {
	a.unsettled = false
	if len(a.waiting) > 0 {
		if a.offerAll {
			a.offer(a.offers())
		} else {
			for i := range a.freed {
				a.offer(a.freed[i : i+1])
			}
		}
	}
	a.offerAll = false
	a.freed = a.freed[:0]
}

// offers returns the executors that take tasks in the order in which they are
// offered.
func (a *application) offers() []policies.ExecutorID {
	order := slices.Clone(a.lively)
	if a.engine.config.Offers == Ordered {
		slices.SortFunc(order, func(x, y policies.ExecutorID) int {
			return cmp.Or(cmp.Compare(a.executors[x].running(), a.executors[y].running()), cmp.Compare(x, y))
		})
		return order
	}
	a.rounds++
	g := random(a.engine.config.Seed, offerStream, a.index, a.rounds)
	for i := len(order) - 1; i > 0; i-- {
		j := below(g, i+1)
		order[i], order[j] = order[j], order[i]
	}
	return order
}

// offer fills the free slots of executors with waiting tasks, set by set, in
// passes that give each executor one task (TaskSchedulerImpl.resourceOffers).
func (a *application) offer(executors []policies.ExecutorID) {
	sets := a.waiting
	if a.fair && len(sets) > 1 {
		sets = slices.Clone(sets)
		slices.SortStableFunc(sets, compareFair)
	}
	exhausted := false
	for _, set := range sets {
		for launched := true; launched && set.pending() > 0; {
			launched = false
			for _, id := range executors {
				x := &a.executors[id]
				if x.free == 0 || x.state != live || x.profile != set.profile {
					continue
				}
				a.launch(set, x)
				launched = true
				if set.pending() == 0 {
					exhausted = true
					break
				}
			}
		}
	}
	if exhausted {
		a.waiting = slices.DeleteFunc(a.waiting, func(s *taskSet) bool { return s.pending() == 0 })
	}
}

// launch starts the next task of a set on an executor.
func (a *application) launch(set *taskSet, x *executor) {
	e := a.engine
	task := set.next
	set.next++
	set.running++
	set.pool.running++
	x.settle(e.now, a.profiles[x.profile].taskCPUs)
	x.free--
	duration := e.config.Times.Overhead + time.Duration(a.plan.work[a.plan.offset[set.stage]+task])*time.Millisecond
	if x.fresh > 0 {
		x.fresh--
		duration += e.config.Times.Cold
	}
	e.queue.push(scheduled{at: e.now + duration, app: a.index, a: int32(x.id), b: set.stage, c: task}, taskEnds, only)
	if a.result.FirstTask < 0 {
		a.result.FirstTask = e.now
	}
	e.emit(Event{Kind: TaskStarted, App: a.index, Job: set.job, Stage: set.stage, Task: task, Executor: x.id})
	a.event = policies.Event{Kind: policies.TaskStart, Stage: policies.StageAttempt{ID: set.stage}, Task: int(task), Executor: x.id}
	a.observe()
}
