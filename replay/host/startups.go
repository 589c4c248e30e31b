package host

import (
	"cmp"
	"slices"
	"time"

	"dynalloc/policies"
	"dynalloc/replay/latency"
)

// Executors that start on one node at the same time slow each other down: loading
// a JVM and its classes takes processor time, and the node has only so many
// processors. They share these equally (processor sharing, Kleinrock 1967): each
// needs its processor time, and while n start on P processors each gets min(1, P/n)
// of one. On a node with more processors than executors that ever start at once,
// start-up is a plain latency.

// Startups are the starting executors of one node.
type Startups struct {
	list    []Starting
	updated time.Duration // when their work was last brought up to date
	next    time.Duration // when the next one is scheduled to finish
}

// A Starting is an executor that has been granted and has not registered.
type Starting struct {
	App      int32 // index into the workload
	Executor policies.ExecutorID
	Left     time.Duration // processor time that it still needs
}

// Begin begins the start-up of an executor; on is how many processors are shared.
func (s *Startups) Begin(now time.Duration, on latency.Processors, x Starting) {
	s.advance(now, on)
	s.list = append(s.list, x)
}

// share is how much of a processor each starting executor gets.
func (s *Startups) share(on latency.Processors) latency.Share {
	return on.Among(latency.Processors(len(s.list)) * latency.OneProcessor)
}

// advance does the work of the time that has passed.
func (s *Startups) advance(now time.Duration, on latency.Processors) {
	if len(s.list) > 0 {
		done := s.share(on).Work(now - s.updated)
		for i := range s.list {
			s.list[i].Left -= done
		}
	}
	s.updated = now
}

// Next returns the moment at which the next executor is up, on a whole millisecond, if
// nothing else starts until then; false if none is starting. It must be called after each
// change, which makes earlier moments not due.
func (s *Startups) Next(now time.Duration, on latency.Processors) (time.Duration, bool) {
	if len(s.list) == 0 {
		return 0, false
	}
	least := slices.MinFunc(s.list, func(x, y Starting) int { return cmp.Compare(x.Left, y.Left) }).Left
	wait := s.share(on).Elapsed(max(least, 0)) + time.Millisecond - 1
	s.next = now + wait.Truncate(time.Millisecond)
	return s.next, true
}

// Due reports whether the moment of Next has come.
func (s *Startups) Due(now time.Duration) bool { return s.next == now }

// Done removes the executors that have done their work and returns them. Less than a
// millisecond may be left, as events happen at whole milliseconds.
func (s *Startups) Done(now time.Duration, on latency.Processors) []Starting {
	s.advance(now, on)
	var done []Starting
	s.list = slices.DeleteFunc(s.list, func(x Starting) bool {
		if x.Left < time.Millisecond {
			done = append(done, x)
			return true
		}
		return false
	})
	return done
}

// Cancel removes executors that do not go on starting, and reports whether there were any.
func (s *Startups) Cancel(now time.Duration, on latency.Processors, stops func(Starting) bool) bool {
	if !slices.ContainsFunc(s.list, stops) {
		return false
	}
	s.advance(now, on)
	s.list = slices.DeleteFunc(s.list, stops)
	return true
}
