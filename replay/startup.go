package replay

import (
	"cmp"
	"slices"
	"time"

	"dynalloc/policies"
)

// Executors that start on one node at the same time slow each other down:
// loading a JVM and its classes takes processor time, and the node has only so
// many processors. A node's starting executors share them equally (processor
// sharing, Kleinrock 1967): each needs its start-up work done, and while n
// start on P processors each gets min(1, P/n) of one. On a node with more
// processors than executors ever start at once this is a plain latency.

// A startingExecutor is an executor that is starting.
type startingExecutor struct {
	app  *application
	id   policies.ExecutorID
	left time.Duration // work still to be done
}

// startups are the starting executors of one node.
type startups struct {
	list     []startingExecutor
	updated  time.Duration // when left was last brought up to date
	nextDone time.Duration // when the next is scheduled to finish
}

// start begins an executor's start-up on a node.
func (e *Engine) beginStartup(a *application, id policies.ExecutorID, node int32, work time.Duration) {
	b := &e.hosts[node].startups
	e.advanceStartups(b)
	b.list = append(b.list, startingExecutor{a, id, work})
	e.scheduleStartupDone(b, node)
}

// startupShare is how much of a processor each starting executor of a node gets.
func (e *Engine) startupShare(s *startups) Share {
	return e.config.Times.Processors.Among(Processors(len(s.list)) * OneProcessor)
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
	e.queue.push(scheduled{at: s.nextDone, app: -1, a: node}, executorRegisters, startupEnds)
}

// startupDone brings up the executors of a node whose work is done.
func (e *Engine) startupDone(node int32) {
	b := &e.hosts[node].startups
	if b.nextDone != e.now {
		return // others have come or gone since this was scheduled
	}
	e.advanceStartups(b)
	var up []startingExecutor
	b.list = slices.DeleteFunc(b.list, func(x startingExecutor) bool {
		if x.left < time.Millisecond {
			up = append(up, x)
			return true
		}
		return false
	})
	for _, x := range up {
		x.app.executorAdded(x.id)
	}
	e.scheduleStartupDone(b, node)
}

// cancelStartups takes the starting executors of an application that ends off their
// nodes.
func (e *Engine) cancelStartups(a *application) {
	for node := range e.hosts {
		e.cancelStartupsIf(int32(node), func(x startingExecutor) bool { return x.app == a })
	}
}

// cancelStartupsIf takes starting executors off a node.
func (e *Engine) cancelStartupsIf(node int32, stops func(startingExecutor) bool) {
	b := &e.hosts[node].startups
	if !slices.ContainsFunc(b.list, stops) {
		return
	}
	e.advanceStartups(b)
	b.list = slices.DeleteFunc(b.list, stops)
	e.scheduleStartupDone(b, node)
}
