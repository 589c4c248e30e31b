// Package manager defines what a cluster manager is to a replay. Applications
// ask it for executors, in totals as Spark's drivers do, and it decides who gets
// the next executor, where and when.
//
// A manager has the shape of a policy: it observes events at the time at which
// they happen, is served once at the end of each instant, and says when it wants
// to be served next. It is a pure function of what it observes: it does no I/O,
// reads no clock and starts no goroutine.
//
//   - manager.go: what a manager observes, and what it does
//   - settings.go: what the description of a cluster says for one manager
//   - yaml.go: values in cluster files
package manager

import (
	"fmt"
	"time"

	"dynalloc/internal/spark"
)

// Never is a time that does not come.
const Never time.Duration = 1<<63 - 1

// A Manager grants executors to applications that share a cluster.
type Manager interface {
	// Join is called once, before the first event.
	Join(Replay)
	// Absent lists the nodes that are not part of the cluster at the start. A NodeUp
	// action announces each of them when it joins.
	Absent() []int
	// RunsDriver reports whether the manager finds room for the application's driver,
	// or for its application master. If so, the application starts with a
	// PlaceDriver action; else it starts as soon as it is submitted.
	RunsDriver(App) bool
	// Fits returns why an executor of one of the application's profiles, or its
	// driver, could not be placed even on the empty cluster; nil if all of them can.
	Fits(App) error
	// Observe takes in an event. It must not act before Serve.
	Observe(Event)
	// Serve is called once at the end of each instant in which an event was observed
	// or the time of Next has come. The actions are valid until the next call.
	Serve(now time.Duration) []Action
	// Next is the time at which the manager wants to be served even if no event
	// comes; Never if it only reacts to events.
	Next() time.Duration
}

// A Replay is what a manager knows of the replay in which it is.
type Replay struct {
	// Ended reports whether the replay ends early, because its caller wants that. Loops that
	// may take long ask it every few thousand turns, and end if so.
	Ended func() bool
	// LateUntil is until when a fault may have the manager served later than it asks for.
	LateUntil time.Duration
}

// An EventKind is the kind of an Event.
type EventKind uint8

// What a manager observes. The fields of Event that each kind sets are named;
// all but the last two set App.
const (
	AppSubmitted   EventKind = iota // Submitted: the application arrives
	AppRegistered                   // the driver registers: from now on it may ask
	TotalAsked                      // Profile, Total: how many executors of a profile the driver wants in all, those included that it has
	ExecutorExited                  // Container: the executor was given back, failed, or was preempted; its resources are free
	AppFinished                     // the application ends: all that it still holds is free
	NodeLost                        // Node: it is gone with all that runs on it, for which no ExecutorExited comes
	NodeRestored                    // Node: it is back, empty
)

// An Event is something that happens to a cluster.
type Event struct {
	At        time.Duration
	Kind      EventKind
	App       int // index in the workload
	Submitted *App
	Profile   int // index into App.Profiles
	Total     int
	Container int // the manager's name of an executor, see Action
	Node      int // index into the cluster's nodes
}

// Resources are what a container takes or a node has.
type Resources struct {
	Cores    int
	MemoryMB int64 // MiB
}

// An App is an application as a manager sees it.
type App struct {
	Index       int // in the workload; names it in all events and actions
	ID          string
	Name        string
	Class       string
	User        string
	Queue       string        // empty where unknown
	Version     spark.Version // the zero value where unknown
	Driver      spark.DriverSize
	ClusterMode bool             // the driver runs on the cluster
	Properties  spark.Properties // for the settings that only one manager has
	Profiles    []Profile
	CoresMax    int // spark.cores.max; 0: no limit
	Least       int // executors that its policy never goes below; 0: none, or unknown
}

// A Profile is the size of an executor of one resource profile.
type Profile struct {
	Cores      int   // 0: unset, so that a standalone worker gives all that it has
	TaskCPUs   int   // at least 1
	HeapMB     int64 // spark.executor.memory
	OverheadMB int64 // beside the heap: overhead, off-heap, Python
}

// Fits says why an application can never start: its executors have fewer cores than one
// task needs, whatever the cluster (ResourceUtils.validateTaskCpusLargeEnough), or they fit
// on no node of the manager's.
func Fits(m Manager, a App) error {
	for _, p := range a.Profiles {
		if p.Cores > 0 && p.Cores < p.TaskCPUs {
			return fmt.Errorf("spark.executor.cores is %d and a task needs %d (spark.task.cpus): Spark does not start such an application; give executors more cores", p.Cores, p.TaskCPUs)
		}
	}
	return m.Fits(a)
}

// A Kind is what a manager does.
type Kind uint8

// What managers do.
const (
	PlaceDriver   Kind = iota // App's driver or application master starts on Node
	PlaceExecutor             // an executor of App starts on Node with Cores cores, as Container
	Preempt                   // App's executor Container is taken away: it ends now
	NodeUp                    // Node joins: it was started by an autoscaler
	NodeDown                  // Node leaves: an autoscaler gave it up; nothing runs on it
	Announce                  // Node is going to be taken: executors on it that can be decommissioned are
)

// An Action is one thing that a manager does.
type Action struct {
	Kind      Kind
	App       int    // index in the workload
	Profile   int    // index into App.Profiles
	Node      int    // index into the cluster's nodes
	Container int    // the manager's name of an executor, never reused
	Cores     int    // of an executor or a driver
	Why       string // of a Preempt, for people: "queue b is below its guarantee"
}

// A Node is a machine of the cluster.
type Node struct {
	Name  string
	Type  string // of machine
	Label string // YARN's node label, Kubernetes' pool; empty: none
	Resources
}
