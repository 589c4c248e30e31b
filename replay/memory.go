package replay

import (
	"dynalloc/policies"
	"dynalloc/replay/agenda"
	"dynalloc/replay/host"
	"dynalloc/replay/lists"
	"dynalloc/replay/settings"
	"dynalloc/traces"
)

// A Runner runs replays one after another and keeps their memory, so that a replay like
// those before it allocates little but its result. What happens in a replay does not depend
// on those before it. The zero Runner is ready; it is for one goroutine at a time.
type Runner struct{ memory memory }

// Run is the function Run.
func (r *Runner) Run(w *traces.Workload, f policies.Fleet, c Config, observers ...Observer) (*Result, error) {
	m := r.memory
	r.memory = memory{} // of a replay that fails nothing is kept
	e, err := newEngine(m, w, f, c, observers)
	if err != nil {
		return nil, err
	}
	for e.Step() {
	}
	result, err := e.Result()
	if err == nil {
		r.memory = e.memory
	}
	return result, err
}

// A memory is what replays use again: lists that have grown, and applications that have
// ended. An application of a replay uses the memory of one that has ended before it, so that
// a replay takes memory for those that run at once.
type memory struct {
	agenda     agenda.Agenda
	apps       []*application // by index; nil before the arrival and after the end
	placements []*application // have slots to give out at the end of this instant
	rechecks   []*pathTracker // of applications in which something may keep idle executors for another reason
	hosts      []host.Host
	gone       []*application // that have ended in this instant
	idle       []*application // that ended before it
	ids        lists.Free[policies.ExecutorID]
}

// newApplication is one without any state.
func (m *memory) newApplication() *application {
	if n := len(m.idle); n > 0 {
		a := m.idle[n-1]
		m.idle = m.idle[:n-1]
		return a
	}
	return new(application)
}

// recycle takes the memory of the applications that have ended in an instant, at its end:
// until then they may be on lists of the instant.
func (m *memory) recycle() {
	for _, a := range m.gone {
		a.reset(&m.ids)
		m.idle = append(m.idle, a)
	}
	clear(m.gone)
	m.gone = m.gone[:0]
}

// reset leaves nothing of an application but its memory.
func (a *application) reset(ids *lists.Free[policies.ExecutorID]) {
	for i := range a.stages {
		ids.Give(a.stages[i].where)
	}
	for _, set := range a.sets {
		ids.Give(set.doneOn)
	}
	ids.Give(a.blocks)
	*a = application{
		settings: settings.App{Profiles: a.settings.Profiles[:0]}, profiles: a.profiles[:0], slots: a.slots[:0], policy: a.policy, jobs: a.jobs[:0], stages: a.stages[:0], unused: a.unused, due: a.due[:0], pools: a.pools,
		sets: a.sets[:0], waiting: a.waiting, exhausted: a.exhausted[:0], schedulable: a.schedulable[:0], freed: a.freed[:0],
		firstTasks: a.firstTasks[:0], shuffled: a.shuffled[:0], executors: a.executors[:0], removed: a.removed[:0], tracker: a.tracker,
	}
	a.waiting.Clear()
	a.pools.Clear()
}
