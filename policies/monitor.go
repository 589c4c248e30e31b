package policies

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// monitor is Spark's ExecutorMonitor: it knows which executors are idle and when their
// timeouts end (docs/MODEL.md). As in Spark, the list of timed-out executors is kept
// from tick to tick, and is computed again only at the next deadline or after an event
// that changes it. This is fast, and has the same inaccuracies as Spark.
type monitor struct {
	timeouts struct{ idle, cached, shuffle time.Duration }

	tracking       bool // shuffle files hold their executors
	diskViaService bool // blocks on disk are served by the shuffle service, so they hold no executor
	maxTimeout     bool // see Rules.MaxTimeout

	trackers []tracker        // by ExecutorID
	live     []ExecutorID     // those with a tracker, in no order
	profiles []profileMonitor // by profile + 1; the first counts executors whose profile is not known yet
	expired  []idleExecutor   // executors whose timeouts had passed at the last computation, ordered by id as text
	next     time.Duration    // when to compute expired again: the nearest deadline, or stale

	shuffles []shuffleUse // by shuffle
	writes   []int        // by stage, the shuffle that it writes in a running job, or noShuffle
	jobs     []jobStages
	active   []int // the shuffles that running jobs list, in no order
	sets     indexSets
	unused   [][]MapStage // lists of stages of jobs that have ended

	firstActive   int // no running job lists a shuffle below this one
	knownShuffles int // that a job has listed, and that have not been cleaned since then
}

// stale is the value of monitor.next that marks the list of timed-out executors as out
// of date.
const stale = time.Duration(math.MinInt64)

// tracker is the monitor's state of one executor.
type tracker struct {
	known           bool
	profile         int // -1: not known yet
	position        int // in monitor.live
	running         int
	idleSince       time.Duration // Never while tasks run, or before it is known to be idle
	deadline        time.Duration
	timedOut        bool
	pendingRemoval  bool
	decommissioning bool
	activeShuffle   bool // it holds files of a shuffle that a running job may need
	cached          []cachedBlocks
	shuffles        *indexSet
	firstShuffle    int // it has held files of no shuffle below this one
}

// cachedBlocks are the partitions of one RDD that an executor holds.
type cachedBlocks struct {
	rdd        int
	partitions *indexSet
}

// profileMonitor counts the executors of one profile.
type profileMonitor struct {
	registered      int // those that are being removed included (Q3)
	pendingRemoval  int
	decommissioning int
}

func (p *profileMonitor) staying() int {
	return p.registered - p.pendingRemoval - p.decommissioning
}

// idleExecutor is an executor whose timeout has passed.
type idleExecutor struct {
	id      ExecutorID
	profile int
}

// begin forgets all, and watches a new application.
func (m *monitor) begin(set Allocation, protection Protection, rules Rules, profiles int) {
	for i := range m.trackers {
		m.forget(&m.trackers[i])
	}
	for i := range m.jobs {
		m.unused = append(m.unused, m.jobs[i].stages[:0])
	}
	*m = monitor{
		tracking:       protection.Tracking,
		diskViaService: protection.Service && protection.FetchRDD,
		maxTimeout:     rules.MaxTimeout,
		profiles:       zeros(m.profiles, profiles+1),
		next:           Never,
		trackers:       m.trackers[:0], live: m.live[:0], expired: m.expired[:0], shuffles: m.shuffles[:0], writes: m.writes[:0], jobs: m.jobs[:0], active: m.active[:0],
		sets: m.sets, unused: m.unused,
	}
	m.timeouts.idle, m.timeouts.cached, m.timeouts.shuffle = set.Idle, set.Cached, protection.TrackingTimeout
}

// forget forgets an executor.
func (m *monitor) forget(t *tracker) {
	m.sets.give(t.shuffles)
	for _, c := range t.cached {
		m.sets.give(c.partitions)
	}
	*t = tracker{}
}

// timedOut returns the executors whose timeouts have passed. The list is valid until
// the next call.
func (m *monitor) timedOut(now time.Duration) []idleExecutor {
	if now < m.next {
		return m.expired
	}
	m.next = Never
	m.expired = m.expired[:0]
	for _, id := range m.live {
		t := &m.trackers[id]
		if t.pendingRemoval || t.decommissioning || t.activeShuffle {
			continue
		}
		t.timedOut = t.deadline <= now
		if t.timedOut {
			m.expired = append(m.expired, idleExecutor{id, t.profile})
		} else {
			m.next = min(m.next, t.deadline)
		}
	}
	slices.SortFunc(m.expired, func(a, b idleExecutor) int { return compareAsText(a.id, b.id) })
	return m.expired
}

// compareAsText orders executors by the decimal text of their ids: 1, 10, 11,
// 2. It is the order in which Spark gives them back (SPARK-38019; before Spark
// 3.3 the order was that of a hash table).
func compareAsText(a, b ExecutorID) int {
	x, y := int64(a), int64(b)
	digitsA, digitsB := digits(x), digits(y)
	for range digitsB - digitsA {
		x *= 10
	}
	for range digitsA - digitsB {
		y *= 10
	}
	return cmp.Or(cmp.Compare(x, y), cmp.Compare(digitsA, digitsB))
}

func digits(n int64) int {
	count := 1
	for ; n >= 10; n /= 10 {
		count++
	}
	return count
}

// leaving marks executors as being removed.
func (m *monitor) leaving(ids []ExecutorID, kill bool) {
	for _, id := range ids {
		t := &m.trackers[id]
		if kill {
			t.pendingRemoval = true
			m.profiles[t.profile+1].pendingRemoval++
		} else {
			t.decommissioning = true
			m.profiles[t.profile+1].decommissioning++
		}
	}
	m.next = stale
}

// why returns which timeout of an executor has passed.
func (m *monitor) why(id ExecutorID) Reason {
	t := &m.trackers[id]
	timeout := m.timeout(t)
	switch {
	case len(t.cached) > 0 && timeout == m.timeouts.cached:
		return Reason{Cause: IdleCached, For: timeout}
	case t.shuffles.len() > 0 && timeout == m.timeouts.shuffle:
		return Reason{Cause: IdleShuffle, For: timeout}
	}
	return Reason{Cause: Idle, For: timeout}
}

// timeout is the time for which an executor may be idle, which depends on its cached
// blocks and shuffle files. See Rules.MaxTimeout for the two rules.
func (m *monitor) timeout(t *tracker) time.Duration {
	if len(t.cached) == 0 && t.shuffles.len() == 0 {
		return m.timeouts.idle
	}
	if m.maxTimeout {
		timeout := m.timeouts.idle
		if len(t.cached) > 0 {
			timeout = max(timeout, m.timeouts.cached)
		}
		if t.shuffles.len() > 0 {
			timeout = max(timeout, m.timeouts.shuffle)
		}
		return timeout
	}
	timeout := Never
	if len(t.cached) > 0 {
		timeout = m.timeouts.cached
	}
	if t.shuffles.len() > 0 {
		timeout = min(timeout, m.timeouts.shuffle)
	}
	return timeout
}

// updateDeadline computes an executor's deadline, and updates the time at which the
// list of timed-out executors must be computed again.
func (m *monitor) updateDeadline(t *tracker) {
	old := t.deadline
	t.deadline = Never
	if timeout := m.timeout(t); timeout < Never-t.idleSince {
		t.deadline = t.idleSince + timeout
	}
	if t.deadline > old && t.timedOut {
		m.next = stale
	} else {
		m.next = min(m.next, t.deadline)
	}
}

// track returns the tracker of an executor. It creates it at the first event that names
// the executor, because TaskStart can precede ExecutorAdded.
func (m *monitor) track(id ExecutorID, profile int) *tracker {
	for int(id) >= len(m.trackers) {
		m.trackers = append(m.trackers, tracker{})
	}
	t := &m.trackers[id]
	if !t.known {
		*t = tracker{known: true, profile: profile, position: len(m.live), idleSince: Never, deadline: Never, firstShuffle: math.MaxInt}
		m.live = append(m.live, id)
		m.profiles[profile+1].registered++
	}
	if t.profile < 0 {
		m.profiles[0].registered--
		m.profiles[profile+1].registered++
		t.profile = profile
	}
	return t
}

// known returns the tracker of an executor, or nil.
func (m *monitor) known(id ExecutorID) *tracker {
	if int(id) >= len(m.trackers) || !m.trackers[id].known {
		return nil
	}
	return &m.trackers[id]
}

// running changes the number of tasks that seem to run on an executor.
func (m *monitor) running(t *tracker, delta int, now time.Duration) {
	t.running = max(0, t.running+delta)
	if t.running > 0 {
		if t.timedOut && t.deadline < Never {
			m.next = stale
		}
		t.idleSince, t.deadline = Never, Never
		return
	}
	t.idleSince = now
	m.updateDeadline(t)
}

func (m *monitor) executorAdded(e *Event) {
	m.running(m.track(e.Executor, e.Profile), 0, e.At)
}

func (m *monitor) executorRemoved(e *Event) {
	t := m.known(e.Executor)
	if t == nil {
		return
	}
	p := &m.profiles[t.profile+1]
	p.registered--
	if t.pendingRemoval {
		p.pendingRemoval--
	}
	if t.decommissioning {
		p.decommissioning--
	}
	last := len(m.live) - 1
	m.live[t.position] = m.live[last]
	m.trackers[m.live[last]].position = t.position
	m.live = m.live[:last]
	m.forget(t)
	m.next = stale
}

// observe handles an event as ExecutorMonitor's listener does.
func (m *monitor) observe(e *Event) {
	switch e.Kind {
	case TaskStart:
		m.taskStart(e)
	case TaskEnd:
		m.taskEnd(e)
	case JobStart:
		m.jobStart(e)
	case JobEnd:
		m.jobEnd(e)
	case ExecutorAdded:
		m.executorAdded(e)
	case ExecutorRemoved:
		m.executorRemoved(e)
	case BlockUpdated:
		m.blockUpdated(e)
	case UnpersistRDD:
		m.unpersist(e)
	case ShuffleCleaned:
		m.shuffleCleaned(e)
	}
}

func (m *monitor) taskStart(e *Event) {
	if !e.Inactive {
		m.running(m.track(e.Executor, -1), 1, e.At)
	}
}

// taskEnd notes the shuffle files that the task has written before it counts the
// executor as idle. Speculative copies that were not needed count too, because they
// have written files as well.
func (m *monitor) taskEnd(e *Event) {
	t := m.known(e.Executor)
	if t == nil {
		return
	}
	if e.End == Success { // without tracking, writes is empty
		if shuffle := m.written(e.Stage.ID); shuffle != noShuffle {
			m.addShuffle(t, shuffle)
		}
	}
	m.running(t, -1, e.At)
}

func (m *monitor) blockUpdated(e *Event) {
	if e.Inactive {
		return
	}
	t := m.track(e.Executor, -1)
	if e.RDD < 0 {
		if e.Shuffle >= 0 && m.tracking {
			m.addShuffle(t, e.Shuffle)
		}
		return
	}
	i := slices.IndexFunc(t.cached, func(c cachedBlocks) bool { return c.rdd == e.RDD })
	if (e.Memory || e.Disk) && !(m.diskViaService && e.Disk) {
		if i >= 0 {
			m.sets.with(t.cached[i].partitions, e.Partition, 0)
			return
		}
		t.cached = append(t.cached, cachedBlocks{e.RDD, m.sets.with(nil, e.Partition, 0)})
		if len(t.cached) == 1 {
			m.updateDeadline(t)
		}
		return
	}
	if i < 0 {
		return
	}
	t.cached[i].partitions.remove(e.Partition)
	if t.cached[i].partitions.len() == 0 {
		t.cached = slices.Delete(t.cached, i, i+1)
		if len(t.cached) == 0 {
			m.updateDeadline(t)
		}
	}
}

func (m *monitor) unpersist(e *Event) {
	for _, id := range m.live {
		t := &m.trackers[id]
		t.cached = slices.DeleteFunc(t.cached, func(c cachedBlocks) bool { return c.rdd == e.RDD })
		if len(t.cached) == 0 {
			m.updateDeadline(t)
		}
	}
}
