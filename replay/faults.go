package replay

import (
	"iter"
	"time"

	"dynalloc/internal/spec"
	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/replay/cluster/manager"
	"dynalloc/replay/host"
)

// lossNotice is the time until a driver learns that an executor is lost, if its
// connections break; measured 40 to 360 ms on standalone clusters of Spark 4.1
// (bench/testdata/mechanisms, killed and nodeloss).
const lossNotice = 100 * time.Millisecond

// scheduleFaults puts the faults of a run into the queue.
func (e *Engine) scheduleFaults() error {
	for i := range e.config.Faults {
		f := &e.config.Faults[i]
		if err := f.Check(len(e.hosts)); err != nil {
			return err
		}
		at := f.At
		e.schedule(at, faultStrikes, int32(i))
		if after := f.Notice + f.Silent; after > 0 {
			at += after
			e.schedule(at, nodeIsGone, int32(i))
		}
		if f.For > 0 {
			e.schedule(at+f.For, faultIsOver, int32(i))
		}
	}
	return nil
}

// inject starts a fault.
func (e *Engine) inject(fault int32) {
	f := &e.config.Faults[fault]
	switch f.Kind {
	case cluster.NodeLoss:
		if f.Silent > 0 { // its executors stop, and the loss is detected later
			for _, x := range e.executorsOn(f.Node) {
				x.crashed = true
			}
			return
		}
		e.loseNode(f.Node)
		e.endNode(f.Node)
	case cluster.SpotReclaim:
		e.loseNode(f.Node)
		for a, x := range e.executorsOn(f.Node) {
			x.nodeLost = true
			a.reclaimNotice(x)
		}
	case cluster.ExecutorLoss:
		for _, a := range e.apps {
			if a == nil || !spec.Match(f.App, a.app.Name) {
				continue
			}
			for id := range a.executors {
				if x := &a.executors[id]; x.state < leaving && (f.Executor == id || f.Executor < 0 && x.state != starting) {
					a.crash(x)
					break
				}
			}
		}
	}
}

// detect handles the end of a spot node's notice, or the detection of a lost node.
func (e *Engine) detect(fault int32) {
	f := &e.config.Faults[fault]
	if f.Kind == cluster.NodeLoss {
		e.loseNode(f.Node)
	}
	e.endNode(f.Node)
}

// endFault ends a fault: a lost node returns.
func (e *Engine) endFault(fault int32) {
	f := &e.config.Faults[fault]
	e.managerDirty = true
	if f.Kind == cluster.NodeLoss || f.Kind == cluster.SpotReclaim {
		e.hosts[f.Node].Join(e.now)
		e.toManager(manager.Event{Kind: manager.NodeRestored, Node: f.Node})
	}
}

// loseNode informs the manager that a node takes no more executors.
func (e *Engine) loseNode(node int) { e.toManager(manager.Event{Kind: manager.NodeLost, Node: node}) }

// endNode removes a node with its executors and its shuffle files.
func (e *Engine) endNode(node int) {
	e.hosts[node].Leave(e.now)
	for a, x := range e.executorsOn(node) {
		x.nodeLost = true
		a.crash(x)
	}
	for _, a := range e.apps {
		if a != nil && a.settings.Service {
			a.after(lossNotice, nodeFilesAreLost, int32(node))
		}
	}
}

// executorsOn goes through the executors that are held on a node, application by
// application.
func (e *Engine) executorsOn(node int) iter.Seq2[*application, *executor] {
	return func(yield func(*application, *executor) bool) {
		for _, a := range e.apps {
			if a == nil {
				continue
			}
			for id := range a.executors {
				if x := &a.executors[id]; int(x.node) == node && x.state < leaving && !yield(a, x) {
					return
				}
			}
		}
	}
}

// reclaimNotice handles the notice that an executor's node will be reclaimed.
func (a *application) reclaimNotice(x *executor) {
	if a.settings.Decommissions && (x.state == added || x.state == live) {
		a.emitRelease(x, policies.Reason{Cause: policies.Reclaimed})
		a.decommission(x)
	}
}

// crash ends an executor that was not given back: its process died, its node was lost,
// or the manager preempted it. Its resources are free at once; its driver learns of the
// end lossNotice later, and the work of its running tasks is lost.
func (a *application) crash(x *executor) {
	e := a.engine
	for _, t := range x.tasks {
		a.result.Discarded.Add(e.now-t.start, int64(x.taskCPUs))
	}
	a.result.Lost++
	if x.leaves >= 0 {
		a.result.Removals-- // it did not get to leave
	}
	x.crashed = true
	e.cancelStartupsIf(x.node, func(s host.Starting) bool { return s.App == a.index && s.Executor == x.id })
	a.release(x)
	if x.state == starting {
		x.state = gone // its driver never knew it
		return
	}
	x.state = leaving
	a.after(lossNotice, executorIsGone, int32(x.id))
}

// preempted ends an executor that the manager preempts.
func (a *application) preempted(container int) {
	for id := range a.executors {
		if x := &a.executors[id]; x.container == container && x.state < leaving {
			a.result.Preempted++
			a.crash(x)
			return
		}
	}
}

// loseNodeFiles forgets the map outputs on a node, also those of executors that
// have long gone: the shuffle service that kept them is gone
// (DAGScheduler.handleWorkerRemoved).
func (a *application) loseNodeFiles(node int32) {
	a.filesLost = true
	for id := range a.executors {
		if a.executors[id].node == node {
			a.unregister(a.executors[id].id)
		}
	}
}
