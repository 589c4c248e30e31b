package decide

import (
	"math"

	"dynalloc/bench/metrics"
	"dynalloc/bench/validate"
	"dynalloc/replay/attribution"
)

// Without replicas, an interval does not contain that start-up times are uncertain. To
// first order, a figure of which a share is start-up changes by that share of what
// start-up is off (the delta method), and the ratio of two policies by the difference of
// their shares.

// startupTurnaround is how long the critical path of an application waits for starting
// executors, in seconds; 0 if attribution is off.
func startupTurnaround(a *metrics.App) float64 {
	if a.Attribution == nil {
		return 0
	}
	return a.Attribution.Turnaround[attribution.TimeStartup].Seconds()
}

// startupExecutors is how long executors are held while they start, in executor-seconds; 0
// if attribution is off.
func startupExecutors(a *metrics.App) float64 {
	if a.Attribution == nil {
		return 0
	}
	return a.Attribution.Executors[attribution.HoldStarting].Seconds()
}

// startupShare is the share of a figure that is start-up.
func startupShare(apps []metrics.App, whole, part metrics.Figure) float64 {
	var all, startup float64
	for i := range apps {
		all, startup = all+whole(&apps[i]), startup+part(&apps[i])
	}
	if all <= 0 {
		return 0
	}
	return startup / all
}

// startupError is the half-width of a 95 % interval for the ratio of two policies, as a
// share of the ratio, from what is not known of start-up times.
func (c *comparer) startupError(whole, part metrics.Figure, other, base []metrics.App) float64 {
	if c.startup == 0 {
		return 0
	}
	share := startupShare(other, whole, part) - startupShare(base, whole, part)
	return validate.HalfWidth(c.startup * math.Abs(share))
}
