package java

// TreeOrder is the order in which a TreeSet has values that are added one by one.
// Where compare is a strict order that is the sorted order; where it is not, it
// depends on which values the tree compares.
func TreeOrder[V any](values []V, compare func(a, b V) int) []V {
	t := TreeSet[V]{compare: compare}
	for _, v := range values {
		t.insert(v)
	}
	return t.root.AppendTo(make([]V, 0, len(values)))
}

// A redBlackTree is a balanced tree, as java.util.TreeMap has it. None of its
// values compare as equal.
//
// Source: Cormen, Leiserson, Rivest, Introduction to Algorithms.
type TreeSet[V any] struct {
	root    *treeNode[V]
	compare func(a, b V) int
}

type treeNode[V any] struct {
	value V
	up    *treeNode[V]
	down  [2]*treeNode[V] // lesser, greater
	red   bool
}

func (n *treeNode[V]) AppendTo(values []V) []V {
	if n == nil {
		return values
	}
	values = append(n.down[0].AppendTo(values), n.value)
	return n.down[1].AppendTo(values)
}

// side is on which side of the node above n is.
func (n *treeNode[V]) side() int {
	if n.up.down[1] == n {
		return 1
	}
	return 0
}

func (t *TreeSet[V]) insert(v V) {
	n := &treeNode[V]{value: v, red: true}
	if t.root == nil {
		n.red = false
		t.root = n
		return
	}
	for at := t.root; ; {
		side := 0
		if t.compare(v, at.value) > 0 {
			side = 1
		}
		if at.down[side] == nil {
			at.down[side] = n
			n.up = at
			break
		}
		at = at.down[side]
	}
	for n != t.root && n.up.red {
		top := n.up.up
		side := n.up.side()
		if uncle := top.down[1-side]; uncle != nil && uncle.red {
			n.up.red, uncle.red, top.red = false, false, true
			n = top
			continue
		}
		if n.side() != side {
			n = n.up
			t.rotate(n, side)
		}
		n.up.red, top.red = false, true
		t.rotate(top, 1-side)
	}
	t.root.red = false
}

// rotate moves a node down to one side, and the one below it on the other side up.
func (t *TreeSet[V]) rotate(n *treeNode[V], side int) {
	c := n.down[1-side]
	n.down[1-side] = c.down[side]
	if c.down[side] != nil {
		c.down[side].up = n
	}
	c.up = n.up
	if n.up == nil {
		t.root = c
	} else {
		n.up.down[n.side()] = c
	}
	c.down[side] = n
	n.up = c
}
