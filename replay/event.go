package replay

import (
	"time"

	"dynalloc/policies"
)

// Kind is the kind of an Event.
type Kind uint8

// What happens in a replay.
const (
	AppSubmitted     Kind = iota
	AppEnded              //
	JobSubmitted          // Job
	JobEnded              // Job
	StageSubmitted        // Job, Stage, N tasks
	StageEnded            // Job, Stage
	TaskStarted           // Stage, Task, Executor
	TaskEnded             // Stage, Task, Executor
	TargetChanged         // N executors wanted in all, Why
	ExecutorGranted       // Executor, Node
	ExecutorAdded         // Executor: it has registered
	ExecutorUsable        // Executor: it takes tasks
	ExecutorReleased      // Executor, Why: the policy gives it back, its cores are free for others
	ExecutorRemoved       // Executor: the driver has seen that it is gone
)

// An Event is one thing that happened. It is a value: observers may keep it.
type Event struct {
	At       time.Duration
	Kind     Kind
	App      int32 // index into Workload.Apps
	Job      int32 // index into Application.Jobs
	Stage    int32 // index into Application.Stages
	Task     int32 // index into Stage.Tasks
	Executor policies.ExecutorID
	Node     int32
	N        int32
	Why      policies.Reason
}

// An Observer is told of every event, in order.
type Observer interface{ Observe(Event) }

// ObserverFunc makes an Observer of a function.
type ObserverFunc func(Event)

// Observe calls f.
func (f ObserverFunc) Observe(e Event) { f(e) }
