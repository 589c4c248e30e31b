package calibrate

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"dynalloc/internal/exact"
	"dynalloc/internal/note"
	"dynalloc/replay/cluster"
	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// Notes on where the time of a cause comes from.
var (
	timeLearned    = note.Declare("time-learned", "cause", "time", "low", "high", "samples", "prior")
	timeDefault    = note.Declare("time-default", "cause", "time", "low", "high")
	startupsWaited = note.Declare("startups-waited-for-room", "waited", "of")
	timeGiven      = note.Declare("time-given-by-cluster", "cause", "time")
)

// A sample is one time that a log shows, and how many others of its kind ran at the
// same time on the same node.
type sample struct {
	took   time.Duration
	others int
	log    string
}

// Learn estimates the model of a workload's times from its logs and the defaults, which
// count the more the less the logs show. The notes name the source of the time of each
// cause. The cluster is the one on which the logs were written: it determines which
// requests found free resources. The other requests waited in the manager's queue, so
// their times are not start-up times.
func Learn(w *traces.Workload, c cluster.Cluster) (latency.Model, []note.Note) {
	var samples [latency.Causes][]sample
	w, _ = w.SplitLocal()
	for _, a := range w.Apps {
		samples[latency.Usable] = append(samples[latency.Usable], usableTimes(a)...)
		samples[latency.RemovalLag] = append(samples[latency.RemovalLag], removalLags(a)...)
		taskSamples(a, &samples)
	}
	m := Defaults()
	for cause := range latency.Causes {
		if cause != latency.Startup {
			priors[cause].learn(&m.By[cause], samples[cause])
		}
	}
	learnStartup(&m, w, c)
	scaleRun(&m, latency.OverheadRun, latency.Overhead, samples[latency.Overhead])
	scaleRun(&m, latency.ColdSlotRun, latency.ColdSlot, samples[latency.ColdSlot])
	scaleRun(&m, latency.FirstReadRun, latency.FirstRead, samples[latency.FirstRead])
	return m, notes(&m, c)
}

// givenSpread is how uncertain a start-up time is that the cluster states: the standard
// deviation of the logarithm of the medians of recordings on one machine.
const givenSpread = 0.25

// learnStartup learns start-up times from requests that found free resources, and how
// much executors that started together slowed each other down.
func learnStartup(m *latency.Model, w *traces.Workload, c cluster.Cluster) {
	if c.Startup >= 0 {
		m.By[latency.Startup] = latency.Constant(c.Startup)
		m.By[latency.Startup].Source, m.By[latency.Startup].Uncertainty = "the cluster says so", givenSpread
		return
	}
	starts := recordedStartups(w, c, m.By[latency.RemovalLag].Quantiles.Median())
	m.Processors, m.DriverProcessors = fitProcessors(starts, w.Apps)
	work := startupWork(starts, m.Processors)
	samples, request := make([]sample, len(starts)), make([]int, len(starts))
	number := map[startup]int{} // of requests: what was granted to an application at a time
	for i, s := range starts {
		samples[i] = sample{took: work[i], log: s.log}
		one := startup{granted: s.granted, app: s.app}
		if _, known := number[one]; !known {
			number[one] = len(number)
		}
		request[i] = number[one]
	}
	priors[latency.Startup].learnStartups(&m.By[latency.Startup], samples, request)
}

// notes returns a note on the source of the time of each cause.
func notes(m *latency.Model, c cluster.Cluster) []note.Note {
	var list []note.Note
	for cause := range latency.Causes {
		d := &m.By[cause]
		median := d.Quantiles.Median().Round(time.Millisecond)
		low, high := d.Interval()
		low, high = low.Round(time.Millisecond), high.Round(time.Millisecond)
		switch {
		case d.Waited >= 0.5:
			list = append(list, timeLearned.With(cause, median, low, high, d.N, d.Prior), startupsWaited.With(math.Round(d.Waited), d.N))
		case d.N > 0:
			list = append(list, timeLearned.With(cause, median, low, high, d.N, d.Prior))
		case cause == latency.Startup && c.Startup >= 0:
			list = append(list, timeGiven.With(cause, median))
		default:
			list = append(list, timeDefault.With(cause, median, low, high))
		}
	}
	return list
}

// scaleRun adapts to the machine what is hidden within run times, which no log shows: by
// the square root of the ratio of what the logs do show of the same cause to its default,
// at most 2, as far as the default does not count there. The two vary together, but not
// fully: with the whole ratio or with none, recordings are predicted less well.
func scaleRun(m *latency.Model, hidden, shown latency.Cause, samples []sample) {
	from, d := &m.By[shown], &m.By[hidden]
	d.Prior, d.Uncertainty = from.Prior, from.Uncertainty
	if len(samples) == 0 {
		return
	}
	defaults := Defaults()
	var got, expected time.Duration
	for _, s := range samples {
		got += s.took
		expected += defaults.By[shown].Typical(s.others)
	}
	ratio := min(exact.Exp(exact.Log(float64(got)/float64(expected))*(1-from.Prior)/2), 2)
	for i := range d.Quantiles {
		d.Quantiles[i] = time.Duration(ratio * float64(d.Quantiles[i]))
	}
	d.Source += fmt.Sprintf(", times %.2f, for what the logs show of %s", ratio, shown)
}

// A recordedExecutor is one executor in a log, on the workload's clock.
type recordedExecutor struct {
	began, added, usable time.Duration
	wanted               bool // tasks waited for it: usable is when it got one
	host                 string
}

// executorsOf returns an application's recorded executors in order of registration.
// A log that does not show the request of one gets it from the driver's
// registration, at which static drivers ask, else from usualStartup.
func executorsOf(a *traces.Application) []recordedExecutor {
	const usualStartup = 5 * time.Second
	var list []recordedExecutor
	for i := range a.Recorded.Executors {
		x := &a.Recorded.Executors[i]
		r := recordedExecutor{began: x.Added - usualStartup, added: x.Added, usable: x.Added, host: x.Host}
		if x.Awaited && x.FirstTask >= x.Added {
			r.usable, r.wanted = x.FirstTask, true
		}
		if x.Requested >= 0 {
			r.began = x.Requested
		} else if !a.Properties.DynamicAllocation() && a.Setup > 0 {
			r.began = a.Setup
		}
		list = append(list, r)
	}
	slices.SortStableFunc(list, func(x, y recordedExecutor) int { return cmp.Compare(x.added, y.added) })
	return list
}

// usableTimes returns the time from registration to first task of executors that
// tasks waited for. Beside one are those that are starting on its host when it
// registers, and those that were requested with it.
func usableTimes(a *traces.Application) []sample {
	const together = 100 * time.Millisecond
	if a.Recorded == nil {
		return nil
	}
	list := executorsOf(a)
	var samples []sample
	for i, x := range list {
		if !x.wanted {
			continue
		}
		others := 0
		for k, y := range list {
			if k != i && y.host == x.host && y.began < x.added+together && y.usable+latency.Settling > x.added {
				others++
			}
		}
		samples = append(samples, sample{x.usable - x.added, others, a.Path})
	}
	return samples
}
