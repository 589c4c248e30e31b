package validate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"dynalloc/bench"
	"dynalloc/internal/note"
	"dynalloc/replay"
	"dynalloc/traces"
)

// A Set is the validations of every ordered pair of recordings of the same workload.
type Set struct {
	Startup   string // as asked for
	Pairs     []*Validation
	Workloads []Workload // in order of their first recording
	// Summary is over the workloads to which the bars apply; over all if there are none.
	Summary Summary
	// Forecasts is over the pairs to which the bars of forecasts apply: recordings of single
	// applications whose tasks sleep, none of which decommissions executors.
	Forecasts Summary
	Notes     []note.Note
}

// A Workload is the recordings of one workload and their pairs.
type Workload struct {
	Name           string
	Barred         bool // the bars apply: its tasks do not compute, and start-up times are from the recordings asked for
	Pairs          []*Validation
	Summary        Summary
	Applications   int          // in each recording
	computes       bool         // its tasks compute
	repeats        []Comparison // of each repeat with the others
	configurations []configuration
}

var (
	onlyRecording = note.Declare("only-recording", "recording")
	pairsForecast = note.Declare("pairs-forecast", "count")
)

// RunAll validates every ordered pair of recordings of the same workload.
// Where start-up times cannot be taken from the predicted recording (ErrWaited),
// they are learned from the other, with a note.
func RunAll(ctx context.Context, recordings []*traces.Workload, o Options) (*Set, error) {
	set := &Set{Startup: cmp.Or(o.Startup, StartupFrom)}
	groups := ByWorkload(recordings)
	runs := make([][]*pairRun, len(groups))
	var all []*pairRun
	for g, group := range groups {
		if len(group) < 2 {
			set.Notes = append(set.Notes, onlyRecording.With(group[0].Name))
			continue
		}
		for from := range group {
			for to := range group {
				runs[g] = append(runs[g], &pairRun{group: group, from: from, to: to})
			}
		}
		all = append(all, runs[g]...)
	}
	err := bench.Options{Parallel: o.Parallel, Progress: o.Progress}.Each(ctx, len(all), func(i int, watch replay.Watch) error { return all[i].validate(o, watch) })
	if err != nil {
		return nil, err
	}
	forecasts := 0
	for _, r := range all {
		if r.forecast && r.from != r.to {
			forecasts++
		}
	}
	if forecasts > 0 {
		set.Notes = append(set.Notes, pairsForecast.With(forecasts))
	}
	borrowed := Spread{}
	for _, group := range groups {
		borrowed = borrowed.Max(SpreadOf(group))
	}
	for g, group := range groups {
		if len(group) > 1 {
			w := newValidatedWorkload(group, runs[g], borrowed)
			set.Workloads = append(set.Workloads, w)
			set.Pairs = append(set.Pairs, w.Pairs...)
		}
	}
	if len(set.Pairs) == 0 {
		return nil, errors.New("no two recordings of the same workload were found: recordings are of the same workload if the names of their applications and their numbers of jobs are equal")
	}
	set.summarize()
	return set, nil
}

// summarize sums up the workloads to which the bars apply, or all if there are none.
func (set *Set) summarize() {
	anyBarred := slices.ContainsFunc(set.Workloads, func(w Workload) bool { return w.Barred })
	var over []*Validation
	var repeats []Comparison
	var sum Summary
	for i := range set.Workloads {
		w := &set.Workloads[i]
		if anyBarred && !w.Barred {
			continue
		}
		over = append(over, w.Pairs...)
		repeats = append(repeats, w.repeats...)
		sum.Recordings += w.Summary.Recordings
		sum.Winner.add(w.Summary.Winner)
		sum.WinnerOfExecutors.add(w.Summary.WinnerOfExecutors)
	}
	set.Summary = summarize(over...)
	set.Summary.Recordings, set.Summary.Winner, set.Summary.WinnerOfExecutors = sum.Recordings, sum.Winner, sum.WinnerOfExecutors
	set.Summary.Floor = floorOf(repeats)
	set.summarizeForecasts()
}

func (set *Set) summarizeForecasts() {
	var over []*Validation
	var repeats []Comparison
	for i := range set.Workloads {
		w := &set.Workloads[i]
		if w.computes || w.Applications > 1 {
			continue
		}
		repeats = append(repeats, w.repeats...)
		for _, v := range w.Pairs {
			if !v.decommissions {
				over = append(over, v)
			}
		}
	}
	set.Forecasts = summarize(over...)
	set.Forecasts.Floor = floorOf(repeats)
}

// A pairRun is one replay of a set: of a pair, or of a recording against itself,
// which calling winners needs.
type pairRun struct {
	group    []*traces.Workload
	from, to int
	done     *Validation
	forecast bool // start-up times are learned from FROM, because the applications of TO waited for each other
}

func (r *pairRun) validate(o Options, watch replay.Watch) error {
	from, to := r.group[r.from], r.group[r.to]
	p, err := newPair(from, to, o)
	if errors.Is(err, ErrWaited) {
		r.forecast, o.Startup = true, StartupFrom
		p, err = newPair(from, to, o)
	}
	if err != nil {
		return fmt.Errorf("%s to %s: %w", from.Name, to.Name, err)
	}
	r.done = p.validate(constant(r.group, r.to), watch)
	return nil
}

// constant is the median of all recordings of a workload except one, for each
// application of that one; nil where there are fewer than two others.
func constant(group []*traces.Workload, except int) []View {
	if len(group) < 3 {
		return nil
	}
	views := make([][]View, len(group[except].Apps))
	for i, other := range group {
		if i == except {
			continue
		}
		recorded := Recorded(other)
		for j, k := range partners(other, group[except]) {
			if k >= 0 {
				views[j] = append(views[j], recorded[k])
			}
		}
	}
	predicted := make([]View, len(views))
	for j := range views {
		predicted[j] = medianView(views[j])
	}
	return predicted
}

func newValidatedWorkload(group []*traces.Workload, runs []*pairRun, borrowed Spread) Workload {
	computes := Computes(group[0])
	w := Workload{Name: workloadName(group[0]), Barred: !computes, computes: computes, Applications: len(group[0].Apps)}
	for _, r := range runs {
		if r.from == r.to {
			continue
		}
		w.Pairs = append(w.Pairs, r.done)
		w.Barred = w.Barred && !r.forecast
		if sameConfiguration(group[r.from]) == sameConfiguration(group[r.to]) {
			w.repeats = append(w.repeats, r.done.Copy...)
		}
	}
	w.Summary = summarize(w.Pairs...)
	w.Summary.Recordings = len(group)
	w.Summary.Floor = floorOf(w.repeats)
	w.configurations = configurationsOf(group, runs)
	spread := SpreadOf(group)
	if spread == (Spread{}) {
		spread = borrowed
	}
	w.Summary.Winner, w.Summary.WinnerOfExecutors = winners(w.configurations, spread)
	return w
}

// workloadName is the name of its application, or of the first of several.
func workloadName(w *traces.Workload) string {
	if n := len(w.Apps); n > 1 {
		return fmt.Sprintf("%s and %d more", w.Apps[0].Name, n-1)
	}
	return w.Apps[0].Name
}

// Computes reports whether a workload's tasks compute, as those of SQL do. Executors
// that share processors then slow each other down, and a task takes another time
// elsewhere; the bars do not apply to such workloads.
func Computes(w *traces.Workload) bool {
	return slices.ContainsFunc(w.Apps, func(a *traces.Application) bool {
		return slices.ContainsFunc(a.Jobs, func(j traces.Job) bool { return j.Execution != "" })
	})
}
