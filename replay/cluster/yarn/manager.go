package yarn

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"dynalloc/replay/cluster/manager"
	"dynalloc/replay/cluster/yarn/java"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// heartbeatInterval is the time between two heartbeats of a node
// (yarn.resourcemanager.nodemanagers.heartbeat-interval-ms).
const heartbeatInterval = time.Second

// A Manager is YARN as Spark sees it: a scheduler with the heartbeats that drive
// it, and Spark's application masters, which ask it for what drivers want.
type Manager struct {
	scheduler scheduler.Scheduler
	empty     emptyCluster

	nodes      []node
	nextExpiry time.Duration // when the first silent node counts as lost; Never
	apps       []*appMaster  // by index of the application; nil: not there
	submitted  []*appMaster  // by the scheduler's identifier
	refused    []*appMaster  // by the scheduler, until it has room
	executors  []executor
	executorOf map[int]int // executor by the scheduler's container; only looked up
	calls      callQueue

	// roundInterval is the time between two rounds of the preemption monitor, or of the
	// fair scheduler's update thread, which it needs to assign containers; 0: no rounds.
	roundInterval time.Duration
	nextRound     time.Duration
	nextBeat      int // the next heartbeat, counted over all nodes since time 0
	// nodeExpiry is the time without heartbeats after which a node counts as lost: 10
	// minutes (yarn.nm.liveness-monitor.expiry-interval-ms). Until then its executors
	// count as running, and no others are started in their place.
	nodeExpiry time.Duration

	unassigned        int                      // containers that the scheduler still has to assign
	mastersUnassigned int                      // of these, application masters
	completing        int                      // containers that nodes will report as completed
	marked            map[int]int              // application by container marked for preemption
	quietBeats        int                      // heartbeats since the scheduler's input or output changed
	quietRounds       int                      // rounds since then
	reports           *java.PriorityQueue[int] // heartbeats in which nodes report completions
	idle              int                      // application masters in calls of which the next call changes nothing
	waiting           int                      // those that wait for containers and whose calls are elided
	beats             int                      // that were simulated, for tests
	nothingElided     bool                     // for the test that eliding changes nothing

	ended     func() bool   // see manager.Replay
	lateUntil time.Duration // until then it may be served later than it asks for
	serveAt   time.Duration // when the manager asked to be served
	actions   []manager.Action
	served    []manager.Action // what the last call of Serve returned
}

// An executor runs in a container. Its name is its index in Manager.executors.
type executor struct {
	app       *appMaster
	profile   int
	node      int
	container int // the scheduler's
	ended     bool
}

var _ manager.Manager = (*Manager)(nil)

// New makes a manager of these nodes. NewScheduler makes a scheduler without nodes;
// it is called twice, because Fits tries applications on an empty cluster. Rounds is the
// time between two rounds of preemption or update, 0 if there are none.
func New(nodes []manager.Node, newScheduler func() scheduler.Scheduler, rounds time.Duration) *Manager {
	m := &Manager{
		scheduler: newScheduler(), empty: emptyCluster{scheduler: newScheduler(), nodes: nodes, known: map[string]error{}},
		executorOf: map[int]int{}, marked: map[int]int{}, roundInterval: rounds, nodeExpiry: 10 * time.Minute,
		reports: java.NewPriorityQueue(cmp.Compare[int]), ended: func() bool { return false },
		nextExpiry: manager.Never, serveAt: manager.Never, quietBeats: math.MaxInt32, quietRounds: math.MaxInt32,
	}
	if rounds == 0 {
		m.nextRound = manager.Never
	}
	var all []scheduler.Node
	for i, n := range nodes {
		m.nodes = append(m.nodes, node{Node: n, expires: manager.Never})
		all = append(all, asNode(i, n))
	}
	m.scheduler.AddNode(0, all...)
	m.empty.scheduler.AddNode(0, all...)
	return m
}

func asNode(i int, n manager.Node) scheduler.Node {
	return scheduler.Node{ID: i, Label: n.Label, Total: scheduler.NewResource(n.MemoryMB, n.Cores)}
}

// Join tells the manager of the replay.
func (m *Manager) Join(r manager.Replay) { m.ended, m.lateUntil = r.Ended, r.LateUntil }

// Absent is empty: all nodes are there from the start.
func (m *Manager) Absent() []int { return nil }

// RunsDriver is true: each application has an application master, in which its
// driver runs in cluster mode.
func (m *Manager) RunsDriver(manager.App) bool { return true }

// Observe handles an event, after the manager's actions before its time.
func (m *Manager) Observe(e manager.Event) {
	m.catchUp(e.At)
	switch e.Kind {
	case manager.AppSubmitted:
		for len(m.apps) <= e.App {
			m.apps = append(m.apps, nil)
		}
		am := newAppMaster(*e.Submitted)
		m.apps[e.App] = am
		if !m.submit(e.At, am) {
			m.refused = append(m.refused, am)
		}
	case manager.AppRegistered: // the application master begins to request executors for its driver
		am := m.apps[e.App]
		am.registered = true
		m.callAt(am, e.At)
	case manager.TotalAsked:
		m.setTotal(e.At, m.apps[e.App], e.Profile, e.Total)
	case manager.ExecutorExited:
		m.releaseExecutor(e.At, m.apps[e.App], e.Container)
	case manager.AppFinished:
		am := m.apps[e.App]
		m.apps[e.App] = nil
		m.finish(e.At, am)
	case manager.NodeLost:
		m.silence(e.At, e.Node)
	case manager.NodeRestored:
		m.restore(e.At, e.Node)
	}
}

// Serve returns what was started and preempted since the last call.
func (m *Manager) Serve(now time.Duration) []manager.Action {
	m.catchUp(now)
	m.advance(now)
	m.serveAt = m.computeNext()
	m.served, m.actions = m.actions, m.served[:0]
	return m.served
}

// Next is the next time at which the manager may grant or preempt an executor without
// an event.
func (m *Manager) Next() time.Duration { return m.serveAt }

// submit passes an application to the scheduler, and reports whether the scheduler
// accepted it. A refusal is not final: the queue may have no room for one more
// application now. The application is submitted again whenever another one has ended.
func (m *Manager) submit(now time.Duration, am *appMaster) bool {
	am.id = len(m.submitted)
	a := am.submission
	a.ID = am.id
	if m.scheduler.Submit(now, a) != nil {
		return false
	}
	m.submitted = append(m.submitted, am)
	m.unassigned++
	m.mastersUnassigned++
	m.noteChange()
	return true
}

// setTotal stores the number of executors that are wanted. A total that differs from
// the last one triggers a call of the application master, but not sooner than the
// shortest interval after its last call.
func (m *Manager) setTotal(now time.Duration, am *appMaster, profile, total int) {
	if am.target[profile] == total {
		return
	}
	am.target[profile] = total
	if am.registered {
		next := m.nextCallOf(am, now)
		m.callAt(am, min(next, max(now, am.lastCall+am.minInterval)))
	}
	am.interval = am.minInterval
}

// releaseExecutor handles an executor that its driver gave back, or that ended. The
// application master releases the container at its next call, the node is told at its
// next heartbeat after that, and reports the end at the heartbeat after.
func (m *Manager) releaseExecutor(now time.Duration, am *appMaster, name int) {
	e := &m.executors[name]
	if e.ended {
		return
	}
	e.ended = true
	am.running[e.profile]--
	call := m.nextCallOf(am, now)
	m.callAt(am, call)
	m.completeOn(e.node, completion{at: m.heartbeatAfter(e.node, call) + heartbeatInterval, executor: name})
}

// finish ends an application. Its resources are free when the node of its application
// master reports the master's end.
func (m *Manager) finish(now time.Duration, am *appMaster) {
	am.finished = true
	for _, name := range am.executors {
		m.executors[name].ended = true
	}
	m.cancelCall(am)
	switch i := slices.Index(m.refused, am); {
	case i >= 0:
		m.refused = slices.Delete(m.refused, i, i+1)
	case am.node < 0 || m.nodes[am.node].silent:
		m.forget(now, am)
	default:
		m.completeOn(am.node, completion{at: now, executor: -1, app: am})
	}
}

// forget removes an application from the scheduler. Refused applications are then
// submitted again, because the queue may have room for them.
func (m *Manager) forget(now time.Duration, am *appMaster) {
	m.scheduler.Finish(now, am.id)
	m.unassigned -= am.unassignedTotal()
	clear(am.unassigned)
	maps.DeleteFunc(m.marked, func(_, app int) bool { return app == am.id })
	if am.node < 0 {
		m.unassigned--
		m.mastersUnassigned--
	}
	m.noteChange()
	m.refused = slices.DeleteFunc(m.refused, func(r *appMaster) bool { return m.submit(now, r) })
}
