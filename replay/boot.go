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
	b := &e.hosts[node].boots
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
	b := &e.hosts[node].boots
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
	for node := range e.hosts {
		e.stopBootsIf(int32(node), func(x boot) bool { return x.app == a })
	}
}

// stopBootsIf takes starting executors off a node.
func (e *Engine) stopBootsIf(node int32, stops func(boot) bool) {
	b := &e.hosts[node].boots
	if !slices.ContainsFunc(b.list, stops) {
		return
	}
	e.progress(b)
	b.list = slices.DeleteFunc(b.list, stops)
	e.nextBoot(b, node)
}
