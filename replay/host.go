package replay

import "time"

// A host is a node as its executors feel it: those that start on it at one time
// slow each other down.
type host struct {
	starting        int             // executors on it that are granted and not yet usable
	recentlyStarted []time.Duration // when those became usable that were not long ago
	firstTasks      int             // first tasks that start on it in this instant
	startups        startups        // executors that start on it

	cores  int
	pool   string
	absent bool
	since  time.Duration // when it last came or went
	up     time.Duration // how long it was there before
}

// leave takes a node out of the cluster.
func (h *host) leave(now time.Duration) {
	h.up = h.present(now)
	h.absent, h.since = true, now
}

// join puts it back.
func (h *host) join(now time.Duration) {
	h.absent, h.since = false, now
}

// present is how long a node has been part of the cluster.
func (h *host) present(now time.Duration) time.Duration {
	if h.absent {
		return h.up
	}
	return h.up + now - h.since
}

// Settling is how long an executor goes on starting after its first task
// started: that task loads classes.
const Settling = 300 * time.Millisecond

// startingAt is how many executors are starting on a node.
func (h *host) startingAt(now time.Duration) int {
	for len(h.recentlyStarted) > 0 && h.recentlyStarted[0] <= now-Settling {
		h.recentlyStarted = h.recentlyStarted[1:]
	}
	return h.starting + len(h.recentlyStarted)
}
