package room

import (
	"maps"
	"slices"
	"sync"

	"dynalloc/bench/metrics"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/traces"
)

// A Check finds the classes whose figures depend on the size of a cluster that was
// not given: under some policy that was tried, one of their applications waits for room
// on the assumed cluster or, where nothing limits it, holds more executors than its log
// shows. Replays that run at the same time share it; the classes that it finds do not
// depend on their order. A nil Check
// checks nothing.
type Check struct {
	limitless bool
	mu        sync.Mutex
	classes   map[string]bool
}

// New returns the check for a cluster; nil if the cluster was given. limitless: nothing limits
// what an application gets on the assumed one.
func New(assumed, limitless bool) *Check {
	if !assumed {
		return nil
	}
	return &Check{limitless: limitless, classes: map[string]bool{}}
}

// Observe takes the outcome of an application of a class under a fleet. Hindsight does
// not count: no answer recommends it.
func (c *Check) Observe(f policies.Fleet, class string, app *traces.Application, r *replay.AppResult, m *metrics.App) {
	if c == nil || slices.ContainsFunc(f.Rules, func(r policies.Rule) bool { return !r.Spec.Deployable() }) {
		return
	}
	if c.limitless && r.Peak > app.PeakExecutors() || !c.limitless && m.Wait.Sign() > 0 {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.classes[class] = true
	}
}

// Add takes classes that a check of another process found.
func (c *Check) Add(classes []string) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, class := range classes {
		c.classes[class] = true
	}
}

// List returns the classes, sorted; nil if the cluster was given or decides nothing.
func (c *Check) List() []string {
	if c == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(c.classes))
}

// Again is an empty check of the same cluster.
func (c *Check) Again() *Check { return New(c != nil, c != nil && c.limitless) }
