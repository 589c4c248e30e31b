package reports

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/bench/selfreplay"
	"dynalloc/bench/sla"
	"dynalloc/internal/note"
	"dynalloc/internal/spark"
	"dynalloc/internal/wide"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/attribution"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// got is what one application of a fixture got under one policy, in seconds.
type got struct{ unasked, ungranted, starting, turnaround, held, busy float64 }

func secs(s float64) time.Duration { return time.Duration(s * 1000 * float64(time.Millisecond)) }

// build makes results by hand: what each application got under each policy, and
// the samples of a timeline.
func build(s *bench.Suite, references []sla.Reference, given [][]got, timeline func(policy int) *metrics.Timeline) *bench.Results {
	r := &bench.Results{Suite: s, Reference: references, Self: slices.Repeat([]selfreplay.Error{selfreplay.Unknown()}, len(s.Workload.Apps)), DeadlineBasis: "1.5 x the run alone on the idle cluster under its recorded settings", Notes: s.Workload.Notes}
	for _, a := range s.Workload.Apps {
		r.Classes = append(r.Classes, a.Class)
	}
	slices.Sort(r.Classes)
	r.Classes = slices.Compact(r.Classes)
	for p, policy := range s.Policies {
		result := &replay.Result{Policy: policy.Name, Cluster: s.Config.Cluster, Apps: make([]replay.AppResult, len(s.Workload.Apps))}
		groups := make([]metrics.Group, 1+len(r.Classes))
		for i, a := range s.Workload.Apps {
			g := given[p][i]
			app := replay.AppResult{
				App: i, Policy: policy.String(), Submit: a.Submit,
				Asked: a.Submit + secs(g.unasked), Granted: a.Submit + secs(g.unasked+g.ungranted),
				Registered: a.Submit + secs(g.unasked+g.ungranted+g.starting),
				End:        a.Submit + secs(g.turnaround),
				Ledger:     replay.Ledger{Busy: coreSecs(g.busy), Idle: coreSecs(g.held - g.busy), Executor: coreSecs(g.held / 2)},
				Wait:       coreSecs(2 * g.ungranted),
			}
			app.Attribution = attributed(g)
			result.Apps[i] = app
			result.Ledger.Busy = result.Ledger.Busy.Plus(app.Ledger.Busy)
			result.Ledger.Idle = result.Ledger.Idle.Plus(app.Ledger.Idle)
			result.End = max(result.End, app.End)
			measured := metrics.App{
				Class: a.Class, User: a.User, Driver: spark.DriverSize{Cores: 1, HeapMB: 1024, OverheadMB: 384}, Changes: 4,
				Memory:     wide.Of(secs(g.held/2), 2048),
				Elasticity: metrics.Elasticity{Known: true, UnderTime: secs(g.unasked + g.ungranted + g.starting), Under: g.ungranted, OverTime: secs(5), Over: 2},
				Turnaround: app.End - app.Submit, Unasked: app.Asked - app.Submit, Ungranted: app.Granted - app.Asked,
				Starting: app.Registered - app.Granted, QueueWait: app.Registered - app.Submit, Wait: app.Wait,
				Held: app.Ledger.Held(), Busy: app.Ledger.Busy, Executors: app.Ledger.Executor,
				Critical: references[i].Critical, Deadline: references[i].Deadline, HasDeadline: references[i].HasDeadline, SlackBase: references[i].SlackBase,
				Attribution: app.Attribution,
			}
			groups[0].Apps = append(groups[0].Apps, measured)
			c, _ := slices.BinarySearch(r.Classes, a.Class)
			groups[1+c].Apps = append(groups[1+c].Apps, measured)
		}
		run := bench.Outcome{Policy: policy, Result: result, Apps: groups[0].Apps, Timeline: timeline(p)}
		for i := range groups {
			groups[i].Window = result.End - s.Workload.Apps[0].Submit
			groups[i].Provided = wide.Of(groups[i].Window, int64(s.Config.Cluster.Capacity()))
			groups[i].Prices, groups[i].NodeCost = s.Prices, math.NaN()
			row := metrics.Row{Policy: policy.Name}
			for _, m := range metrics.Table {
				row.Values = append(row.Values, m.Of(&groups[i]))
			}
			if i == 0 {
				run.All = row
			} else {
				row.Class = r.Classes[i-1]
				run.ByClass = append(run.ByClass, row)
			}
		}
		r.Runs = append(r.Runs, run)
	}
	return r
}

// attribution divides what an application got: of what is idle a tenth is ramp
// surplus and the rest waits for its timeout.
func attributed(g got) *attribution.Attribution {
	a := &attribution.Attribution{RampUp: secs(g.ungranted + g.starting)}
	a.Turnaround[attribution.TimeDriver] = secs(g.unasked)
	a.Turnaround[attribution.TimeQueue] = secs(g.ungranted)
	a.Turnaround[attribution.TimeStartup] = secs(g.starting)
	a.Turnaround[attribution.TimeExecution] = secs(g.turnaround) - a.Turnaround.Total()
	a.Waves = a.Turnaround[attribution.TimeExecution] / 4
	a.Cores[attribution.HoldBusy] = coreSecs(g.busy)
	a.Cores[attribution.HoldSurplus] = coreSecs((g.held - g.busy) / 10)
	a.Cores[attribution.HoldIdle] = coreSecs(g.held - g.busy).Minus(a.Cores[attribution.HoldSurplus])
	for c, d := range a.Cores {
		a.Executors[c] = wide.Of(d.Each(2), 1)
	}
	return a
}

// coreSecs is core-time, or other amounts over time, in seconds.
func coreSecs(s float64) wide.Time { return wide.Of(secs(s), 1) }

func fleet(name, text string) policies.Fleet {
	f, err := policies.ParseFleet(text)
	if err != nil {
		panic(err)
	}
	if name != "" {
		f.Name = name
	}
	return f
}

// lecture is the lecture's case: a warehouse load that takes the whole cluster,
// and reports that wait behind it, under three policies.
func lecture() *bench.Results {
	w := &traces.Workload{
		Name: "lecture",
		Apps: []*traces.Application{
			{ID: "app-0001", Name: "warehouse-load", Class: "warehouse-load", Path: "logs/app-0001"},
			{ID: "app-0002", Name: "report-1", Class: "report-*", Path: "logs/app-0002", Submit: 20 * time.Second,
				Log: traces.Log{Grade: traces.Cut, Problems: []traces.Note{note.Plain("the log ends before the application does")}}},
			{ID: "app-0003", Name: "report-2", Class: "report-*", Path: "logs/app-0003", Submit: 70 * time.Second},
		},
		Notes: []note.Note{note.Plain("Idle days between the selected applications are cut out: 2.")},
	}
	s := &bench.Suite{
		Workload: w,
		Prices:   metrics.Prices{CoreHour: 0.05, GiBHour: 0.005},
		Config:   replay.Config{Seed: 1, Cluster: sixteen(true)},
		Policies: []policies.Fleet{fleet("recorded", "recorded"), fleet("static-2", "static,n=2"), fleet("mixed", "report-*=static,n=2;*=spark,idle=5s,max=6")},
	}
	references := []sla.Reference{
		{Critical: 60 * time.Second, Alone: 100 * time.Second, SlackBase: 100 * time.Second, Deadline: 150 * time.Second, HasDeadline: true},
		{Critical: 20 * time.Second, Alone: 30 * time.Second, SlackBase: 30 * time.Second, Deadline: 45 * time.Second, HasDeadline: true},
		{Critical: 20 * time.Second, Alone: 30 * time.Second, SlackBase: 30 * time.Second, Deadline: 45 * time.Second, HasDeadline: true},
	}
	given := [][]got{
		{{2, 0, 4, 100, 1568, 900}, {2, 80, 4, 110, 112, 100}, {2, 30, 4, 60, 112, 100}},
		{{2, 0, 4, 260, 1032, 900}, {2, 0, 4, 30, 112, 100}, {2, 0, 4, 30, 112, 100}},
		{{3, 0, 4, 120, 1150, 900}, {2, 0, 4, 30, 112, 100}, {2, 1, 4, 31, 112, 100}},
	}
	r := build(s, references, given, func(p int) *metrics.Timeline {
		t := &metrics.Timeline{Series: metrics.Series{Step: time.Second}}
		for i := range 130 {
			held := []int{8, 4, 6}[p]
			if i < 6 || i > 100 {
				held = 1
			}
			t.Samples = append(t.Samples, metrics.Sample{
				PeakHeld: held, Held: wide.Of(time.Second, int64(held)), Wanted: wide.Of(time.Second, int64(held+i%3)),
				Cores: wide.Of(time.Second, int64(2*held)), Busy: wide.Of(time.Second, int64(held)),
			})
		}
		return t
	})
	r.Slack = sla.DefaultSlack
	truth := metrics.Row{Policy: "recorded", Recorded: true, Values: make([]float64, len(metrics.Table))}
	for i, m := range metrics.Table {
		truth.Values[i] = math.NaN()
		switch m.Name {
		case "applications", "with_deadline":
			truth.Values[i] = 3
		case "sla_misses":
			truth.Values[i] = 2
		case "queue_wait_mean":
			truth.Values[i] = 42.5
		case "executor_hours_held":
			truth.Values[i] = 0.24
		}
	}
	byClass := []metrics.Row{truth, truth}
	byClass[0].Class, byClass[1].Class = r.Classes[0], r.Classes[1]
	r.Truth = []bench.Recording{{Policy: "recorded", All: truth, ByClass: byClass}}
	return r
}

// day is a made-up working day: many applications, eleven policies, a fleet with
// a long name. It is for looking at, and for what breaks in the large.
func day() *bench.Results {
	random := rand.New(rand.NewPCG(7, 7))
	w := &traces.Workload{Name: "built-in working day"}
	names := []string{"warehouse-load", "report-*", "adhoc-queries", "feature-build"}
	var references []sla.Reference
	for i := range 140 {
		class := names[i%4]
		w.Apps = append(w.Apps, &traces.Application{ID: fmt.Sprintf("app-%04d", i), Name: class, Class: class, Submit: time.Duration(i) * 10 * time.Minute})
		references = append(references, sla.Reference{Critical: 25 * time.Second, Deadline: 90 * time.Second, HasDeadline: i%4 == 1})
	}
	short := []string{"recorded", "static-2", "static-4", "static-8", "dynamic-idle-60s", "dynamic-idle-10s", "dynamic-idle-3s", "dynamic-backlog-5s", "dynamic-min-2", "dynamic-max-6", "mixed-reports-static-rest-dynamic"}
	s := &bench.Suite{Workload: w, Config: replay.Config{Seed: 1, Cluster: sixteen(false)}}
	var given [][]got
	for p, name := range short {
		s.Policies = append(s.Policies, fleet(name, "static,n=2"))
		var row []got
		for i := range w.Apps {
			wait := math.Max(0, random.NormFloat64()*float64(40-3*p)+float64(20-4*p))
			if i%9 == p%9 {
				wait = 0
			}
			row = append(row, got{2, wait, 1.5 + random.Float64()*4, wait + 30 + 50*random.Float64(), 300 + float64((11-p)*60), 250})
		}
		given = append(given, row)
	}
	return build(s, references, given, func(p int) *metrics.Timeline {
		step := firstPictureStep << 8
		t := &metrics.Timeline{Series: metrics.Series{Step: step}}
		for i := range int(24 * time.Hour / step) {
			load := 4 + 3*math.Sin(float64(i)/500) + 2*random.NormFloat64()
			if i > 2900 || i%7 == 0 {
				load = 0
			}
			n := min(8, max(0, int(load)))
			wanted := max(n, int(load*float64(1+p%3)))
			t.Samples = append(t.Samples, metrics.Sample{
				PeakHeld: n, Held: wide.Of(step, int64(n)), Wanted: wide.Of(step, int64(wanted)),
				Cores: wide.Of(step, int64(2*n)), Busy: wide.Of(step*time.Duration(30+5*p)/100, int64(2*n)),
			})
		}
		return t
	})
}

const firstPictureStep = 100 * time.Millisecond

// sixteen is a cluster of sixteen cores.
func sixteen(assumed bool) cluster.Cluster {
	c := cluster.Uniform(1, 16, 32<<10)
	c.Startup, c.Assumed = 4*time.Second, assumed
	return c
}
