package replay

import (
	"cmp"
	"math"
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

// A boot is an executor that is starting.
type boot struct {
	app  *application
	id   policies.ExecutorID
	left time.Duration // work still to be done
}

// boots are the starting executors of one node.
type boots struct {
	list   []boot
	since  time.Duration // when left was last brought up to date
	wakeup time.Duration // when the next is scheduled to finish
}

// start begins an executor's start-up on a node.
func (e *Engine) boot(a *application, id policies.ExecutorID, node int32, work time.Duration) {
	b := &e.master.boots[node]
	e.progress(b)
	b.list = append(b.list, boot{a, id, work})
	e.nextBoot(b, node)
}

// share is how much of a processor each starting executor of a node gets.
func (e *Engine) share(b *boots) float64 {
	return min(1, e.config.Times.Processors/float64(len(b.list)))
}

// progress does the work of the time that has passed.
func (e *Engine) progress(b *boots) {
	if len(b.list) > 0 {
		done := time.Duration(float64(e.now-b.since) * e.share(b))
		for i := range b.list {
			b.list[i].left -= done
		}
	}
	b.since = e.now
}

// nextBoot schedules the moment at which the next executor of a node is up.
func (e *Engine) nextBoot(b *boots, node int32) {
	if len(b.list) == 0 {
		return
	}
	least := slices.MinFunc(b.list, func(x, y boot) int { return cmp.Compare(x.left, y.left) }).left
	wait := time.Duration(math.Ceil(float64(max(least, 0))/e.share(b)/1e6)) * time.Millisecond
	b.wakeup = e.now + wait
	e.queue.push(scheduled{at: b.wakeup, app: -1, a: node}, executorRegisters, nodeBoots)
}

// bootsEnd brings up the executors of a node whose work is done.
func (e *Engine) bootsEnd(node int32) {
	b := &e.master.boots[node]
	if b.wakeup != e.now {
		return // others have come or gone since this was scheduled
	}
	e.progress(b)
	var up []boot
	b.list = slices.DeleteFunc(b.list, func(x boot) bool {
		if x.left < time.Millisecond {
			up = append(up, x)
			return true
		}
		return false
	})
	for _, x := range up {
		x.app.executorAdded(x.id)
	}
	e.nextBoot(b, node)
}

// stopBoots takes the starting executors of an application that ends off their
// nodes.
func (e *Engine) stopBoots(a *application) {
	for node := range e.master.boots {
		b := &e.master.boots[node]
		if !slices.ContainsFunc(b.list, func(x boot) bool { return x.app == a }) {
			continue
		}
		e.progress(b)
		b.list = slices.DeleteFunc(b.list, func(x boot) bool { return x.app == a })
		e.nextBoot(b, int32(node))
	}
}

// An interval is one recorded start-up: from request to registration.
type interval struct{ from, to time.Duration }

// fitProcessors finds how many processors starting executors share, and the
// work of each, from recorded start-ups of one node: the number under which the
// works differ least from each other, by their coefficient of variation. It is
// 0 where sharing explains little: the start-ups are then latencies.
func fitProcessors(starts []interval) (processors float64, work []time.Duration) {
	alone := bootWork(starts, math.Inf(1))
	best, found := variation(alone)*0.85, alone
	for _, p := range []float64{1, 1.25, 1.5, 2, 3, 4, 6, 8, 12, 16} {
		w := bootWork(starts, p)
		if v := variation(w); v < best {
			processors, best, found = p, v, w
		}
	}
	return processors, found
}

// bootWork is the work of each start-up on a node with so many processors.
func bootWork(starts []interval, processors float64) []time.Duration {
	var times []time.Duration
	for _, s := range starts {
		times = append(times, s.from, s.to)
	}
	slices.Sort(times)
	times = slices.Compact(times)
	work := make([]time.Duration, len(starts))
	for i := 1; i < len(times); i++ {
		var running []int
		for k, s := range starts {
			if s.from < times[i] && s.to > times[i-1] {
				running = append(running, k)
			}
		}
		if len(running) == 0 {
			continue
		}
		share := min(1, processors/float64(len(running)))
		for _, k := range running {
			work[k] += time.Duration(float64(times[i]-times[i-1]) * share)
		}
	}
	return work
}

// variation is the coefficient of variation of durations.
func variation(d []time.Duration) float64 {
	var sum, squares float64
	for _, x := range d {
		sum += float64(x)
	}
	mean := sum / float64(len(d))
	for _, x := range d {
		squares += (float64(x) - mean) * (float64(x) - mean)
	}
	return math.Sqrt(squares/float64(len(d))) / mean
}
