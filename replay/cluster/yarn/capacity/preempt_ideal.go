package capacity

import (
	"slices"

	"dynalloc/replay/cluster/yarn/java"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A demandMode says which demand a round of preemption uses.
type demandMode struct {
	withReserved bool // what is reserved counts as wanted
	balance      bool // queues may get more than they are guaranteed
}

// computeIdeals computes what every queue of a partition should have, and how much is to
// be preempted of it to get there.
//
// Source: PreemptableResourceCalculator.
func (r *preemptionRound) computeIdeals(root *tempQueue, mode demandMode) {
	r.updateExtras(root)
	root.ideal = root.guaranteed
	r.distribute(root, mode)
}

// updateExtras splits what a queue has above its guarantee into what may be preempted
// and what may not, because preemption is disabled for it or somewhere below it.
func (r *preemptionRound) updateExtras(t *tempQueue) {
	calculator := r.s.calculator
	var below scheduler.Resource
	for _, child := range t.children {
		r.updateExtras(child)
		below = below.Plus(child.preemptableExtra)
	}
	extra := calculator.Max(t.partition, t.used.Minus(t.guaranteed), scheduler.Resource{})
	t.untouchableExtra, t.preemptableExtra = scheduler.Resource{}, scheduler.Resource{}
	switch {
	case len(t.children) > 0:
		if calculator.Compare(t.partition, below, extra) < 0 {
			t.untouchableExtra = extra.Minus(below)
		}
		t.preemptableExtra = calculator.Min(t.partition, below, extra)
	case t.preemptionDisabled:
		t.untouchableExtra = extra
	default:
		t.preemptableExtra = extra
	}
}

// distribute divides a queue's ideal among the queues below it, and so on down the
// tree. Queues without a guarantee get what the others leave.
func (r *preemptionRound) distribute(t *tempQueue, mode demandMode) {
	if len(t.children) == 0 {
		return
	}
	calculator, total := r.s.calculator, t.ideal
	more := func(a, b scheduler.Resource) bool { return calculator.Compare(total, a, b) > 0 }
	left := total
	var guaranteed, without []*tempQueue
	for _, child := range t.children {
		if more(child.guaranteed, scheduler.Resource{}) {
			guaranteed = append(guaranteed, child)
		} else {
			without = append(without, child)
		}
	}
	left = r.computeFixpoint(total, guaranteed, left, false, mode)
	if len(without) > 0 && more(left, scheduler.Resource{}) {
		r.computeFixpoint(total, without, left, true, mode)
	}

	var excess scheduler.Resource
	for _, child := range t.children {
		if more(child.used, child.ideal) {
			excess = excess.Plus(child.used.Minus(child.ideal))
		}
	}
	scale := float32(1)
	if more(excess, r.budget) {
		scale = calculator.Divide(total, r.budget, excess)
	}
	for _, child := range t.children {
		keep := calculator.Max(total, calculator.Min(total, child.used.Plus(child.pending), child.guaranteed), child.ideal)
		child.toBePreempted = scheduler.Resource{}
		if more(child.used, keep) {
			child.toBePreempted = child.used.Minus(keep).Times(float64(scale))
		}
	}
	for _, child := range t.children {
		r.distribute(child, mode)
	}
}

// computeFixpoint offers what is left of a total to those queues that have least of
// their guarantee, in proportion to it, until nothing is left or nobody wants more. It
// returns what the first offer leaves, which is all that YARN's caller sees
// (AbstractPreemptableResourceCalculator.computeFixpointAllocation).
func (r *preemptionRound) computeFixpoint(total scheduler.Resource, queues []*tempQueue, left scheduler.Resource, evenly bool, mode demandMode) (afterFirst scheduler.Resource) {
	calculator := r.s.calculator
	compare := func(a, b *tempQueue) int {
		return compareUse(r.idealShare(total, a), r.idealShare(total, b), a.priority, b.priority)
	}
	needy := java.NewPriorityQueue(compare)
	for _, q := range queues {
		q.ideal = q.used
		if calculator.Compare(total, q.used, q.guaranteed) > 0 {
			q.ideal = q.guaranteed.Min(q.used).Plus(q.untouchableExtra)
		}
		left = left.Minus(q.ideal)
		if calculator.Compare(total, q.ideal, q.used.Plus(q.pending)) < 0 {
			needy.Push(q)
		}
	}
	afterFirst = left
	for offered := false; needy.Len() > 0 && calculator.Compare(total, left, scheduler.Resource{}) > 0; {
		normalize(needy.All(), evenly)
		var underserved []*tempQueue // the queue that needs most, and those that are equal to it
		for more := true; more; {
			q := needy.Pop()
			underserved = append(underserved, q)
			r.noteUnderserved(q)
			more = needy.Len() > 0 && compare(q, needy.Peek()) >= 0
		}
		if needy.Len() > 0 {
			r.noteUnderserved(needy.Peek())
		}
		round := left
		for _, q := range underserved {
			if !calculator.AnyPositive(left) {
				break
			}
			available := calculator.MultiplyEachUp(round, q.normalized).Min(left)
			taken := r.offer(q, available, total, mode)
			if calculator.Compare(total, taken, scheduler.Resource{}) > 0 {
				needy.Push(q)
			}
			left = left.Minus(taken)
			if !offered {
				afterFirst, offered = left, true
			}
			left = left.NonNegative()
		}
	}
	for needy.Len() > 0 {
		r.noteUnderserved(needy.Pop())
	}
	return afterFirst
}

func (r *preemptionRound) noteUnderserved(t *tempQueue) {
	if !slices.Contains(r.underserved, t) {
		r.underserved = append(r.underserved, t)
	}
}

// idealShare is a queue's ideal as a share of its guarantee.
func (r *preemptionRound) idealShare(total scheduler.Resource, t *tempQueue) float64 {
	if r.s.calculator.Compare(total, t.guaranteed, scheduler.Resource{}) <= 0 {
		return 1<<31 - 1
	}
	return float64(r.s.calculator.Divide(total, t.ideal, t.guaranteed))
}

// offer adds to a queue's ideal the part of the available resources that it wants and
// may have, and returns this part (TempQueuePerPartition.offer).
func (r *preemptionRound) offer(t *tempQueue, available, total scheduler.Resource, mode demandMode) scheduler.Resource {
	calculator, pending := r.s.calculator, t.pendingUnreserved
	if mode.withReserved {
		pending = t.pending
	}
	accepted := t.maximum.Minus(t.ideal).NonNegative().Min(
		calculator.Min(total, available, t.used.Plus(pending).Minus(t.ideal)))
	if !mode.balance && len(t.children) == 0 {
		room := calculator.Max(total, t.used, t.guaranteed).Minus(t.ideal)
		accepted = calculator.Min(total, accepted, calculator.Max(total, room, scheduler.Resource{}))
	}
	accepted = accepted.NonNegative().Min(available)
	t.ideal = t.ideal.Plus(accepted)
	return accepted
}

// normalize sets the part of each waiting queue in what all of them are guaranteed, of
// each kind of resource. If one of them is guaranteed none of a kind though it has a
// part of the partition, that part counts instead.
func normalize(queues []*tempQueue, evenly bool) {
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
