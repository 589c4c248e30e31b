package host

import (
	"slices"
	"time"

	"dynalloc/internal/wide"
	"dynalloc/replay/latency"
)

// A Host is a node, or a machine outside the cluster on which an application runs in
// local mode.
type Host struct {
	Cores  int
	Pool   int  // the index of its pool; -1: it runs an application in local mode
	Absent bool // it is not part of the cluster

	Starting   int // executors on it that are granted and not yet usable
	FirstTasks int // first tasks that start on it in this instant
	Startups   Startups

	since           time.Duration   // when it last joined or left
	up              time.Duration   // for how long it was present before
	recentlyStarted []time.Duration // when executors became usable that did so not long ago
}

// Begin makes it a host that is present from a time on, in its memory.
func (h *Host) Begin(cores, pool int, since time.Duration) {
	*h = Host{Cores: cores, Pool: pool, since: since, recentlyStarted: h.recentlyStarted[:0], Startups: Startups{list: h.Startups.list[:0]}}
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

// Provided is the core-time of hosts while they were present, up to an end, and the time of
// the nodes of each pool.
func Provided(hosts []Host, pools int, end time.Duration) (cores wide.Time, nodes []wide.Time) {
	nodes = make([]wide.Time, pools)
	for i := range hosts {
		h := &hosts[i]
		present := h.Present(end)
		cores.Add(present, int64(h.Cores))
		if h.Pool >= 0 {
			nodes[h.Pool].Add(present, 1)
		}
	}
	return cores, nodes
}

// Usable is an executor on it that has become usable.
func (h *Host) Usable(now time.Duration) {
	h.Starting--
	h.recentlyStarted = append(h.recentlyStarted, now)
}

// StartingAt is how many executors are starting on a node.
func (h *Host) StartingAt(now time.Duration) int {
	if len(h.recentlyStarted) == 0 {
		return h.Starting
	}
	return h.startingAt(now)
}

func (h *Host) startingAt(now time.Duration) int {
	settled := 0
	for settled < len(h.recentlyStarted) && h.recentlyStarted[settled] <= now-latency.Settling {
		settled++
	}
	if settled > 0 {
		h.recentlyStarted = slices.Delete(h.recentlyStarted, 0, settled)
	}
	return h.Starting + len(h.recentlyStarted)
}
