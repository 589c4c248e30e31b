package outcome

import (
	"fmt"
	"time"

	"dynalloc/policies"
	"dynalloc/replay/random"
	"dynalloc/traces"
)

// Kind is the kind of an Event.
type Kind uint8

// The kinds of events, with the fields that are set.
const (
	AppSubmitted     Kind = iota
	AppEnded              //
	JobSubmitted          // Job
	JobEnded              // Job, N: its Failure
	StageSubmitted        // Job, Stage, N tasks
	StageEnded            // Job, Stage, N: why the attempt failed, a Failure
	TaskStarted           // Stage, Task, Executor
	TaskEnded             // Stage, Task, Executor
	TargetChanged         // N executors wanted in all, Why
	ExecutorGranted       // Executor, Node
	ExecutorAdded         // Executor: it has registered
	ExecutorUsable        // Executor: it takes tasks
	ExecutorReleased      // Executor, Why: the policy gives it back
	ExecutorFreed         // Executor, N cores: they are free for others
	ExecutorRemoved       // Executor: the driver has seen that it is gone

	// ExecutorKept reports, at the end of an instant, why an executor that runs no task is
	// kept: Executor, Why, Job of [policies.HeldLiveShuffle] (-1: the files are new, and
	// no job lists them yet), When: until when it is kept if nothing else happens. It
	// comes only with Config.Attribute, and is not part of the digest.
	ExecutorKept
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
	When     time.Duration // of ExecutorGranted, with Config.Attribute: when it was requested; Why is the reason of the request
}

// An Observer receives every event, in order.
type Observer interface{ Observe(Event) }

// ObserverFunc makes an Observer of a function.
type ObserverFunc func(Event)

// Observe calls f.
func (f ObserverFunc) Observe(e Event) { f(e) }

// Happened describes the event in a few words, without the time and the application's
// name: "stage 3 ready, 12 tasks". Jobs and stages have the ids of the log.
func (e Event) Happened(w *traces.Workload) string {
	a := w.Apps[e.App]
	switch e.Kind {
	case AppSubmitted:
		return "submitted"
	case AppEnded:
		return "done"
	case JobSubmitted:
		return fmt.Sprintf("job %d submitted", a.Jobs[e.Job].ID)
	case JobEnded:
		if e.N > 0 {
			return fmt.Sprintf("job %d fails: %s", a.Jobs[e.Job].ID, Failure(e.N).Exception())
		}
		return fmt.Sprintf("job %d done", a.Jobs[e.Job].ID)
	case StageSubmitted:
		return fmt.Sprintf("stage %d ready, %d tasks", a.Stages[e.Stage].ID, e.N)
	case StageEnded:
		switch Failure(e.N) {
		case NoFailure:
			return fmt.Sprintf("stage %d done", a.Stages[e.Stage].ID)
		case FetchFailures:
			return fmt.Sprintf("stage %d cannot read its input", a.Stages[e.Stage].ID)
		}
		return fmt.Sprintf("stage %d fails", a.Stages[e.Stage].ID)
	case TaskStarted:
		return fmt.Sprintf("task %d of stage %d starts on executor %s", e.Task, a.Stages[e.Stage].ID, e.Executor)
	case TaskEnded:
		if e.N > 0 {
			return fmt.Sprintf("task %d of stage %d ends in vain", e.Task, a.Stages[e.Stage].ID)
		}
		return fmt.Sprintf("task %d of stage %d ends", e.Task, a.Stages[e.Stage].ID)
	case TargetChanged:
		return fmt.Sprintf("target %d", e.N)
	case ExecutorGranted:
		return fmt.Sprintf("executor %s granted on node %d", e.Executor, e.Node)
	case ExecutorAdded:
		return fmt.Sprintf("executor %s up", e.Executor)
	case ExecutorUsable:
		return fmt.Sprintf("executor %s takes tasks", e.Executor)
	case ExecutorFreed:
		return fmt.Sprintf("executor %s leaves %d cores", e.Executor, e.N)
	case ExecutorReleased:
		return fmt.Sprintf("executor %s removed", e.Executor)
	case ExecutorKept:
		return fmt.Sprintf("executor %s kept", e.Executor)
	default:
		return fmt.Sprintf("executor %s gone", e.Executor)
	}
}

// DigestStart is the digest of no events.
const DigestStart = 0xcbf29ce484222325

// Digest folds the event into a running hash.
func (e *Event) Digest(d uint64) uint64 {
	return Digest(d, e.At, Pair(int32(e.Kind), e.App), Pair(e.Job, e.Stage), Pair(e.Task, int32(e.Executor)), Pair(e.Node, e.N))
}

// Digest folds an event of a time into a running hash; what are the pairs of its kind and
// application, job and stage, task and executor, node and number.
func Digest(d uint64, at time.Duration, what, where, who, rest uint64) uint64 {
	d = random.Mix(d, uint64(at))
	d = random.Mix(d, what)
	d = random.Mix(d, where)
	d = random.Mix(d, who)
	return random.Mix(d, rest)
}

// Pair is two numbers in one.
func Pair(high, low int32) uint64 { return uint64(uint32(high))<<32 | uint64(uint32(low)) }
