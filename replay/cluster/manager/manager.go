// Package manager says what a cluster manager is to a replay: applications ask
// it for executors, in totals as Spark does, and it decides who gets the next
// one, where and when. It is told of everything that happens at the time at
// which it happens, and asked once at the end of each instant what it does.
//
// A manager is a pure function of what it is told: it does no I/O, reads no
// clock and starts no goroutine.
package manager

import "time"

// Never is a time that does not come.
const Never time.Duration = 1<<63 - 1

// A Manager grants executors to applications that share a cluster.
type Manager interface {
	// Absent are the nodes that are not there at the start; a NodeUp announces each
	// of them when it comes.
	Absent() []int
	// Fits says why an executor of one of the application's profiles, or its
	// driver, could not be placed even on the empty cluster; nil if all can.
	Fits(App) error
	// Submit is the arrival of an application. If the manager runs its driver
	// (or application master), Serve places that in its time, and only then the
	// application goes on; else it goes on at once, and Submit returns true.
	Submit(now time.Duration, a App) (goesOn bool)
	// Register is the driver's registration: from now on it may ask.
	Register(now time.Duration, app int)
	// Ask is how many executors of a profile the driver wants in all, those that
	// it has included.
	Ask(now time.Duration, app, profile, total int)
	// Exit frees an executor's resources: it was given back, failed, or was taken.
	Exit(now time.Duration, app, container int)
	// Finish ends an application: all that it still holds is free.
	Finish(now time.Duration, app int)
	// Lose takes a node away with all that runs on it, for which Exit is not
	// called; Restore gives it back, empty.
	Lose(now time.Duration, node int)
	Restore(now time.Duration, node int)
	// Serve is called once at the end of each instant at which something was
	// told or Next has come. What it returns is valid until the next call.
	Serve(now time.Duration) []Action
	// Next is the time at which the manager wants to be served although nothing
	// happens to it; Never if at none.
	Next() time.Duration
}

// Resources are what a container takes or a node has.
type Resources struct {
	Cores    int
	MemoryMB int64 // MiB
}

// An App is an application as a manager sees it.
type App struct {
	Index      int // in the workload; names it in all calls
	ID         string
	Name       string
	Class      string
	User       string
	Queue      string // empty where unknown
	Version    string // of Spark, "3.5.1"; empty where unknown
	Properties map[string]string
	Profiles   []Profile
	CoresMax   int // spark.cores.max; 0: no limit
	Least      int // executors that its policy never goes below; 0: none, or unknown
}

// A Profile is the size of an executor of one resource profile.
type Profile struct {
	Cores      int   // 0: unset, so that a standalone worker gives all that it has
	TaskCPUs   int   // at least 1
	HeapMB     int64 // spark.executor.memory
	OverheadMB int64 // beside the heap: overhead, off-heap, Python
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
