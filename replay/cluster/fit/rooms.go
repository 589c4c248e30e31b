package fit

// Rooms are what is free on each of a number of nodes. A node that takes nothing has no
// room. It is a segment tree: each inner node has the most of each kind that is free below
// it.
type Rooms struct {
	leaves int    // a power of two
	most   []Need // [1] is the root; the children of i are 2i and 2i+1
	looks  int    // nodes of the tree that searches have looked at, for tests
}

// none is less than any need, even one of nothing.
var none = Need{-1 << 63, -1 << 63}

// Set sets what is free on a node.
func (r *Rooms) Set(node int, free Need) {
	for node >= r.leaves {
		r.grow()
	}
	i := r.leaves + node
	if r.most[i] == free {
		return
	}
	r.most[i] = free
	for i /= 2; i > 0; i /= 2 {
		most := r.most[2*i].Max(r.most[2*i+1])
		if most == r.most[i] {
			break
		}
		r.most[i] = most
	}
}

// Close says that a node takes nothing.
func (r *Rooms) Close(node int) { r.Set(node, none) }

// grow doubles the number of leaves.
func (r *Rooms) grow() {
	old := r.most
	n := r.leaves
	r.leaves = max(2*n, 1)
	r.most = make([]Need, 2*r.leaves)
	for i := range r.most {
		r.most[i] = none
	}
	for i := range n {
		r.most[r.leaves+i] = old[n+i]
	}
	for i := r.leaves - 1; i > 0; i-- {
		r.most[i] = r.most[2*i].Max(r.most[2*i+1])
	}
}

// Most is the most of each kind that is free on a node, less than any need if there is no
// node with room.
func (r *Rooms) Most() Need {
	if r.leaves == 0 {
		return none
	}
	return r.most[1]
}

// Next is the first node from a number on that has room; -1 if there is none.
func (r *Rooms) Next(from int, need Need) int {
	if from >= r.leaves {
		return -1
	}
	i := r.leaves + max(from, 0)
	// Up to the right until a subtree may have room, then down to its first leaf. A subtree
	// may have no node with room for both kinds, and the search goes on behind it.
	for {
		r.looks++
		if need.In(r.most[i]) {
			if i >= r.leaves {
				return i - r.leaves
			}
			i *= 2
			continue
		}
		for i&1 == 1 {
			i /= 2
		}
		if i == 0 {
			return -1
		}
		i++
	}
}
