// Package latency has the times that a replay adds to the work of tasks: how long
// executors take to start and to go, and what tasks cost besides their work. None of
// them carries over from a recorded run to another one, so they are subtracted from
// recorded tasks first.
//
//   - latency.go: the causes, and the model that has a time for each
//   - distribution.go: how long a cause takes, alone and beside others
//   - requests.go: when the executors were requested that start
//   - processors.go: programs that start together share processors
//   - slots.go: which tasks are first ones on their executor, and what that costs
//   - work.go: recorded tasks without what only the recorded run explains
package latency

import "time"

// A Cause is a reason for which a run takes time besides the work of its tasks.
// What a recorded task time contains of it does not carry over to another run: it is
// subtracted from the work, and the replayed run gets its own.
type Cause uint8

// The causes. "First" tasks are counted by slot: an executor with two slots
// pays twice.
const (
	Startup      Cause = iota // an executor's grant to its registration, if it starts alone on its node
	Usable                    // its registration to its first task
	ColdSlot                  // its first tasks: loading classes, in addition to a warm task's deserializing and launching
	ColdSlotRun               // the same, within their run time
	FirstRead                 // its first tasks that read shuffle data: more classes, connections
	FirstReadRun              // the same, within their run time
	FirstOfStage              // other first tasks of a stage on it: fetching and deserializing the stage
	Overhead                  // every task: launch, status update, the driver's turn
	OverheadRun               // the same, within its run time
	RemovalLag                // a kill until the driver sees ExecutorRemoved
	Causes                    // how many there are
)

var causeNames = [Causes]string{
	"executor start-up", "registration to usable",
	"first task of a slot", "first task of a slot, inside its run time",
	"first shuffle read of a slot", "first shuffle read of a slot, inside its run time",
	"first task of a stage in a slot", "overhead of a task", "overhead of a task, inside its run time", "removal lag",
}

func (c Cause) String() string { return causeNames[c] }

// A Model is what a recorded task time does not carry over to another run: how
// long executors take to come and to go, and what tasks cost besides their
// work.
type Model struct {
	By [Causes]Distribution
	// Processors is how many processors of a node the executors share that start
	// on it together; 0: they do not slow each other down.
	Processors Processors
	// DriverProcessors is how many processors a driver shares with the executors
	// that start on its machine; 0: nothing slows it down. DriverWork is the
	// processor time that it needs from its registration to its first job.
	DriverProcessors Processors
	DriverWork       time.Duration
	GC               time.Duration // between the driver's garbage collections; 0: there are none
}

// Settling is how long an executor still counts as starting after its first task
// started: that task loads classes.
const Settling = 300 * time.Millisecond

// A GivenStartup is the start-up time of one executor, from its request to its
// registration.
type GivenStartup struct {
	Took time.Duration
	// FromGrant: it counts from when the manager granted the executor.
	FromGrant bool
	// FromStart: it counts from the application's start, as the log does not say when
	// the executor was requested.
	FromStart bool
}

// LeadTime is the typical time from a request to an executor that takes tasks, on a cluster
// that has room. startup is the start-up of an executor where the cluster gives it; below
// 0: as the model has it.
func (m *Model) LeadTime(startup time.Duration) time.Duration {
	if startup < 0 {
		startup = m.By[Startup].Quantiles.Median()
	}
	return startup + m.By[Usable].Quantiles.Median()
}
