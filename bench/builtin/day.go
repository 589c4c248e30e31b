package builtin

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"dynalloc/traces"
)

const (
	opening     = 8 * time.Hour  // of the day
	closing     = 18 * time.Hour // no application arrives later
	reportEvery = 5 * time.Minute
	loadEvery   = 10 * time.Minute
	punctual    = 30 * time.Second // the largest delay of a scheduled application
)

// perDay is the number of arrivals in a day of the applications that people start.
// The others are scheduled.
var perDay = map[string]float64{"adhoc-queries": 80, "feature-build": 80}

// load is the scheduled application that is not a report.
const load = "warehouse-load"

// MakeDay makes a working day from the applications of the recorded fleet. Another
// seed makes other arrival times.
func MakeDay(fleet *traces.Workload, seed uint64) *traces.Workload {
	w := &traces.Workload{Name: "day", Epoch: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}
	r := rand.New(rand.NewPCG(seed, 1))
	count := map[string]int{}
	arrive := func(a *traces.Application, at time.Duration) {
		run := *a
		count[a.Name]++
		run.ID = fmt.Sprintf("%s-%03d", a.Name, count[a.Name])
		run.Submit, run.Started, run.Recorded = at.Truncate(time.Millisecond), w.Epoch.Add(at), nil
		w.Apps = append(w.Apps, &run)
	}
	schedule := func(every time.Duration, apps ...*traces.Application) {
		for i := range int((closing - opening) / every) {
			arrive(apps[i%len(apps)], time.Duration(i)*every+time.Duration(r.Int64N(int64(punctual))))
		}
	}
	var reports []*traces.Application
	for _, a := range fleet.Apps {
		switch n := perDay[a.Name]; {
		case n > 0:
			for _, at := range arrivals(r, n) {
				arrive(a, at)
			}
		case a.Name == load:
			schedule(loadEvery, a)
		default:
			reports = append(reports, a)
		}
	}
	schedule(reportEvery, reports...)
	slices.SortStableFunc(w.Apps, func(a, b *traces.Application) int { return int(a.Submit - b.Submit) })
	scheduled := int((closing-opening)/reportEvery) + int((closing-opening)/loadEvery)
	w.Notes = []traces.Note{madeDay.With(
		int((closing-opening)/reportEvery), int((closing-opening)/loadEvery), len(w.Apps)-scheduled, seed)}
	return w
}

// arrivals draws the times of about n arrivals in a day: a Poisson process whose
// rate rises from half of its mean at both ends of the day to one and a half times
// the mean in the middle, made by thinning (Lewis and Shedler, Naval Research
// Logistics 1979).
func arrivals(r *rand.Rand, n float64) []time.Duration {
	const length = float64(closing - opening)
	var times []time.Duration
	peak := 1.5 * n / length
	for at := 0.0; ; {
		at += r.ExpFloat64() / peak
		if at >= length {
			return times
		}
		if r.Float64() < (1-0.5*math.Cos(2*math.Pi*at/length))/1.5 {
			times = append(times, time.Duration(at))
		}
	}
}
