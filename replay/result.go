package replay

import (
	"time"

	"dynalloc/internal/wide"
	"dynalloc/replay/attribution"
	"dynalloc/replay/cluster"
	"dynalloc/replay/outcome"
)

// A Result is the outcome of a replay, in integers.
type Result struct {
	Policy  string          // the fleet's name
	Cluster cluster.Cluster // as replayed
	Apps    []AppResult     // in the workload's order
	End     time.Duration
	Ledger  Ledger
	// Provided is the core-time of all nodes while they were part of the cluster, from
	// the first submission to End; Nodes is their node-time, for each pool.
	Provided wide.Time
	Nodes    []wide.Time
	Events   int    // events of the replay
	Digest   uint64 // over every event in order: two runs are equal or they are not
}

// What an application got, its jobs, and why Spark gave one up.
type (
	AppResult = outcome.App
	JobResult = outcome.Job
	Failure   = outcome.Failure
	Ledger    = attribution.Ledger
)

// The reasons to give up a job.
const (
	NoFailure                    = outcome.NoFailure
	FetchFailures                = outcome.FetchFailures
	BarrierTaskFailed            = outcome.BarrierTaskFailed
	TaskExcluded                 = outcome.TaskExcluded
	BarrierWithDynamicAllocation = outcome.BarrierWithDynamicAllocation
	BarrierWithoutSlots          = outcome.BarrierWithoutSlots
	FailedAsRecorded             = outcome.FailedAsRecorded
)

// What happens in a replay, and who observes it.
type (
	Event        = outcome.Event
	Kind         = outcome.Kind
	Observer     = outcome.Observer
	ObserverFunc = outcome.ObserverFunc
)

// The kinds of events.
const (
	AppSubmitted     = outcome.AppSubmitted
	AppEnded         = outcome.AppEnded
	JobSubmitted     = outcome.JobSubmitted
	JobEnded         = outcome.JobEnded
	StageSubmitted   = outcome.StageSubmitted
	StageEnded       = outcome.StageEnded
	TaskStarted      = outcome.TaskStarted
	TaskEnded        = outcome.TaskEnded
	TargetChanged    = outcome.TargetChanged
	ExecutorGranted  = outcome.ExecutorGranted
	ExecutorAdded    = outcome.ExecutorAdded
	ExecutorUsable   = outcome.ExecutorUsable
	ExecutorReleased = outcome.ExecutorReleased
	ExecutorFreed    = outcome.ExecutorFreed
	ExecutorRemoved  = outcome.ExecutorRemoved
	ExecutorKept     = outcome.ExecutorKept
)
