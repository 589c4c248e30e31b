package calibrate

import (
	"cmp"
	"slices"
	"time"

	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// RequestedStartups returns the start-up times of executors in order of request: from the
// request to the registration, or from the application's start where the log of a
// dynamic application has no request before (Spark logs them since 3.4). A static
// application requests its executors when it starts and the replay when the driver
// is set up, so the times of a static application are reduced by the set-up. Spark
// sometimes loses the time of a request when a target falls; the executor then
// counts from the last request before it.
func RequestedStartups(a *traces.Application, setup time.Duration) []latency.GivenStartup {
	type life struct {
		asked time.Duration
		given latency.GivenStartup
	}
	dynamic := a.Properties.DynamicAllocation()
	var lives []life
	last := time.Duration(-1)
	for i := range a.Recorded.Executors { // in order of registration
		x := &a.Recorded.Executors[i]
		last = max(last, x.Requested)
		asked := x.Requested
		if asked < 0 {
			asked = last
		}
		switch {
		case asked >= 0:
			lives = append(lives, life{asked, latency.GivenStartup{Took: max(0, x.Added-asked)}})
		case dynamic:
			lives = append(lives, life{0, latency.GivenStartup{Took: x.Added, FromStart: true}})
		default:
			lives = append(lives, life{0, latency.GivenStartup{Took: max(0, x.Added-setup)}})
		}
	}
	slices.SortStableFunc(lives, func(x, y life) int { return cmp.Compare(x.asked, y.asked) })
	times := make([]latency.GivenStartup, len(lives))
	for i := range lives {
		times[i] = lives[i].given
	}
	return times
}
