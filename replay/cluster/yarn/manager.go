package yarn

import (
	"cmp"
	"container/heap"
	"dynalloc/replay/cluster/manager"
	"dynalloc/replay/cluster/yarn/scheduler"
	"fmt"
	"math"
	"slices"
	"time"
)

// Options are what the resource manager's configuration says besides the queues.
type Options struct {
	// Heartbeat is the time between two heartbeats of a node; 0: 1 s
	// (yarn.resourcemanager.nodemanagers.heartbeat-interval-ms).
	Heartbeat time.Duration
	// Rounds is the time between two rounds of the preemption monitor (3 s,
	// yarn.resourcemanager.monitor.capacity.preemption.monitoring_interval), or of
	// the fair scheduler's update thread (0.5 s, yarn.scheduler.fair.update-interval-ms),
	// without which that assigns nothing; 0: none.
	Rounds time.Duration
	// NodeExpiry is how long a node is silent until it counts as lost; 0: 10 min
	// (yarn.nm.liveness-monitor.expiry-interval-ms). Until then its executors count
	// as running, and no others take their place.
	NodeExpiry time.Duration
}

// A Manager is YARN as Spark sees it: a scheduler with the heartbeats that drive
// it, and Spark's application masters, which tell it what drivers want.
//
// Nodes send heartbeats at a fixed distance from each other: the i-th of n nodes
// at i n-ths of an interval. An application master speaks with the resource
// manager when its own time has come; see [master].
type Manager struct {
	options   Options
	scheduler scheduler.Scheduler
	trial     trial

	nodes      []node
	expiry     time.Duration // of the first silent node; Never
	apps       []*master     // by index of the application; nil: not there
	submitted  []*master     // by the scheduler's identifier
	refused    []*master     // by the scheduler, for now
	containers []container
	names      map[int]int // of the scheduler's containers
	calls      callHeap

	beat  int           // the next heartbeat to come, counted over all nodes
	round time.Duration // the next round

	outstanding int         // containers that the scheduler still has to assign
	waiting     int         // of these, masters
	ending      int         // containers that nodes will report as ended
	marked      map[int]int // containers, with the scheduler's identifier of their application
	quietBeats  int         // since there was something to do or to tell
	quietRounds int
	everyBeat   bool // nothing is elided; for tests

	promised time.Duration // when the manager asked to be served
	actions  []manager.Action
	served   []manager.Action // what the last call returned
}

type node struct {
	manager.Node
	away    bool
	expires time.Duration // when a silent node counts as lost; Never
	ends    []ending
}

// An ending is what a node will report: a container, or an application's master
// with which all of it ends.
type ending struct {
	at        time.Duration // not before
	container int           // name; -1: the application's master
	app       *master
}

// A container is an executor's.
type container struct {
	app     *master
	profile int
	node    int
	id      int // the scheduler's
	ended   bool
}

// New makes a manager of these nodes. Fresh makes its scheduler, without nodes; it
// is called twice, as a second one is for trying out what would fit.
func New(nodes []manager.Node, fresh func() scheduler.Scheduler, o Options) *Manager {
	o.Heartbeat = cmp.Or(o.Heartbeat, time.Second)
	o.NodeExpiry = cmp.Or(o.NodeExpiry, 10*time.Minute)
	m := &Manager{
		options: o, scheduler: fresh(), trial: trial{scheduler: fresh(), nodes: nodes, known: map[string]error{}},
		names: map[int]int{}, marked: map[int]int{},
		expiry: manager.Never, promised: manager.Never, quietBeats: math.MaxInt32, quietRounds: math.MaxInt32,
	}
	for i, n := range nodes {
		m.nodes = append(m.nodes, node{Node: n, expires: manager.Never})
		m.scheduler.AddNode(0, asNode(i, n))
		m.trial.scheduler.AddNode(0, asNode(i, n))
	}
	if o.Rounds == 0 {
		m.round = manager.Never
	}
	return m
}

func asNode(i int, n manager.Node) scheduler.Node {
	return scheduler.Node{ID: i, Label: n.Label, Total: scheduler.NewResource(n.MemoryMB, n.Cores)}
}

// Absent is no node: all are there from the start.
func (m *Manager) Absent() []int { return nil }

// RunsDriver is true: each application has an application master, in which its
// driver runs in cluster mode.
func (m *Manager) RunsDriver(manager.App) bool { return true }

// Observe takes in an event, after what happened before it.
func (m *Manager) Observe(e manager.Event) {
	now := e.At
	m.reach(now)
	switch e.Kind {
	case manager.AppSubmitted:
		for len(m.apps) <= e.App {
			m.apps = append(m.apps, nil)
		}
		x := newMaster(*e.Submitted)
		m.apps[e.App] = x
		if !m.submit(now, x) {
			m.refused = append(m.refused, x)
		}
	case manager.AppRegistered: // the master knows its driver and begins to speak for it
		x := m.apps[e.App]
		x.registered = true
		m.callAt(x, now)
	case manager.TotalAsked:
		m.total(now, m.apps[e.App], e.Profile, e.Total)
	case manager.ExecutorExited:
		m.exit(now, m.apps[e.App], e.Container)
	case manager.AppFinished:
		x := m.apps[e.App]
		m.apps[e.App] = nil
		m.end(now, x)
	case manager.NodeLost:
		m.lose(now, e.Node)
	case manager.NodeRestored:
		m.restore(now, e.Node)
	}
}

// submit gives an application to the scheduler. One that it refuses, as its queue
// may have no more, is submitted again when another has ended.
func (m *Manager) submit(now time.Duration, x *master) bool {
	x.id = len(m.submitted)
	a := x.request
	a.ID = x.id
	if m.scheduler.Submit(now, a) != nil {
		return false
	}
	m.submitted = append(m.submitted, x)
	m.outstanding++
	m.waiting++
	m.wakeUp()
	return true
}

// total stores how many executors are wanted. A master that hears of another
// total than before does not wait for its next time.
func (m *Manager) total(now time.Duration, x *master, profile, total int) {
	if x.target[profile] == total {
		return
	}
	x.target[profile] = total
	x.interval = x.initial
	if x.registered {
		next := m.nextCall(x, now)
		m.callAt(x, min(next, max(now, x.last+x.initial)))
	}
}

// exit is an executor that its driver gave back, or that ended. The master
// releases it when it speaks next, the node hears of that at its next heartbeat,
// and reports the end at the one after.
func (m *Manager) exit(now time.Duration, x *master, name int) {
	c := &m.containers[name]
	if c.ended {
		return
	}
	c.ended = true
	x.running[c.profile]--
	at := m.nextCall(x, now)
	m.callAt(x, at)
	m.endOn(c.node, ending{at: m.nextBeat(c.node, at) + m.options.Heartbeat, container: name})
}

func (m *Manager) endOn(node int, e ending) {
	n := &m.nodes[node]
	if n.away {
		return
	}
	n.ends = append(n.ends, e)
	m.ending++
}

// nextBeat is the first heartbeat of a node that is not before t.
func (m *Manager) nextBeat(node int, t time.Duration) time.Duration {
	phase := m.phase(node)
	return phase + (max(t-phase, 0)+m.options.Heartbeat-1)/m.options.Heartbeat*m.options.Heartbeat
}

func (m *Manager) phase(node int) time.Duration {
	return (time.Duration(node) * m.options.Heartbeat / time.Duration(len(m.nodes))).Truncate(time.Millisecond)
}

// end ends an application: when the node of its master reports that one's end,
// all that it holds is free.
func (m *Manager) end(now time.Duration, x *master) {
	x.finished = true
	for _, name := range x.held {
		m.containers[name].ended = true
	}
	if x.place >= 0 {
		heap.Remove(&m.calls, x.place)
	}
	if i := slices.Index(m.refused, x); i >= 0 {
		m.refused = slices.Delete(m.refused, i, i+1)
		return
	}
	if x.node < 0 || m.nodes[x.node].away {
		m.finish(now, x)
		return
	}
	m.endOn(x.node, ending{at: now, container: -1, app: x})
}

// finish has the scheduler forget an application.
func (m *Manager) finish(now time.Duration, x *master) {
	m.scheduler.Finish(now, x.id)
	m.outstanding -= x.left()
	clear(x.asked)
	for id, app := range m.marked {
		if app == x.id {
			delete(m.marked, id)
		}
	}
	if x.node < 0 {
		m.outstanding--
		m.waiting--
	}
	m.wakeUp()
	m.refused = slices.DeleteFunc(m.refused, func(r *master) bool { return m.submit(now, r) })
}

// lose silences a node. It counts as lost only later.
func (m *Manager) lose(now time.Duration, node int) {
	n := &m.nodes[node]
	if n.away {
		return
	}
	n.away, n.expires = true, now+m.options.NodeExpiry
	m.findExpiry()
	for _, e := range n.ends {
		m.ending--
		if e.app != nil {
			m.finish(now, e.app)
		}
	}
	n.ends = nil
}

// restore brings a node back, empty, whether or not it counted as lost.
func (m *Manager) restore(now time.Duration, node int) {
	n := &m.nodes[node]
	if !n.away {
		return
	}
	if n.expires != manager.Never {
		m.expire(now, node)
	}
	n.away = false
	m.scheduler.AddNode(now, asNode(node, n.Node))
	m.wakeUp()
}

func (m *Manager) findExpiry() {
	m.expiry = manager.Never
	for i := range m.nodes {
		m.expiry = min(m.expiry, m.nodes[i].expires)
	}
}

// expire is when a silent node counts as lost: masters hear of it.
func (m *Manager) expire(now time.Duration, node int) {
	m.nodes[node].expires = manager.Never
	m.findExpiry()
	m.scheduler.RemoveNode(now, node)
	for name := range m.containers {
		if c := &m.containers[name]; c.node == node && !c.ended {
			c.ended = true
			delete(m.marked, c.id)
			m.gone(now, c.app, c.profile)
		}
	}
	for _, x := range m.submitted {
		x.grants = slices.DeleteFunc(x.grants, func(g scheduler.Allocation) bool {
			if g.Node == node {
				m.ask(now, x, g.Priority, x.asked[g.Priority]+1)
			}
			return g.Node == node
		})
	}
	m.wakeUp()
}

// gone is the end of an executor of which its master hears when it speaks next:
// only at the time after can it ask for another.
func (m *Manager) gone(now time.Duration, x *master, profile int) {
	x.gone[profile]++
	m.callAt(x, m.nextCall(x, now))
}

// wakeUp notes that something may change.
func (m *Manager) wakeUp() { m.quietBeats, m.quietRounds = 0, 0 }

// Serve returns what became of what happened up to now.
func (m *Manager) Serve(now time.Duration) []manager.Action {
	m.reach(now)
	m.advance(now, true)
	m.promised = m.next()
	m.served, m.actions = m.actions, m.served[:0]
	return m.served
}

// Next is when the manager may have something to say.
func (m *Manager) Next() time.Duration { return m.promised }

// next is the time of the next call of a master, and of the next heartbeat or
// round if that can tell anyone anything by itself. Other heartbeats are made up
// for when somebody looks.
func (m *Manager) next() time.Duration {
	t := manager.Never
	if len(m.calls) > 0 {
		t = m.calls[0].at
	}
	if m.waiting > 0 || m.ending > 0 && len(m.refused) > 0 {
		t = min(t, m.beatTime())
	}
	if m.rounds() {
		t = min(t, m.round)
	}
	return min(t, m.expiry)
}

// reach plays what happened before now. If nobody served the manager in time, it
// was away: then nothing happened.
func (m *Manager) reach(now time.Duration) {
	m.advance(min(now, m.promised), false)
	if now > m.promised {
		m.skip(now)
	}
	m.resume(now-time.Millisecond, now)
	m.promised = min(m.promised, now)
}

// resume makes up for what was elided: the last round up to a time, after which
// others would not have changed anything, and the next heartbeat.
func (m *Manager) resume(until, now time.Duration) {
	if m.round <= until {
		m.preempt(m.round + (until-m.round)/m.options.Rounds*m.options.Rounds)
	}
	if !m.beats() {
		m.beat = max(m.beat, m.firstBeat(now))
	}
}

// skip puts off what did not happen before now.
func (m *Manager) skip(now time.Duration) {
	m.beat = max(m.beat, m.firstBeat(now))
	if m.round < now {
		m.round += (now - m.round + m.options.Rounds - 1) / m.options.Rounds * m.options.Rounds
	}
	for len(m.calls) > 0 && m.calls[0].at < now {
		x := m.calls[0].app
		m.callAt(x, now)
	}
	m.promised = now
}

// beats says whether heartbeats can change anything: something is to be assigned
// or reported, or what no longer is to be is not yet cleared everywhere.
func (m *Manager) beats() bool {
	return m.everyBeat || m.outstanding > 0 || m.ending > 0 || m.quietBeats <= 2*len(m.nodes)
}

// rounds says whether a round of preemption can.
func (m *Manager) rounds() bool {
	return m.options.Rounds > 0 && (m.everyBeat || m.outstanding > 0 || len(m.marked) > 0 || m.quietRounds <= 2)
}

func (m *Manager) beatTime() time.Duration {
	n := len(m.nodes)
	return time.Duration(m.beat/n)*m.options.Heartbeat + m.phase(m.beat%n)
}

// firstBeat is the first heartbeat of any node that is not before t.
func (m *Manager) firstBeat(t time.Duration) int {
	n := len(m.nodes)
	first := int(t/m.options.Heartbeat) * n
	for time.Duration(first/n)*m.options.Heartbeat+m.phase(first%n) < t {
		first++
	}
	return first
}

// advance plays what happens before a time, or at it too. At one time nodes
// expire first, then comes the round, then masters, then nodes: what is asked can
// be served at once.
func (m *Manager) advance(until time.Duration, with bool) {
	if !with {
		until -= time.Millisecond
	}
	for {
		round, call, beat := manager.Never, manager.Never, manager.Never
		if m.rounds() {
			round = m.round
		}
		if len(m.calls) > 0 {
			call = m.calls[0].at
		}
		if m.beats() {
			beat = m.beatTime()
		}
		t := min(m.expiry, round, call, beat)
		if t > until || t == manager.Never {
			return
		}
		switch t {
		case m.expiry:
			m.resume(t-time.Millisecond, t)
			m.expire(t, slices.IndexFunc(m.nodes, func(n node) bool { return n.expires == t }))
		case round:
			m.preempt(t)
		case call:
			m.resume(t, t)
			m.call(t, m.calls[0].app)
		default:
			m.resume(t, t)
			m.heartbeat(t)
		}
	}
}

// heartbeat is one node's: it reports what ended, and the scheduler assigns.
func (m *Manager) heartbeat(now time.Duration) {
	i := m.beat % len(m.nodes)
	m.beat++
	m.quietBeats++
	n := &m.nodes[i]
	if n.away {
		return
	}
	n.ends = slices.DeleteFunc(n.ends, func(e ending) bool {
		if e.at > now {
			return false
		}
		m.ending--
		if e.app != nil {
			m.finish(now, e.app)
		} else if c := &m.containers[e.container]; !c.app.finished {
			m.complete(now, c.id)
		}
		return true
	})
	for _, g := range m.scheduler.NodeUpdate(now, i) {
		m.wakeUp()
		if !g.Reserved {
			m.assigned(now, g)
		}
	}
}

// complete ends a container for the scheduler.
func (m *Manager) complete(now time.Duration, id int) {
	delete(m.marked, id)
	m.scheduler.Complete(now, id)
	m.wakeUp()
}

// assigned is a container that the scheduler gave out. A master is started by the
// resource manager itself; executors wait for their master's call.
func (m *Manager) assigned(now time.Duration, g scheduler.Allocation) {
	x := m.submitted[g.App]
	m.outstanding--
	if g.Master {
		m.waiting--
		x.node = g.Node
		m.act(manager.Action{Kind: manager.PlaceDriver, App: x.app.Index, Node: g.Node, Cores: x.request.Master.Cores})
		return
	}
	x.asked[g.Priority]--
	x.grants = append(x.grants, g)
}

func (m *Manager) act(a manager.Action) { m.actions = append(m.actions, a) }

// preempt is a round of the monitor or of the update thread.
func (m *Manager) preempt(now time.Duration) {
	m.round = now + m.options.Rounds
	m.quietRounds++
	for _, k := range m.scheduler.Preempt(now) {
		m.wakeUp()
		if !k.Now {
			m.marked[k.Container] = k.App
			continue
		}
		delete(m.marked, k.Container)
		x := m.submitted[k.App]
		name, started := m.names[k.Container]
		if started {
			if c := &m.containers[name]; !c.ended {
				c.ended = true
				m.gone(now, x, c.profile)
				m.act(manager.Action{Kind: manager.Preempt, App: x.app.Index, Profile: c.profile, Node: c.node, Container: name, Cores: x.cores(c.profile),
					Why: fmt.Sprintf("YARN takes it for others: queue %s has more than its share", x.request.Queue)})
			}
			continue
		}
		x.grants = slices.DeleteFunc(x.grants, func(g scheduler.Allocation) bool {
			if g.Container == k.Container {
				m.ask(now, x, g.Priority, x.asked[g.Priority]+1)
			}
			return g.Container == k.Container
		})
	}
}

// A callHeap has the masters that will speak, the first on top.
type callHeap []scheduledCall

type scheduledCall struct {
	at  time.Duration
	app *master
}

func (h callHeap) Len() int { return len(h) }
func (h callHeap) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(h[i].at, h[j].at), cmp.Compare(h[i].app.id, h[j].app.id)) < 0
}
func (h callHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].app.place, h[j].app.place = i, j
}
func (h *callHeap) Push(x any) {
	c := x.(scheduledCall)
	c.app.place = len(*h)
	*h = append(*h, c)
}
func (h *callHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	last.app.place = -1
	return last
}

// callAt has a master speak at a time, instead of when it would have.
func (m *Manager) callAt(x *master, at time.Duration) {
	if x.finished || !x.registered {
		return
	}
	if x.place >= 0 {
		m.calls[x.place].at = at
		heap.Fix(&m.calls, x.place)
		return
	}
	heap.Push(&m.calls, scheduledCall{at: at, app: x})
}

// nextCall is when a master speaks next if nothing wakes it. Where it has nothing
// to say its calls are elided, and the last one is found here.
func (m *Manager) nextCall(x *master, now time.Duration) time.Duration {
	if x.place >= 0 {
		return m.calls[x.place].at
	}
	x.last += max(0, now-time.Millisecond-x.last) / x.steady * x.steady
	return x.last + x.steady
}
