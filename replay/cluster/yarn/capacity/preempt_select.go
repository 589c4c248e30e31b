package capacity

import (
	"cmp"
	"slices"

	"dynalloc/replay/cluster/yarn/java"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A demand is how much is still to be obtained of each partition, by label. A
// partition of which enough was obtained is taken out.
type demand map[string]*scheduler.Resource

// selectFromQueues chooses containers of queues that have more than their ideal: of
// the applications served last first, of each its reservations and then its newest
// containers. Application masters come last, and only while they use more than the
// queue's share for them.
//
// Source: FifoCandidatesSelector.
func (r *preemptionRound) selectFromQueues(countReserved, balance bool) []*container {
	for _, label := range r.labels {
		r.computeIdeals(r.queues["root"][label], demandMode{countReserved, balance})
	}
	r.limitToRound(countReserved)
	r.deductSelected()

	var chosen []*container
	for _, path := range r.leaves {
		t := r.queues[path][""]
		if t.preemptionDisabled {
			continue
		}
		leaf, left := t.queue.leaf, demand{}
		var labels []string
		for _, label := range r.labels {
			if of := r.queues[path][label]; !of.preemptionDisabled && r.s.positive(of.actuallyToBePreempted) {
				left[label] = new(of.actuallyToBePreempted)
				labels = append(labels, label)
			}
		}
		labels = java.HashOrder(labels, java.StringHash)
		for i, label := range labels {
			for _, c := range slices.Backward(slices.Clone(leaf.guests[label])) {
				r.take(c, left, &chosen, r.config.conservativeDRF)
			}
			// YARN changes the table of labels while it goes through it, and fails.
			if left[label] == nil && i < len(labels)-1 {
				r.failed = true
				return nil
			}
		}
		var masters []*container
		leaf.updateOrder()
		for _, app := range slices.Backward(leaf.active.All()) {
			if len(left) > 0 {
				masters = append(masters, r.takeFrom(app, left, &chosen)...)
			}
		}
		r.takeMasters(leaf, masters, left, &chosen)
	}
	return chosen
}

// takeFrom chooses reservations and containers of an application, and returns the
// application masters that it passed over.
func (r *preemptionRound) takeFrom(app *appAttempt, left demand, chosen *[]*container) []*container {
	for _, c := range app.allReservations() {
		if r.selected[c] {
			continue
		}
		if len(left) == 0 {
			return nil
		}
		r.take(c, left, chosen, r.config.conservativeDRF)
		r.unreserve = append(r.unreserve, c)
	}
	var masters []*container
	for _, c := range newestFirst(app) {
		switch {
		case len(left) == 0:
			return masters
		case r.selected[c]:
		case c.master:
			masters = append(masters, c)
		default:
			r.take(c, left, chosen, r.config.conservativeDRF)
		}
	}
	return masters
}

// takeMasters chooses application masters while they together use more than the
// queue's share for them.
func (r *preemptionRound) takeMasters(leaf *leafQueue, masters []*container, left demand, chosen *[]*container) {
	var size scheduler.Resource
	for _, c := range masters {
		size = size.Plus(c.size)
	}
	most := leaf.share("").guaranteed.Times(float64(leaf.config.maxAMShare))
	for _, c := range masters {
		if len(left) == 0 || !r.s.more(size, most) {
			return
		}
		if r.take(c, left, chosen, r.config.conservativeDRF) {
			size = size.Minus(c.size)
		}
	}
}

// newestFirst are an application's containers: those of the last priority first, of
// those the newest.
func newestFirst(app *appAttempt) []*container {
	newest := slices.Clone(app.containers)
	slices.SortStableFunc(newest, func(a, b *container) int {
		return cmp.Or(cmp.Compare(b.priority, a.priority), cmp.Compare(b.sequence, a.sequence))
	})
	return newest
}

// take chooses a container if something of its partition is still to be obtained and
// the round may take it. The conservative way takes nothing once enough of one kind of
// resource was obtained (CapacitySchedulerPreemptionUtils.tryPreemptContainerAndDeductResToObtain).
func (r *preemptionRound) take(c *container, demand demand, chosen *[]*container, conservative bool) bool {
	calculator := r.s.calculator
	left := demand[c.node.Label]
	if r.selected[c] || left == nil {
		return false
	}
	// A kind of resource of which nothing has to be obtained counts as negative.
	if left.MemoryMB == 0 {
		left.MemoryMB = -1
	}
	if left.Cores == 0 {
		left.Cores = -1
	}
	if !calculator.AnyPositive(*left) || !calculator.Fits(c.size, r.budget) {
		return false
	}
	if conservative && calculator.AnyUsedUp(*left) ||
		!conservative && !r.s.more(left.NonNegative(), left.Minus(c.size).NonNegative()) {
		return false
	}
	*left = left.Minus(c.size)
	r.budget = r.budget.Minus(c.size)
	if !r.s.positive(*left) {
		delete(demand, c.node.Label)
	}
	r.selected[c] = true
	r.order = append(r.order, c)
	*chosen = append(*chosen, c)
	return true
}

// limitToRound excludes queues that are only slightly above their guarantee, and limits
// a round to a part of the rest, because containers also end without preemption.
func (r *preemptionRound) limitToRound(countReserved bool) {
	for _, path := range r.leaves {
		if r.queues[path][""].preemptionDisabled {
			continue
		}
		for _, label := range r.labels {
			t := r.queues[path][label]
			t.actuallyToBePreempted = scheduler.Resource{}
			if !r.s.more(t.used, t.guaranteed.Times(1+r.config.maxIgnoredOverCapacity)) {
				continue
			}
			t.actuallyToBePreempted = t.toBePreempted
			if !countReserved && r.s.positive(t.toBePreempted) {
				t.actuallyToBePreempted = r.s.calculator.MultiplyUp(t.toBePreempted, r.config.naturalTermination, scheduler.NewResource(1, 1))
			}
		}
	}
}

// deductSelected counts what was selected earlier in the round as obtained.
func (r *preemptionRound) deductSelected() {
	calculator := r.s.calculator
	for _, c := range r.order {
		t := r.queues[c.app.queue.config.path][c.node.Label]
		if calculator.Compare(t.partition, t.actuallyToBePreempted, c.size) > 0 {
			t.actuallyToBePreempted = t.actuallyToBePreempted.Minus(c.size)
		}
		t.actuallyToBePreempted = calculator.Max(t.partition, t.actuallyToBePreempted, scheduler.Resource{})
		for _, app := range t.apps {
			if calculator.Compare(t.partition, app.actuallyToBePreempted, c.size) > 0 {
				app.actuallyToBePreempted = app.actuallyToBePreempted.Minus(c.size)
			}
		}
	}
}
