package plan

import (
	"time"

	"dynalloc/traces"
)

// A log does not say which node a task preferred, only how near to its data it was
// launched. One that was launched RACK_LOCAL or ANY, while others of its stage were near
// their data, got no slot near its own: it waits until the nearer tasks have been launched
// and then until the wait of its level is over, as in every such stage of a real log. One
// that was launched PROCESS_LOCAL or NODE_LOCAL may prefer the host that it ran on. As
// that is a guess, such tasks wait only if nodes are inferred.

// A Preference says where each task of a task set prefers to run.
type Preference struct {
	Taken  []bool        // tasks that have been started
	Since  time.Duration // from when on the present wait counts
	Waits  bool          // an offer at the end of the wait is scheduled
	byNode [][]int32     // by node, the tasks that prefer it, in order; empty unless nodes are inferred
	none   []int32       // tasks that run anywhere
	far    [2][]int32    // tasks that run anywhere after a wait: RACK_LOCAL, ANY
	level  int           // how many of far may be launched
	racks  bool          // there were tasks in far[0]; else that level is not valid
}

// A Place is where a task ran and what decides where it may run again, in 4 bytes: how near
// to its data it was, whether it reads shuffle data, and its host.
type Place uint32

func placeOf(t *traces.Task) Place {
	reads := 0
	if t.Read > 0 {
		reads = 1
	}
	return Place(t.Locality) | Place(reads)<<3 | Place(int32(t.Host)+1)<<4
}

func (p Place) locality() traces.Locality { return traces.Locality(p & 7) }

// isNear reports whether the task was launched near its data.
func (p Place) isNear() bool {
	return p.locality() == traces.ProcessLocal || p.locality() == traces.NodeLocal
}

// Reads reports whether the task reads shuffle data.
func (p Place) Reads() bool { return p&8 != 0 }

// host is an index into the application's hosts; -1: it is not known.
func (p Place) host() int { return int(p>>4) - 1 }

// places counts what is found of the places of tasks.
type places struct{ all, near, far, onHost, reading int }

func (c *places) add(p Place) {
	c.all++
	switch {
	case p.isNear():
		if c.near++; p.host() >= 0 {
			c.onHost++
		}
	case p.locality() == traces.RackLocal || p.locality() == traces.AnyLocality:
		c.far++
	}
	if p.Reads() {
		c.reading++
	}
}

// prefer reports whether tasks have preferences: some were near their data, and some do not
// run anywhere at once.
func (c *places) prefer(inferred bool) bool {
	return c.near > 0 && (c.far > 0 || inferred && c.onHost > 0)
}

// matter reports whether a replay has to know the places of a stage's tasks one by one.
func (c *places) matter() bool {
	return c.prefer(true) || c.reading > 0 && c.reading < c.all
}

// ReadsShuffle reports whether a task reads shuffle data.
func (p *Plan) ReadsShuffle(stage int32, partition int) bool {
	if p.Places[stage] == nil {
		return p.Reads[stage]
	}
	return p.Places[stage][partition].Reads()
}

// LocalityWaits are the waits of an application at the levels of a node and of a rack:
// spark.locality.wait.node and .rack, else spark.locality.wait, else its default, 3 s.
func LocalityWaits(app *traces.Application) (waits [2]time.Duration) {
	wait := app.Properties.Duration("spark.locality.wait", time.Millisecond, 3*time.Second)
	for i, level := range [...]string{"spark.locality.wait.node", "spark.locality.wait.rack"} {
		waits[i] = app.Properties.Duration(level, time.Millisecond, wait)
	}
	return waits
}

// NewPreference returns the preferences of a number of tasks, on a number of nodes; nil if
// none of the tasks has one. If nodes are inferred, the recorded hosts stand for the
// cluster's nodes in order; if there were more hosts than nodes, the next ones stand for
// the first nodes again.
func NewPreference(tasks int32, place func(task int32) Place, nodes int, inferred bool) *Preference {
	var seen places
	for i := range tasks {
		seen.add(place(i))
	}
	if !seen.prefer(inferred) {
		return nil // no level but that of all its tasks is valid
	}
	p := &Preference{byNode: make([][]int32, nodes), Taken: make([]bool, tasks)}
	for i := range tasks {
		switch at := place(i); {
		case at.locality() == traces.RackLocal:
			p.far[0], p.racks = append(p.far[0], i), true
		case at.locality() == traces.AnyLocality:
			p.far[1] = append(p.far[1], i)
		case inferred && at.isNear() && at.host() >= 0:
			node := at.host() % nodes
			p.byNode[node] = append(p.byNode[node], i)
		default:
			p.none = append(p.none, i)
		}
	}
	return p
}

// Near removes the first pending task that runs at once on a node; -1 if there is none.
func (p *Preference) Near(node int32, pending func(task int32) bool) int32 {
	if task := p.take(&p.byNode[node], pending); task >= 0 {
		return task
	}
	return p.take(&p.none, pending)
}

// Elsewhere removes the first pending task that prefers another node; -1 if there is none.
func (p *Preference) Elsewhere(pending func(task int32) bool) int32 {
	for n := range p.byNode {
		if task := p.take(&p.byNode[n], pending); task >= 0 {
			return task
		}
	}
	return -1
}

// Far removes the first pending task that may run far from its data now, after the waits
// of the levels; -1 if there is none, and when the present wait is over.
func (p *Preference) Far(now time.Duration, waits [2]time.Duration, pending func(task int32) bool) (task int32, until time.Duration) {
	for p.level < len(p.far) {
		wait := p.Since + waits[p.level] - now
		if wait > 0 && (p.level == 0 || p.racks) {
			break
		}
		if wait <= 0 {
			p.Since += waits[p.level]
		}
		p.level++
	}
	for i := range p.level {
		if task := p.take(&p.far[i], pending); task >= 0 {
			return task, 0
		}
	}
	return -1, p.Since + waits[min(p.level, 1)]
}

// take removes the first task of a queue that is pending; -1 if there is none.
func (p *Preference) take(queue *[]int32, pending func(task int32) bool) int32 {
	for len(*queue) > 0 {
		task := (*queue)[0]
		*queue = (*queue)[1:]
		if !p.Taken[task] && pending(task) {
			p.Taken[task] = true
			return task
		}
	}
	return -1
}

// Wanted calls visit with each other node that pending tasks prefer, until it returns
// true, and reports whether it did.
func (p *Preference) Wanted(node int32, visit func(node int32) bool) bool {
	for n, queue := range p.byNode {
		for len(queue) > 0 && p.Taken[queue[0]] {
			queue = queue[1:]
		}
		p.byNode[n] = queue
		if int32(n) != node && len(queue) > 0 && visit(int32(n)) {
			return true
		}
	}
	return false
}
