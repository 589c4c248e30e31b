package metrics

import (
	"fmt"
	"time"

	"dynalloc/bench/sla"
	"dynalloc/bench/stats"
	"dynalloc/internal/wide"
)

// A Metric is one number about a group of applications. It is defined once, as a
// row of Table; every report and docs/METRICS.md take it from there.
type Metric struct {
	Name    string  // in files: "queue_wait_p95"
	Section Section // the table of a report that shows it
	Label   string  // in tables and on axes: "queue wait p95"
	Unit    Unit
	Doc     string // the formula in words, as in docs/METRICS.md
	Better  Better
	Source  string // where the definition is from, as docs/METRICS.md lists them; "own": defined by this project
	Of      func(*Group) float64
}

// Better is the direction in which a metric improves.
type Better string

// Directions of improvement. Neither is for figures that only give context, such as the
// number of applications.
const (
	Lower   Better = "lower"
	Higher  Better = "higher"
	Neither Better = "-"
)

// Unit is the unit of a metric.
type Unit string

// The units of metrics.
const (
	Count           Unit = "applications"
	Queries         Unit = "queries"
	Batches         Unit = "batches"
	Percent         Unit = "%"
	Seconds         Unit = "s"
	ExecutorSeconds Unit = "executor-s"
	ExecutorHours   Unit = "executor-h"
	CoreHours       Unit = "core-h"
	GiBHours        Unit = "GiB-h"
	Tasks           Unit = "tasks"
	TaskSeconds     Unit = "task-s"
	Times           Unit = "x"
	PerHour         Unit = "per h"
	Index           Unit = "0 to 1"
	Money           Unit = "money"
)

// Section is the table of a report that shows a metric. Reports for people have one
// table for each section, with all its metrics.
type Section string

// The sections of metrics.
const (
	Deadlines           Section = "deadlines"
	Waiting             Section = "waiting"
	Streams             Section = "streams"
	Utilization         Section = "utilization"
	Turnarounds         Section = "turnarounds"
	TimeByCause         Section = "turnaround_by_cause"
	ExecutorTimeByCause Section = "executor_time_by_cause"
	Fit                 Section = "elasticity_and_fairness" // of supply to demand, and between applications
	Costs               Section = "costs"
	Losses              Section = "losses"
)

// Headline names the metrics of the first table of a report and of those by class.
var Headline = []string{
	"sla_misses", "queue_wait_mean", "queue_wait_p95", "turnaround_p50", "turnaround_p95", "slowdown_p95",
	"utilization_held", "utilization_busy", "executor_hours_held", "executor_hours_wasted",
}

// Table is every metric in the order of reports.
var Table = append([]Metric{
	{"applications", Deadlines, "applications", Count, "applications in the group", Neither, "own",
		func(g *Group) float64 { return float64(len(g.Apps)) }},
	{"with_deadline", Deadlines, "with a deadline", Count, "applications in the group that have a deadline", Neither, "own",
		func(g *Group) float64 { return g.count(DeadlineOf) }},
	{"sla_misses", Deadlines, "SLA misses", Count, "applications with a deadline whose turnaround (response if the clock stops them) is longer than it, or that failed", Lower, "Pinedo",
		func(g *Group) float64 { return g.count(MissOf) }},
	{"sla_miss_share", Deadlines, "SLA miss share", Percent, "sla_misses / with_deadline", Lower, "Pinedo",
		func(g *Group) float64 { return 100 * ratio(g.count(MissOf), g.count(DeadlineOf)) }},
	{"tardiness_mean", Deadlines, "tardiness mean", Seconds, "mean over applications with a deadline, less those that failed, of max(0, turnaround - deadline)", Lower, "Pinedo",
		meanOf(tardiness)},
	{"tardiness_p95", Deadlines, "tardiness p95", Seconds, "95 % quantile over applications with a deadline, less those that failed, of max(0, turnaround - deadline)", Lower, "Pinedo",
		quantileOf(0.95, tardiness)},
	{"tardiness_max", Deadlines, "tardiness max", Seconds, "largest over applications with a deadline, less those that failed, of max(0, turnaround - deadline)", Lower, "Pinedo",
		quantileOf(1, tardiness)},
	{"slack_p5", Deadlines, "slack left p5", Percent, "5 % quantile over applications with a deadline, less those that failed, of (deadline - turnaround) / deadline; negative is late", Higher, "own",
		quantileOf(0.05, slack)},
	{"slack_p50", Deadlines, "slack left p50", Percent, "median over applications with a deadline, less those that failed, of (deadline - turnaround) / deadline; negative is late", Higher, "own",
		quantileOf(0.50, slack)},
	{"queries_with_deadline", Deadlines, "queries with a deadline", Queries, "queries inside of applications that have a deadline of their own", Neither, "own",
		func(g *Group) float64 { return float64(len(g.queries())) }},
	{"query_misses", Deadlines, "query misses", Queries, "of these, queries whose last job's end - first job's submission is longer than the deadline, or that did not end", Lower, "own",
		(*Group).queryMisses},
	{"query_miss_share", Deadlines, "query miss share", Percent, "query_misses / queries_with_deadline", Lower, "own",
		func(g *Group) float64 { return 100 * ratio(g.queryMisses(), float64(len(g.queries()))) }},
	{"query_tardiness_p95", Deadlines, "query tardiness p95", Seconds, "95 % quantile over queries with a deadline that ended of max(0, time - deadline)", Lower, "Pinedo",
		func(g *Group) float64 { return stats.Quantile(0.95, g.queryTardiness()) }},

	{"app_wait_mean", Waiting, "application wait mean", Seconds, "mean over applications of driver begins - submission", Lower, "Batsim", meanOf(seconds(appWait))},
	{"app_wait_p95", Waiting, "application wait p95", Seconds, "95 % quantile over applications of driver begins - submission", Lower, "Batsim", quantileOf(0.95, seconds(appWait))},
	{"app_wait_max", Waiting, "application wait max", Seconds, "largest over applications of driver begins - submission", Lower, "Batsim", quantileOf(1, seconds(appWait))},

	{"queue_wait_mean", Waiting, "queue wait mean", Seconds, "mean over applications of wait of the driver for its place + (first executor registered - first wanted)", Lower, "SPARK-36664", meanOf(seconds(queueWait))},
	{"queue_wait_p50", Waiting, "queue wait p50", Seconds, "median over applications of wait of the driver for its place + (first executor registered - first wanted)", Lower, "SPARK-36664", quantileOf(0.50, seconds(queueWait))},
	{"queue_wait_p95", Waiting, "queue wait p95", Seconds, "95 % quantile over applications of wait of the driver for its place + (first executor registered - first wanted)", Lower, "SPARK-36664", quantileOf(0.95, seconds(queueWait))},
	{"queue_wait_max", Waiting, "queue wait max", Seconds, "largest over applications of wait of the driver for its place + (first executor registered - first wanted)", Lower, "SPARK-36664", quantileOf(1, seconds(queueWait))},
	{"wait_unwanted_mean", Waiting, "no executor wanted mean", Seconds, "mean over applications of the time before queue wait, first target above zero sent or first task ready - driver begins", Neither, "own",
		meanOf(seconds(func(a *App) time.Duration { return a.Unwanted }))},
	{"wait_unasked_mean", Waiting, "want to request mean", Seconds, "mean over applications of the first part of queue wait, wait of the driver for its place + (first target above zero sent - first wanted)", Lower, "own",
		meanOf(seconds(func(a *App) time.Duration { return a.Unasked }))},
	{"wait_ungranted_mean", Waiting, "request to grant mean", Seconds, "mean over applications of the second part of queue wait, first executor granted - first target above zero sent", Lower, "own",
		meanOf(seconds(func(a *App) time.Duration { return a.Ungranted }))},
	{"wait_starting_mean", Waiting, "grant to registration mean", Seconds, "mean over applications of the third part of queue wait, first executor registered - first executor granted", Lower, "own",
		meanOf(seconds(func(a *App) time.Duration { return a.Starting }))},
	{"executor_wait", Waiting, "executor wait", ExecutorSeconds, "sum over applications of integral over time of max(0, min(asked, what the application's own limits allow) - granted)", Lower, "SPARK-36664",
		func(g *Group) float64 { return g.sum(func(a *App) wide.Time { return a.Wait }) }},
	{"executor_wait_mean", Waiting, "executor wait mean", ExecutorSeconds, "executor_wait / applications", Lower, "own",
		func(g *Group) float64 {
			return ratio(g.sum(func(a *App) wide.Time { return a.Wait }), float64(len(g.Apps)))
		}},

	{"batches", Streams, "batches", Batches, "micro-batches of streams", Neither, "own",
		batchCount(func(*sla.Request) bool { return true })},
	{"batches_late", Streams, "late batches", Batches, "of these, batches whose first job is submitted after it was due, because the batch before still ran, or that did not end", Lower, "own",
		batchCount((*sla.Request).Late)},
	{"batch_late_share", Streams, "late batch share", Percent, "batches_late / batches", Lower, "own",
		func(g *Group) float64 {
			return 100 * ratio(batchCount((*sla.Request).Late)(g), batchCount(func(*sla.Request) bool { return true })(g))
		}},
	{"batch_delay_p95", Streams, "batch delay p95", Seconds, "95 % quantile over batches of first job submitted - when it was due", Lower, "own",
		batchQuantile(0.95, func(b *sla.Request) time.Duration { return b.Delay })},
	{"batch_latency_p50", Streams, "batch latency p50", Seconds, "median over batches that ended of last job's end - trigger", Lower, "own",
		batchQuantile(0.50, func(b *sla.Request) time.Duration { return b.Latency })},
	{"batch_latency_p95", Streams, "batch latency p95", Seconds, "95 % quantile over batches that ended of last job's end - trigger", Lower, "own",
		batchQuantile(0.95, func(b *sla.Request) time.Duration { return b.Latency })},
	{"batch_latency_p99", Streams, "batch latency p99", Seconds, "99 % quantile over batches that ended of last job's end - trigger", Lower, "own",
		batchQuantile(0.99, func(b *sla.Request) time.Duration { return b.Latency })},

	{"utilization_held", Utilization, "cores held", Percent, "core-time held / core-time of the cluster's nodes in the window", Neither, "Feitelson",
		func(g *Group) float64 { return g.utilization(held) }},
	{"utilization_busy", Utilization, "cores busy", Percent, "core-time in which tasks ran / core-time of the cluster's nodes in the window", Higher, "Feitelson",
		func(g *Group) float64 { return g.utilization(busy) }},
	{"efficiency", Utilization, "efficiency", Percent, "core-time in which tasks ran / core-time held", Higher, "Sparklens",
		func(g *Group) float64 { return 100 * ratio(g.sum(busy), g.sum(held)) }},
	{"app_utilization_p50", Utilization, "application utilization p50", Percent, "median over applications that held any core of core-time in which tasks ran / core-time held", Higher, "FauxSpark",
		quantileOf(0.50, appUtilization)},

	{"turnaround_mean", Turnarounds, "turnaround mean", Seconds, "mean over applications of end - submission", Lower, "Batsim", meanOf(seconds(turnaround))},
	{"turnaround_p50", Turnarounds, "turnaround p50", Seconds, "median over applications of end - submission", Lower, "Batsim", quantileOf(0.50, seconds(turnaround))},
	{"turnaround_p95", Turnarounds, "turnaround p95", Seconds, "95 % quantile over applications of end - submission", Lower, "Batsim", quantileOf(0.95, seconds(turnaround))},
	{"turnaround_max", Turnarounds, "turnaround max", Seconds, "largest over applications of end - submission", Lower, "Batsim", quantileOf(1, seconds(turnaround))},
	{"slowdown_p50", Turnarounds, "slowdown p50", Times, "median over applications of turnaround / critical path", Lower, "Feitelson",
		quantileOf(0.50, slowdown)},
	{"slowdown_p95", Turnarounds, "slowdown p95", Times, "95 % quantile over applications of turnaround / critical path", Lower, "Feitelson",
		quantileOf(0.95, slowdown)},
	{"bounded_slowdown_p50", Turnarounds, "bounded slowdown p50", Times, "median over applications of max(1, turnaround / max(critical path, 10 s))", Lower, "Feitelson",
		quantileOf(0.50, boundedSlowdown(shortBound))},
	{"bounded_slowdown_p95", Turnarounds, "bounded slowdown p95", Times, "95 % quantile over applications of max(1, turnaround / max(critical path, 10 s))", Lower, "Feitelson",
		quantileOf(0.95, boundedSlowdown(shortBound))},
	{"bounded_slowdown_60s_p95", Turnarounds, "bounded slowdown p95, 60 s", Times, "95 % quantile over applications of max(1, turnaround / max(critical path, 60 s))", Lower, "Feitelson",
		quantileOf(0.95, boundedSlowdown(longBound))},
	{"makespan", Turnarounds, "makespan", Seconds, "last end - first submission, of the whole replay; where applications arrive over time it tells of the arrivals, not of the policy", Lower, "Batsim",
		func(g *Group) float64 { return g.Window.Seconds() }},

	{"under_provision", Fit, "under-provision", Percent, "sum over applications of integral over time of max(0, demand - supply) / demand, / sum of turnarounds; 0 / 0 is 0", Lower, "SPEC RG",
		lifeShare(func(e *Elasticity) float64 { return e.Under })},
	{"over_provision", Fit, "over-provision", Percent, "sum over applications of integral over time of max(0, supply - demand) / supply, / sum of turnarounds; 0 / 0 is 0", Lower, "SPEC RG",
		lifeShare(func(e *Elasticity) float64 { return e.Over })},
	{"under_time", Fit, "time under-provisioned", Percent, "sum over applications of time with supply < demand, / sum of turnarounds", Lower, "SPEC RG",
		lifeShare(func(e *Elasticity) float64 { return e.UnderTime.Seconds() })},
	{"over_time", Fit, "time over-provisioned", Percent, "sum over applications of time with supply > demand, / sum of turnarounds", Lower, "SPEC RG",
		lifeShare(func(e *Elasticity) float64 { return e.OverTime.Seconds() })},
	{"churn", Fit, "churn", PerHour, "sum over applications of executors granted and executors given back or lost before the end, / sum of turnarounds", Lower, "own",
		func(g *Group) float64 {
			return ratio(g.total(func(a *App) int { return a.Changes }), g.sum(times(turnaround))/3600)
		}},

	{"fairness_classes", Fit, "fairness between classes", Index, "Jain's index (sum of x)^2 / (n x sum of x^2) over n > 1 classes, x the mean over the class's applications of critical path / turnaround", Higher, "Jain",
		func(g *Group) float64 { return g.fairness(func(a *App) string { return a.Class }) }},
	{"fairness_users", Fit, "fairness between users", Index, "Jain's index (sum of x)^2 / (n x sum of x^2) over n > 1 users, x the mean over the user's applications of critical path / turnaround", Higher, "Jain",
		func(g *Group) float64 { return g.fairness(func(a *App) string { return a.User }) }},

	{"executor_hours_held", Costs, "executor-hours held", ExecutorHours, "sum over executors of cores free for others - granted", Lower, "own",
		func(g *Group) float64 { return g.sum(executors) / 3600 }},
	{"executor_hours_busy", Costs, "executor-hours busy", ExecutorHours, "sum over applications of executor-hours held x core-time in which tasks ran / core-time held", Neither, "own",
		func(g *Group) float64 { return g.add(executorsBusy) / 3600 }},
	{"executor_hours_wasted", Costs, "executor-hours wasted", ExecutorHours, "executor_hours_held - executor_hours_busy", Lower, "Sparklens",
		func(g *Group) float64 { return (g.sum(executors) - g.add(executorsBusy)) / 3600 }},
	{"executor_hours_and_driver", Costs, "executor-hours and driver", ExecutorHours, "executor_hours_held + sum over drivers of end - begin: each counts as one executor", Lower, "own",
		func(g *Group) float64 { return (g.sum(executors) + g.sum(times(driverTime))) / 3600 }},
	{"core_hours", Costs, "core-hours", CoreHours, "sum over executors and drivers of cores x time held", Lower, "own",
		func(g *Group) float64 { return (g.sum(held) + g.sum(driverCores)) / 3600 }},
	{"gib_hours", Costs, "GiB-hours", GiBHours, "sum over executors and drivers of memory with overhead x time held", Lower, "own",
		func(g *Group) float64 { return g.add(gibHours) }},
	{"cost_used", Costs, "cost of resources held", Money, "sum over executors and drivers of max(time held, minimum charge) x (cores x price of a core-hour + GiB x price of a GiB-hour)", Lower, "own",
		func(g *Group) float64 { return g.add(g.Prices.cost) }},
	{"cost_nodes", Costs, "cost of nodes", Money, "sum over nodes of price of a node-hour x time in the cluster, for all classes together", Lower, "own",
		func(g *Group) float64 { return g.NodeCost }},

	{"failed", Losses, "failed", Count, "applications of which Spark gives up a job that the log does not show as failed; with a deadline they miss it", Lower, "own",
		func(g *Group) float64 { return g.total(func(a *App) int { return a.Failed }) }},
	{"refused", Losses, "refused by Spark", Count, "those of failed whose job Spark does not begin under these settings: a barrier stage under dynamic allocation or with too few slots", Lower, "own",
		func(g *Group) float64 {
			return g.total(func(a *App) int {
				if a.Failure.Refused() {
					return 1
				}
				return min(a.Failed, 0)
			})
		}},
	{"tasks_rerun", Losses, "tasks rerun", Tasks, "sum over applications of tasks that run again because an executor took their output along", Lower, "own",
		func(g *Group) float64 { return g.total(func(a *App) int { return a.Rerun }) }},
	{"recomputed", Losses, "cached data recomputed", TaskSeconds, "sum over applications of task time spent on cached blocks that an executor took along", Lower, "own",
		func(g *Group) float64 { return g.sum(func(a *App) wide.Time { return a.Recomputed }) }},
}, attributionMetrics()...)

// Position is the index in Table of the metric of that name. It panics if there
// is none.
func Position(name string) int {
	for i := range Table {
		if Table[i].Name == name {
			return i
		}
	}
	panic(fmt.Sprintf("metrics: no metric is called %q", name))
}

// Named returns the metric of that name. It panics if there is none.
func Named(name string) Metric { return Table[Position(name)] }
