package replay

import (
	"cmp"
	"iter"
	"slices"

	"dynalloc/policies"
	"dynalloc/replay/pools"
	"dynalloc/replay/random"
)

// Spark offers all executors in random order when a task set is submitted
// (TaskSchedulerImpl.shuffleOffers). Only those with a free slot can take a task, and of
// these only as many as there are tasks. So the executors with a free slot are listed, and
// where there are many, the order is drawn as far as it is used: an offer takes time for the
// tasks that it starts, however many executors there are.

// list has an executor take tasks from now on.
func (a *application) list(x *executor) {
	x.place = int32(len(a.schedulable))
	a.schedulable = append(a.schedulable, x.id)
	a.offerable(x)
}

// unlist has it take none any more.
func (a *application) unlist(x *executor) {
	if x.place < 0 {
		return
	}
	a.notOfferable(x)
	a.schedulable[x.place] = nowhere
	x.place = -1
	if a.left++; 2*a.left > len(a.schedulable) {
		a.left = 0
		a.schedulable = slices.DeleteFunc(a.schedulable, func(id policies.ExecutorID) bool { return id == nowhere })
		for i, id := range a.schedulable {
			a.executors[id].place = int32(i)
		}
	}
}

// takers are the executors that take tasks, in order of coming.
func (a *application) takers() iter.Seq[*executor] {
	return func(yield func(*executor) bool) {
		for _, id := range a.schedulable {
			if id != nowhere && !yield(&a.executors[id]) {
				return
			}
		}
	}
}

// findTaker is the first of them with a property; nil if none has it.
func (a *application) findTaker(has func(*executor) bool) *executor {
	for x := range a.takers() {
		if has(x) {
			return x
		}
	}
	return nil
}

// offerable lists an executor among those of its profile with a free slot, notOfferable
// takes it out.
func (a *application) offerable(x *executor) {
	free := &a.profiles[x.profile].free
	x.freePlace = int32(len(*free))
	*free = append(*free, x.id)
}

func (a *application) notOfferable(x *executor) {
	if x.freePlace < 0 {
		return
	}
	free := &a.profiles[x.profile].free
	last := len(*free) - 1
	moved := (*free)[last]
	(*free)[x.freePlace] = moved
	a.executors[moved].freePlace = x.freePlace
	*free = (*free)[:last]
	x.freePlace = -1
}

// freeSlot frees a slot of an executor, which is offered at the end of the instant.
func (a *application) freeSlot(x *executor) {
	if x.free++; x.freePlace < 0 && x.place >= 0 {
		a.offerable(x)
	}
	a.freed = append(a.freed, x.id)
	a.schedulePlacement()
}

// takeSlot takes one. During an offer of all, an executor is listed as offered.
func (a *application) takeSlot(x *executor) {
	if x.free--; x.free == 0 {
		a.notOfferable(x)
	}
}

// offerToAll offers all executors with a free slot.
func (a *application) offerToAll() {
	if a.offerRounds++; a.engine.config.Offers == Ordered {
		for i := range a.profiles {
			a.offerInOrder(&a.profiles[i])
		}
	} else {
		random.Begin(&a.draws, a.engine.config.Seed, random.OfferStream, a.index, a.offerRounds)
		if len(a.schedulable)-a.left <= fewExecutors {
			a.offerShuffled()
		}
	}
	a.offer()
	for i := range a.profiles {
		p := &a.profiles[i]
		for _, id := range p.offered {
			a.offerable(&a.executors[id])
		}
		p.offered = p.offered[:0]
	}
}

// fewExecutors are shuffled as a whole, as Spark does it: for so few that takes no longer
// than it takes to draw some of them.
const fewExecutors = 64

// offerShuffled offers the executors in random order.
func (a *application) offerShuffled() {
	order := a.shuffled[:0]
	for x := range a.takers() {
		order = append(order, x.id)
	}
	random.Shuffle(order, &a.draws)
	for _, id := range order {
		if x := &a.executors[id]; x.free > 0 {
			a.notOfferable(x)
			p := &a.profiles[x.profile]
			p.offered = append(p.offered, id)
		}
	}
	a.shuffled = order
}

// offerInOrder offers the executors of a profile by their load and their ids.
func (a *application) offerInOrder(p *profile) {
	p.offered, p.free = p.free, p.offered
	slices.SortFunc(p.offered, func(x, y policies.ExecutorID) int {
		return cmp.Or(cmp.Compare(a.executors[x].running(), a.executors[y].running()), cmp.Compare(x, y))
	})
	for _, id := range p.offered {
		a.executors[id].freePlace = -1
	}
}

// drawOffer adds a random one of the executors with a free slot to those that are offered, and
// reports whether there was one.
func (a *application) drawOffer(p *profile) bool {
	if len(p.free) == 0 {
		return false
	}
	x := &a.executors[p.free[random.Below(&a.draws, len(p.free))]]
	a.notOfferable(x)
	p.offered = append(p.offered, x.id)
	return true
}

// inOrder are the waiting sets in the order of Spark's scheduler, in blocks. That order is
// computed once for each offer.
func (a *application) inOrder() [][]*taskSet {
	blocks := a.waiting.Blocks()
	if !a.pools.Fair || a.waiting.Len() < 2 {
		return blocks
	}
	sets := slices.Concat(blocks...)
	slices.SortStableFunc(sets, func(x, y *taskSet) int { return pools.Fair(&x.Place, &y.Place) })
	return [][]*taskSet{sets}
}

// offer fills the free slots of all executors with waiting tasks, set by set
// (TaskSchedulerImpl.resourceOffers).
func (a *application) offer() {
	for _, block := range a.inOrder() {
		for _, set := range block {
			if !a.choosy && !slices.ContainsFunc(a.profiles, func(p profile) bool { return len(p.free)+len(p.offered) > 0 }) {
				break
			}
			if !set.barrier || a.barrierFits(set, nowhere) {
				a.offered(set, a.offerTo(set))
			}
		}
	}
	a.removeExhausted()
}

// offerOne fills the free slots of one executor.
func (a *application) offerOne(x *executor) {
	for _, block := range a.inOrder() {
		for _, set := range block {
			if !a.choosy && x.free == 0 {
				break
			}
			if set.barrier && !a.barrierFits(set, x.id) {
				continue
			}
			refused := false
			for set.refused = true; set.waits() && x.free > 0 && x.state == live && x.profile == set.profile && a.engine.err == nil && a.offerSlot(set, x, &refused); {
			}
			a.offered(set, refused)
		}
	}
	a.removeExhausted()
}

// offered notes what a set did with an offer: whether it refused a slot because its tasks
// wait for other places.
func (a *application) offered(set *taskSet, refused bool) {
	if set.preference != nil && !refused {
		set.preference.Since = a.engine.now // all that was offered was used
	}
	if !set.waits() {
		a.exhausted = append(a.exhausted, set)
	}
}

// removeExhausted takes out the sets that do not wait any more.
func (a *application) removeExhausted() {
	for _, set := range a.exhausted {
		a.waiting.Remove(set)
	}
	a.exhausted = a.exhausted[:0]
}

// offerTo offers all executors to one set, in passes that give each executor one task, and
// reports whether the set refused a slot.
func (a *application) offerTo(set *taskSet) (refused bool) {
	set.refused = true
	p := &a.profiles[set.profile]
	for launched := true; launched && set.waits() && a.engine.err == nil; {
		launched = false
		i, kept := 0, 0
		for ; set.waits() && (i < len(p.offered) || a.drawOffer(p)); i++ {
			x := &a.executors[p.offered[i]]
			launched = x.state == live && a.offerSlot(set, x, &refused) || launched
			if x.free > 0 {
				p.offered[kept] = x.id
				kept++
			}
		}
		p.offered = append(p.offered[:kept], p.offered[i:]...)
	}
	return refused
}

// offerSlot starts a task of a set, or a copy of one, in a free slot of an executor, and
// reports whether it did.
func (a *application) offerSlot(set *taskSet, x *executor, refused *bool) bool {
	isCopy, task := set.pending == 0, int32(-1)
	switch {
	case a.choosy && a.excludes(set, x):
		return false
	case isCopy:
		task = a.copyFor(set, x)
	case !a.choosy:
		task = set.nextTask()
	default:
		task = a.taskFor(set, x)
		*refused = *refused || task < 0
	}
	if task < 0 {
		return false
	}
	a.launch(set, x, task, isCopy)
	return true
}
