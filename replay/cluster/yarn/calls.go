package yarn

import (
	"cmp"
	"container/heap"
	"time"

	"dynalloc/replay/cluster/manager"
)

// A callQueue is a heap of the application masters that will call the resource
// manager, the one that calls first on top.
type callQueue []*appMaster

func (q callQueue) Len() int { return len(q) }

func (q callQueue) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(q[i].nextCall, q[j].nextCall), cmp.Compare(q[i].id, q[j].id)) < 0
}

func (q callQueue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].callIndex, q[j].callIndex = i, j
}

// Push is for package heap.
func (q *callQueue) Push(x any) {
	am := x.(*appMaster)
	am.callIndex = len(*q)
	*q = append(*q, am)
}

// Pop is for package heap.
func (q *callQueue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	last.callIndex = -1
	return last
}

// next is the time of the first call, Never if there is none.
func (q callQueue) next() time.Duration {
	if len(q) == 0 {
		return manager.Never
	}
	return q[0].nextCall
}

// callAt sets when an application master calls next.
func (m *Manager) callAt(am *appMaster, at time.Duration) {
	switch {
	case am.finished || !am.registered:
	case am.callIndex >= 0:
		am.nextCall = at
		heap.Fix(&m.calls, am.callIndex)
	default:
		am.nextCall = at
		heap.Push(&m.calls, am)
	}
}

// cancelCall takes an application master out of the queue.
func (m *Manager) cancelCall(am *appMaster) {
	if am.callIndex >= 0 {
		heap.Remove(&m.calls, am.callIndex)
	}
}

// nextCallOf is when an application master calls next if nothing wakes it. A master
// that has nothing to say is not in the queue: its calls are elided, and the last of
// them is found here.
func (m *Manager) nextCallOf(am *appMaster, now time.Duration) time.Duration {
	if am.callIndex >= 0 {
		return am.nextCall
	}
	am.lastCall += max(0, now-time.Millisecond-am.lastCall) / am.maxInterval * am.maxInterval
	return am.lastCall + am.maxInterval
}
