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

// LocalityWaits are the waits of an application at the levels of a node and of a rack:
// spark.locality.wait.node and .rack, else spark.locality.wait, else its default, 3 s.
func LocalityWaits(app *traces.Application) (waits [2]time.Duration) {
	wait := app.Properties.Duration("spark.locality.wait", time.Millisecond, 3*time.Second)
	for i, level := range []string{"node", "rack"} {
		waits[i] = app.Properties.Duration("spark.locality.wait."+level, time.Millisecond, wait)
	}
	return waits
}

// NewPreference returns the preferences of a number of tasks, on a number of nodes; nil if
// none of the tasks has one. If nodes are inferred, the recorded hosts stand for the
// cluster's nodes in order; if there were more hosts than nodes, the next ones stand for
// the first nodes again.
func NewPreference(tasks int32, task func(int32) *traces.Task, nodes int, inferred bool) *Preference {
	near, choosy := false, false // some task was near its data, some does not run anywhere at once
	for i := range tasks {
		t := task(i)
		isFar := t.Locality == traces.RackLocal || t.Locality == traces.AnyLocality
		near = near || isNear(t)
		choosy = choosy || isFar || inferred && isNear(t) && t.Host >= 0
	}
	if !near || !choosy {
		return nil // no level but that of all its tasks is valid
	}
	p := &Preference{byNode: make([][]int32, nodes), Taken: make([]bool, tasks)}
	for i := range tasks {
		switch t := task(i); {
		case t.Locality == traces.RackLocal:
			p.far[0], p.racks = append(p.far[0], i), true
		case t.Locality == traces.AnyLocality:
			p.far[1] = append(p.far[1], i)
		case inferred && isNear(t) && t.Host >= 0:
			node := int(t.Host) % nodes
			p.byNode[node] = append(p.byNode[node], i)
		default:
			p.none = append(p.none, i)
		}
	}
	return p
}

// isNear reports whether a task was launched near its data.
func isNear(t *traces.Task) bool {
	return t.Locality == traces.ProcessLocal || t.Locality == traces.NodeLocal
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
