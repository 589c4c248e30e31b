// Package calibrate derives the times that a replay adds to the work of tasks from
// recorded logs: executor start-up, first tasks, task overhead and removal lag.
package calibrate

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"dynalloc/replay/cluster"
	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// A sample is one time that a log shows, and how many others of its kind went
// on beside it on the same node.
type sample struct {
	took   time.Duration
	others int
	log    string
}

// Learn takes the Times of a workload from its logs, as far as they show them;
// where they show fewer than Enough of a cause, its default stands. It also
// says in one sentence for each cause where it came from. The cluster tells
// which requests found room: of the others the log shows only how long they
// waited for it.
func Learn(w *traces.Workload, c cluster.Cluster) (latency.Model, []string) {
	var samples [latency.Causes][]sample
	for _, a := range w.Apps {
		samples[latency.Usable] = append(samples[latency.Usable], usableTimes(a)...)
		samples[latency.RemovalLag] = append(samples[latency.RemovalLag], removalLags(a)...)
		taskSamples(a, &samples)
	}
	t := Defaults()
	for cause := range latency.Causes {
		if cause != latency.Startup {
			learn(&t.By[cause], samples[cause])
		}
	}
	learnStartup(&t, w, c)
	scaleRun(&t, latency.OverheadRun, latency.Overhead, samples[latency.Overhead])
	scaleRun(&t, latency.ColdSlotRun, latency.ColdSlot, samples[latency.ColdSlot])
	scaleRun(&t, latency.FirstReadRun, latency.FirstRead, samples[latency.FirstRead])
	return t, notes(&t)
}

// learnStartup takes start-ups from requests that found room, and how far
// executors that started together slowed each other down.
func learnStartup(t *latency.Model, w *traces.Workload, c cluster.Cluster) {
	if c.Startup >= 0 {
		t.By[latency.Startup] = latency.Constant(c.Startup)
		t.By[latency.Startup].Source = "the cluster says so"
		return
	}
	starts := recordedBoots(w, c, t.By[latency.RemovalLag].Quantiles.Median())
	samples := make([]sample, len(starts))
	if len(starts) >= latency.MinSamples {
		processors, work := fitProcessors(starts)
		if t.Processors = processors; processors > 0 {
			t.DriverProcessors = processors
		}
		for i := range starts {
			samples[i] = sample{took: work[i], log: starts[i].log}
		}
	}
	learn(&t.By[latency.Startup], samples)
}

// notes says for each cause what it takes and where that comes from.
func notes(t *latency.Model) []string {
	var notes []string
	for cause := range latency.Causes {
		d := &t.By[cause]
		from := "default"
		switch {
		case d.Learned():
			from = fmt.Sprintf("median of %d in the logs", d.N)
		case d.N > 0:
			from = fmt.Sprintf("default: the logs show only %d", d.N)
		case cause == latency.Startup && d.Contention == 0 && d.Quantiles[0] == d.Quantiles[len(latency.Levels)-1]:
			from = d.Source
		}
		notes = append(notes, fmt.Sprintf("%s %s (%s)", cause, d.Quantiles.Median().Round(time.Millisecond), from))
	}
	return notes
}

// learn replaces a default by what samples show, if they are enough.
func learn(d *latency.Distribution, samples []sample) {
	d.N = len(samples)
	if !d.Learned() {
		if d.N > 0 {
			d.Source += fmt.Sprintf("; the logs show %d, too few to learn from", d.N)
		}
		return
	}
	d.Contention = crowding(samples, d.Contention)
	for _, s := range samples {
		d.MaxOthers = max(d.MaxOthers, s.others)
	}
	alone := make([]time.Duration, len(samples))
	for i, s := range samples {
		alone[i] = time.Duration(float64(s.took) / (1 + d.Contention*float64(s.others)))
		d.Logs = append(d.Logs, s.log)
	}
	d.Quantiles = distributionOf(alone)
	slices.Sort(d.Logs)
	d.Logs = slices.Compact(d.Logs)
	d.Source = fmt.Sprintf("learned from %d in the logs", d.N)
}

// distributionOf makes a distribution of samples, which it sorts.
func distributionOf(samples []time.Duration) latency.Quantiles {
	slices.Sort(samples)
	var q latency.Quantiles
	for i, level := range latency.Levels {
		at := level * float64(len(samples)-1)
		low := int(at)
		high := min(low+1, len(samples)-1)
		q[i] = samples[low] + time.Duration((at-float64(low))*float64(samples[high]-samples[low]))
	}
	return q
}

// crowding is the slope of a line through the samples over the others beside
// them (least squares), as a share of where it starts. Where the others hardly
// vary the slope says little, and the default counts instead: its weight is
// that of one sample in 1 + the variance of the others.
func crowding(samples []sample, otherwise float64) float64 {
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
	// Near zero the start of the line says little: one takes a fifth of the mean
	// at least when it is alone.
	start := max((y-slope*x)/n, y/n/5)
	if start <= 0 {
		return 0
	}
	return max(slope/start*variance+otherwise, 0) / (1 + variance)
}

// scaleRun fits what hides in run times, which no log shows, to the machine:
// by the ratio of what the logs do show of the same cause to its default.
func scaleRun(t *latency.Model, hidden, shown latency.Cause, samples []sample) {
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
	d := &t.By[hidden]
	for i := range d.Quantiles {
		d.Quantiles[i] = time.Duration(ratio * float64(d.Quantiles[i]))
	}
	d.Source += fmt.Sprintf(", times %.2f, as what the logs show of %s is to its default", ratio, shown)
}

// A life is one recorded executor, on the workload's clock.
type life struct {
	asked, added, usable time.Duration // asked is -1 where the log does not say
	wanted               bool          // tasks waited for it: usable is when it got one
	host, log            string
}

// lives returns all executors of a workload in order of registration.
func lives(w *traces.Workload) []life {
	var all []life
	for _, a := range w.Apps {
		if a.Recorded == nil {
			continue
		}
		start := a.Submit + a.EarlierAttempts
		for i := range a.Recorded.Executors {
			x := &a.Recorded.Executors[i]
			l := life{asked: -1, added: start + x.Added, usable: start + x.Added, host: x.Host, log: a.Path}
			if x.Awaited && x.FirstTask >= x.Added {
				l.usable, l.wanted = start+x.FirstTask, true
			}
			if x.Requested >= 0 {
				l.asked = start + x.Requested
			} else if !a.Properties.DynamicAllocation() && a.Setup > 0 {
				l.asked = start + a.Setup // a static driver asks when it registers
			}
			all = append(all, l)
		}
	}
	slices.SortStableFunc(all, func(x, y life) int { return cmp.Compare(x.added, y.added) })
	return all
}

// rising counts the other executors that are starting on an executor's host at
// some time, and those asked for with it.
func rising(all []life, of *life, at time.Duration) int {
	const together = 100 * time.Millisecond
	n := 0
	for i := range all {
		if l := &all[i]; l != of && l.host == of.host && l.began() < at+together && l.usable+latency.Settling > at {
			n++
		}
	}
	return n
}

// began is when an executor began to start. Where its request is not in the log
// that is taken to be a while before it registered.
func (l *life) began() time.Duration {
	const usual = 5 * time.Second
	if l.asked < 0 {
		return l.added - usual
	}
	return l.asked
}

// usableTimes returns the time from registration to first task of executors
// that tasks waited for.
func usableTimes(a *traces.Application) []sample {
	if a.Recorded == nil {
		return nil
	}
	all := lives(&traces.Workload{Apps: []*traces.Application{a}})
	var samples []sample
	for i := range all {
		if l := &all[i]; l.wanted {
			samples = append(samples, sample{l.usable - l.added, rising(all, l, l.added), l.log})
		}
	}
	return samples
}
