package validate

import (
	"cmp"
	"math"
	"slices"
	"time"

	"dynalloc/bench/stats"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/traces"
)

// A View is one run of an application as its driver saw it, recorded or replayed.
// Numbers are in seconds, NaN where they do not exist.
type View struct {
	Name            string
	Seconds         float64 // ApplicationStart to ApplicationEnd
	QueueWait       float64 // ApplicationStart until the first executor registers
	FirstExecutor   float64 // the same, from the start of the earliest application
	ExecutorSeconds float64 // ExecutorAdded to the first ExecutorRemoved, else ApplicationEnd
	Started         float64 // executors that registered
	Jobs            []JobView
	Executors       []Life // from ApplicationStart; nil for a median of several runs
}

// A JobView is the time from JobStart to JobEnd of one job.
type JobView struct {
	ID      int
	Seconds float64
}

// A Life is the time of an executor from its registration until the driver saw it
// leave.
type Life struct{ From, To time.Duration }

// noView is a view without numbers.
func noView(name string) View {
	nan := math.NaN()
	return View{Name: name, Seconds: nan, QueueWait: nan, FirstExecutor: nan, ExecutorSeconds: nan, Started: nan}
}

// Recorded returns the views of a recording's applications. Without an
// ApplicationEnd in the log the time and the executor-seconds are not known.
func Recorded(w *traces.Workload) []View {
	views := make([]View, len(w.Apps))
	for i, a := range w.Apps {
		r := a.Recorded
		lives := make([]Life, 0, len(r.Executors))
		for j := range r.Executors {
			x := &r.Executors[j]
			lives = append(lives, Life{x.Added, max(x.Added, r.EndOf(x))})
		}
		end := r.End
		if !r.Ended {
			end = -1
		}
		views[i] = newView(a, w.Apps[0].Submit, end, lives)
		for _, j := range r.Jobs {
			job := JobView{j.ID, math.NaN()}
			if j.End >= 0 {
				job.Seconds = (j.End - j.Start).Seconds()
			}
			views[i].Jobs = append(views[i].Jobs, job)
		}
	}
	return views
}

// newView measures an application; end is the time from its start to its end, -1 if
// it is not known.
func newView(a *traces.Application, earliest, end time.Duration, lives []Life) View {
	v := noView(a.Name)
	v.Executors, v.Started = lives, float64(len(lives))
	for _, l := range lives {
		if wait := l.From.Seconds(); !(v.QueueWait <= wait) {
			v.QueueWait = wait
			v.FirstExecutor = wait + (a.Submit + a.EarlierAttempts - earliest).Seconds()
		}
	}
	if end >= 0 {
		v.Seconds, v.ExecutorSeconds = end.Seconds(), 0
		for _, l := range lives {
			v.ExecutorSeconds += (l.To - l.From).Seconds()
		}
	}
	return v
}

// A viewObserver is a replay.Observer that makes the views of a replay.
type viewObserver struct {
	workload *traces.Workload
	apps     []observed
}

type observed struct {
	end   time.Duration
	lives map[policies.ExecutorID]Life // To is -1 until it is removed
	jobs  []Life
}

func newObserver(w *traces.Workload) *viewObserver {
	o := &viewObserver{workload: w, apps: make([]observed, len(w.Apps))}
	for i, a := range w.Apps {
		o.apps[i] = observed{end: -1, lives: map[policies.ExecutorID]Life{}, jobs: make([]Life, len(a.Jobs))}
	}
	return o
}

// Observe takes one event of the replay.
func (o *viewObserver) Observe(e replay.Event) {
	a := &o.apps[e.App]
	at := e.At - o.workload.Apps[e.App].Submit - o.workload.Apps[e.App].EarlierAttempts
	switch e.Kind {
	case replay.ExecutorAdded:
		a.lives[e.Executor] = Life{at, -1}
	case replay.ExecutorRemoved:
		if l, there := a.lives[e.Executor]; there && l.To < 0 {
			a.lives[e.Executor] = Life{l.From, at}
		}
	case replay.JobSubmitted:
		a.jobs[e.Job].From = at
	case replay.JobEnded:
		a.jobs[e.Job].To = at
	case replay.AppEnded:
		a.end = at
	}
}

// views returns the views in the order of the workload.
func (o *viewObserver) views() []View {
	views := make([]View, len(o.apps))
	for i := range o.apps {
		app, seen := o.workload.Apps[i], &o.apps[i]
		lives := make([]Life, 0, len(seen.lives))
		for _, l := range seen.lives {
			if l.To < 0 {
				l.To = seen.end
			}
			lives = append(lives, l)
		}
		slices.SortFunc(lives, func(x, y Life) int { return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To)) })
		views[i] = newView(app, o.workload.Apps[0].Submit, seen.end, lives)
		for j := range app.Jobs {
			views[i].Jobs = append(views[i].Jobs, JobView{app.Jobs[j].ID, (seen.jobs[j].To - seen.jobs[j].From).Seconds()})
		}
	}
	return views
}

// medianView is the median of several views of one application in every number. It has
// no executors, because their lives have no median.
func medianView(views []View) View {
	median := func(f func(*View) float64) float64 {
		var values []float64
		for i := range views {
			if v := f(&views[i]); !math.IsNaN(v) {
				values = append(values, v)
			}
		}
		slices.Sort(values)
		return stats.Quantile(0.5, values)
	}
	m := noView(views[0].Name)
	m.Seconds = median(func(v *View) float64 { return v.Seconds })
	m.QueueWait = median(func(v *View) float64 { return v.QueueWait })
	m.FirstExecutor = median(func(v *View) float64 { return v.FirstExecutor })
	m.ExecutorSeconds = median(func(v *View) float64 { return v.ExecutorSeconds })
	m.Started = median(func(v *View) float64 { return v.Started })
	for _, j := range views[0].Jobs {
		m.Jobs = append(m.Jobs, JobView{j.ID, median(func(v *View) float64 { return v.job(j.ID) })})
	}
	return m
}

// job is the time of the job with an id; NaN if there is none.
func (v *View) job(id int) float64 {
	for _, j := range v.Jobs {
		if j.ID == id {
			return j.Seconds
		}
	}
	return math.NaN()
}
