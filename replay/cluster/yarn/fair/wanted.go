package fair

import (
	"cmp"

	"dynalloc/replay/cluster/fit"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// WantedSizes are the sizes of the containers that applications ask for, so that a node
// that none of them could use is found without a look at the applications. YARN looks at
// all.
type wantedSizes struct {
	requests map[scheduler.Resource]int // by size; only looked up
	sizes    *fit.Line[scheduler.Resource]
}

func newWantedSizes() wantedSizes {
	return wantedSizes{map[scheduler.Resource]int{}, fit.NewLine(func(a, b scheduler.Resource) int {
		return cmp.Or(cmp.Compare(a.MemoryMB, b.MemoryMB), cmp.Compare(a.Cores, b.Cores))
	})}
}

// need is a resource as lines have it.
func need(r scheduler.Resource) fit.Need { return fit.Need{r.MemoryMB, int64(r.Cores)} }

// replace replaces a request; one without containers counts for nothing.
func (w *wantedSizes) replace(before, after scheduler.Request) {
	if before.Count > 0 && after.Count > 0 && before.Size == after.Size {
		return
	}
	if after.Count > 0 {
		w.add(after.Size, 1)
	}
	if before.Count > 0 {
		w.add(before.Size, -1)
	}
}

func (w *wantedSizes) add(size scheduler.Resource, n int) {
	before := w.requests[size]
	switch after := before + n; {
	case after == 0:
		delete(w.requests, size)
		w.sizes.Remove(size)
	case before == 0:
		w.requests[size] = after
		w.sizes.Insert(size, need(size))
	default:
		w.requests[size] = after
	}
}

// mayTake reports whether a request is for a container that the node has room for, or
// that is large enough under the policy of some queue to reserve the node.
func (s *Scheduler) mayTake(n *schedulerNode) bool {
	room, dominant := need(n.free), s.dominant
	large := need(s.config.reservationThreshold())
	_, ok := s.wanted.sizes.First(func(least, most fit.Need) bool {
		return !least.In(room) && !reaches(most, large, dominant)
	})
	return ok
}

// reaches reports whether something of this size may reserve a node.
func reaches(size, large fit.Need, dominant bool) bool {
	return size[0] >= large[0] || dominant && size[1] >= large[1]
}
