package eventlog

import (
	"cmp"
	"fmt"
	"slices"

	"dynalloc/traces"
	"dynalloc/traces/eventlog/scan"
	"dynalloc/traces/eventlog/slots"
)

// An executorLog is what the log says about one executor. Times are milliseconds
// since 1970, 0 if the log does not have them.
type executorLog struct {
	number              int32 // its index in assembler.executors
	id, host            string
	cores               int
	profile             int
	requested           int64
	added, removed      int64
	hasAdded, hasGone   bool // the log has ExecutorAdded, ExecutorRemoved
	reason              string
	brokenTasks         bool // tasks ended because it was lost
	failed              int  // its number among those on which tasks failed by themselves, from 1; 0: none did
	firstTask, lastTask int64
	block               int64       // when its block manager was added
	blockGone           int64       // when its block manager was removed
	cold                slots.First // the first tasks that it ran
	reads               slots.First // the first tasks that read shuffle data
	coldFrom, warmAt    int64       // the launch of its first task, and when that had loaded the classes
	busy                slots.Busy

	hostName  string // in the log of its last task
	hostIndex int16  // of hostName
	stage     *stageLog
	ranOf     int // tasks that it ran of stage
}

// isDriver reports whether an executor id is that of the driver, which is the only
// executor in local mode. Before Spark 1.3 it was "<driver>", in local mode
// "localhost".
func isDriver(id string) bool { return id == "driver" || id == "<driver>" || id == "localhost" }

func (a *assembler) executor(id string) *executorLog {
	x := a.executorByID[id]
	if x == nil {
		x = &executorLog{id: id, number: int32(len(a.executors))}
		a.executorByID[id] = x
		a.executors = append(a.executors, x)
	}
	return x
}

func (a *assembler) executorAdded(e *scan.ExecutorAdded) error {
	if e.Cores < 1 {
		return fmt.Errorf("an executor with Total Cores %d; expected 1 or more", e.Cores)
	}
	valid := a.advance(e.Time)
	x := a.executor(e.ID)
	if x.hasAdded {
		return nil
	}
	a.executorsAdded++
	if x.hasAdded = true; valid {
		x.added = e.Time
	}
	x.host, x.cores, x.profile = e.Host, bounded(e.Cores), bounded(e.Profile)
	if a.see(e.Registered) {
		x.added = e.Registered
	}
	if a.see(e.Requested) {
		x.requested, a.pressure.unneeded = e.Requested, true
	}
	return nil
}

func (a *assembler) executorRemoved(e *scan.ExecutorRemoved) error {
	valid := a.advance(e.Time)
	if x := a.executor(e.ID); !x.hasGone { // Spark removes a decommissioned executor twice
		a.executorsRemoved++
		if x.hasGone, x.reason = true, e.Reason; valid {
			x.removed = e.Time
		}
	}
	return nil
}

func (a *assembler) blockManagerAdded(e *scan.BlockManager) error {
	if !a.advance(e.Time) {
		return nil
	}
	if isDriver(e.Executor) {
		if a.driver == 0 {
			a.driver, a.driverHost = e.Time, e.Host
		}
		return nil
	}
	x := a.executor(e.Executor)
	x.host, x.block = cmp.Or(x.host, e.Host), cmp.Or(x.block, e.Time)
	return nil
}

func (a *assembler) blockManagerRemoved(e *scan.BlockManager) error {
	if a.advance(e.Time) && !isDriver(e.Executor) {
		x := a.executor(e.Executor)
		x.blockGone = cmp.Or(x.blockGone, e.Time)
	}
	return nil
}

// firstSeen is when the log first shows it: ExecutorAdded, else its block manager, else its first
// task; 0 if it shows none.
func (x *executorLog) firstSeen() int64 { return cmp.Or(x.added, x.block, x.firstTask) }

// warmed takes a task that succeeded. What the first one spends before it runs, on loading
// classes and fetching files, those that are launched meanwhile spend with it; later ones
// find it done, in whatever slot.
func (x *executorLog) warmed(t *taskRun) {
	done := t.launch + int64(t.Scheduler) + int64(t.Deserialize)
	switch {
	case x.coldFrom == 0 || t.launch < x.coldFrom:
		x.coldFrom, x.warmAt = t.launch, done
	case t.launch == x.coldFrom:
		x.warmAt = max(x.warmAt, done)
	}
}

// firstOfAll are its first tasks while it loaded classes, at most one for each slot.
func (x *executorLog) firstOfAll() slots.First {
	n := 0
	for n < len(x.cold) && x.cold[n].At <= max(x.coldFrom, x.warmAt-1) {
		n++
	}
	return x.cold[:n]
}

// ran takes a task that the executor ran. The first ones, as many as it has slots, may be
// cold.
func (x *executorLog) ran(launch, finish, id int64, host string, slots int) {
	x.host = cmp.Or(x.host, host)
	if launch > 0 && (x.firstTask == 0 || launch < x.firstTask) {
		x.firstTask = launch
	}
	x.lastTask = max(x.lastTask, finish)
	x.cold.Take(launch, id, slots)
	if launch > 0 && finish >= launch {
		x.busy.Ran(launch, finish)
	}
}

// maxSlots bounds the tasks that one executor of a damaged log can make the reader
// hold.
const maxSlots = 1024

// slots is how many tasks an executor can run at one time, as far as the log has
// said so far; at least 1.
func (a *assembler) slots(x *executorLog) int {
	return min(max(1, cmp.Or(x.cores, a.executorCores)/a.taskCPUs), maxSlots)
}

// buildRecorded keeps how the application really ran.
func (a *assembler) buildRecorded(app *traces.Application) {
	r := &traces.Recorded{Ended: a.ended, End: a.offset(cmp.Or(a.endTime, a.last))}
	for _, x := range a.executors {
		if isDriver(x.id) && app.LocalCores > 0 {
			r.Executors = append(r.Executors, a.ownExecutor(app, x))
		}
		added := x.firstSeen()
		if isDriver(x.id) || added == 0 {
			continue // the driver, or an executor that was removed before it registered
		}
		e := traces.RecordedExecutor{
			ID: x.id, Host: x.host, Cores: x.cores, Profile: x.profile,
			Requested: a.optional(x.requested),
			Added:     a.offset(added),
			FirstTask: a.optional(x.firstTask),
			LastTask:  a.optional(x.lastTask),
			Removed:   a.optional(x.removed),
			Reason:    x.reason,
			Inferred:  x.added == 0 && x.block == 0,
		}
		e.Awaited = !e.Inferred && a.awaited(x, added)
		if !x.hasAdded { // before Spark 1.3 the log has block managers only, and a dropped event leaves tasks
			e.Cores = max(1, app.Profiles[0].Cores)
			e.Removed = a.optional(cmp.Or(x.removed, x.blockGone))
		}
		if e.Removed >= 0 {
			e.Removed = max(e.Removed, e.Added)
		}
		r.Executors = append(r.Executors, e)
	}
	slices.SortStableFunc(r.Executors, func(x, y traces.RecordedExecutor) int { return cmp.Compare(x.Added, y.Added) })
	var busy []*slots.Busy
	for _, x := range a.executors {
		busy = append(busy, &x.busy)
		if from := x.firstSeen(); from > 0 && (!isDriver(x.id) || a.local()) {
			a.spent.Held(from, x.removed, a.slots(x))
		}
	}
	r.Spent = a.spent.Divide(a.origin(), cmp.Or(a.endTime, a.last), busy)
	for _, j := range a.jobs {
		r.Jobs = append(r.Jobs, traces.RecordedJob{ID: j.id, Start: a.offset(j.start), End: a.optional(j.end)})
	}
	app.Recorded = r
	if a.asksUnseen() {
		a.pressure.build(a, r)
	}
}
