package selfreplay

import (
	"cmp"
	"math"
	"slices"
	"time"

	"dynalloc/bench/reuse"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/calibrate"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// Figures are what is compared of a run: the time from ApplicationStart to
// ApplicationEnd, and the time of all executors from their registration until the
// driver saw them leave. Both are in seconds.
type Figures struct{ Seconds, ExecutorSeconds float64 }

// An Error is a replay of an application beside the recorded run.
type Error struct {
	Recorded, Replayed Figures // NaN where a figure is not known
	Time               float64 // error of the application time as a share of the recorded, signed; NaN if unknown
	Executors          float64 // the same of executor-seconds
	Failed             error   // why there is no replay; nil: there is one

	spent traces.TimeSpent // of the replay
}

// Unknown is the error of an application that has none.
func Unknown() Error {
	nan := math.NaN()
	return Error{Recorded: Figures{nan, nan}, Replayed: Figures{nan, nan}, Time: nan, Executors: nan}
}

// Known reports whether the log and the replay have an application time.
func (e *Error) Known() bool { return !math.IsNaN(e.Time) }

// Of replays an application alone as its log says it ran, and compares. The error is
// unknown if the application is not from an event log, or its log does not have the end, or has
// lost all of its tasks: a replay of nothing would last as long.
func Of(a *traces.Application, o Options) Error {
	w := alone(a)
	return with(w, o.config(w))
}

// Options are what a self-replay takes from outside. Nothing of it changes a result.
type Options struct {
	Watch      replay.Watch // may be nil
	MostEvents int          // as in replay.Config: past it the replay fails
}

// Possible reports whether an event log says how an application ran. Foreign
// traces do not say which of its time an application waited for a busy cluster.
func Possible(a *traces.Application) bool { return a.Recorded != nil && a.Log.Lines > 0 }

// config is how a self-replay is done: on the cluster and with the times that the log
// shows.
func (o Options) config(w *traces.Workload) replay.Config {
	if !Possible(w.Apps[0]) {
		return replay.Config{}
	}
	config := replay.Config{Cluster: cluster.Assume(w), Watch: o.Watch, MostEvents: o.MostEvents}
	config.Times, _ = calibrate.Learn(w, config.Cluster)
	return config
}

// alone is a workload of one application, which begins at 0.
func alone(a *traces.Application) *traces.Workload {
	single := *a
	single.Submit, single.EarlierAttempts = 0, 0
	return &traces.Workload{Name: a.ID, Apps: []*traces.Application{&single}}
}

// seeds is how many replays a self-replay consists of. They differ in the random numbers,
// above all in how long the executors take to start. Their median says what the model is
// wrong by; a single one would add the chance of its draws. The seeds are 1, 2, ..., so that
// every report states the same error of an application.
const seeds = 5

// with replays the single application of a workload and compares it: the replay whose
// application time is the median.
func with(w *traces.Workload, config replay.Config) Error {
	var all []Error
	for config.Seed = 1; config.Seed <= seeds; config.Seed++ {
		e := once(w, config)
		if !e.Known() || e.Failed != nil {
			return e
		}
		all = append(all, e)
	}
	slices.SortStableFunc(all, func(x, y Error) int { return cmp.Compare(x.Time, y.Time) })
	return all[seeds/2]
}

// once replays the application with one seed.
func once(w *traces.Workload, config replay.Config) Error {
	a := w.Apps[0]
	e := Unknown()
	e.Recorded = recorded(a)
	if !Possible(a) || len(a.Stages) == 0 && a.Log.Grade >= traces.Lossy {
		return e
	}
	config.Horizon = horizon(a.Recorded.End)
	seen := newObserver(a)
	if _, e.Failed = reuse.Run(w, policies.FleetOf("recorded", policies.Recorded()), config, seen); e.Failed != nil {
		return e
	}
	e.spent = seen.spent
	e.Replayed = Figures{seen.end.Seconds(), seen.held.Seconds()}
	e.Time = relative(e.Recorded.Seconds, e.Replayed.Seconds)
	e.Executors = relative(e.Recorded.ExecutorSeconds, e.Replayed.ExecutorSeconds)
	return e
}

// LogError is the error as the logarithm of replayed over recorded, without a sign:
// 0.1 is about 10 %. NaN if it is unknown.
func (e *Error) LogError() (time, executors float64) {
	of := func(recorded, replayed float64) float64 {
		if !(recorded > 0) || !(replayed > 0) {
			return math.NaN()
		}
		return math.Abs(math.Log(replayed / recorded))
	}
	return of(e.Recorded.Seconds, e.Replayed.Seconds), of(e.Recorded.ExecutorSeconds, e.Replayed.ExecutorSeconds)
}

// horizon is the time after which a self-replay is given up.
func horizon(recorded time.Duration) time.Duration { return 20*recorded + 24*time.Hour }

// relative is the signed error as a share of the recorded figure.
func relative(recorded, replayed float64) float64 {
	if !(recorded > 0) {
		return math.NaN()
	}
	return (replayed - recorded) / recorded
}

// recorded are the figures of the log.
func recorded(a *traces.Application) Figures {
	r := a.Recorded
	if r == nil || !r.Ended {
		return Figures{math.NaN(), math.NaN()}
	}
	f := Figures{Seconds: r.End.Seconds()}
	for i := range r.Executors {
		x := &r.Executors[i]
		f.ExecutorSeconds += max(r.EndOf(x)-x.Added, 0).Seconds()
	}
	return f
}
