package eventlog

import (
	"cmp"
	"slices"
	"time"

	"dynalloc/traces"
)

// An executorLog is what the log says about one executor. Times are
// milliseconds since 1970, 0 where the log has none.
type executorLog struct {
	id, host            string
	cores               int
	profile             int
	requested           int64
	added, removed      int64
	hasAdded, hasGone   bool
	reason              string
	firstTask, lastTask int64
	block               int64 // when its block manager was added
	gone                int64 // when its block manager was removed
	cold                firstTasks
	reads               firstTasks // that read shuffle data
}

// firstTasks are the first tasks of an executor, in order of launch.
type firstTasks []struct{ launch, id int64 }

// isDriver reports whether an executor id is the driver's own: the only
// "executor" in local mode. Before Spark 1.3 it was "<driver>", in local mode
// "localhost".
func isDriver(id string) bool { return id == "driver" || id == "<driver>" || id == "localhost" }

func (a *assembler) executor(id string) *executorLog {
	x := a.executorByID[id]
	if x == nil {
		x = &executorLog{id: id}
		a.executorByID[id] = x
		a.executors = append(a.executors, x)
	}
	return x
}

func (a *assembler) executorAdded(e *executorAdded) error {
	ok := a.happened(e.Time)
	x := a.executor(e.ID)
	if x.hasAdded {
		return nil
	}
	a.added++
	if x.hasAdded = true; ok {
		x.added = e.Time
	}
	x.host = e.Info.Host
	x.cores = int(min(max(e.Info.Cores, 0), traces.MaxID))
	x.profile = int(min(max(e.Info.Profile, 0), traces.MaxID))
	if a.saw(e.Info.Registered) {
		x.added = e.Info.Registered
	}
	if a.saw(e.Info.Requested) {
		x.requested = e.Info.Requested
	}
	return nil
}

func (a *assembler) executorRemoved(e *executorRemoved) error {
	ok := a.happened(e.Time)
	if x := a.executor(e.ID); !x.hasGone { // a decommissioned executor is removed twice
		a.removed++
		if x.hasGone, x.reason = true, e.Reason; ok {
			x.removed = e.Time
		}
	}
	return nil
}

func (a *assembler) blockManagerAdded(e *blockManagerEvent) error {
	ok := a.happened(e.Time)
	switch id := e.Manager.Executor; {
	case !ok:
	case isDriver(id):
		if a.driver == 0 {
			a.driver, a.driverHost = e.Time, e.Manager.Host
		}
	default:
		x := a.executor(id)
		x.host = cmp.Or(x.host, e.Manager.Host)
		if x.block == 0 {
			x.block = e.Time
		}
	}
	return nil
}

func (a *assembler) blockManagerRemoved(e *blockManagerEvent) error {
	if ok := a.happened(e.Time); ok && !isDriver(e.Manager.Executor) {
		if x := a.executor(e.Manager.Executor); x.gone == 0 {
			x.gone = e.Time
		}
	}
	return nil
}

// ran takes in a task of an executor; slots is how many of its first tasks
// count as cold.
func (x *executorLog) ran(launch, finish, id int64, slots int) {
	if launch > 0 && (x.firstTask == 0 || launch < x.firstTask) {
		x.firstTask = launch
	}
	x.lastTask = max(x.lastTask, finish)
	x.cold.take(launch, id, slots)
}

// take notes a task, if it is among the first so many.
func (f *firstTasks) take(launch, id int64, most int) {
	task := struct{ launch, id int64 }{launch, id}
	at, _ := slices.BinarySearchFunc(*f, task, func(p, q struct{ launch, id int64 }) int {
		return cmp.Or(cmp.Compare(p.launch, q.launch), cmp.Compare(p.id, q.id))
	})
	if at < most {
		*f = slices.Insert(*f, at, task)[:min(len(*f)+1, most)]
	}
}

// buildRecorded keeps how the application really ran.
func (a *assembler) buildRecorded(app *traces.Application) {
	r := &traces.Recorded{Ended: a.ended, End: a.offset(cmp.Or(a.endTime, a.last))}
	for _, x := range a.executors {
		if isDriver(x.id) || !x.hasAdded && x.block == 0 {
			continue // the driver; or removed before it was known
		}
		added := cmp.Or(x.added, x.block)
		e := traces.RecordedExecutor{
			ID: x.id, Host: x.host, Cores: x.cores, Profile: x.profile,
			Requested: a.optional(x.requested),
			Added:     a.offset(added),
			FirstTask: a.optional(x.firstTask),
			LastTask:  a.optional(x.lastTask),
			Removed:   a.optional(x.removed),
			Reason:    x.reason,
			Wanted:    a.wanted(x, added),
		}
		if !x.hasAdded { // before Spark 1.3 block managers are all there is
			e.Cores = max(1, app.Profiles[0].Cores)
			e.Removed = a.optional(cmp.Or(x.removed, x.gone))
		}
		if e.Removed >= 0 && e.Removed < e.Added {
			e.Removed = e.Added
		}
		r.Executors = append(r.Executors, e)
	}
	slices.SortStableFunc(r.Executors, func(x, y traces.RecordedExecutor) int { return cmp.Compare(x.Added, y.Added) })
	for _, j := range a.jobs {
		r.Jobs = append(r.Jobs, traces.RecordedJob{ID: j.id, Start: a.offset(j.start), End: a.optional(j.end)})
	}
	app.Recorded = r
}

// optional is a time as an offset, -1 if the log does not have it.
func (a *assembler) optional(ms int64) time.Duration {
	if ms <= 0 {
		return -1
	}
	return a.offset(ms)
}
