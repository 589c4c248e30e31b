package policies

// demand is what Spark's manager believes of the tasks of an application: its
// listener's counters (ExecutorAllocationListener; docs/MODEL.md, what the
// counters hear). Sums are kept for each profile, so that a tick does not count
// stages.
type demand struct {
	attempts map[StageAttempt]*attempt
	last     *attempt // the attempt of the last event: tasks come in runs
	profiles []profileDemand
	open     int // attempts with tasks or copies on the books: while any is, the queue is not empty
	waiting  int // attempts of known profiles with a task or copy pending
}

// profileDemand is the demand for executors of one profile.
type profileDemand struct {
	pending       int // tasks submitted and not started; a late start can make it negative
	speculative   int // copies announced and not started
	running       int // tasks and copies
	unschedulable int // attempts that have no executor left on which they may run
}

// attempt is what is known of one stage attempt.
type attempt struct {
	id            StageAttempt
	profile       int // -1: its submission was not seen
	submitted     bool
	tasks         int
	running       int
	started       *indexSet // tasks that have had a regular start; nil: none seen
	pendingCopies *indexSet // announced copies that have not started; nil: none seen
	copied        bool      // a copy has started
	unschedulable bool
}

func newDemand(profiles int) demand {
	return demand{attempts: map[StageAttempt]*attempt{}, profiles: make([]profileDemand, profiles)}
}

func (d *demand) anyPending() bool { return d.waiting > 0 }

// take returns the attempt with its numbers taken out of the sums; a handler
// changes it and gives it back with put.
func (d *demand) take(id StageAttempt) *attempt {
	a := d.last
	if a == nil || a.id != id {
		a = d.attempts[id]
		if a == nil {
			a = &attempt{id: id, profile: -1}
			d.attempts[id] = a
		}
		d.last = a
	}
	d.count(a, -1)
	return a
}

// put adds the attempt's numbers to the sums again. Once no task of it is on
// the books it leaves its profile and is forgotten.
func (d *demand) put(a *attempt) {
	if !a.open() && a.started == nil && a.running == 0 {
		a.profile = -1
		if !a.unschedulable {
			delete(d.attempts, a.id)
			d.last = nil
		}
		return
	}
	d.count(a, 1)
}

// count adds the attempt to the sums, or takes it out for sign -1.
func (d *demand) count(a *attempt, sign int) {
	if a.open() {
		d.open += sign
	}
	if a.profile < 0 {
		return
	}
	p := &d.profiles[a.profile]
	pending, copies := a.tasks-a.started.len(), a.pendingCopies.len()
	p.pending += sign * pending
	p.speculative += sign * copies
	p.running += sign * a.running
	if a.unschedulable {
		p.unschedulable += sign
	}
	if pending > 0 || copies > 0 {
		d.waiting += sign
	}
}

// open tells whether the attempt keeps Spark from calling the queue empty.
func (a *attempt) open() bool {
	return a.submitted || a.pendingCopies != nil || a.copied
}

func (d *demand) stageSubmitted(e *Event) {
	a := d.take(e.Stage)
	a.submitted, a.tasks, a.profile = true, e.Tasks, e.Profile
	d.put(a)
}

// stageCompleted tells whether the queue is empty now. Tasks that still run
// (zombies) stay counted.
func (d *demand) stageCompleted(e *Event) (queueEmpty bool) {
	a := d.take(e.Stage)
	a.submitted, a.tasks = false, 0
	a.started, a.pendingCopies, a.copied = nil, nil, false
	d.put(a)
	return d.open == 0
}

func (d *demand) taskStart(e *Event) {
	a := d.take(e.Stage)
	a.running++
	if e.Speculative {
		a.copied = true
		a.pendingCopies.remove(e.Task)
	} else {
		a.started = a.started.with(e.Task, a.tasks)
	}
	d.put(a)
}

// taskEnd tells whether the task failed: then it will be pending again. A
// Resubmitted task lowers the running count although it had already ended (Q5).
func (d *demand) taskEnd(e *Event) (failed bool) {
	failed = e.End == Failed || e.End == Resubmitted
	a := d.take(e.Stage)
	if a.running > 0 {
		a.running--
	}
	if failed && !e.Speculative {
		a.started.remove(e.Task)
	}
	if e.End == Success {
		a.pendingCopies.remove(e.Task) // the original ended before its copy started
	}
	d.put(a)
	return failed
}

func (d *demand) speculativeTaskSubmitted(e *Event) {
	a := d.take(e.Stage)
	a.pendingCopies = a.pendingCopies.with(e.Task, a.tasks)
	d.put(a)
}

func (d *demand) unschedulable(id StageAttempt, is bool) {
	a := d.take(id)
	a.unschedulable = is
	d.put(a)
}
