package fair

import (
	"slices"

	"dynalloc/replay/cluster/yarn/scheduler"
)

// WantedSizes are the sizes of the containers that applications ask for. Applications
// ask for few sizes, so that a node that none of them could use is found without a look
// at the applications. YARN looks at all.
type wantedSizes []wantedSize

// A wantedSize is a size, and how many requests are of that size.
type wantedSize struct {
	size     scheduler.Resource
	requests int
}

// replace replaces a request; one without containers counts for nothing.
func (w *wantedSizes) replace(before, after scheduler.Request) {
	if before.Count > 0 {
		w.add(before.Size, -1)
	}
	if after.Count > 0 {
		w.add(after.Size, 1)
	}
}

func (w *wantedSizes) add(size scheduler.Resource, n int) {
	i := slices.IndexFunc(*w, func(x wantedSize) bool { return x.size == size })
	if i < 0 {
		i = len(*w)
		*w = append(*w, wantedSize{size: size})
	}
	if (*w)[i].requests += n; (*w)[i].requests == 0 {
		*w = slices.Delete(*w, i, i+1)
	}
}

// mayTake reports whether a request is for a container that the node has room for, or
// that is large enough under the policy of some queue to reserve the node.
func (s *Scheduler) mayTake(n *schedulerNode) bool {
	reserved := s.config.reservationThreshold()
	return slices.ContainsFunc(s.wanted, func(x wantedSize) bool {
		return x.size.FitsIn(n.free) || x.size.MemoryMB >= reserved.MemoryMB || s.dominant && x.size.Cores >= reserved.Cores
	})
}
