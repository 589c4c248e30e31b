package replay

import (
	"dynalloc/policies"
	"dynalloc/replay/latency"
	"dynalloc/replay/settings"
)

// What an application's settings are in a replay.
var (
	SpecFor       = settings.SpecFor
	RemoteShuffle = settings.RemoteShuffle
)

// A profile is a resource profile at run time: how large an executor is, how
// many tasks it runs, and how many are wanted and held.
type profile struct {
	settings.Profile
	asked    int                   // executors wanted in all
	requests latency.Requests      // for those that have not come
	granted  int                   // executors held
	free     []policies.ExecutorID // those that take tasks and have a free slot, in no order
	offered  []policies.ExecutorID // in an offer of all: those drawn from free that still have one, in order
}
