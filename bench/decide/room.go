package decide

import (
	"maps"
	"slices"
	"sync"

	"dynalloc/bench/metrics"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/traces"
)

// A roomCheck finds the classes whose figures depend on the size of a cluster that was
// not given: under some policy that was tried, one of their applications waits for room
// on the assumed cluster or, where nothing limits it, holds more executors than its log
// shows. Replays that run at the same time share it; the classes that it finds do not
// depend on their order.
type roomCheck struct {
	limitless bool
	mu        sync.Mutex
	classes   map[string]bool
}

// newRoomCheck returns the check for a cluster; nil if the cluster was given.
func newRoomCheck(assumed, limitless bool) *roomCheck {
	if !assumed {
		return nil
	}
	return &roomCheck{limitless: limitless, classes: map[string]bool{}}
}

// observe takes the outcome of an application of a class under a fleet. Hindsight does
// not count: no answer recommends it.
func (c *roomCheck) observe(f policies.Fleet, class string, app *traces.Application, r *replay.AppResult, m *metrics.App) {
	if c == nil || slices.ContainsFunc(f.Rules, func(r policies.Rule) bool { return !r.Spec.Deployable() }) {
		return
	}
	if c.limitless && r.Peak > app.PeakExecutors() || !c.limitless && m.Wait.Sign() > 0 {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.classes[class] = true
	}
}

// add takes classes that a check of another process found.
func (c *roomCheck) add(classes []string) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, class := range classes {
		c.classes[class] = true
	}
}

// list returns the classes, sorted; nil if the cluster was given or decides nothing.
func (c *roomCheck) list() []string {
	if c == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(c.classes))
}
