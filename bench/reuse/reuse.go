// Package reuse runs replays in the memory of those before them.
//
//   - reuse.go: [Run]
package reuse

import (
	"sync"

	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/traces"
)

// runners are those that run no replay. There come to be as many as replays run side by
// side, and the garbage collector takes those that are not used for a while.
var runners = sync.Pool{New: func() any { return new(replay.Runner) }}

// Run is replay.Run. Replays that follow each other use the same memory, and those that run
// side by side share none.
func Run(w *traces.Workload, f policies.Fleet, c replay.Config, observers ...replay.Observer) (*replay.Result, error) {
	r := runners.Get().(*replay.Runner)
	defer runners.Put(r)
	return r.Run(w, f, c, observers...)
}
