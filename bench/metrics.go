package bench

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// A Metric is one number about a group of applications. It is defined here once;
// every report and docs/METRICS.md take it from this table.
type Metric struct {
	Name   string // in files: "queue_wait_p95"
	Label  string // in tables and on axes: "queue wait p95"
	Unit   Unit
	Doc    string // the formula in words
	Better Better
	Of     func(*Group) float64
}

// Better says which way a metric is good.
type Better string

// Directions. Neither is for what is only context: executors held are no good
// in themselves, nor is work that every policy has to do.
const (
	Lower   Better = "lower"
	Higher  Better = "higher"
	Neither Better = "-"
)

// Unit is what a metric is counted in.
type Unit string

// The units of metrics.
const (
	Count           Unit = "applications"
	Percent         Unit = "%"
	Seconds         Unit = "s"
	ExecutorSeconds Unit = "executor-s"
	ExecutorHours   Unit = "executor-h"
	Tasks           Unit = "tasks"
	TaskSeconds     Unit = "task-s"
	Times           Unit = "x"
)

// Metrics is every metric in the order of reports.
var Metrics = append([]Metric{
	{"applications", "applications", Count, "applications in the group", Neither,
		func(g *Group) float64 { return float64(len(g.Apps)) }},
	{"with_deadline", "with a deadline", Count, "applications in the group that have a deadline", Neither,
		func(g *Group) float64 { return float64(g.withDeadline()) }},
	{"sla_misses", "SLA misses", Count, "applications with a deadline whose turnaround is longer than it, or that failed", Lower,
		func(g *Group) float64 { return float64(g.misses()) }},
	{"sla_miss_share", "SLA miss share", Percent, "sla_misses / with_deadline", Lower,
		func(g *Group) float64 { return 100 * ratio(float64(g.misses()), float64(g.withDeadline())) }},

	{"queue_wait_mean", "queue wait mean", Seconds, "mean over applications of first executor registered - submission", Lower, meanOf(queueWait)},
	{"queue_wait_p50", "queue wait p50", Seconds, "median over applications of first executor registered - submission", Lower, quantileOf(0.50, queueWait)},
	{"queue_wait_p95", "queue wait p95", Seconds, "95 % quantile over applications of first executor registered - submission", Lower, quantileOf(0.95, queueWait)},
	{"queue_wait_max", "queue wait max", Seconds, "largest over applications of first executor registered - submission", Lower, quantileOf(1, queueWait)},
	{"wait_unasked_mean", "wait, nothing asked", Seconds, "mean over applications of the first part of queue wait, first target above zero sent - submission", Lower,
		meanOf(func(a *App) time.Duration { return a.Unasked })},
	{"wait_ungranted_mean", "wait, nothing granted", Seconds, "mean over applications of the second part of queue wait, first executor granted - first target above zero sent", Lower,
		meanOf(func(a *App) time.Duration { return a.Ungranted })},
	{"wait_starting_mean", "wait, starting", Seconds, "mean over applications of the third part of queue wait, first executor registered - first executor granted", Lower,
		meanOf(func(a *App) time.Duration { return a.Starting })},
	{"executor_wait", "executor wait", ExecutorSeconds, "sum over applications of integral over time of max(0, min(asked, what the application's own limits allow) - granted)", Lower,
		func(g *Group) float64 { return g.sum(func(a *App) time.Duration { return a.Wait }) }},

	{"utilization_held", "utilization, held", Percent, "core-time held / (cores of the cluster x window)", Neither,
		func(g *Group) float64 { return g.utilization(held) }},
	{"utilization_busy", "utilization, busy", Percent, "core-time in which tasks ran / (cores of the cluster x window)", Higher,
		func(g *Group) float64 { return g.utilization(busy) }},
	{"efficiency", "efficiency", Percent, "core-time in which tasks ran / core-time held", Higher,
		func(g *Group) float64 { return 100 * ratio(g.sum(busy), g.sum(held)) }},

	{"turnaround_p50", "turnaround p50", Seconds, "median over applications of end - submission", Lower, quantileOf(0.50, turnaround)},
	{"turnaround_p95", "turnaround p95", Seconds, "95 % quantile over applications of end - submission", Lower, quantileOf(0.95, turnaround)},
	{"turnaround_max", "turnaround max", Seconds, "largest over applications of end - submission", Lower, quantileOf(1, turnaround)},
	{"slowdown_p50", "slowdown p50", Times, "median over applications of turnaround / critical path", Lower,
		func(g *Group) float64 { return Quantile(0.50, g.values(slowdown)) }},
	{"slowdown_p95", "slowdown p95", Times, "95 % quantile over applications of turnaround / critical path", Lower,
		func(g *Group) float64 { return Quantile(0.95, g.values(slowdown)) }},

	{"executor_hours_held", "executor-hours held", ExecutorHours, "sum over executors of cores free for others - granted", Lower,
		func(g *Group) float64 { return g.sum(executors) / 3600 }},
	{"executor_hours_busy", "executor-hours busy", ExecutorHours, "sum over applications of executor-hours held x core-time in which tasks ran / core-time held", Neither,
		func(g *Group) float64 { return g.sum(executorsBusy) / 3600 }},
	{"executor_hours_wasted", "executor-hours wasted", ExecutorHours, "executor_hours_held - executor_hours_busy", Lower,
		func(g *Group) float64 { return (g.sum(executors) - g.sum(executorsBusy)) / 3600 }},

	{"failed", "failed", Count, "applications that Spark gives up because fetches of one stage failed in four attempts in a row; with a deadline they miss it", Lower,
		func(g *Group) float64 { return g.total(func(a *App) int { return a.Failed }) }},
	{"tasks_rerun", "tasks run again", Tasks, "sum over applications of tasks that run again because an executor took their output along", Lower,
		func(g *Group) float64 { return g.total(func(a *App) int { return a.Rerun }) }},
	{"recomputed", "cached data computed again", TaskSeconds, "sum over applications of task time spent on cached blocks that an executor took along", Lower,
		func(g *Group) float64 { return g.sum(func(a *App) time.Duration { return a.Recomputed }) }},
}, attributionMetrics()...)

func queueWait(a *App) time.Duration  { return a.QueueWait }
func turnaround(a *App) time.Duration { return a.Turnaround }
func held(a *App) time.Duration       { return a.Held }
func busy(a *App) time.Duration       { return a.Busy }
func executors(a *App) time.Duration  { return a.Executors }

func slowdown(a *App) float64 {
	if a.Critical <= 0 {
		return -1
	}
	return a.Turnaround.Seconds() / a.Critical.Seconds()
}

// executorsBusy is executor-time in the measure of core-time: an executor with
// half its cores busy is half busy.
func executorsBusy(a *App) time.Duration {
	switch {
	case a.Executors < 0 || a.Held < 0 || a.Busy < 0:
		return -1
	case a.Held == 0:
		return 0
	}
	return time.Duration(float64(a.Executors) * (float64(a.Busy) / float64(a.Held)))
}

func meanOf(f func(*App) time.Duration) func(*Group) float64 {
	return func(g *Group) float64 { return mean(g.values(seconds(f))) }
}

func quantileOf(p float64, f func(*App) time.Duration) func(*Group) float64 {
	return func(g *Group) float64 { return Quantile(p, g.values(seconds(f))) }
}

func (g *Group) withDeadline() int {
	n := 0
	for i := range g.Apps {
		if g.Apps[i].HasDeadline {
			n++
		}
	}
	return n
}

func (g *Group) misses() int {
	n := 0
	for i := range g.Apps {
		if g.Apps[i].Missed() {
			n++
		}
	}
	return n
}

func (g *Group) utilization(f func(*App) time.Duration) float64 {
	return 100 * ratio(g.sum(f), float64(g.Capacity)*g.Window.Seconds())
}

// row computes every metric of a group.
func (g *Group) row(policy, class string, recorded bool) Row {
	r := Row{Policy: policy, Class: class, Recorded: recorded, Values: make([]float64, len(Metrics))}
	for i := range Metrics {
		r.Values[i] = Metrics[i].Of(g)
	}
	return r
}

// blank is a row without values.
func blank(policy, class string) Row {
	return Row{Policy: policy, Class: class, Values: slices.Repeat([]float64{math.NaN()}, len(Metrics))}
}

func metricIndex(name string) int {
	for i := range Metrics {
		if Metrics[i].Name == name {
			return i
		}
	}
	panic(fmt.Sprintf("bench: no metric is called %q", name))
}

// MetricNamed returns the metric of that name, which must be one of Metrics.
func MetricNamed(name string) Metric { return Metrics[metricIndex(name)] }
