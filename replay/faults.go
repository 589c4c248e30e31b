package replay

import (
	"fmt"
	"time"

	"dynalloc/internal/spec"
	"dynalloc/policies"
)

// A Fault is something that goes wrong in a run, as data. Its text form is
// "node-loss,at=1h,node=3,for=10m".
type Fault struct {
	Kind FaultKind
	At   time.Duration // from the workload's start
	// For is how long it lasts: until a lost node is back, empty (0: it stays
	// away), or the manager is itself again.
	For  time.Duration
	Node int // index of a node that is lost or reclaimed
	// App is a glob on the names of the applications that lose an executor, and
	// Executor which of theirs: the n-th that they were granted, from 0; negative:
	// of those that are up, the oldest.
	App      string
	Executor int
	// Silent is how long nobody notices that a node is lost: its connections stay
	// open, and its tasks run on for their drivers.
	Silent time.Duration
	Notice time.Duration // between the word that a spot node is reclaimed and its end
	Every  time.Duration // a slow manager acts at most once in so long
}

// A FaultKind is what goes wrong.
type FaultKind string

// The kinds of faults.
const (
	NodeLoss     FaultKind = "node-loss"     // a machine is gone with its executors, their files and its shuffle service
	ExecutorLoss FaultKind = "executor-loss" // an executor's process ends; a shuffle service keeps its files
	SpotReclaim  FaultKind = "spot-reclaim"  // as a node loss, with notice: executors that can be decommissioned are
	ManagerAway  FaultKind = "manager-away"  // the manager grants nothing; what runs goes on
	ManagerSlow  FaultKind = "manager-slow"  // the manager acts once in a while only
)

// lossNotice is how long a driver takes to learn that an executor is lost whose
// connections break; measured 40 to 360 ms on standalone clusters of Spark 4.1
// (bench/testdata/mechanisms, killed and nodeloss).
const lossNotice = 100 * time.Millisecond

// ParseFault reads a fault's text form. An error says what was expected.
func ParseFault(text string) (Fault, error) {
	s, err := spec.Parse(text)
	if err != nil {
		return Fault{}, fmt.Errorf("fault %q: %w", text, err)
	}
	d := s.Decoder()
	f := Fault{Kind: FaultKind(s.Name), At: d.Duration("at", -1), Executor: -1}
	switch f.Kind {
	case NodeLoss:
		f.Node, f.For, f.Silent = d.Int("node", -1), d.Duration("for", 0), d.Duration("silent", 0)
	case SpotReclaim:
		f.Node, f.For, f.Notice = d.Int("node", -1), d.Duration("for", 0), d.Duration("notice", 2*time.Minute)
	case ExecutorLoss:
		f.App, f.Executor = d.String("app", "*"), d.Int("executor", -1)
	case ManagerAway:
		f.For = d.Duration("for", -1)
	case ManagerSlow:
		f.For, f.Every = d.Duration("for", -1), d.Duration("every", -1)
	default:
		return f, fmt.Errorf("fault %q: %q is none; expected node-loss, executor-loss, spot-reclaim, manager-away or manager-slow, as in node-loss,at=1h,node=3,for=10m", text, s.Name)
	}
	if err := d.Done(); err != nil {
		return f, fmt.Errorf("fault %q: %w", text, err)
	}
	switch {
	case f.At < 0:
		return f, fmt.Errorf("fault %q: expected at=, when it happens from the start of the workload, such as at=1h", text)
	case (f.Kind == NodeLoss || f.Kind == SpotReclaim) && f.Node < 0:
		return f, fmt.Errorf("fault %q: node= is missing: which node, counted from 0", text)
	case f.Kind == ManagerAway && f.For <= 0:
		return f, fmt.Errorf("fault %q: for= is missing: how long the manager is away, such as for=5m", text)
	case f.Kind == ManagerSlow && (f.For <= 0 || f.Every <= 0):
		return f, fmt.Errorf("fault %q: for= or every= is missing, as in manager-slow,at=1h,for=10m,every=5s", text)
	}
	return f, nil
}

func (f Fault) String() string {
	text := fmt.Sprintf("%s,at=%s", f.Kind, inUnits(f.At))
	switch f.Kind {
	case NodeLoss, SpotReclaim:
		text += fmt.Sprintf(",node=%d", f.Node)
	case ExecutorLoss:
		if f.App != "*" {
			text += ",app=" + f.App
		}
		if f.Executor >= 0 {
			text += fmt.Sprintf(",executor=%d", f.Executor)
		}
	}
	if f.Silent > 0 {
		text += ",silent=" + inUnits(f.Silent)
	}
	if f.Kind == SpotReclaim {
		text += ",notice=" + inUnits(f.Notice)
	}
	if f.For > 0 {
		text += ",for=" + inUnits(f.For)
	}
	if f.Every > 0 {
		text += ",every=" + inUnits(f.Every)
	}
	return text
}

// inUnits writes a time in the largest unit that it is a whole number of.
func inUnits(d time.Duration) string {
	switch {
	case d > 0 && d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d > 0 && d%time.Minute == 0:
		return fmt.Sprintf("%dmin", d/time.Minute)
	}
	return spec.FormatDuration(d)
}

// check says whether the fault can happen on a cluster.
func (f *Fault) check(nodes int) error {
	if (f.Kind == NodeLoss || f.Kind == SpotReclaim) && f.Node >= nodes {
		return fmt.Errorf("fault %q: node=%d: nodes are counted from 0, and the cluster has %d", f, f.Node, nodes)
	}
	return nil
}

// schedule puts the faults of a run into the queue.
func (e *Engine) scheduleFaults() error {
	for i := range e.config.Faults {
		f := &e.config.Faults[i]
		if err := f.check(len(e.hosts)); err != nil {
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

// strike is the beginning of a fault.
func (e *Engine) strike(f *Fault) {
	switch f.Kind {
	case NodeLoss:
		if f.Silent > 0 {
			e.silence(f.Node)
			return
		}
		e.loseNode(f.Node)
		e.endNode(f.Node)
	case SpotReclaim:
		e.loseNode(f.Node)
		e.onNode(f.Node, func(a *application, id policies.ExecutorID) { a.heed(&a.executors[id]) })
	case ExecutorLoss:
		for _, a := range e.apps {
			if a == nil || !spec.Match(f.App, a.app.Name) {
				continue
			}
			for id := range a.executors {
				if x := &a.executors[id]; x.state < leaving && (f.Executor == id || f.Executor < 0 && x.state != starting) {
					a.perish(x.id)
					break
				}
			}
		}
	}
}

// heed is the word that an executor's node will be taken away.
func (a *application) heed(x *executor) {
	if a.decommissions && (x.state == added || x.state == live) {
		a.emitRelease(x, policies.Reason{Cause: policies.Reclaimed})
		a.decommission(x)
	}
}

// announced is the manager's word that it will take a node away.
func (e *Engine) announced(node int) {
	for _, a := range e.apps {
		if a == nil {
			continue
		}
		for id := range a.executors {
			if x := &a.executors[id]; int(x.node) == node && x.state < leaving {
				a.heed(x)
			}
		}
	}
}

// loseNode has the manager know that a node takes nothing any more.
func (e *Engine) loseNode(node int) {
	e.told = true
	e.manager.Lose(e.now, node)
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
				x.doomed = true
				f(a, x.id)
			}
		}
	}
}

// silence stops a node without a word to anybody.
func (e *Engine) silence(node int) {
	for _, a := range e.apps {
		if a == nil {
			continue
		}
		for id := range a.executors {
			if x := &a.executors[id]; int(x.node) == node && x.state < leaving {
				x.dead = true
			}
		}
	}
}

// noticed is the end of a spot node's notice, or of a silent node's silence.
func (e *Engine) noticed(f *Fault) {
	if f.Kind == NodeLoss {
		e.loseNode(f.Node)
	}
	e.endNode(f.Node)
}

// endNode takes a node away with all that runs on it and all that is kept there.
func (e *Engine) endNode(node int) {
	e.hosts[node].vanish(e.now)
	e.onNode(node, func(a *application, id policies.ExecutorID) { a.perish(id) })
	for _, a := range e.apps {
		if a != nil && a.service {
			e.queue.push(scheduled{at: e.now + lossNotice, app: a.index, a: int32(node)}, becomesReady, nodeFilesAreLost)
		}
	}
}

// over is the end of a fault.
func (e *Engine) over(f *Fault) {
	e.told = true
	if f.Kind == NodeLoss || f.Kind == SpotReclaim {
		e.hosts[f.Node].appear(e.now)
		e.manager.Restore(e.now, f.Node)
	}
}

// absent says until when the manager does nothing; the past if it acts.
func (e *Engine) absent() time.Duration {
	until := time.Duration(-1)
	for i := range e.config.Faults {
		f := &e.config.Faults[i]
		if e.now < f.At || e.now >= f.At+f.For {
			continue
		}
		switch f.Kind {
		case ManagerAway:
			until = max(until, f.At+f.For)
		case ManagerSlow:
			until = max(until, min(e.served+f.Every, f.At+f.For))
		}
	}
	return until
}

// perish is the end of an executor that nobody asked for: its process died, its
// node was lost, or the manager took it away. What it holds is free at once; its
// driver learns of it a moment later, and what its tasks did is for nothing.
func (a *application) perish(id policies.ExecutorID) {
	e, x := a.engine, &a.executors[id]
	x.settle(e.now, a.profiles[x.profile].taskCPUs)
	for _, t := range x.tasks {
		a.result.Discarded += (e.now - t.start) * time.Duration(a.profiles[x.profile].taskCPUs)
	}
	a.result.Lost++
	x.dead = true
	e.stopBootsIf(x.node, func(b boot) bool { return b.app == a && b.id == id })
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
			a.perish(x.id)
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
