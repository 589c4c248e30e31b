package replay

import "time"

// A host is a node as its executors feel it: those that start on it at one time
// slow each other down.
type host struct {
	rising int             // executors on it that are granted and not yet usable
	risen  []time.Duration // when those became usable that were not long ago
	firsts int             // first tasks that start on it in this instant
	boots  boots           // executors that start on it

	cores  int
	pool   string
	absent bool
	since  time.Duration // when it last came or went
	up     time.Duration // how long it was there before
}

// vanish takes a node out of the cluster.
func (h *host) vanish(now time.Duration) {
	h.up = h.there(now)
	h.absent, h.since = true, now
}

// appear puts it back.
func (h *host) appear(now time.Duration) {
	h.absent, h.since = false, now
}

// there is how long a node has been part of the cluster.
func (h *host) there(now time.Duration) time.Duration {
	if h.absent {
		return h.up
	}
	return h.up + now - h.since
}

// Settling is how long an executor goes on starting after its first task
// started: that task loads classes.
const Settling = 300 * time.Millisecond

// starting is how many executors are starting on a node.
func (h *host) starting(now time.Duration) int {
	for len(h.risen) > 0 && h.risen[0] <= now-Settling {
		h.risen = h.risen[1:]
	}
	return h.rising + len(h.risen)
}
