package replay

import (
	"time"

	"dynalloc/internal/spec"
	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/replay/cluster/manager"
)

// lossNotice is how long a driver takes to learn that an executor is lost whose
// connections break; measured 40 to 360 ms on standalone clusters of Spark 4.1
// (bench/testdata/mechanisms, killed and nodeloss).
const lossNotice = 100 * time.Millisecond

// schedule puts the faults of a run into the queue.
func (e *Engine) scheduleFaults() error {
	for i := range e.config.Faults {
		f := &e.config.Faults[i]
		if err := f.Check(len(e.hosts)); err != nil {
			return err
		}
		at := f.At
		e.queue.push(scheduled{at: at, app: -1, a: int32(i)}, executorLeaves, faultStrikes)
		if after := f.Notice + f.Silent; after > 0 {
			at += after
			e.queue.push(scheduled{at: at, app: -1, a: int32(i)}, executorLeaves, nodeIsGone)
		}
		if f.For > 0 {
			e.queue.push(scheduled{at: at + f.For, app: -1, a: int32(i)}, becomesReady, faultIsOver)
		}
	}
	return nil
}

// inject is the beginning of a fault.
func (e *Engine) inject(f *cluster.Fault) {
	switch f.Kind {
	case cluster.NodeLoss:
		if f.Silent > 0 {
			e.silenceNode(f.Node)
			return
		}
		e.loseNode(f.Node)
		e.endNode(f.Node)
	case cluster.SpotReclaim:
		e.loseNode(f.Node)
		e.onNode(f.Node, func(a *application, id policies.ExecutorID) { a.reclaimNotice(&a.executors[id]) })
	case cluster.ExecutorLoss:
		for _, a := range e.apps {
			if a == nil || !spec.Match(f.App, a.app.Name) {
				continue
			}
			for id := range a.executors {
				if x := &a.executors[id]; x.state < leaving && (f.Executor == id || f.Executor < 0 && x.state != starting) {
					a.crash(x.id)
					break
				}
			}
		}
	}
}

// reclaimNotice is the word that an executor's node will be taken away.
func (a *application) reclaimNotice(x *executor) {
	if a.decommissions && (x.state == added || x.state == live) {
		a.emitRelease(x, policies.Reason{Cause: policies.Reclaimed})
		a.decommission(x)
	}
}

// announceNode is the manager's word that it will take a node away.
func (e *Engine) announceNode(node int) {
	for _, a := range e.apps {
		if a == nil {
			continue
		}
		for id := range a.executors {
			if x := &a.executors[id]; int(x.node) == node && x.state < leaving {
				a.reclaimNotice(x)
			}
		}
	}
}

// loseNode has the manager know that a node takes nothing any more.
func (e *Engine) loseNode(node int) {
	e.toManager(manager.Event{Kind: manager.NodeLost, Node: node})
}

// onNode calls f for each executor that is held on a node, application by
// application.
func (e *Engine) onNode(node int, f func(a *application, id policies.ExecutorID)) {
	for _, a := range e.apps {
		if a == nil {
			continue
		}
		for id := range a.executors {
			if x := &a.executors[id]; int(x.node) == node && x.state < leaving {
				x.nodeLost = true
				f(a, x.id)
			}
		}
	}
}

// silenceNode stops a node without a word to anybody.
func (e *Engine) silenceNode(node int) {
	for _, a := range e.apps {
		if a == nil {
			continue
		}
		for id := range a.executors {
			if x := &a.executors[id]; int(x.node) == node && x.state < leaving {
				x.crashed = true
			}
		}
	}
}

// detect is the end of a spot node's notice, or of a silent node's silence.
func (e *Engine) detect(f *cluster.Fault) {
	if f.Kind == cluster.NodeLoss {
		e.loseNode(f.Node)
	}
	e.endNode(f.Node)
}

// endNode takes a node away with all that runs on it and all that is kept there.
func (e *Engine) endNode(node int) {
	e.hosts[node].leave(e.now)
	e.onNode(node, func(a *application, id policies.ExecutorID) { a.crash(id) })
	for _, a := range e.apps {
		if a != nil && a.service {
			e.queue.push(scheduled{at: e.now + lossNotice, app: a.index, a: int32(node)}, becomesReady, nodeFilesAreLost)
		}
	}
}

// endFault is the end of a fault.
func (e *Engine) endFault(f *cluster.Fault) {
	e.managerDirty = true
	if f.Kind == cluster.NodeLoss || f.Kind == cluster.SpotReclaim {
		e.hosts[f.Node].join(e.now)
		e.toManager(manager.Event{Kind: manager.NodeRestored, Node: f.Node})
	}
}

// managerAwayUntil says until when the manager does nothing; the past if it acts.
func (e *Engine) managerAwayUntil() time.Duration {
	until := time.Duration(-1)
	for i := range e.config.Faults {
		f := &e.config.Faults[i]
		if e.now < f.At || e.now >= f.At+f.For {
			continue
		}
		switch f.Kind {
		case cluster.ManagerAway:
			until = max(until, f.At+f.For)
		case cluster.ManagerSlow:
			until = max(until, min(e.lastServed+f.Every, f.At+f.For))
		}
	}
	return until
}

// crash is the end of an executor that nobody asked for: its process died, its
// node was lost, or the manager took it away. What it holds is free at once; its
// driver learns of it a moment later, and what its tasks did is for nothing.
func (a *application) crash(id policies.ExecutorID) {
	e, x := a.engine, &a.executors[id]
	x.settle(e.now, a.profiles[x.profile].taskCPUs)
	for _, t := range x.tasks {
		a.result.Discarded += (e.now - t.start) * time.Duration(a.profiles[x.profile].taskCPUs)
	}
	a.result.Lost++
	x.crashed = true
	e.cancelStartupsIf(x.node, func(b startingExecutor) bool { return b.app == a && b.id == id })
	a.release(x)
	known := x.state != starting
	x.state = leaving
	if known {
		e.queue.push(scheduled{at: e.now + lossNotice, app: a.index, a: int32(id)}, executorLeaves, executorIsGone)
	} else {
		x.state = gone
	}
}

// preempted is the end of an executor that the manager takes away.
func (a *application) preempted(container int) {
	for id := range a.executors {
		if x := &a.executors[id]; x.container == container && x.state < leaving {
			a.result.Preempted++
			a.crash(x.id)
			return
		}
	}
}

// loseNodeFiles forgets the map outputs on a node, those of executors that have
// gone long since included: the shuffle service that kept them is gone
// (DAGScheduler.handleWorkerRemoved).
func (a *application) loseNodeFiles(node int32) {
	for id := range a.executors {
		if a.executors[id].node == node {
			a.unregister(a.executors[id].id)
		}
	}
	a.filesLost = true
}
