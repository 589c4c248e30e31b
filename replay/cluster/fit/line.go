package fit

// A Line is waiting items in an order, each with what it needs. It is a treap (Seidel and
// Aragon, 1996), a search tree that is balanced by random weights, in which each node also
// has the least and the most that is needed below it. The weights are a fixed sequence, so
// that a replay is the same each time.
type Line[T any] struct {
	compare func(a, b T) int // never 0 for different items
	nodes   []lineNode[T]    // [0] stands for no node
	free    []int32          // indexes of nodes that are not used
	root    int32
	seed    uint32
	looks   int // nodes that searches have looked at, for tests
}

type lineNode[T any] struct {
	item        T
	needs       [2]Need // the least and the most that the item needs
	least, most Need    // of the node and all below it
	left, right int32
	weight      uint32
	count       int32 // of the node and all below it
}

// NewLine makes an empty line. Compare is negative if a comes before b, and 0 only for one
// item and itself. While an item is in the line its place must not change.
func NewLine[T any](compare func(a, b T) int) *Line[T] {
	l := &Line[T]{compare: compare, seed: 2463534242}
	l.nodes = append(l.nodes, lineNode[T]{least: Unlimited, most: none})
	return l
}

// Len is the number of items.
func (l *Line[T]) Len() int { return int(l.nodes[l.root].count) }

// Least is the least of each kind that an item needs; Unlimited if there is none.
func (l *Line[T]) Least() Need { return l.nodes[l.root].least }

// Insert adds an item that is not in the line.
func (l *Line[T]) Insert(item T, need Need) { l.InsertBetween(item, need, need) }

// InsertBetween adds an item that needs between two amounts.
func (l *Line[T]) InsertBetween(item T, least, most Need) {
	l.seed ^= l.seed << 13 // xorshift (Marsaglia, 2003)
	l.seed ^= l.seed >> 17
	l.seed ^= l.seed << 5
	var i int32
	if n := len(l.free); n > 0 {
		i, l.free = l.free[n-1], l.free[:n-1]
	} else {
		i = int32(len(l.nodes))
		l.nodes = append(l.nodes, lineNode[T]{})
	}
	l.nodes[i] = lineNode[T]{item: item, needs: [2]Need{least, most}, least: least, most: most, weight: l.seed, count: 1}
	l.root = l.insert(l.root, i)
}

func (l *Line[T]) insert(at, i int32) int32 {
	if at == 0 {
		return i
	}
	n := &l.nodes[at]
	if l.nodes[i].weight > n.weight {
		l.nodes[i].left, l.nodes[i].right = l.split(at, l.nodes[i].item)
		l.update(i)
		return i
	}
	if l.compare(l.nodes[i].item, n.item) < 0 {
		n.left = l.insert(n.left, i)
	} else {
		n.right = l.insert(n.right, i)
	}
	l.update(at)
	return at
}

// split divides a tree into what comes before an item and the rest.
func (l *Line[T]) split(at int32, item T) (before, rest int32) {
	if at == 0 {
		return 0, 0
	}
	n := &l.nodes[at]
	if l.compare(n.item, item) < 0 {
		n.right, rest = l.split(n.right, item)
		before = at
	} else {
		before, n.left = l.split(n.left, item)
		rest = at
	}
	l.update(at)
	return before, rest
}

// Remove takes an item out and reports whether it was in the line.
func (l *Line[T]) Remove(item T) bool {
	was := l.nodes[l.root].count
	l.root = l.remove(l.root, item)
	return l.nodes[l.root].count < was
}

func (l *Line[T]) remove(at int32, item T) int32 {
	if at == 0 {
		return 0
	}
	n := &l.nodes[at]
	switch c := l.compare(item, n.item); {
	case c < 0:
		n.left = l.remove(n.left, item)
	case c > 0:
		n.right = l.remove(n.right, item)
	default:
		rest := l.join(n.left, n.right)
		*n = lineNode[T]{}
		l.free = append(l.free, at)
		return rest
	}
	l.update(at)
	return at
}

// join makes one tree of two; all of a come before all of b.
func (l *Line[T]) join(a, b int32) int32 {
	switch {
	case a == 0:
		return b
	case b == 0:
		return a
	case l.nodes[a].weight > l.nodes[b].weight:
		l.nodes[a].right = l.join(l.nodes[a].right, b)
		l.update(a)
		return a
	}
	l.nodes[b].left = l.join(a, l.nodes[b].left)
	l.update(b)
	return b
}

func (l *Line[T]) update(i int32) {
	n := &l.nodes[i]
	left, right := &l.nodes[n.left], &l.nodes[n.right]
	n.count = 1 + left.count + right.count
	n.least = n.needs[0].Min(left.least).Min(right.least)
	n.most = n.needs[1].Max(left.most).Max(right.most)
}

// First returns the first item that is not skipped. Skip tells of items with needs between
// least and most of each kind whether all of them can be skipped.
func (l *Line[T]) First(skip func(least, most Need) bool) (item T, ok bool) {
	return l.next(l.root, nil, skip)
}

// After is First for the items after another one, which need not be in the line.
func (l *Line[T]) After(item T, skip func(least, most Need) bool) (next T, ok bool) {
	return l.next(l.root, &item, skip)
}

func (l *Line[T]) next(at int32, after *T, skip func(least, most Need) bool) (item T, ok bool) {
	for at != 0 {
		n := &l.nodes[at]
		l.looks++
		if skip(n.least, n.most) {
			break
		}
		if after != nil && l.compare(n.item, *after) <= 0 {
			at = n.right
			continue
		}
		if item, ok = l.next(n.left, after, skip); ok {
			return item, true
		}
		if !skip(n.needs[0], n.needs[1]) {
			return n.item, true
		}
		at, after = n.right, nil
	}
	return item, false
}

// Need is the least that an item in the line needs.
func (l *Line[T]) Need(item T) Need {
	for at := l.root; at != 0; {
		n := &l.nodes[at]
		switch c := l.compare(item, n.item); {
		case c < 0:
			at = n.left
		case c > 0:
			at = n.right
		default:
			return n.needs[0]
		}
	}
	return Unlimited
}

// LeastBefore is Least for the items before another one, which need not be in the line.
func (l *Line[T]) LeastBefore(item T) Need {
	least := Unlimited
	for at := l.root; at != 0; {
		n := &l.nodes[at]
		if l.compare(n.item, item) >= 0 {
			at = n.left
			continue
		}
		least = least.Min(n.needs[0]).Min(l.nodes[n.left].least)
		at = n.right
	}
	return least
}

// All returns the items in their order.
func (l *Line[T]) All() []T {
	all := make([]T, 0, l.Len())
	var walk func(at int32)
	walk = func(at int32) {
		if at != 0 {
			walk(l.nodes[at].left)
			all = append(all, l.nodes[at].item)
			walk(l.nodes[at].right)
		}
	}
	walk(l.root)
	return all
}

// TooLarge skips what fits in no room.
func TooLarge(room Need) func(least, most Need) bool {
	return func(least, _ Need) bool { return !least.In(room) }
}
