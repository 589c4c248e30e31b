package yarn

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Preempt is one round of ProportionalCapacityPreemptionPolicy, if the monitor is
// enabled: queues below what is guaranteed and waiting get containers back from
// queues above it. A container is marked first, and killed when it is still to go
// after the configured wait.
func (s *Capacity) Preempt(now time.Duration) []Kill {
	c := s.config.preemption
	if c == nil {
		return nil
	}
	r := &preemptionRound{
		s: s, config: c, temps: map[string]map[string]*tempQueue{}, selected: map[*capacityContainer]bool{},
		allowed: s.cluster.times(float64(c.perRound)),
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
	var kills []Kill
	for _, of := range chosen {
		kills = append(kills, s.markOrKill(now, of)...)
	}
	maps.DeleteFunc(s.marked, func(_ *capacityContainer, since time.Duration) bool { return since+2*wait < now })
	return kills
}

// A selection is containers that are to go, and how long they may stay.
type selection struct {
	containers []*capacityContainer
	wait       time.Duration
}

func (s *Capacity) markOrKill(now time.Duration, of selection) []Kill {
	var kills []Kill
	for _, c := range of.containers {
		since, known := s.marked[c]
		switch {
		case known && since+of.wait <= now:
			delete(s.marked, c)
			if c.id != 0 {
				kills = append(kills, Kill{Container: c.id, App: c.app.ID, Now: true})
				s.complete(c)
			}
		case !known:
			s.marked[c] = now
			if c.id != 0 {
				kills = append(kills, Kill{Container: c.id, App: c.app.ID})
			}
		}
	}
	return kills
}

// labels are all partitions there are.
func (s *Capacity) labels() []string {
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
	s        *Capacity
	config   *preemptionConfig
	temps    map[string]map[string]*tempQueue // by path and label
	leaves   []string                         // paths, in order
	selected map[*capacityContainer]bool
	order    []*capacityContainer // selected
	allowed  Resource             // to be taken in what is left of the round

	failed    bool                 // the round ends without effect
	unreserve []*capacityContainer // reservations of applications looked at
	needy     []*tempQueue         // that were looked at as they want more, each once
}

// A tempQueue is what a queue has and should have of a partition;
// TempQueuePerPartition.
type tempQueue struct {
	queue    *capacityQueue
	label    string
	children []*tempQueue
	disabled bool
	priority int // among its siblings, where that counts

	partition              Resource
	absolute               float32
	used, guaranteed, most Resource
	pending                Resource // as far as user limits allow
	pendingUnreserved      Resource // without what is reserved

	untouchable, preemptable    Resource // above the guarantee
	normalMemory, normalCores   float64  // part of what waiting queues are guaranteed
	ideal, preempt, reallyTaken Resource

	apps  []*tempApp // of preemption inside the queue, who has to give first first
	users map[string]*tempUser
}

func (r *preemptionRound) clone(q *capacityQueue, label string) *tempQueue {
	of, partition := q.share(label), r.s.partitions[label]
	t := &tempQueue{
		queue: q, label: label, disabled: q.config.preemptionDisabled, partition: partition, absolute: of.absolute,
		used: of.usage, guaranteed: of.guaranteed, most: of.most,
	}
	if t.guaranteed == (Resource{}) {
		t.guaranteed = partition.times(float64(of.absolute))
	}
	if t.most == (Resource{}) {
		most := of.absoluteMaximum
		if slices.Contains(r.s.shared, label) {
			most = 1
		}
		t.most = partition.times(float64(most))
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
		t.pending = t.pending.plus(c.pending)
		t.pendingUnreserved = t.pendingUnreserved.plus(c.pendingUnreserved)
	}
	if r.temps[q.config.path] == nil {
		r.temps[q.config.path] = map[string]*tempQueue{}
	}
	r.temps[q.config.path][label] = t
	return t
}

// pendingWithinLimits is what active applications wait for, as far as their users
// may have it.
func (l *leafQueue) pendingWithinLimits(label string, unreserved bool) Resource {
	var total Resource
	left := map[string]Resource{}
	for _, app := range l.active {
		room, known := left[app.User]
		if !known {
			used := l.users.user(app.User).used[label]
			room = l.users.limit(app.User, label, respectExclusivity).minus(used).orNothing()
		}
		pending := app.pending[label]
		if unreserved {
			pending = pending.minus(app.reservedOn[label])
		}
		pending = pending.orNothing().least(room)
		total = total.plus(pending)
		left[app.User] = room.minus(pending)
	}
	return total
}

// leafPaths are in the order of YARN, which keeps them in sets.
func (r *preemptionRound) leafPaths(q *capacityQueue) []string {
	if q.leaf != nil {
		return []string{q.config.path}
	}
	var below []string
	for _, child := range q.children {
		below = append(below, r.leafPaths(child)...)
	}
	return inHashOrder(below, stringHash)
}

// choose is FifoCandidatesSelector: of queues above their ideal, the applications
// served last first, of each its reservations and its newest containers, and
// masters last and only while they have more than the queue's share for them.
func (r *preemptionRound) choose(withReserved, balance bool) []*capacityContainer {
	for _, label := range r.s.labels() {
		root := r.temps["root"][label]
		r.updateExtras(root)
		root.ideal = root.guaranteed
		r.distribute(root, withReserved, balance)
	}
	r.setReallyTaken(withReserved)
	r.deductSelected()

	var chosen []*capacityContainer
	for _, path := range r.leaves {
		t := r.temps[path][""]
		if t.disabled {
			continue
		}
		leaf, toObtain := t.queue.leaf, map[string]*Resource{}
		for label, of := range r.temps[path] {
			if !of.disabled && r.s.calculator.compare(r.s.cluster, of.reallyTaken, Resource{}) > 0 {
				taken := of.reallyTaken
				toObtain[label] = &taken
			}
		}
		labels := inHashOrder(slices.Sorted(maps.Keys(toObtain)), stringHash)
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
		var masters []*capacityContainer
		var size Resource
		for _, app := range slices.Backward(slices.Clone(leaf.inOrder())) {
			if len(toObtain) == 0 {
				break
			}
			masters = append(masters, r.takeFrom(app, toObtain, &chosen)...)
		}
		for _, c := range masters {
			size = size.plus(c.size)
		}
		most := leaf.share("").guaranteed.times(float64(leaf.config.queueAMShare))
		for _, c := range masters {
			if len(toObtain) == 0 || r.s.calculator.compare(r.s.cluster, size, most) <= 0 {
				break
			}
			if r.take(c, toObtain, &chosen, r.config.conservative) {
				size = size.minus(c.size)
			}
		}
	}
	return chosen
}

// takeFrom takes an application's reservations and containers, and gives back the
// masters it passed over.
func (r *preemptionRound) takeFrom(app *capacityApp, toObtain map[string]*Resource, chosen *[]*capacityContainer) []*capacityContainer {
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
	var masters []*capacityContainer
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
func newestFirst(app *capacityApp) []*capacityContainer {
	newest := slices.Clone(app.live)
	slices.SortStableFunc(newest, func(a, b *capacityContainer) int {
		return cmp.Or(cmp.Compare(b.priority, a.priority), cmp.Compare(b.sequence, a.sequence))
	})
	return newest
}

// take chooses a container if something of its partition is still to be obtained
// and the round allows it.
func (r *preemptionRound) take(c *capacityContainer, toObtain map[string]*Resource, chosen *[]*capacityContainer, conservative bool) bool {
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
	if !rc.anyAboveZero(*left) || !rc.fits(c.size, r.allowed) {
		return false
	}
	if conservative {
		if rc.anyZeroOrBelow(*left) {
			return false
		}
	} else if rc.compare(cluster, left.minus(c.size).orNothing(), left.orNothing()) >= 0 {
		return false
	}
	*left = left.minus(c.size)
	r.allowed = r.allowed.minus(c.size)
	if rc.compare(cluster, *left, Resource{}) <= 0 {
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
	var below Resource
	for _, child := range t.children {
		r.updateExtras(child)
		below = below.plus(child.preemptable)
	}
	extra := t.used.minus(t.guaranteed)
	if rc.compare(t.partition, extra, Resource{}) < 0 {
		extra = Resource{}
	}
	t.untouchable, t.preemptable = Resource{}, Resource{}
	switch {
	case len(t.children) > 0:
		if rc.compare(t.partition, below, extra) < 0 {
			t.untouchable = extra.minus(below)
		}
		t.preemptable = rc.lesser(t.partition, below, extra)
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
		if rc.compare(total, child.guaranteed, Resource{}) > 0 {
			guaranteed = append(guaranteed, child)
		} else {
			without = append(without, child)
		}
	}
	r.fixpoint(total, guaranteed, &unassigned, false, withReserved, balance)
	if len(without) > 0 && rc.compare(total, unassigned, Resource{}) > 0 {
		r.fixpoint(total, without, &unassigned, true, withReserved, balance)
	}

	var needed Resource
	for _, child := range t.children {
		if rc.compare(total, child.used, child.ideal) > 0 {
			needed = needed.plus(child.used.minus(child.ideal))
		}
	}
	scale := float32(1)
	if rc.compare(total, needed, r.allowed) > 0 {
		scale = rc.divide(total, r.allowed, needed)
	}
	for _, child := range t.children {
		keep := rc.greater(total, rc.lesser(total, child.used.plus(child.pending), child.guaranteed), child.ideal)
		child.preempt = Resource{}
		if rc.compare(total, child.used, keep) > 0 {
			child.preempt = child.used.minus(keep).times(float64(scale))
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
func (r *preemptionRound) fixpoint(total Resource, queues []*tempQueue, unassigned *Resource, evenly, withReserved, balance bool) {
	rc := r.s.calculator
	needy := javaHeap[*tempQueue]{compare: func(a, b *tempQueue) int {
		return compareUse(r.idealShare(total, a), r.idealShare(total, b), a.priority, b.priority)
	}}
	for _, q := range queues {
		q.ideal = q.used
		if rc.compare(total, q.used, q.guaranteed) > 0 {
			q.ideal = q.guaranteed.least(q.used).plus(q.untouchable)
		}
		*unassigned = unassigned.minus(q.ideal)
		if rc.compare(total, q.ideal, q.used.plus(q.pending)) < 0 {
			needy.push(q)
		}
	}
	left, offered := *unassigned, false
	for len(needy.values) > 0 && rc.compare(total, left, Resource{}) > 0 {
		r.normalize(needy.values, evenly)
		var underserved []*tempQueue // those that need it most, as many as are equal
		for more := true; more; {
			q := needy.pop()
			underserved = append(underserved, q)
			r.noteNeedy(q)
			more = len(needy.values) > 0 && needy.compare(q, needy.peek()) >= 0
		}
		if len(needy.values) > 0 {
			r.noteNeedy(needy.peek())
		}
		round := left
		for _, q := range underserved {
			if !rc.anyAboveZero(left) {
				break
			}
			available := rc.multiplyEachUp(round, q.normalMemory, q.normalCores).least(left)
			taken := available.minus(r.offer(q, available, total, withReserved, balance))
			if rc.compare(total, taken, Resource{}) > 0 {
				needy.push(q)
			}
			left = left.minus(taken)
			if !offered {
				*unassigned, offered = left, true
			}
			left = left.orNothing()
		}
	}
	for len(needy.values) > 0 {
		r.noteNeedy(needy.pop())
	}
}

func (r *preemptionRound) noteNeedy(t *tempQueue) {
	if !slices.Contains(r.needy, t) {
		r.needy = append(r.needy, t)
	}
}

func (r *preemptionRound) idealShare(total Resource, t *tempQueue) float64 {
	if r.s.calculator.compare(total, t.guaranteed, Resource{}) <= 0 {
		return 1<<31 - 1
	}
	return float64(r.s.calculator.divide(total, t.ideal, t.guaranteed))
}

// offer gives a queue what it may have and wants of what is available, and gives
// back the rest.
func (r *preemptionRound) offer(t *tempQueue, available, total Resource, withReserved, balance bool) Resource {
	rc := r.s.calculator
	pending := t.pendingUnreserved
	if withReserved {
		pending = t.pending
	}
	accepted := t.most.minus(t.ideal).orNothing().least(
		rc.lesser(total, available, t.used.plus(pending).minus(t.ideal)))
	if !balance && len(t.children) == 0 {
		room := rc.greater(total, t.used, t.guaranteed).minus(t.ideal)
		accepted = rc.lesser(total, accepted, rc.greater(total, room, Resource{}))
	}
	accepted = accepted.orNothing().least(available)
	t.ideal = t.ideal.plus(accepted)
	return available.minus(accepted)
}

// normalize sets the part of each waiting queue in what all of them are guaranteed.
func (r *preemptionRound) normalize(queues []*tempQueue, evenly bool) {
	var active Resource
	var absolute float32
	for _, t := range queues {
		active = active.plus(t.guaranteed)
		absolute += t.absolute
	}
	part := func(of func(Resource) int64, set func(*tempQueue, float32)) {
		total, byAbsolute := of(active), false
		even := evenly || absolute == 0 || total == 0
		for _, t := range queues {
			if !evenly && of(t.guaranteed) == 0 && t.absolute != 0 && total != 0 {
				byAbsolute = true
			}
		}
		for _, t := range queues {
			switch {
			case byAbsolute && absolute != 0:
				set(t, t.absolute/absolute)
			case even:
				set(t, 1/float32(len(queues)))
			default:
				set(t, float32(of(t.guaranteed))/float32(total))
			}
		}
	}
	part(func(r Resource) int64 { return r.MemoryMB }, func(t *tempQueue, f float32) { t.normalMemory = float64(f) })
	part(func(r Resource) int64 { return int64(r.Cores) }, func(t *tempQueue, f float32) { t.normalCores = float64(f) })
}

// setReallyTaken leaves queues alone that are hardly above their guarantee, and
// takes only a part of the rest in one round, as containers end by themselves.
func (r *preemptionRound) setReallyTaken(withReserved bool) {
	rc, cluster := r.s.calculator, r.s.cluster
	for _, path := range r.leaves {
		if r.temps[path][""].disabled {
			continue
		}
		for _, t := range r.temps[path] {
			t.reallyTaken = Resource{}
			if rc.compare(cluster, t.used, t.guaranteed.times(1+r.config.maxIgnored)) <= 0 {
				continue
			}
			t.reallyTaken = t.preempt
			if !withReserved && rc.compare(cluster, t.preempt, Resource{}) > 0 {
				t.reallyTaken = rc.multiplyUp(t.preempt, r.config.natural, Resource{1, 1})
			}
		}
	}
}

// deductSelected counts what was selected earlier in the round as obtained.
func (r *preemptionRound) deductSelected() {
	rc := r.s.calculator
	for _, c := range r.order {
		t := r.temps[c.app.queue.config.path][c.node.Label]
		if rc.compare(t.partition, t.reallyTaken, c.size) > 0 {
			t.reallyTaken = t.reallyTaken.minus(c.size)
		}
		t.reallyTaken = rc.greater(t.partition, t.reallyTaken, Resource{})
		for _, app := range t.apps {
			if rc.compare(t.partition, app.reallyTaken, c.size) > 0 {
				app.reallyTaken = app.reallyTaken.minus(c.size)
			}
		}
	}
}
