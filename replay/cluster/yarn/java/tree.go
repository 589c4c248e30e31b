package java

// TreeOrder is the order of a java.util.TreeSet to which values are added one by
// one, none of which compare as equal. If compare is a strict order, that is the
// sorted order; else it depends on which values the tree compares with each other.
func TreeOrder[V any](values []V, compare func(a, b V) int) []V {
	t := redBlackTree[V]{compare: compare}
	for _, v := range values {
		t.insert(v)
	}
	return t.root.appendTo(make([]V, 0, len(values)))
}

// A redBlackTree is balanced as java.util.TreeMap is, on which TreeSet is built.
//
// Source: Cormen, Leiserson, Rivest, Introduction to Algorithms.
type redBlackTree[V any] struct {
	root    *treeNode[V]
	compare func(a, b V) int
}

type treeNode[V any] struct {
	value V
	up    *treeNode[V]
	down  [2]*treeNode[V] // less, greater
	red   bool
}

func (n *treeNode[V]) appendTo(values []V) []V {
	if n == nil {
		return values
	}
	values = append(n.down[0].appendTo(values), n.value)
	return n.down[1].appendTo(values)
}

// side tells on which side of its parent a node is.
func (n *treeNode[V]) side() int {
	if n.up.down[1] == n {
		return 1
	}
	return 0
}

// insert adds a value below an existing one, and then restores the balance: a red
// node has no red child, and all ways down have as many black nodes.
func (t *redBlackTree[V]) insert(v V) {
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

// rotate moves a node down to one side, and its child on the other side up.
func (t *redBlackTree[V]) rotate(n *treeNode[V], side int) {
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
