package builtin

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"dynalloc/traces"
)

const (
	punctual  = 30 * time.Second // the largest delay of a scheduled application
	inputSize = 0.15             // standard deviation of the logarithm of a run's input, relative to the usual one

	// executorMB is the memory of an executor of the day: eight of them fill a node, and
	// two are the 25 GB of a report.
	executorMB = 12800
)

// A part is how the applications of a class take part in a made workload.
type part struct {
	every     time.Duration // between scheduled runs; 0: people start them
	runs      float64       // that people start
	executors int           // recorded fixed size
	wider     int           // times as many tasks as recorded in each stage
	longer    int           // times as long as recorded: tasks and the driver's pauses

	queue   string   // of YARN; empty: on a standalone cluster
	users   []string // who submit the runs in turn, on YARN
	dynamic bool     // recorded with Spark's dynamic allocation and its defaults, instead of executors
}

// ofDay are the parts of the day by class.
var ofDay = map[string]part{
	"warehouse-load": {every: 150 * time.Minute, executors: 80, wider: 8, longer: 110},
	"report-sla-*":   {every: 15 * time.Minute, executors: 2, wider: 1, longer: 4},
	"feature-build":  {every: time.Hour, executors: 16, wider: 6, longer: 40},
	"adhoc-queries":  {runs: 60, executors: 4, wider: 1, longer: 4},
}

// MakeDay makes a day on a shared cluster from the applications of the recorded fleet:
// scheduled loads, reports and feature builds, and ad-hoc queries that people start, of
// which most come in the middle of the day. Jobs, stages and the relative times of
// tasks are the recorded ones; ofDay says how much larger the applications are. The
// input of each run is larger or smaller than usual by a log-normal factor on the time
// of its tasks. Another seed makes other arrivals and inputs.
func MakeDay(fleet *traces.Workload, seed uint64) *traces.Workload {
	w := &traces.Workload{Name: "day", Epoch: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}
	runs := fill(w, fleet, ofDay, 24*time.Hour, rand.New(rand.NewPCG(seed, 1)))
	w.Notes = []traces.Note{madeDay.With(runs["report-sla-*"], runs["warehouse-load"], runs["feature-build"], runs["adhoc-queries"], seed)}
	return w
}

// fill adds the runs of each class that has a part to a workload of a length. It returns
// their numbers by class.
func fill(w, fleet *traces.Workload, parts map[string]part, length time.Duration, r *rand.Rand) map[string]int {
	programs := map[string][]*traces.Application{}
	var classes []string
	for _, a := range fleet.Apps {
		if programs[a.Class] == nil {
			classes = append(classes, a.Class)
		}
		programs[a.Class] = append(programs[a.Class], a)
	}
	runs := map[string]int{}
	for _, class := range classes {
		p, all := parts[class], programs[class]
		for i, at := range p.arrivals(length, r) {
			a := p.run(all[i%len(all)], r)
			if p.queue != "" {
				p.onYARN(a, i)
			}
			runs[class]++
			a.ID = fmt.Sprintf("%s-%03d", a.Name, i/len(all)+1)
			a.Submit, a.Started = at.Truncate(time.Millisecond), w.Epoch.Add(at)
			w.Apps = append(w.Apps, a)
		}
	}
	slices.SortStableFunc(w.Apps, func(a, b *traces.Application) int { return int(a.Submit - b.Submit) })
	return runs
}

// arrivals are the times at which the runs of a workload are submitted.
func (p part) arrivals(length time.Duration, r *rand.Rand) []time.Duration {
	if p.every == 0 {
		return drawArrivals(r, p.runs, float64(length))
	}
	var times []time.Duration
	for at := time.Duration(0); at < length; at += p.every {
		times = append(times, at+time.Duration(r.Int64N(int64(punctual))))
	}
	return times
}

// run is one run of an application. Nothing of the recorded run is left in it: not the
// first tasks' loading of classes, nor the processors that drivers and executors
// shared.
func (p part) run(recorded *traces.Application, r *rand.Rand) *traces.Application {
	a := *recorded
	a.Recorded, a.DriverOnExecutorHost, a.DriverContenders = nil, false, 0
	a.Properties = maps.Clone(a.Properties)
	maps.Copy(a.Properties, map[string]string{
		"spark.executor.memory": strconv.Itoa(executorMB) + "m",
		"spark.cores.max":       strconv.Itoa(p.executors * a.Profiles[0].Cores),
	})
	a.Profiles = slices.Clone(a.Profiles)
	a.Profiles[0].MemoryMB, a.Profiles[0].OverheadMB = executorMB, executorMB/10
	longer := time.Duration(p.longer)
	a.Tail *= longer
	a.Jobs = slices.Clone(a.Jobs)
	for i := range a.Jobs {
		if c := &a.Jobs[i].Cue; c.After >= 0 {
			c.Gap *= longer
		}
	}
	input := math.Exp(inputSize*r.NormFloat64() - inputSize*inputSize/2)
	a.Stages = slices.Clone(a.Stages)
	for i := range a.Stages {
		s := &a.Stages[i]
		s.Tasks = slices.Repeat(s.Unpacked(), p.wider)
		s.Packed = nil
		for k := range s.Tasks {
			t := &s.Tasks[k]
			*t = traces.Task{Run: int32(float64(t.Run) * float64(p.longer) * input), Host: -1, Read: t.Read, Write: t.Write}
		}
	}
	return &a
}

// drawArrivals draws the times of about n arrivals: a Poisson process whose rate rises
// from half of its mean at both ends of the day to one and a half times the mean in the
// middle, made by thinning (Lewis and Shedler, Naval Research Logistics 1979).
func drawArrivals(r *rand.Rand, n, length float64) []time.Duration {
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
