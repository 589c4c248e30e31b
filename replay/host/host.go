package host

import (
	"time"

	"dynalloc/replay/latency"
)

// A Host is a node, or a machine outside the cluster on which an application runs in
// local mode.
type Host struct {
	Cores   int
	Pool    string // the name of its pool
	Outside bool   // it runs an application in local mode
	Absent  bool   // it is not part of the cluster

	Starting   int // executors on it that are granted and not yet usable
	FirstTasks int // first tasks that start on it in this instant
	Startups   Startups

	since           time.Duration   // when it last joined or left
	up              time.Duration   // for how long it was present before
	recentlyStarted []time.Duration // when executors became usable that did so not long ago
}

// New is a host that is present from a time on.
func New(cores int, pool string, since time.Duration) Host {
	return Host{Cores: cores, Pool: pool, since: since}
}

// Leave takes a node out of the cluster.
func (h *Host) Leave(now time.Duration) {
	h.up = h.Present(now)
	h.Absent, h.since = true, now
}

// Join puts it back.
func (h *Host) Join(now time.Duration) {
	h.up = h.Present(now)
	h.Absent, h.since = false, now
}

// Present is for how long a node has been part of the cluster.
func (h *Host) Present(now time.Duration) time.Duration {
	if h.Absent {
		return h.up
	}
	return h.up + now - h.since
}

// Usable is an executor on it that has become usable.
func (h *Host) Usable(now time.Duration) {
	h.Starting--
	h.recentlyStarted = append(h.recentlyStarted, now)
}

// StartingAt is how many executors are starting on a node.
func (h *Host) StartingAt(now time.Duration) int {
	for len(h.recentlyStarted) > 0 && h.recentlyStarted[0] <= now-latency.Settling {
		h.recentlyStarted = h.recentlyStarted[1:]
	}
	return h.Starting + len(h.recentlyStarted)
}
