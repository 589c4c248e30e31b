package replay

import (
	"slices"
	"time"

	"dynalloc/policies"
	"dynalloc/traces"
)

// Delay scheduling: a task that prefers a node waits for a slot there before it takes one
// elsewhere (TaskSetManager.getAllowedLocalityLevel). A log does not say which node a
// task preferred, only how near to its data it was launched.
//
// One that was launched RACK_LOCAL or ANY, while others of its stage were near their
// data, got no slot near its own: it waits until the nearer tasks have been launched and
// then until the wait of its level is over, as in every such stage of a real log. One
// that was launched PROCESS_LOCAL or NODE_LOCAL may prefer the host that it ran on. As
// that is a guess, such tasks wait only if the cluster says locality=inferred.

// A preference says which node each task of a set prefers.
type preference struct {
	byNode [][]int32  // by node, the tasks that prefer it, in order; empty unless inferred
	none   []int32    // tasks that run anywhere
	far    [2][]int32 // tasks that run anywhere after a wait: RACK_LOCAL, ANY
	level  int        // how many of far may be launched
	racks  bool       // there were tasks in far[0]; else that level is not valid
	taken  []bool     // tasks that have been started
	since  time.Duration
	wakes  bool // an offer at the end of the wait is scheduled
}

// localityWaits are the waits of an application at the levels of a node and of a rack:
// spark.locality.wait.node and .rack, else spark.locality.wait, else its default, 3 s.
func localityWaits(app *traces.Application) (waits [2]time.Duration) {
	wait := app.Properties.Duration("spark.locality.wait", time.Millisecond, 3*time.Second)
	for i, level := range []string{"node", "rack"} {
		waits[i] = app.Properties.Duration("spark.locality.wait."+level, time.Millisecond, wait)
	}
	return waits
}

// prefer returns the preferences of a set; nil if none of its tasks has one. If nodes
// are inferred, the recorded hosts stand for the cluster's nodes in order; if there
// were more hosts than nodes, the next ones stand for the first nodes again.
func (a *application) prefer(set *taskSet) *preference {
	nodes, inferred := len(a.engine.hosts), a.engine.config.Cluster.Locality
	p := &preference{byNode: make([][]int32, nodes), taken: make([]bool, set.tasks), since: a.engine.now}
	near := 0
	for task := range set.tasks {
		t := &a.app.Stages[set.stage].Tasks[set.partition(task)]
		switch isNear := t.Locality == traces.ProcessLocal || t.Locality == traces.NodeLocal; {
		case t.Locality == traces.RackLocal:
			p.far[0], p.racks = append(p.far[0], task), true
		case t.Locality == traces.AnyLocality:
			p.far[1] = append(p.far[1], task)
		case isNear && inferred && t.Host >= 0:
			node := int(t.Host) % nodes
			p.byNode[node] = append(p.byNode[node], task)
			near++
		default:
			p.none = append(p.none, task)
			if isNear {
				near++
			}
		}
	}
	if near == 0 || len(p.none) == int(set.tasks) {
		return nil // no level but that of all its tasks is valid
	}
	return p
}

// taskFor removes the pending task that an executor is to run, or returns -1
// if all of them wait for other nodes.
func (a *application) taskFor(set *taskSet, x *executor) int32 {
	p := set.preference
	if p == nil || len(set.retries) > 0 {
		return set.nextTask()
	}
	task := a.preferredTask(set, x)
	if task >= 0 && a.version.Before(3, 1) {
		p.since = a.engine.now // spark.locality.wait.legacyResetOnTaskLaunch
	}
	return task
}

// preferredTask removes the nearest task that may be launched on an executor now, or
// returns -1.
func (a *application) preferredTask(set *taskSet, x *executor) int32 {
	p := set.preference
	for _, queue := range []*[]int32{&p.byNode[x.node], &p.none} {
		if task := p.take(set, queue); task >= 0 {
			return task
		}
	}
	wait := p.since + a.localityWaits[0] - a.engine.now
	wanted := a.othersWanted(p, x.node)
	if wanted && wait > 0 {
		return a.awaitLocality(set, p.since+a.localityWaits[0])
	}
	for n := range p.byNode {
		if task := p.take(set, &p.byNode[n]); task >= 0 {
			return task
		}
	}
	for p.level < len(p.far) {
		wait := p.since + a.localityWaits[p.level] - a.engine.now
		if wait > 0 && (p.level == 0 || p.racks) {
			break
		}
		if wait <= 0 {
			p.since += a.localityWaits[p.level]
		}
		p.level++
	}
	for i := range p.level {
		if task := p.take(set, &p.far[i]); task >= 0 {
			return task
		}
	}
	return a.awaitLocality(set, p.since+a.localityWaits[min(p.level, 1)])
}

// take removes the first task of a queue that is still pending; -1 if there is none.
func (p *preference) take(set *taskSet, queue *[]int32) int32 {
	for len(*queue) > 0 {
		task := (*queue)[0]
		*queue = (*queue)[1:]
		if !p.taken[task] && set.doneOn[task] == nowhere {
			p.taken[task] = true
			set.pending--
			return task
		}
	}
	return -1
}

// awaitLocality has all executors offered when a wait is over.
func (a *application) awaitLocality(set *taskSet, until time.Duration) int32 {
	if p := set.preference; !p.wakes {
		p.wakes = true
		a.schedule(a.nextRevival(max(until, a.engine.now+1)), localityWaitEnds, set.number)
	}
	return -1
}

// othersWanted reports whether pending tasks prefer another node on which the
// application has an executor.
func (a *application) othersWanted(p *preference, node int32) bool {
	for n, queue := range p.byNode {
		for len(queue) > 0 && p.taken[queue[0]] {
			queue = queue[1:]
		}
		p.byNode[n] = queue
		if int32(n) != node && len(queue) > 0 && slices.ContainsFunc(a.schedulable, func(id policies.ExecutorID) bool { return a.executors[id].node == int32(n) }) {
			return true
		}
	}
	return false
}

// offerAgain offers all executors, as a set has waited long enough for the nodes
// that its tasks prefer.
func (a *application) offerAgain(number int32) {
	set := a.sets[number]
	set.preference.wakes = false
	if set.waits() {
		a.offerAll = true
		a.schedulePlacement()
	}
}
