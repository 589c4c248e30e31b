package policies

import (
	"strconv"
	"time"
)

// ExecutorID identifies an executor of one application: executors are numbered in
// the order in which they are granted. Spark's id is the number as text.
type ExecutorID int32

func (id ExecutorID) String() string { return strconv.Itoa(int(id)) }

// A Policy decides how many executors one application requests and which idle ones it
// gives back. It knows only the events that Spark's listener bus would deliver, so it
// can be wrong in the same ways as Spark, and it does not see the future. One instance
// serves one application.
type Policy interface {
	// Start is called once, when the driver has registered with its manager.
	Start(now time.Duration)
	// Observe handles one listener event. The caller reuses the event: Observe must
	// not keep it.
	Observe(e *Event)
	// Tick is called on a grid of Interval counted from Start: at the first point after an
	// event, and at the time that the last Tick returned. Without an event and before that
	// time, another call must change nothing. Never: the next call is only needed after an
	// event.
	Tick(now time.Duration) (wake time.Duration)
}

// A Sleeper is a policy that knows after an event whether it needs its next Tick. The
// caller then leaves out ticks that would change nothing.
type Sleeper interface {
	// Wake returns the time before which a Tick would change nothing if no other event
	// comes. At or before now: the next point of the grid is needed.
	Wake(now time.Duration) time.Duration
}

// A TaskBlind policy does not look at the starts and ends of tasks. The caller leaves these
// events out.
type TaskBlind interface{ IgnoresTasks() }

// Never is later than everything.
const Never = time.Duration(1<<63 - 1)

// Interval is the period at which Spark's allocation manager decides. It cannot be
// configured (ExecutorAllocationManager.intervalMillis).
const Interval = 100 * time.Millisecond

// Client is the interface between a driver and its cluster: Spark's
// ExecutorAllocationClient.
type Client interface {
	// RequestTotal sets how many executors are wanted in total, for every profile. A call
	// replaces the previous one; executors may be granted later or never. False means that
	// the request did not reach the cluster manager.
	RequestTotal(targets []Target) bool
	// Remove gives executors back, by killing or decommissioning them as the
	// application is configured, and returns those that are removed. Unknown ones,
	// those already being removed, and (if killed) busy ones stay. The result is
	// valid until the next call.
	Remove(removals []Removal) []ExecutorID
}

// A Target is the total number of executors wanted for one resource profile.
type Target struct {
	Profile int // index into Env.Profiles
	N       int
	Why     Reason // of its last change, for reports
	Hints   *Hints // hosts that its tasks prefer; nil: not given
}

// A Removal is an executor to give back.
type Removal struct {
	Executor ExecutorID
	Why      Reason
}

// Profile is what a driver knows about one resource profile.
type Profile struct {
	ID    int // Spark's id of the profile
	Slots int // tasks that Spark believes one executor runs at a time, at least 1
}

// Env is the input of a policy when it is made.
type Env struct {
	Client   Client
	Profiles []Profile // index 0 is the default profile
	Rules    Rules
	Before   Policy // of an application that has ended, for the policy to use its memory; may be nil
}

// EventKind is the kind of a listener event.
type EventKind uint8

// The listener events that affect Spark's allocation, with Spark's names and the fields
// of Event that are set.
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

// EndReason is why a task ended, as far as Spark's allocation distinguishes reasons.
type EndReason uint8

// Reasons for a task's end.
const (
	Success     EndReason = iota
	Killed                // deliberately: the other copy finished first, or the stage was cancelled
	Failed                // exception, fetch failure, commit denied, executor lost
	Resubmitted           // it had succeeded, but its output was lost
)

// StageAttempt identifies one attempt of a stage.
type StageAttempt struct{ ID, Attempt int32 }

// MapStage is a stage that writes a shuffle, as JobStart shows it.
type MapStage struct{ Stage, Shuffle int32 }

// An Event is one listener event. Its kind says which fields are set.
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
