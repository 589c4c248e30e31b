package decide

import (
	"testing"
	"time"

	"dynalloc/bench/metrics"
	"dynalloc/bench/validate"
	"dynalloc/internal/wide"
	"dynalloc/replay/attribution"
)

// Two policies run an application in 100 s. Under the first one it waits for starting
// executors for 40 s of them, under the other one for 10 s. If start-up may be off by a
// factor of e, their ratio may be off by 30 % of that in the exponent; two policies with
// equal shares are off alike.
func TestUncertainStartupWidensWhatDependsOnIt(t *testing.T) {
	under := func(startup time.Duration) []metrics.App {
		a := metrics.App{Turnaround: 100 * time.Second, Executors: wide.Of(100*time.Second, 1), Attribution: &attribution.Attribution{}}
		a.Attribution.Turnaround[attribution.TimeStartup] = startup
		a.Attribution.Executors[attribution.HoldStarting] = wide.Of(startup, 1)
		return []metrics.App{a}
	}
	slow, fast := under(40*time.Second), under(10*time.Second)
	for what, f := range map[string][2]metrics.Figure{
		"turnaround": {metrics.TurnaroundOf, startupTurnaround}, "executor-seconds": {metrics.ExecutorSecondsOf, startupExecutors},
	} {
		c := &comparer{startup: 1}
		if got, want := c.startupError(f[0], f[1], fast, slow), validate.HalfWidth(0.3); got < want-1e-9 || got > want+1e-9 {
			t.Errorf("%s: half-width %.3f, want %.3f", what, got, want)
		}
		if got := c.startupError(f[0], f[1], slow, slow); got != 0 {
			t.Errorf("%s, equal shares: half-width %.3f", what, got)
		}
		c.startup = 0.05
		if got := c.startupError(f[0], f[1], fast, slow); got > 0.031 {
			t.Errorf("%s, start-up known to 5 %%: half-width %.3f", what, got)
		}
	}
}
