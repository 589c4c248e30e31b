package replay

import (
	"cmp"
	"slices"
	"time"

	"dynalloc/policies"
	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// A host is the state of a node that is shared by the programs on it: those that start
// at the same time slow each other down.
type host struct {
	cores   int
	pool    string        // the name of its pool
	absent  bool          // it is not part of the cluster
	outside bool          // it runs an application in local mode
	since   time.Duration // when it last joined or left
	up      time.Duration // for how long it was present before

	starting        int             // executors on it that are granted and not yet usable
	recentlyStarted []time.Duration // when those became usable that did so not long ago
	firstTasks      int             // first tasks that start on it in this instant
	startups        startups
}

// leave takes a node out of the cluster.
func (h *host) leave(now time.Duration) {
	h.up = h.present(now)
	h.absent, h.since = true, now
}

// join puts it back.
func (h *host) join(now time.Duration) {
	h.up = h.present(now)
	h.absent, h.since = false, now
}

// present is for how long a node has been part of the cluster.
func (h *host) present(now time.Duration) time.Duration {
	if h.absent {
		return h.up
	}
	return h.up + now - h.since
}

// startingAt is how many executors are starting on a node.
func (h *host) startingAt(now time.Duration) int {
	for len(h.recentlyStarted) > 0 && h.recentlyStarted[0] <= now-latency.Settling {
		h.recentlyStarted = h.recentlyStarted[1:]
	}
	return h.starting + len(h.recentlyStarted)
}

// Executors that start on one node at the same time slow each other down: loading
// a JVM and its classes takes processor time, and the node has only so many
// processors. They share these equally (processor sharing, Kleinrock 1967): each
// needs its processor time, and while n start on P processors each gets min(1, P/n)
// of one. On a node with more processors than executors that ever start at once,
// start-up is a plain latency.

// startups are the starting executors of one node.
type startups struct {
	list     []startingExecutor
	updated  time.Duration // when their work was last brought up to date
	nextDone time.Duration // when the next one is scheduled to finish
}

// A startingExecutor has been granted and has not registered.
type startingExecutor struct {
	app  *application
	id   policies.ExecutorID
	left time.Duration // processor time that it still needs
}

// beginStartup begins the start-up of an executor on a node.
func (e *Engine) beginStartup(a *application, id policies.ExecutorID, node int32, work time.Duration) {
	s := &e.hosts[node].startups
	e.advanceStartups(s)
	s.list = append(s.list, startingExecutor{a, id, work})
	e.scheduleStartupDone(s, node)
}

// startupShare is how much of a processor each starting executor of a node gets.
func (e *Engine) startupShare(s *startups) latency.Share {
	return e.config.Times.Processors.Among(latency.Processors(len(s.list)) * latency.OneProcessor)
}

// advanceStartups does the work of the time that has passed.
func (e *Engine) advanceStartups(s *startups) {
	if len(s.list) > 0 {
		done := e.startupShare(s).Work(e.now - s.updated)
		for i := range s.list {
			s.list[i].left -= done
		}
	}
	s.updated = e.now
}

// scheduleStartupDone schedules the moment at which the next executor of a node is
// up, on a whole millisecond.
func (e *Engine) scheduleStartupDone(s *startups, node int32) {
	if len(s.list) == 0 {
		return
	}
	least := slices.MinFunc(s.list, func(x, y startingExecutor) int { return cmp.Compare(x.left, y.left) }).left
	wait := e.startupShare(s).Elapsed(max(least, 0)) + time.Millisecond - 1
	s.nextDone = e.now + wait.Truncate(time.Millisecond)
	e.schedule(s.nextDone, startupEnds, node)
}

// startupDone registers the executors of a node that have done their work. Less
// than a millisecond may be left, as events happen at whole milliseconds.
func (e *Engine) startupDone(node int32) {
	s := &e.hosts[node].startups
	if s.nextDone != e.now {
		return // others have come or gone since this was scheduled
	}
	e.advanceStartups(s)
	var done []startingExecutor
	s.list = slices.DeleteFunc(s.list, func(x startingExecutor) bool {
		if x.left < time.Millisecond {
			done = append(done, x)
			return true
		}
		return false
	})
	for _, x := range done {
		x.app.executorAdded(x.id)
	}
	e.scheduleStartupDone(s, node)
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
		e.cancelStartupsIf(node, func(x startingExecutor) bool { return x.app == a })
	}
}

// cancelStartupsIf removes starting executors from a node.
func (e *Engine) cancelStartupsIf(node int32, stops func(startingExecutor) bool) {
	s := &e.hosts[node].startups
	if !slices.ContainsFunc(s.list, stops) {
		return
	}
	e.advanceStartups(s)
	s.list = slices.DeleteFunc(s.list, stops)
	e.scheduleStartupDone(s, node)
}

// A driver on the machine of its executors shares its processors with those that
// start beside it. So the same program submits its first job later if it starts
// with many executors. Of what a recorded driver did between its registration and
// its first job, Times.DriverWork is taken for such processor time, stretched by the
// executors that started then, and the rest for the program's own time.

// driverStep is the interval at which the progress of a starting driver is updated.
const driverStep = 50 * time.Millisecond

// A driverStart is a driver between its registration and its first job.
type driverStart struct {
	left     time.Duration // processor time that it still needs
	recorded time.Duration // how long that took when it was recorded
}

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
	a.start = splitDriverStart(a.app, first-a.app.Setup, &a.engine.config.Times)
	a.advanceDriver(0)
}

// splitDriverStart takes the driver's work out of a recorded time.
func splitDriverStart(app *traces.Application, recorded time.Duration, t *latency.Model) driverStart {
	share := t.DriverShare(app)
	if took := share.Elapsed(t.DriverWork); took <= recorded {
		return driverStart{left: t.DriverWork, recorded: took}
	}
	recorded = max(recorded, 0)
	return driverStart{left: share.Work(recorded), recorded: recorded}
}

// advanceDriver does the work of the time that has passed since the last look, in
// milliseconds. When all is done, what hangs on the application's start is set off,
// as much later as the driver was slower than recorded.
func (a *application) advanceDriver(passed int32) {
	e := a.engine
	beside := latency.Processors(e.hosts[0].starting) * latency.OneProcessor
	a.start.left -= e.config.Times.DriverProcessors.Among(latency.OneProcessor + beside).Work(milliseconds(passed))
	if a.start.left > 0 {
		next := min(driverStep, max(a.start.left.Round(time.Millisecond), time.Millisecond))
		a.after(next, driverAdvances, int32(next.Milliseconds()))
		return
	}
	late := (e.now - a.registered - a.start.recorded).Round(time.Millisecond)
	a.follow(-1, a.began+late)
}
