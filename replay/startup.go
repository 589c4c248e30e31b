package replay

import (
	"slices"
	"time"

	"dynalloc/policies"
	"dynalloc/replay/host"
	"dynalloc/replay/latency"
)

// beginStartup begins the start-up of an executor on a node.
func (e *Engine) beginStartup(a *application, id policies.ExecutorID, node int32, work time.Duration) {
	e.hosts[node].Startups.Begin(e.now, e.config.Times.Processors, host.Starting{App: a.index, Executor: id, Left: work})
	e.scheduleStartupDone(node)
}

// scheduleStartupDone schedules the moment at which the next executor of a node is up.
func (e *Engine) scheduleStartupDone(node int32) {
	if at, starts := e.hosts[node].Startups.Next(e.now, e.config.Times.Processors); starts {
		e.schedule(at, startupEnds, node)
	}
}

// startupDone registers the executors of a node that have done their work, unless others
// have come or gone since this was scheduled.
func (e *Engine) startupDone(node int32) {
	s := &e.hosts[node].Startups
	if !s.Due(e.now) {
		return
	}
	for _, x := range s.Done(e.now, e.config.Times.Processors) {
		e.apps[x.App].executorAdded(x.Executor)
	}
	e.scheduleStartupDone(node)
}

// cancelStartups removes the starting executors of an application that ends from their
// nodes.
func (e *Engine) cancelStartups(a *application) {
	var nodes []int32
	for id := range a.executors {
		if x := &a.executors[id]; x.state == starting {
			nodes = append(nodes, x.node)
		}
	}
	slices.Sort(nodes)
	for _, node := range slices.Compact(nodes) {
		e.cancelStartupsIf(node, func(x host.Starting) bool { return x.App == a.index })
	}
}

// cancelStartupsIf removes starting executors from a node.
func (e *Engine) cancelStartupsIf(node int32, stops func(host.Starting) bool) {
	if e.hosts[node].Startups.Cancel(e.now, e.config.Times.Processors, stops) {
		e.scheduleStartupDone(node)
	}
}

// A driver on the machine of its executors shares its processors with those that
// start beside it. So the same program submits its first job later if it starts
// with many executors. Of what a recorded driver did between its registration and
// its first job, Times.DriverWork is taken for such processor time, stretched by the
// executors that started then, and the rest for the program's own time.

// driverStep is the interval at which the progress of a starting driver is updated.
const driverStep = 50 * time.Millisecond

// sharesProcessors reports whether executors slow the application's driver down.
func (a *application) sharesProcessors() bool {
	return a.engine.config.Times.DriverProcessors > 0 && a.app.DriverOnExecutorHost && a.app.EarlierAttempts == 0 && len(a.plan.Followers[0]) > 0
}

// startDriver begins what the driver does until its first job.
func (a *application) startDriver() {
	first := a.plan.Followers[0][0].Cue.Time(0, 0)
	for _, f := range a.plan.Followers[0] {
		first = min(first, f.Cue.Time(0, 0))
	}
	a.start = a.engine.config.Times.SplitDriverStart(a.app, first-a.app.Setup)
	a.advanceDriver(0)
}

// advanceDriver does the work of the time that has passed since the last look, in
// milliseconds. When all is done, what hangs on the application's start is set off,
// as much later as the driver was slower than recorded.
func (a *application) advanceDriver(passed int32) {
	e := a.engine
	beside := latency.Processors(e.hosts[0].Starting) * latency.OneProcessor
	a.start.Left -= e.config.Times.DriverProcessors.Among(latency.OneProcessor + beside).Work(milliseconds(passed))
	if a.start.Left > 0 {
		next := min(driverStep, max(a.start.Left.Round(time.Millisecond), time.Millisecond))
		a.after(next, driverAdvances, int32(next.Milliseconds()))
		return
	}
	late := (e.now - a.registered - a.start.Recorded).Round(time.Millisecond)
	a.follow(-1, a.began+late)
}
