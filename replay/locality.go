package replay

import (
	"slices"
	"time"

	"dynalloc/policies"
	"dynalloc/traces"
)

// Delay scheduling: a task that prefers a node waits for a slot there before it
// takes one elsewhere (TaskSetManager.getAllowedLocalityLevel). A log does not
// say which node a task preferred, only how near to its data it was launched. One
// that was launched PROCESS_LOCAL or NODE_LOCAL is taken to prefer the host that it
// ran on; the preference of any other is unknown, and it runs anywhere. As that is a
// guess, it is off unless the cluster says locality=inferred.

// A preference says which node each task of a set prefers.
type preference struct {
	byNode [][]int32 // by node, the tasks that prefer it, in order
	none   []int32   // tasks without a preference
	taken  []bool    // tasks that have been started
	since  time.Duration
	wakes  bool // an offer at the end of the wait is scheduled
}

// localityWait is spark.locality.wait.node of an application, else
// spark.locality.wait, else its default, 3 s.
func localityWait(app *traces.Application) time.Duration {
	wait := app.Properties.Duration("spark.locality.wait", time.Millisecond, 3*time.Second)
	return app.Properties.Duration("spark.locality.wait.node", time.Millisecond, wait)
}

// prefer returns the preferences of a set; nil if none of its tasks has one. The
// recorded hosts stand for the cluster's nodes in order; if there were more hosts
// than nodes, the next ones stand for the first nodes again.
func (a *application) prefer(set *taskSet) *preference {
	nodes := len(a.engine.hosts)
	p := &preference{byNode: make([][]int32, nodes), taken: make([]bool, set.tasks), since: a.engine.now}
	for task := range set.tasks {
		t := &a.app.Stages[set.stage].Tasks[set.partition(task)]
		if t.Host >= 0 && (t.Locality == traces.ProcessLocal || t.Locality == traces.NodeLocal) {
			node := int(t.Host) % nodes
			p.byNode[node] = append(p.byNode[node], task)
		} else {
			p.none = append(p.none, task)
		}
	}
	if len(p.none) == int(set.tasks) {
		return nil
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
	for _, queue := range []*[]int32{&p.byNode[x.node], &p.none} {
		for len(*queue) > 0 {
			task := (*queue)[0]
			*queue = (*queue)[1:]
			if !p.taken[task] && set.doneOn[task] == nowhere {
				p.taken[task] = true
				set.pending--
				return task
			}
		}
	}
	wait := p.since + a.localityWait - a.engine.now
	if wait <= 0 || !a.othersWanted(p, x.node) {
		return set.nextTask()
	}
	if !p.wakes {
		p.wakes = true
		a.after(wait, localityWaitEnds, set.number)
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
