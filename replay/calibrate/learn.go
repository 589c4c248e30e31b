package calibrate

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"dynalloc/internal/note"
	"dynalloc/replay/cluster"
	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// Notes on where the time of a cause comes from.
var (
	timeLearned = note.Declare("time-learned", "cause", "time", "samples")
	timeDefault = note.Declare("time-default", "cause", "time")
	timeTooFew  = note.Declare("time-default-few-samples", "cause", "time", "samples")
	timeGiven   = note.Declare("time-given-by-cluster", "cause", "time")
)

// A sample is one time that a log shows, and how many others of its kind ran at the
// same time on the same node.
type sample struct {
	took   time.Duration
	others int
	log    string
}

// Learn takes the model of a workload's times from its logs, as far as they show them.
// A cause with fewer than latency.MinSamples samples keeps its default. The notes name
// the source of the time of each cause. The cluster is the one on which the logs were
// written: it determines which requests found free resources. The other requests waited
// in the manager's queue, so their times are not start-up times.
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
			learn(&m.By[cause], samples[cause])
		}
	}
	learnStartup(&m, w, c)
	scaleRun(&m, latency.OverheadRun, latency.Overhead, samples[latency.Overhead])
	scaleRun(&m, latency.ColdSlotRun, latency.ColdSlot, samples[latency.ColdSlot])
	scaleRun(&m, latency.FirstReadRun, latency.FirstRead, samples[latency.FirstRead])
	return m, notes(&m, c)
}

// learnStartup learns start-up times from requests that found free resources, and how
// much executors that started together slowed each other down.
func learnStartup(m *latency.Model, w *traces.Workload, c cluster.Cluster) {
	if c.Startup >= 0 {
		m.By[latency.Startup] = latency.Constant(c.Startup)
		m.By[latency.Startup].Source = "the cluster says so"
		return
	}
	starts := recordedStartups(w, c, m.By[latency.RemovalLag].Quantiles.Median())
	samples := make([]sample, len(starts))
	if len(starts) >= latency.MinSamples {
		processors, work := fitProcessors(starts)
		if m.Processors = processors; processors > 0 {
			m.DriverProcessors = processors
		}
		for i := range starts {
			samples[i] = sample{took: work[i], log: starts[i].log}
		}
	}
	learn(&m.By[latency.Startup], samples)
}

// notes returns a note on the source of the time of each cause.
func notes(m *latency.Model, c cluster.Cluster) []note.Note {
	var list []note.Note
	for cause := range latency.Causes {
		d := &m.By[cause]
		median := d.Quantiles.Median().Round(time.Millisecond)
		switch {
		case d.Learned():
			list = append(list, timeLearned.With(cause, median, d.N))
		case d.N > 0:
			list = append(list, timeTooFew.With(cause, median, d.N))
		case cause == latency.Startup && c.Startup >= 0:
			list = append(list, timeGiven.With(cause, median))
		default:
			list = append(list, timeDefault.With(cause, median))
		}
	}
	return list
}

// learn replaces a default by what samples show, if there are enough of them.
func learn(d *latency.Distribution, samples []sample) {
	d.N = len(samples)
	if !d.Learned() {
		if d.N > 0 {
			d.Source += fmt.Sprintf("; the logs show %d, too few to learn from", d.N)
		}
		return
	}
	d.Contention = contention(samples, d.Contention)
	alone := make([]time.Duration, len(samples))
	for i, s := range samples {
		d.MaxOthers = max(d.MaxOthers, s.others)
		alone[i] = time.Duration(float64(s.took) / (1 + d.Contention*float64(s.others)))
		d.Logs = append(d.Logs, s.log)
	}
	d.Quantiles = quantiles(alone)
	slices.Sort(d.Logs)
	d.Logs = slices.Compact(d.Logs)
	d.Source = fmt.Sprintf("learned from %d in the logs", d.N)
}

// quantiles returns those of samples, which it sorts: linear between two samples.
func quantiles(samples []time.Duration) (q latency.Quantiles) {
	slices.Sort(samples)
	for i, level := range latency.Levels {
		at := level * float64(len(samples)-1)
		low := int(at)
		high := min(low+1, len(samples)-1)
		q[i] = samples[low] + time.Duration((at-float64(low))*float64(samples[high]-samples[low]))
	}
	return q
}

// contention is the relative increase of a sample's time for each other one beside it:
// the slope of a line through the samples over the number of others (least squares),
// divided by its value at 0. If the number of others varies little, the slope is
// uncertain. So the result is a mean of slope and default, in which the default has the
// weight of one sample in 1 + the variance of the others.
func contention(samples []sample, otherwise float64) float64 {
	var n, x, y, xx, xy float64
	for _, s := range samples {
		others, took := float64(s.others), s.took.Seconds()
		n, x, y, xx, xy = n+1, x+others, y+took, xx+others*others, xy+others*took
	}
	variance := (xx - x*x/n) / n
	if variance <= 0 {
		return otherwise
	}
	slope := (xy - x*y/n) / (n * variance)
	// A line that is close to 0 at 0 would give any result: alone, a sample takes at
	// least a fifth of the mean.
	start := max((y-slope*x)/n, y/n/5)
	if start <= 0 {
		return 0
	}
	return max(slope/start*variance+otherwise, 0) / (1 + variance)
}

// scaleRun adapts to the machine what is hidden within run times, which no log shows:
// by the ratio of what the logs do show of the same cause to its default, at most 2.
func scaleRun(m *latency.Model, hidden, shown latency.Cause, samples []sample) {
	if len(samples) < latency.MinSamples {
		return
	}
	defaults := Defaults()
	var got, expected time.Duration
	for _, s := range samples {
		got += s.took
		expected += defaults.By[shown].Typical(s.others)
	}
	ratio := min(max(float64(got)/float64(expected), 0), 2)
	d := &m.By[hidden]
	for i := range d.Quantiles {
		d.Quantiles[i] = time.Duration(ratio * float64(d.Quantiles[i]))
	}
	d.Source += fmt.Sprintf(", times %.2f, as what the logs show of %s is to its default", ratio, shown)
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
