package capacity

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"dynalloc/replay/cluster/yarn/java"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// Preempt is one round of ProportionalCapacityPreemptionPolicy, if the monitor is
// enabled: queues below what is guaranteed and waiting get containers back from
// queues above it. A container is marked first, and killed when it is still to go
// after the configured wait.
func (s *Scheduler) Preempt(now time.Duration) []scheduler.Kill {
	c := s.config.preemption
	if c == nil {
		return nil
	}
	r := &preemptionRound{
		s: s, config: c, temps: map[string]map[string]*tempQueue{}, selected: map[*container]bool{},
		allowed: s.cluster.Times(float64(c.perRound)),
	}
	for _, label := range s.labels() {
		r.clone(s.root, label)
	}
	r.leaves = r.leafPaths(s.root)
	wait := time.Duration(c.wait) * time.Millisecond
	chosen := []selection{{r.choose(c.withReserved, false), wait}}
	if c.balance && !r.failed {
		chosen = append(chosen, selection{r.choose(false, true), time.Duration(c.balanceWait) * time.Millisecond})
	}
	if c.inside != nil && !r.failed {
		chosen = append(chosen, selection{r.chooseInside(c.inside), wait})
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
	for _, of := range chosen {
		kills = append(kills, s.markOrKill(now, of)...)
	}
	maps.DeleteFunc(s.marked, func(_ *container, since time.Duration) bool { return since+2*wait < now })
	return kills
}

// A selection is containers that are to go, and how long they may stay.
type selection struct {
	containers []*container
	wait       time.Duration
}

func (s *Scheduler) markOrKill(now time.Duration, of selection) []scheduler.Kill {
	var kills []scheduler.Kill
	for _, c := range of.containers {
		since, known := s.marked[c]
		switch {
		case known && since+of.wait <= now:
			delete(s.marked, c)
			if c.id != 0 {
				kills = append(kills, scheduler.Kill{Container: c.id, App: c.app.ID, Now: true})
				s.complete(c)
			}
		case !known:
			s.marked[c] = now
			if c.id != 0 {
				kills = append(kills, scheduler.Kill{Container: c.id, App: c.app.ID})
			}
		}
	}
	return kills
}

// labels are all partitions there are.
func (s *Scheduler) labels() []string {
	all := []string{""}
	for _, label := range s.root.labels {
		if label != "" {
			all = append(all, label)
		}
	}
	slices.Sort(all)
	return all
}

// A preemptionRound finds what every queue should have of each partition, and
// which containers are to go for it.
type preemptionRound struct {
	s        *Scheduler
	config   *preemptionConfig
	temps    map[string]map[string]*tempQueue // by path and label
	leaves   []string                         // paths, in order
	selected map[*container]bool
	order    []*container       // selected
	allowed  scheduler.Resource // to be taken in what is left of the round

	failed    bool         // the round ends without effect
	unreserve []*container // reservations of applications looked at
	needy     []*tempQueue // that were looked at as they want more, each once
}

// A tempQueue is what a queue has and should have of a partition;
// TempQueuePerPartition.
type tempQueue struct {
	queue    *queue
	label    string
	children []*tempQueue
	disabled bool
	priority int // among its siblings, where that counts

	partition              scheduler.Resource
	absolute               float32
	used, guaranteed, most scheduler.Resource
	pending                scheduler.Resource // as far as user limits allow
	pendingUnreserved      scheduler.Resource // without what is reserved

	untouchable, preemptable    scheduler.Resource // above the guarantee
	normalized                  [2]float64         // by kind, the part of what waiting queues are guaranteed
	ideal, preempt, reallyTaken scheduler.Resource

	apps  []*tempApp // of preemption inside the queue, who has to give first first
	users map[string]*tempUser
}

func (r *preemptionRound) clone(q *queue, label string) *tempQueue {
	of, partition := q.share(label), r.s.partitions[label]
	t := &tempQueue{
		queue: q, label: label, disabled: q.config.preemptionDisabled, partition: partition, absolute: of.absolute,
		used: of.usage, guaranteed: of.guaranteed, most: of.most,
	}
	if t.guaranteed == (scheduler.Resource{}) {
		t.guaranteed = partition.Times(float64(of.absolute))
	}
	if t.most == (scheduler.Resource{}) {
		most := of.absoluteMaximum
		if slices.Contains(r.s.shared, label) {
			most = 1
		}
		t.most = partition.Times(float64(most))
	}
	if q.leaf != nil {
		t.pending = q.leaf.pendingWithinLimits(label, false)
		t.pendingUnreserved = q.leaf.pendingWithinLimits(label, true)
	}
	for _, child := range q.children {
		c := r.clone(child, label)
		if q.config.byPriority {
			c.priority = child.config.priority
		}
		t.children = append(t.children, c)
		t.pending = t.pending.Plus(c.pending)
		t.pendingUnreserved = t.pendingUnreserved.Plus(c.pendingUnreserved)
	}
	if r.temps[q.config.path] == nil {
		r.temps[q.config.path] = map[string]*tempQueue{}
	}
	r.temps[q.config.path][label] = t
	return t
}

// pendingWithinLimits is what active applications wait for, as far as their users
// may have it.
func (l *leafQueue) pendingWithinLimits(label string, unreserved bool) scheduler.Resource {
	var total scheduler.Resource
	left := map[string]scheduler.Resource{}
	for _, app := range l.active {
		room, known := left[app.User]
		if !known {
			used := l.users.user(app.User).used[label]
			room = l.users.limit(app.User, label, respectExclusivity).Minus(used).NonNegative()
		}
		pending := app.pending[label]
		if unreserved {
			pending = pending.Minus(app.reservedOn[label])
		}
		pending = pending.NonNegative().Min(room)
		total = total.Plus(pending)
		left[app.User] = room.Minus(pending)
	}
	return total
}

// leafPaths are in the order of YARN, which keeps them in sets.
func (r *preemptionRound) leafPaths(q *queue) []string {
	if q.leaf != nil {
		return []string{q.config.path}
	}
	var below []string
	for _, child := range q.children {
		below = append(below, r.leafPaths(child)...)
	}
	return java.HashOrder(below, java.StringHash)
}

// choose is FifoCandidatesSelector: of queues above their ideal, the applications
// served last first, of each its reservations and its newest containers, and
// masters last and only while they have more than the queue's share for them.
func (r *preemptionRound) choose(withReserved, balance bool) []*container {
	for _, label := range r.s.labels() {
		root := r.temps["root"][label]
		r.updateExtras(root)
		root.ideal = root.guaranteed
		r.distribute(root, withReserved, balance)
	}
	r.setReallyTaken(withReserved)
	r.deductSelected()

	var chosen []*container
	for _, path := range r.leaves {
		t := r.temps[path][""]
		if t.disabled {
			continue
		}
		leaf, toObtain := t.queue.leaf, map[string]*scheduler.Resource{}
		for label, of := range r.temps[path] { // any order: it makes a map
			if !of.disabled && r.s.calculator.Compare(r.s.cluster, of.reallyTaken, scheduler.Resource{}) > 0 {
				taken := of.reallyTaken
				toObtain[label] = &taken
			}
		}
		labels := java.HashOrder(slices.Sorted(maps.Keys(toObtain)), java.StringHash)
		for i, label := range labels {
			for _, c := range slices.Backward(slices.Clone(leaf.guests[label])) {
				r.take(c, toObtain, &chosen, r.config.conservative)
			}
			// YARN changes the table of labels while it goes through it, and falls over.
			if toObtain[label] == nil && i < len(labels)-1 {
				r.failed = true
				return nil
			}
		}
		var masters []*container
		var size scheduler.Resource
		for _, app := range slices.Backward(slices.Clone(leaf.inOrder())) {
			if len(toObtain) == 0 {
				break
			}
			masters = append(masters, r.takeFrom(app, toObtain, &chosen)...)
		}
		for _, c := range masters {
			size = size.Plus(c.size)
		}
		most := leaf.share("").guaranteed.Times(float64(leaf.config.queueAMShare))
		for _, c := range masters {
			if len(toObtain) == 0 || r.s.calculator.Compare(r.s.cluster, size, most) <= 0 {
				break
			}
			if r.take(c, toObtain, &chosen, r.config.conservative) {
				size = size.Minus(c.size)
			}
		}
	}
	return chosen
}

// takeFrom takes an application's reservations and containers, and gives back the
// masters it passed over.
func (r *preemptionRound) takeFrom(app *appAttempt, toObtain map[string]*scheduler.Resource, chosen *[]*container) []*container {
	for _, c := range app.reserved() {
		if r.selected[c] {
			continue
		}
		if len(toObtain) == 0 {
			return nil
		}
		r.take(c, toObtain, chosen, r.config.conservative)
		r.unreserve = append(r.unreserve, c)
	}
	var masters []*container
	for _, c := range newestFirst(app) {
		switch {
		case len(toObtain) == 0:
			return masters
		case r.selected[c]:
		case c.isMaster:
			masters = append(masters, c)
		default:
			r.take(c, toObtain, chosen, r.config.conservative)
		}
	}
	return masters
}

// newestFirst are an application's containers, of the least important requests
// first, of those the newest.
func newestFirst(app *appAttempt) []*container {
	newest := slices.Clone(app.live)
	slices.SortStableFunc(newest, func(a, b *container) int {
		return cmp.Or(cmp.Compare(b.priority, a.priority), cmp.Compare(b.sequence, a.sequence))
	})
	return newest
}

// take chooses a container if something of its partition is still to be obtained
// and the round allows it.
func (r *preemptionRound) take(c *container, toObtain map[string]*scheduler.Resource, chosen *[]*container, conservative bool) bool {
	rc, cluster := r.s.calculator, r.s.cluster
	left := toObtain[c.node.Label]
	if r.selected[c] || left == nil {
		return false
	}
	// Nothing to obtain of one kind of resource counts as below nothing.
	if left.MemoryMB == 0 {
		left.MemoryMB = -1
	}
	if left.Cores == 0 {
		left.Cores = -1
	}
	if !rc.AnyPositive(*left) || !rc.Fits(c.size, r.allowed) {
		return false
	}
	if conservative {
		if rc.AnyUsedUp(*left) {
			return false
		}
	} else if rc.Compare(cluster, left.Minus(c.size).NonNegative(), left.NonNegative()) >= 0 {
		return false
	}
	*left = left.Minus(c.size)
	r.allowed = r.allowed.Minus(c.size)
	if rc.Compare(cluster, *left, scheduler.Resource{}) <= 0 {
		delete(toObtain, c.node.Label)
	}
	r.selected[c] = true
	r.order = append(r.order, c)
	*chosen = append(*chosen, c)
	return true
}

// updateExtras splits what a queue has above its guarantee into what may be taken
// and what may not, as preemption is disabled somewhere below.
func (r *preemptionRound) updateExtras(t *tempQueue) {
	rc := r.s.calculator
	var below scheduler.Resource
	for _, child := range t.children {
		r.updateExtras(child)
		below = below.Plus(child.preemptable)
	}
	extra := t.used.Minus(t.guaranteed)
	if rc.Compare(t.partition, extra, scheduler.Resource{}) < 0 {
		extra = scheduler.Resource{}
	}
	t.untouchable, t.preemptable = scheduler.Resource{}, scheduler.Resource{}
	switch {
	case len(t.children) > 0:
		if rc.Compare(t.partition, below, extra) < 0 {
			t.untouchable = extra.Minus(below)
		}
		t.preemptable = rc.Min(t.partition, below, extra)
	case t.disabled:
		t.untouchable = extra
	default:
		t.preemptable = extra
	}
}

// distribute gives the queues below what of a queue's ideal each should have, and
// so on down the tree; PreemptableResourceCalculator.
func (r *preemptionRound) distribute(t *tempQueue, withReserved, balance bool) {
	if len(t.children) == 0 {
		return
	}
	rc, total := r.s.calculator, t.ideal
	unassigned := total
	var guaranteed, without []*tempQueue
	for _, child := range t.children {
		if rc.Compare(total, child.guaranteed, scheduler.Resource{}) > 0 {
			guaranteed = append(guaranteed, child)
		} else {
			without = append(without, child)
		}
	}
	r.fixpoint(total, guaranteed, &unassigned, false, withReserved, balance)
	if len(without) > 0 && rc.Compare(total, unassigned, scheduler.Resource{}) > 0 {
		r.fixpoint(total, without, &unassigned, true, withReserved, balance)
	}

	var needed scheduler.Resource
	for _, child := range t.children {
		if rc.Compare(total, child.used, child.ideal) > 0 {
			needed = needed.Plus(child.used.Minus(child.ideal))
		}
	}
	scale := float32(1)
	if rc.Compare(total, needed, r.allowed) > 0 {
		scale = rc.Divide(total, r.allowed, needed)
	}
	for _, child := range t.children {
		keep := rc.Max(total, rc.Min(total, child.used.Plus(child.pending), child.guaranteed), child.ideal)
		child.preempt = scheduler.Resource{}
		if rc.Compare(total, child.used, keep) > 0 {
			child.preempt = child.used.Minus(keep).Times(float64(scale))
		}
	}
	for _, child := range t.children {
		r.distribute(child, withReserved, balance)
	}
}

// fixpoint offers what is unassigned to the queues that are most below their
// guarantee, in proportion to it, until nothing is left or nobody wants more;
// AbstractPreemptableResourceCalculator.computeFixpointAllocation. As there, the
// caller sees only what the first offer takes.
func (r *preemptionRound) fixpoint(total scheduler.Resource, queues []*tempQueue, unassigned *scheduler.Resource, evenly, withReserved, balance bool) {
	rc := r.s.calculator
	compare := func(a, b *tempQueue) int {
		return compareUse(r.idealShare(total, a), r.idealShare(total, b), a.priority, b.priority)
	}
	needy := java.NewPriorityQueue(compare)
	for _, q := range queues {
		q.ideal = q.used
		if rc.Compare(total, q.used, q.guaranteed) > 0 {
			q.ideal = q.guaranteed.Min(q.used).Plus(q.untouchable)
		}
		*unassigned = unassigned.Minus(q.ideal)
		if rc.Compare(total, q.ideal, q.used.Plus(q.pending)) < 0 {
			needy.Push(q)
		}
	}
	left, offered := *unassigned, false
	for needy.Len() > 0 && rc.Compare(total, left, scheduler.Resource{}) > 0 {
		r.normalize(needy.All(), evenly)
		var underserved []*tempQueue // those that need it most, as many as are equal
		for more := true; more; {
			q := needy.Pop()
			underserved = append(underserved, q)
			r.noteNeedy(q)
			more = needy.Len() > 0 && compare(q, needy.Peek()) >= 0
		}
		if needy.Len() > 0 {
			r.noteNeedy(needy.Peek())
		}
		round := left
		for _, q := range underserved {
			if !rc.AnyPositive(left) {
				break
			}
			available := rc.MultiplyEachUp(round, q.normalized).Min(left)
			taken := available.Minus(r.offer(q, available, total, withReserved, balance))
			if rc.Compare(total, taken, scheduler.Resource{}) > 0 {
				needy.Push(q)
			}
			left = left.Minus(taken)
			if !offered {
				*unassigned, offered = left, true
			}
			left = left.NonNegative()
		}
	}
	for needy.Len() > 0 {
		r.noteNeedy(needy.Pop())
	}
}

func (r *preemptionRound) noteNeedy(t *tempQueue) {
	if !slices.Contains(r.needy, t) {
		r.needy = append(r.needy, t)
	}
}

func (r *preemptionRound) idealShare(total scheduler.Resource, t *tempQueue) float64 {
	if r.s.calculator.Compare(total, t.guaranteed, scheduler.Resource{}) <= 0 {
		return 1<<31 - 1
	}
	return float64(r.s.calculator.Divide(total, t.ideal, t.guaranteed))
}

// offer gives a queue what it may have and wants of what is available, and gives
// back the rest.
func (r *preemptionRound) offer(t *tempQueue, available, total scheduler.Resource, withReserved, balance bool) scheduler.Resource {
	rc := r.s.calculator
	pending := t.pendingUnreserved
	if withReserved {
		pending = t.pending
	}
	accepted := t.most.Minus(t.ideal).NonNegative().Min(
		rc.Min(total, available, t.used.Plus(pending).Minus(t.ideal)))
	if !balance && len(t.children) == 0 {
		room := rc.Max(total, t.used, t.guaranteed).Minus(t.ideal)
		accepted = rc.Min(total, accepted, rc.Max(total, room, scheduler.Resource{}))
	}
	accepted = accepted.NonNegative().Min(available)
	t.ideal = t.ideal.Plus(accepted)
	return available.Minus(accepted)
}

// normalize sets the part of each waiting queue in what all of them are guaranteed.
func (r *preemptionRound) normalize(queues []*tempQueue, evenly bool) {
	var active scheduler.Resource
	var absolute float32
	for _, t := range queues {
		active = active.Plus(t.guaranteed)
		absolute += t.absolute
	}
	for _, kind := range []scheduler.Kind{scheduler.Memory, scheduler.Cores} {
		total := kind.Of(active)
		even := evenly || absolute == 0 || total == 0
		byAbsolute := !even && slices.ContainsFunc(queues, func(t *tempQueue) bool { return kind.Of(t.guaranteed) == 0 && t.absolute != 0 })
		for _, t := range queues {
			part := float32(kind.Of(t.guaranteed)) / float32(total)
			switch {
			case byAbsolute:
				part = t.absolute / absolute
			case even:
				part = 1 / float32(len(queues))
			}
			t.normalized[kind] = float64(part)
		}
	}
}

// setReallyTaken leaves queues alone that are hardly above their guarantee, and
// takes only a part of the rest in one round, as containers end by themselves.
func (r *preemptionRound) setReallyTaken(withReserved bool) {
	rc, cluster := r.s.calculator, r.s.cluster
	for _, path := range r.leaves {
		if r.temps[path][""].disabled {
			continue
		}
		for _, t := range r.temps[path] { // any order: each by itself
			t.reallyTaken = scheduler.Resource{}
			if rc.Compare(cluster, t.used, t.guaranteed.Times(1+r.config.maxIgnored)) <= 0 {
				continue
			}
			t.reallyTaken = t.preempt
			if !withReserved && rc.Compare(cluster, t.preempt, scheduler.Resource{}) > 0 {
				t.reallyTaken = rc.MultiplyUp(t.preempt, r.config.natural, scheduler.NewResource(1, 1))
			}
		}
	}
}

// deductSelected counts what was selected earlier in the round as obtained.
func (r *preemptionRound) deductSelected() {
	rc := r.s.calculator
	for _, c := range r.order {
		t := r.temps[c.app.queue.config.path][c.node.Label]
		if rc.Compare(t.partition, t.reallyTaken, c.size) > 0 {
			t.reallyTaken = t.reallyTaken.Minus(c.size)
		}
		t.reallyTaken = rc.Max(t.partition, t.reallyTaken, scheduler.Resource{})
		for _, app := range t.apps {
			if rc.Compare(t.partition, app.reallyTaken, c.size) > 0 {
				app.reallyTaken = app.reallyTaken.Minus(c.size)
			}
		}
	}
}
