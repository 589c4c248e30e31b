package capacity

import (
	"maps"
	"slices"
	"time"

	"dynalloc/replay/cluster/yarn/java"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// Preempt runs one round of preemption if the monitor is on. Queues below their
// guarantee that wait get containers back from queues above their guarantee. A
// container is marked first, and killed if it is still chosen after the configured wait.
//
// Source: ProportionalCapacityPreemptionPolicy.
func (s *Scheduler) Preempt(now time.Duration) []scheduler.Kill {
	c := s.config.preemption
	if c == nil {
		return nil
	}
	r := &preemptionRound{
		s: s, config: c, labels: s.labels(), queues: map[string]map[string]*tempQueue{}, selected: map[*container]bool{},
		budget: s.cluster.Times(float64(c.totalPerRound)),
	}
	for _, label := range r.labels {
		r.newTempQueue(s.root, label)
	}
	r.leaves = r.leavesBelow(s.root)
	selections := []selection{{r.selectFromQueues(c.countReserved, false), c.waitBeforeKill}}
	if c.balance && !r.failed {
		selections = append(selections, selection{r.selectFromQueues(false, true), c.balanceWaitBeforeKill})
	}
	if c.intraQueue != nil && !r.failed {
		selections = append(selections, selection{r.selectFromApps(c.intraQueue), c.waitBeforeKill})
	}
	if c.observeOnly {
		return nil
	}
	for _, c := range r.unreserve {
		if c.node.reserved == c {
			s.unreserve(c)
		}
	}
	if r.failed {
		return nil
	}
	var kills []scheduler.Kill
	for _, sel := range selections {
		kills = append(kills, s.markOrKill(now, sel)...)
	}
	maps.DeleteFunc(s.marked, func(_ *container, since time.Duration) bool { return since+2*c.waitBeforeKill < now })
	return kills
}

// labels are the labels of all partitions, sorted.
func (s *Scheduler) labels() []string {
	all := append([]string{""}, s.root.labels...)
	slices.Sort(all)
	return slices.Compact(all)
}

// A selection is containers that are to be preempted, and how long they may stay.
type selection struct {
	containers []*container
	wait       time.Duration
}

func (s *Scheduler) markOrKill(now time.Duration, sel selection) []scheduler.Kill {
	var kills []scheduler.Kill
	for _, c := range sel.containers {
		since, known := s.marked[c]
		kill := known && since+sel.wait <= now
		switch {
		case kill:
			delete(s.marked, c)
		case known:
			continue
		default:
			s.marked[c] = now
		}
		if c.id == 0 { // a reservation
			continue
		}
		kills = append(kills, scheduler.Kill{Container: c.id, App: c.app.ID, Now: kill})
		if kill {
			s.complete(c)
		}
	}
	return kills
}

// A preemptionRound finds what every queue should have of each partition, and which
// containers are preempted for it.
type preemptionRound struct {
	s        *Scheduler
	config   *preemptionConfig
	labels   []string
	queues   map[string]map[string]*tempQueue // by path and label
	leaves   []string                         // their paths, in YARN's order
	selected map[*container]bool
	order    []*container       // the selected ones, as they were selected
	budget   scheduler.Resource // that the round may still take

	failed      bool         // the round ends without effect, as YARN's does
	unreserve   []*container // reservations of applications that were looked at
	underserved []*tempQueue // queues that were looked at because they want more, each once
}

// A tempQueue is the current and the ideal allocation of a queue in a partition.
//
// Source: TempQueuePerPartition.
type tempQueue struct {
	queue              *queue
	label              string
	children           []*tempQueue
	preemptionDisabled bool
	priority           int // among its siblings, if the queue above goes by priority

	partition                 scheduler.Resource
	absolute                  float32 // part of the partition
	used, guaranteed, maximum scheduler.Resource
	pending                   scheduler.Resource // as far as the limits of users allow
	pendingUnreserved         scheduler.Resource // the same without what is reserved

	// What it has above its guarantee, and whether that may be preempted.
	untouchableExtra, preemptableExtra scheduler.Resource

	normalized            [2]float64 // its part of what waiting queues are guaranteed, by kind
	ideal                 scheduler.Resource
	toBePreempted         scheduler.Resource
	actuallyToBePreempted scheduler.Resource // in this round

	apps  []*tempApp // of preemption between applications, those served last first
	users map[string]*tempUser
}

// newTempQueue notes what a queue and those below it have of a partition.
func (r *preemptionRound) newTempQueue(q *queue, label string) *tempQueue {
	share, partition := q.share(label), r.s.partitions[label]
	t := &tempQueue{
		queue: q, label: label, preemptionDisabled: q.config.preemptionDisabled, partition: partition, absolute: share.absolute,
		used: share.used, guaranteed: share.guaranteed, maximum: share.maximum,
	}
	if t.guaranteed == (scheduler.Resource{}) {
		t.guaranteed = partition.Times(float64(share.absolute))
	}
	if t.maximum == (scheduler.Resource{}) {
		most := share.absoluteMax
		if slices.Contains(r.s.sharedLabels, label) {
			most = 1
		}
		t.maximum = partition.Times(float64(most))
	}
	if q.leaf != nil {
		t.pending = q.leaf.pendingWithinLimits(label, false)
		t.pendingUnreserved = q.leaf.pendingWithinLimits(label, true)
	}
	for _, child := range q.children {
		c := r.newTempQueue(child, label)
		if q.config.byPriority {
			c.priority = child.config.priority
		}
		t.children = append(t.children, c)
		t.pending = t.pending.Plus(c.pending)
		t.pendingUnreserved = t.pendingUnreserved.Plus(c.pendingUnreserved)
	}
	if r.queues[q.config.path] == nil {
		r.queues[q.config.path] = map[string]*tempQueue{}
	}
	r.queues[q.config.path][label] = t
	return t
}

// pendingWithinLimits is what active applications wait for, as far as their users may
// have it.
func (l *leafQueue) pendingWithinLimits(label string, unreserved bool) scheduler.Resource {
	var total scheduler.Resource
	left := map[string]scheduler.Resource{} // by user
	for _, app := range l.active.All() {
		room, known := left[app.User]
		if !known {
			used := l.users.user(app.User).used.on(label)
			room = l.users.limit(app.User, label, respectExclusivity).Minus(used).NonNegative()
		}
		pending := app.pendingOn(label)
		if unreserved {
			pending = pending.Minus(app.reserved.on(label))
		}
		pending = pending.NonNegative().Min(room)
		total = total.Plus(pending)
		left[app.User] = room.Minus(pending)
	}
	return total
}

// leavesBelow are the paths of leaf queues in the order of YARN, which keeps them in sets.
func (r *preemptionRound) leavesBelow(q *queue) []string {
	if q.leaf != nil {
		return []string{q.config.path}
	}
	var below []string
	for _, child := range q.children {
		below = append(below, r.leavesBelow(child)...)
	}
	return java.HashOrder(below, java.StringHash)
}
