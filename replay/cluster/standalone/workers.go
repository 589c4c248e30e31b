package standalone

import (
	"cmp"
	"slices"

	"github.com/tidwall/btree"

	"dynalloc/replay/cluster/fit"
	"dynalloc/replay/cluster/manager"
)

// Workers know what is free on each worker, and find those with room in the Master's
// order of selection. Workers with equal free resources form a group: there are few
// groups, because executors have few sizes.
type workers struct {
	selection Selection
	total     []manager.Resources
	free      []manager.Resources
	lost      []bool
	sizes     fit.Rooms                    // of all workers, also of lost ones
	rooms     fit.Rooms                    // what is free, to find a worker with room
	groups    []*group                     // that have workers, by rank
	byFree    map[manager.Resources]*group // the same; only looked up
	spare     []*group                     // without workers, to be used again
	order     []int                        // scratch: the workers that were found
}

// A group is the workers on which the same is free.
type group struct {
	free manager.Resources
	rank int64          // groups of lower rank are tried first
	ids  btree.Set[int] // of its workers
}

func newWorkers(nodes []manager.Node, selection Selection) *workers {
	w := &workers{selection: selection, byFree: make(map[manager.Resources]*group)}
	for i, n := range nodes {
		w.total, w.free, w.lost = append(w.total, n.Resources), append(w.free, n.Resources), append(w.lost, false)
		w.sizes.Set(i, need(n.Resources))
		w.join(i)
	}
	return w
}

// rank orders what is free on workers by the Master's selection. Among workers of
// equal rank, the higher number goes first where the selection descends.
func (w *workers) rank(free manager.Resources) int64 {
	switch w.selection {
	case FewestCores:
		return int64(free.Cores)
	case MostMemory:
		return -free.MemoryMB
	case LeastMemory:
		return free.MemoryMB
	case ByWorkerID:
		return 0
	}
	return -int64(free.Cores)
}

func (w *workers) descends() bool { return w.selection == MostCores || w.selection == MostMemory }

// take changes what is free on a worker by -r.
func (w *workers) take(id int, r manager.Resources) {
	if w.lost[id] {
		return
	}
	w.leave(id)
	w.free[id].Cores -= r.Cores
	w.free[id].MemoryMB -= r.MemoryMB
	w.join(id)
}

// give is the opposite of take.
func (w *workers) give(id int, r manager.Resources) {
	w.take(id, manager.Resources{Cores: -r.Cores, MemoryMB: -r.MemoryMB})
}

// lose takes a worker away.
func (w *workers) lose(id int) {
	if !w.lost[id] {
		w.leave(id)
		w.rooms.Close(id)
		w.lost[id] = true
	}
}

// restore brings a lost worker back, empty.
func (w *workers) restore(id int) {
	if w.lost[id] {
		w.lost[id], w.free[id] = false, w.total[id]
		w.join(id)
	}
}

// join adds a worker to the group of its free resources.
func (w *workers) join(id int) {
	free := w.free[id]
	g := w.byFree[free]
	if g == nil {
		g = w.newGroup(free)
		at, _ := slices.BinarySearchFunc(w.groups, g, compareGroups)
		w.groups = slices.Insert(w.groups, at, g)
		w.byFree[free] = g
	}
	g.ids.Insert(id)
	w.rooms.Set(id, need(free))
}

// leave removes a worker from its group.
func (w *workers) leave(id int) {
	g := w.byFree[w.free[id]]
	if g.ids.Delete(id); g.ids.Len() > 0 {
		return
	}
	delete(w.byFree, g.free)
	at, _ := slices.BinarySearchFunc(w.groups, g, compareGroups)
	w.groups = slices.Delete(w.groups, at, at+1)
	w.spare = append(w.spare, g)
}

func (w *workers) newGroup(free manager.Resources) *group {
	g := &group{}
	if n := len(w.spare); n > 0 {
		g, w.spare = w.spare[n-1], w.spare[:n-1]
	}
	g.free, g.rank = free, w.rank(free)
	return g
}

func compareGroups(a, b *group) int {
	return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.free.Cores, b.free.Cores), cmp.Compare(a.free.MemoryMB, b.free.MemoryMB))
}

// hasRoom reports whether r leaves room for what is needed.
func hasRoom(r, need manager.Resources) bool {
	return r.Cores >= need.Cores && r.MemoryMB >= need.MemoryMB
}

// first returns the first workers with room, in the order of selection, at most so
// many. The result is valid until the next call.
func (w *workers) first(need manager.Resources, most int) []int {
	w.order = w.order[:0]
	for from := 0; from < len(w.groups) && len(w.order) < most; {
		// Workers of equal rank are in the order of their numbers, whatever their groups.
		to, equal, found := from, len(w.order), 0
		for ; to < len(w.groups) && w.groups[to].rank == w.groups[from].rank; to++ {
			if g := w.groups[to]; hasRoom(g.free, need) {
				found++
				w.collect(g, most-equal)
			}
		}
		if found > 1 {
			slices.SortFunc(w.order[equal:], func(a, b int) int {
				if w.descends() {
					a, b = b, a
				}
				return cmp.Compare(a, b)
			})
		}
		w.order = w.order[:min(len(w.order), most)]
		from = to
	}
	return w.order
}

// collect adds the first workers of a group to the order, at most so many.
func (w *workers) collect(g *group, most int) {
	add := func(id int) bool {
		w.order = append(w.order, id)
		most--
		return most > 0
	}
	if w.descends() {
		g.ids.Reverse(add)
	} else {
		g.ids.Scan(add)
	}
}

// from returns the first worker with room at or after a number, or else before it; -1
// if none has room.
func (w *workers) from(start int, r manager.Resources) int {
	if i := w.rooms.Next(start, need(r)); i >= 0 {
		return i
	}
	return w.rooms.Next(0, need(r))
}
