package policies

import (
	"strconv"
	"time"
)

// ExecutorID names an executor inside one application: its number in order of
// granting. Spark's id is the decimal text of it.
type ExecutorID int32

func (id ExecutorID) String() string { return strconv.Itoa(int(id)) }

// A Policy decides how many executors one application asks for and which idle
// ones it gives back. It learns of the world only through the events that
// Spark's listener bus would bring it, so it can be wrong in the same ways as
// Spark, and it cannot see the future. One instance serves one application.
type Policy interface {
	// Start is called once, when the driver has registered with its manager.
	Start(now time.Duration)
	// Observe takes one listener event. The event is reused: it must not be kept.
	Observe(e *Event)
	// Tick is called on the 100 ms grid counted from Start, at the first point of
	// it after an event and at the time that the last Tick returned. While no
	// event comes and that time has not come, asking again must change nothing.
	// Never means that only an event matters.
	Tick(now time.Duration) (wake time.Duration)
}

// Never is later than everything.
const Never = time.Duration(1<<63 - 1)

// Interval is the period at which Spark's manager looks at the world; it
// cannot be configured (intervalMillis in ExecutorAllocationManager).
const Interval = 100 * time.Millisecond

// Client is what a driver can ask of its cluster: Spark's
// ExecutorAllocationClient.
type Client interface {
	// RequestTotal says how many executors are wanted in all, for every profile.
	// The last call counts; nothing says whether they will come. False means that
	// the request did not reach the manager.
	RequestTotal(targets []Target) bool
	// Remove gives executors back, by kill or by decommission as the application
	// is configured, and returns those that will really leave. Unknown, leaving
	// and (for kills) busy executors stay. The result is valid until the next call.
	Remove(removals []Removal) []ExecutorID
}

// A Target is the number of executors wanted in all for one resource profile.
type Target struct {
	Profile int // index into Env.Profiles
	N       int
	Why     Reason // for people: what moved it last
	Hints   *Hints // where its tasks would like to run; nil: the policy does not say
}

// A Removal is an executor to be given back.
type Removal struct {
	Executor ExecutorID
	Why      Reason
}

// Profile is what a driver knows of one resource profile.
type Profile struct {
	ID    int // Spark's id of the profile
	Slots int // tasks that Spark believes one executor runs at a time, at least 1
}

// Env is what a policy gets at birth.
type Env struct {
	Client   Client
	Profiles []Profile // index 0 is the default profile
	Rules    Rules
}

// EventKind is the kind of a listener event.
type EventKind uint8

// The listener events that move Spark's allocation, named as in Spark.
const (
	StageSubmitted              EventKind = iota // Stage, Profile, Tasks, Prefers
	StageCompleted                               // Stage
	TaskStart                                    // Stage, Task, Speculative, Executor, Inactive
	TaskEnd                                      // Stage, Task, Speculative, Executor, End
	SpeculativeTaskSubmitted                     // Stage, Task
	UnschedulableTaskSetAdded                    // Stage
	UnschedulableTaskSetRemoved                  // Stage
	JobStart                                     // Job, Stages
	JobEnd                                       // Job
	ExecutorAdded                                // Executor, Profile
	ExecutorRemoved                              // Executor, Loss
	BlockUpdated                                 // Executor, RDD and Partition or Shuffle, Memory, Disk, Inactive
	UnpersistRDD                                 // RDD
	ShuffleCleaned                               // Shuffle
)

// EndReason is why a task ended, as far as allocation tells them apart.
type EndReason uint8

// Reasons for a task's end.
const (
	Success     EndReason = iota
	Killed                // on purpose: a speculative loser, a cancelled stage
	Failed                // exception, fetch failure, commit denied, executor lost
	Resubmitted           // it had succeeded, but its output is gone
)

// StageAttempt names one attempt of a stage.
type StageAttempt struct{ ID, Attempt int32 }

// MapStage is a stage that writes a shuffle, as JobStart shows it.
type MapStage struct{ Stage, Shuffle int32 }

// An Event is one listener event; Kind says which fields count.
type Event struct {
	Kind        EventKind
	At          time.Duration
	Stage       StageAttempt
	Profile     int       // index into Env.Profiles; -1: not known yet
	Tasks       int       // tasks of the attempt's task set
	Prefers     [][]int32 // of a submitted stage, by task: the hosts that it prefers; nil: none prefers any
	Task        int       // index inside the task set
	Speculative bool
	End         EndReason
	Executor    ExecutorID
	Inactive    bool // the backend says that the executor is unknown, leaving or lost
	Loss        Loss
	RDD         int // -1 where the block is of no RDD
	Partition   int
	Shuffle     int  // -1 where the block is of no shuffle
	Memory      bool // the block is in memory now
	Disk        bool // the block is on disk now
	Job         int
	Stages      []MapStage // of the job's whole graph, stages that will be skipped included
}

// Loss is why an executor left.
type Loss uint8

// Ways in which executors leave.
const (
	KilledByDriver Loss = iota
	Decommissioned
	DecommissionUnfinished
	Lost
)
