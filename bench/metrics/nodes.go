package metrics

import (
	"time"

	"dynalloc/internal/wide"
)

// NodeUse is which nodes had executors on them in a replay, including the machines of
// applications in local mode. What the rest of the time of a node costs, others could use
// or a smaller cluster would save.
type NodeUse struct {
	Occupied wide.Time // node-time with at least one executor on the node
	Most     int       // most nodes with executors at one time

	now   int // nodes with executors
	nodes map[int32]*occupation
}

// occupation is the executors on one node.
type occupation struct {
	executors int
	since     time.Duration // when it last got its first one
}

// granted takes an executor on a node.
func (u *NodeUse) granted(node int32, at time.Duration) {
	if u.nodes == nil {
		u.nodes = map[int32]*occupation{}
	}
	n := u.nodes[node]
	if n == nil {
		n = &occupation{}
		u.nodes[node] = n
	}
	if n.executors++; n.executors == 1 {
		n.since = at
		u.now++
		u.Most = max(u.Most, u.now)
	}
}

// freed takes the end of an executor on a node.
func (u *NodeUse) freed(node int32, at time.Duration) {
	n := u.nodes[node]
	if n == nil || n.executors == 0 {
		return
	}
	if n.executors--; n.executors == 0 {
		u.Occupied.Add(at-n.since, 1)
		u.now--
	}
}
