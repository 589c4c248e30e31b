package policies

// demand holds what Spark's allocation manager knows about the tasks of an application:
// the counters of its listener (ExecutorAllocationListener; docs/MODEL.md describes
// them). It keeps sums for each profile, so that a tick need not go through all stages.
type demand struct {
	attempts []*attempt // by stage, of which each attempt knows the next one
	unused   []*attempt // that were dropped
	sets     indexSets
	profiles []profileDemand
	open     int // attempts that keep the queue from being empty
	waiting  int // attempts of known profiles with a pending task or copy
}

// profileDemand is the demand for executors of one profile.
type profileDemand struct {
	pending       int // tasks submitted and not started; a late start can make it negative
	speculative   int // copies announced and not started
	running       int // tasks and copies
	unschedulable int // attempts that have no executor left on which they may run
}

// attempt is the state of one stage attempt, as known from events.
type attempt struct {
	id            StageAttempt
	next          *attempt // of the same stage; nil: none
	profile       int      // -1: its submission was not seen
	submitted     bool
	tasks         int
	pending       int // tasks that have had no regular start; below 0 where starts come late
	running       int
	started       *indexSet // tasks that have had a regular start; nil: none seen
	pendingCopies *indexSet // announced copies that have not started; nil: none seen
	copied        bool      // a copy has started
	unschedulable bool
}

// begin forgets all, and counts for a number of profiles.
func (d *demand) begin(profiles int) {
	for _, a := range d.attempts {
		for ; a != nil; a = a.next {
			d.forget(a)
			d.unused = append(d.unused, a)
		}
	}
	*d = demand{attempts: d.attempts[:0], unused: d.unused, sets: d.sets, profiles: zeros(d.profiles, profiles)}
}

// forget drops what is known of the single tasks of an attempt.
func (d *demand) forget(a *attempt) {
	d.sets.give(a.started)
	d.sets.give(a.pendingCopies)
	a.started, a.pendingCopies = nil, nil
}

func (d *demand) anyPending() bool { return d.waiting > 0 }

// subtract takes the numbers of an attempt out of the sums and returns it. The
// caller changes it and calls add.
func (d *demand) subtract(id StageAttempt) *attempt {
	a := d.find(id)
	if a == nil {
		a = d.newAttempt(id)
	}
	d.count(a, -1)
	return a
}

// find returns an attempt; nil if it has no counted task.
func (d *demand) find(id StageAttempt) *attempt {
	if int(id.ID) >= len(d.attempts) {
		return nil
	}
	a := d.attempts[id.ID]
	for a != nil && a.id != id {
		a = a.next
	}
	return a
}

func (d *demand) newAttempt(id StageAttempt) *attempt {
	a := new(attempt)
	if n := len(d.unused); n > 0 {
		a, d.unused = d.unused[n-1], d.unused[:n-1]
	}
	for int(id.ID) >= len(d.attempts) {
		d.attempts = append(d.attempts, nil)
	}
	*a = attempt{id: id, profile: -1, next: d.attempts[id.ID]}
	d.attempts[id.ID] = a
	return a
}

func (d *demand) drop(a *attempt) {
	at := &d.attempts[a.id.ID]
	for *at != a {
		at = &(*at).next
	}
	*at = a.next
	d.unused = append(d.unused, a)
}

// add puts the numbers of an attempt back into the sums. An attempt with no counted
// task is dropped.
func (d *demand) add(a *attempt) {
	if !a.open() && a.started == nil && a.running == 0 {
		a.profile = -1
		if !a.unschedulable {
			d.drop(a)
		}
		return
	}
	d.count(a, 1)
}

// count adds the attempt to the sums, or subtracts it for the sign -1.
func (d *demand) count(a *attempt, sign int) {
	if a.open() {
		d.open += sign
	}
	if a.profile < 0 {
		return
	}
	p := &d.profiles[a.profile]
	p.pending += sign * a.pending
	p.speculative += sign * a.pendingCopies.len()
	p.running += sign * a.running
	if a.unschedulable {
		p.unschedulable += sign
	}
	if a.waits() {
		d.waiting += sign
	}
}

// waits reports whether a task or a copy of the attempt is pending.
func (a *attempt) waits() bool { return a.pending > 0 || a.pendingCopies.len() > 0 }

// open reports whether the attempt keeps the queue from being empty, as Spark counts
// it: this is also true if only a speculative copy of one of its tasks was announced or
// has started.
func (a *attempt) open() bool {
	return a.submitted || a.pendingCopies != nil || a.copied
}

func (d *demand) stageSubmitted(e *Event) {
	a := d.subtract(e.Stage)
	a.submitted, a.tasks, a.profile = true, e.Tasks, e.Profile
	a.pending = a.tasks - a.started.len()
	d.add(a)
}

// stageCompleted forgets the tasks of an attempt. Those that still run (zombies)
// stay counted.
func (d *demand) stageCompleted(e *Event) {
	a := d.subtract(e.Stage)
	a.submitted, a.tasks, a.pending = false, 0, 0
	a.copied = false
	d.forget(a)
	d.add(a)
}

func (d *demand) taskStart(e *Event) {
	if d.plainStart(e) {
		return
	}
	a := d.subtract(e.Stage)
	a.running++
	if e.Speculative {
		a.copied = true
		a.pendingCopies.remove(e.Task)
	} else {
		a.started = d.sets.with(a.started, e.Task, a.tasks)
		a.pending = a.tasks - a.started.len()
	}
	d.add(a)
}

// plainStart counts the first start of a task while others of its attempt wait, as nearly all
// starts are: it changes three sums. It reports whether it was one.
func (d *demand) plainStart(e *Event) bool {
	a := d.find(e.Stage)
	if a == nil || !a.submitted || a.pending < 2 || e.Speculative || a.started.has(e.Task) {
		return false
	}
	a.started = d.sets.with(a.started, e.Task, a.tasks)
	p := &d.profiles[a.profile]
	a.running, p.running = a.running+1, p.running+1
	a.pending, p.pending = a.pending-1, p.pending-1
	return true
}

// plainEnd counts the success of a task of an attempt without copies.
func (d *demand) plainEnd(e *Event) bool {
	a := d.find(e.Stage)
	if a == nil || !a.submitted || a.running == 0 || a.pendingCopies != nil || e.failed() {
		return false
	}
	p := &d.profiles[a.profile]
	a.running, p.running = a.running-1, p.running-1
	return true
}

// failed reports whether a task that ended must run again.
func (e *Event) failed() bool { return e.End == Failed || e.End == Resubmitted }

// taskEnd makes a failed task pending again. A Resubmitted task lowers the number
// of running ones although it had already ended (Q5).
func (d *demand) taskEnd(e *Event) {
	if d.plainEnd(e) {
		return
	}
	a := d.subtract(e.Stage)
	if a.running > 0 {
		a.running--
	}
	if e.failed() && !e.Speculative {
		a.started.remove(e.Task)
		a.pending = a.tasks - a.started.len()
	}
	if e.End == Success {
		a.pendingCopies.remove(e.Task) // the original ended before its copy started
	}
	d.add(a)
}

func (d *demand) speculativeTaskSubmitted(e *Event) {
	a := d.subtract(e.Stage)
	a.pendingCopies = d.sets.with(a.pendingCopies, e.Task, a.tasks)
	d.add(a)
}

func (d *demand) unschedulable(id StageAttempt, is bool) {
	a := d.subtract(id)
	a.unschedulable = is
	d.add(a)
}
