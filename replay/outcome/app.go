package outcome

import (
	"time"

	"dynalloc/internal/spark"
	"dynalloc/internal/wide"
	"dynalloc/replay/attribution"
)

// An App is the outcome of one application. Times are offsets from the workload's
// start.
type App struct {
	App    int              // index into Workload.Apps
	Policy string           // the spec it ran under
	Driver spark.DriverSize // as the cluster's manager sizes it

	Submit     time.Duration // the application starts (its driver does)
	Began      time.Duration // the driver starts: at once, unless the manager has to find room for it; -1: never
	Wanted     time.Duration // an executor is first wanted: a target above zero is sent, or a task is ready; -1: never
	Asked      time.Duration // a target above zero is first sent; -1: never
	Granted    time.Duration // the manager first grants an executor; -1: never
	Registered time.Duration // the first executor registers; -1: never
	FirstTask  time.Duration // the first task starts; -1: never
	End        time.Duration // the driver stops
	Jobs       []Job         // in the order of Application.Jobs

	Grants   int // executors granted
	Removals int // executors that were given back and did not end before that by a fault
	Rerun    int // tasks done again because their output was lost
	// Recomputed is the time that tasks spent on cached blocks that were lost.
	Recomputed wide.Time
	// Failure is why Spark gave up a job that the log does not show as failed, the first
	// time; NoFailure: it gave up none. The application ended at that time, unless the log
	// shows that its driver goes on after a job has failed. If the last job failed in the
	// log, it is FailedAsRecorded.
	Failure Failure
	// Lost is how many executors ended without being given back: with their node, by
	// themselves, or preempted by the manager; Preempted is how many of these the
	// manager took. Discarded is the core-time of the tasks that ran on them then.
	Lost, Preempted int
	Discarded       wide.Time
	Peak            int // most executors held at one time
	// Wait is executor wait: the integral over time of
	// max(0, min(asked, what the application's own limits allow) - granted),
	// in executor-time.
	Wait   wide.Time
	Ledger attribution.Ledger
	// Attribution divides the time and the executors' time by cause; nil unless
	// Config.Attribute is set.
	Attribution *attribution.Attribution
}

// Completed reports whether a job ended, and Spark did not give it up.
func (a *App) Completed(job int) bool {
	return a.Jobs[job].Failure == NoFailure && (a.Failure == NoFailure || a.Jobs[job].End > 0)
}

// QueueWait is how long the application waited for its first executor: for the place of
// its driver, and from when it first wanted an executor until one registered. The time in
// between, in which it wanted none, is its own; -1: none registered.
func (a *App) QueueWait() time.Duration {
	if a.Registered < 0 {
		return -1
	}
	return a.Began - a.Submit + a.Registered - a.Wanted
}

// A Job is the times of submission and end of a job; End is 0 if it did not end.
type Job struct {
	Start, End time.Duration
	Failure    Failure // why Spark gave it up, if the log does not show it as failed
}

// A Failure is why Spark gives up a job.
type Failure uint8

// The reasons to give up a job.
const (
	NoFailure Failure = iota
	// FetchFailures: fetches of one stage failed in four attempts in a row
	// (spark.stage.maxConsecutiveAttempts).
	FetchFailures
	// BarrierTaskFailed: a task of a barrier stage that writes the job's result failed.
	BarrierTaskFailed
	// BarrierWithDynamicAllocation: a barrier stage under dynamic allocation.
	BarrierWithDynamicAllocation
	// BarrierWithoutSlots: a barrier stage has more tasks than all executors have slots.
	BarrierWithoutSlots
	// FailedAsRecorded: Spark gave up none; the log shows that the last job failed.
	FailedAsRecorded
	// TaskExcluded: a task may run on none of the executors (spark.excludeOnFailure).
	TaskExcluded
)

var exceptions = [...]string{"", "SparkException", "SparkException", "BarrierJobRunWithDynamicAllocationException", "BarrierJobSlotsNumberCheckFailed", "", "SparkException"}

// Exception is the class of the exception that the driver gets; empty: there is none.
func (f Failure) Exception() string { return exceptions[f] }

// Refused reports whether Spark refuses the settings for the job and starts none of it.
func (f Failure) Refused() bool { return f == BarrierWithDynamicAllocation || f == BarrierWithoutSlots }
