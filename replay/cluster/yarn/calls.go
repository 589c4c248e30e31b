package yarn

import (
	"cmp"
	"container/heap"
	"time"

	"dynalloc/replay/cluster/manager"
)

// A callQueue is a heap of application masters by the time of their next call.
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
	m.endElision(am)
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

// cancelCall removes an application master from the queue.
func (m *Manager) cancelCall(am *appMaster) {
	m.endElision(am)
	if am.callIndex >= 0 {
		heap.Remove(&m.calls, am.callIndex)
	}
}

// endElision notes that the next call of an application master may change something.
func (m *Manager) endElision(am *appMaster) {
	m.setIdle(am, false)
	if am.waiting {
		am.waiting = false
		m.waiting--
	}
}

// setIdle notes whether the next call of an application master, which is in the queue,
// changes nothing: it waits for containers, and calls at its longest interval.
func (m *Manager) setIdle(am *appMaster, idle bool) {
	if am.idle == idle {
		return
	}
	if am.idle = idle; idle {
		m.idle++
	} else {
		m.idle--
	}
}

// skipCalls leaves out the calls before a time, all of which change nothing.
func (m *Manager) skipCalls(to time.Duration) {
	for _, am := range m.calls {
		if am.nextCall < to {
			am.nextCall += (to - am.nextCall + am.maxInterval - 1) / am.maxInterval * am.maxInterval
			am.lastCall = am.nextCall - am.maxInterval
		}
	}
	heap.Init(&m.calls)
}

// nextCallOf is the time of an application master's next call, the first that is not
// before now, if nothing triggers one earlier. The calls of a master that has nothing to say
// have no effect, so they are not in the queue (elided); their times are computed here.
func (m *Manager) nextCallOf(am *appMaster, now time.Duration) time.Duration {
	if am.callIndex >= 0 {
		return am.nextCall
	}
	for am.lastCall+am.wait < now && am.wait < am.maxInterval {
		am.lastCall += am.wait
		am.lengthenWait()
	}
	if am.lastCall+am.wait < now {
		am.lastCall += (now - time.Millisecond - am.lastCall) / am.wait * am.wait
	}
	return am.lastCall + am.wait
}
