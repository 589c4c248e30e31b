package growth

import (
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/traces"
)

// Replays are run as comparisons do: the work is prepared once, and memory is used again.
func init() {
	replays = func(w *traces.Workload, f policies.Fleet, c replay.Config) (func() (*replay.Result, error), error) {
		var runner replay.Runner
		err := c.Prepare(w, func() error { return nil })
		return func() (*replay.Result, error) { return runner.Run(w, f, c) }, err
	}
}
