package metrics

import (
	"cmp"
	"time"

	"dynalloc/bench/sla"
	"dynalloc/internal/spark"
	"dynalloc/internal/wide"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/attribution"
	"dynalloc/traces"
)

// A Group is the input of metrics: applications of one replay or recording, with the
// cluster and the time window that they share.
type Group struct {
	Apps     []App
	Provided wide.Time // core-time of the cluster's nodes while they were part of it, in the window
	Prices   Prices
	NodeCost float64       // of all nodes over the window; NaN: not known, or the group is one class of several
	Window   time.Duration // of the whole replay: first submission to last end
}

// An App is the outcome of one application. Times are measured from its submission.
// Times and sums of times are whole milliseconds; only the formulas of the metrics use
// floating point.
type App struct {
	Class         string
	User          string
	Turnaround    time.Duration    // submission to end
	Response      time.Duration    // that is judged instead of the turnaround: sla.Response; 0: the turnaround is
	AppWait       time.Duration    // submission until the driver began; -1: not known
	Unwanted      time.Duration    // beginning of the driver until an executor is first wanted; -1: not known, or none is
	Unasked       time.Duration    // the driver's wait for its place, and from when an executor is wanted until the first request; -1: not known
	Ungranted     time.Duration    // first request until the first grant; -1: not known
	Starting      time.Duration    // first grant until the first executor registered; -1: not known
	QueueWait     time.Duration    // the driver's wait for its place, and from when an executor is wanted until the first registered; -1: none did
	Wait          wide.Time        // executor-time that was requested and not granted; negative: not known
	Held          wide.Time        // core-time of its executors; negative: not known
	Busy          wide.Time        // core-time in which tasks ran; negative: not known
	Executors     wide.Time        // executor-time held; negative: not known
	Memory        wide.Time        // MiB-time held by executors, overhead included; negative: not known
	Changes       int              // executors granted, plus executors released or lost before the end; -1: not known
	Driver        spark.DriverSize // resources of the driver, held in addition to the executors
	Elasticity    Elasticity       // how well supply followed demand
	MinimumCharge MinimumCharge    // billed in addition to the time held
	Failed        int              // 1: Spark gave up one of its jobs, which the log does not show as failed; 0: it did not; -1: not known
	Failure       replay.Failure   // why Spark did; NoFailure: it did not, or it is not known
	Rerun         int              // tasks run again because their output was lost; -1: not known
	Recomputed    wide.Time        // task time spent on lost cached blocks; negative: not known
	Critical      time.Duration    // critical path; 0: not known
	Deadline      time.Duration    // after submission
	HasDeadline   bool
	SlackBase     time.Duration            // the time that the slack factor multiplied; 0: the deadline is from another rule
	Attribution   *attribution.Attribution // causes of turnaround and of executor-time held; nil: not known
	Queries       []sla.QueryResult        // the queries that have a deadline of their own
	Batches       []sla.Request            // micro-batches of its streams
}

// unknown is an amount that a log does not show.
var unknown = wide.Of(-1, 1)

// Judged is the time that the deadline bounds.
func (a *App) Judged() time.Duration { return cmp.Or(a.Response, a.Turnaround) }

// Missed reports whether the application has a deadline and failed or ended later.
func (a *App) Missed() bool { return a.HasDeadline && (a.Failed > 0 || a.Judged() > a.Deadline) }

// AtSlackFactor returns the application with the deadline of another slack factor. A
// deadline from another rule is unchanged.
func (a App) AtSlackFactor(factor float64) App {
	if a.SlackBase > 0 {
		a.Deadline, a.HasDeadline = sla.Multiple(factor, a.SlackBase), true
	}
	return a
}

// Slack is the time from the application's end to its deadline; negative if it
// ended later (Pinedo, Scheduling). It does not exist without a deadline, or for
// an application that failed.
func (a *App) Slack() (left time.Duration, ok bool) {
	return a.Deadline - a.Judged(), a.HasDeadline && a.Failed <= 0
}

// Tardiness is the time from the deadline to the application's end; 0 if it ended in
// time. ok is false where Slack does not exist.
func (a *App) Tardiness() (late time.Duration, ok bool) {
	left, ok := a.Slack()
	return max(0, -left), ok
}

// Replayed measures one application of a replay.
func Replayed(of *traces.Application, r *replay.AppResult, ref *sla.Reference) App {
	a := App{
		Class: of.Class, User: of.User, Driver: r.Driver,
		Turnaround: r.End - r.Submit,
		AppWait:    r.Began - r.Submit,
		Unwanted:   -1, Unasked: -1, Ungranted: -1, Starting: -1, QueueWait: -1,
		Wait: r.Wait, Held: r.Ledger.Held(), Busy: r.Ledger.Busy, Executors: r.Ledger.Executor, Memory: r.Ledger.Memory,
		Changes: r.Grants + r.Removals + r.Lost, Rerun: r.Rerun, Recomputed: r.Recomputed, Attribution: r.Attribution,
	}
	a.SetReference(ref)
	requests := sla.ReplayedRequests(of, r)
	a.Batches, a.Response = batchesOf(requests), sla.Response(of, requests)
	if a.Failure = r.Failure; a.Failure != replay.NoFailure {
		a.Failed = 1
	}
	if r.Wanted >= 0 {
		a.Unwanted = r.Wanted - r.Began
	}
	if a.QueueWait = r.QueueWait(); a.QueueWait >= 0 {
		a.Unasked = r.Began - r.Submit + r.Asked - r.Wanted
		a.Ungranted = r.Granted - r.Asked
		a.Starting = r.Registered - r.Granted
	}
	return a
}

// SetReference sets the deadline and the critical path with which the application is
// compared.
func (a *App) SetReference(ref *sla.Reference) {
	a.Critical = ref.Critical
	a.Deadline = ref.Deadline
	a.HasDeadline = ref.HasDeadline
	a.SlackBase = ref.SlackBase
}

// Recorded measures the recorded run of one application. Values that a log does not
// show, such as requests, grants and busy cores, are -1 (not known).
func Recorded(a *traces.Application) App {
	app := App{
		Class: a.Class, User: a.User, Driver: spark.Master(a.Master).OverheadRule().DriverSize(a.Properties, spark.ParseVersion(a.SparkVersion)), Changes: -1,
		Turnaround: a.EarlierAttempts + a.Recorded.End,
		AppWait:    -1, Unwanted: -1, Unasked: -1, Ungranted: -1, Starting: -1, QueueWait: -1, Wait: unknown, Busy: unknown,
		Failed: -1, Rerun: -1, Recomputed: unknown,
	}
	if a.FailedAsRecorded() {
		app.Failed = 1
	}
	if a.LocalCores > 0 {
		app.Driver = spark.DriverSize{} // it is the executor
	}
	requests := sla.RecordedRequests(a)
	app.Batches, app.Response = batchesOf(requests), sla.Response(a, requests)
	wanted := firstWanted(a)
	app.Unwanted = wanted
	for i := range a.Recorded.Executors {
		x := &a.Recorded.Executors[i]
		if x.Added < 0 {
			continue
		}
		if wait := max(0, x.Added-wanted); app.QueueWait < 0 || wait < app.QueueWait {
			app.QueueWait = wait
		}
		alive := max(0, a.Recorded.EndOf(x)-x.Added)
		app.Executors.Add(alive, 1)
		app.Held.Add(alive, int64(x.Cores))
		app.Memory.Add(alive, a.Profile(x.Profile).Memory())
	}
	return app
}

// firstWanted is when the recorded application first wanted an executor, from the start of
// the attempt that counts: when its driver was set up if its settings ask for executors at
// once, otherwise when its first job was submitted, or at the first request.
func firstWanted(a *traces.Application) time.Duration {
	spec, err := replay.SpecFor(policies.FleetOf("recorded", policies.Recorded()), a)
	if err != nil || spec.Fixed() || max(spec.Allocation.Initial, spec.Allocation.Min) > 0 {
		return a.Setup
	}
	first := time.Duration(-1)
	earlier := func(at time.Duration) {
		if at >= 0 && (first < 0 || at < first) {
			first = at
		}
	}
	for _, j := range a.Recorded.Jobs {
		earlier(j.Start)
	}
	for _, x := range a.Recorded.Executors {
		earlier(x.Requested)
	}
	return max(first, 0)
}
