package builtin

import (
	"bytes"
	"embed"
	"fmt"
	"math"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/sla"
	"dynalloc/replay"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
	"dynalloc/traces/source"
)

// recordings are real runs of six applications that shared a standalone
// cluster of Spark 4.1.4, three times: each with a fixed size, all dynamic, and
// mixed. Tasks sleep for prescribed times; the rest is Spark's own.
//
//go:embed recordings
var recordings embed.FS

// builtinCluster is the cluster on which the recordings were made.
const builtinCluster = "standalone,nodes=1,cores=16,memory=32g"

// BuiltinPolicies are the policies that a comparison takes if none are named:
// the logs' own settings, three fixed sizes, dynamic allocation with the
// shuffle service at three idle timeouts (backlog timeout 1 s, Spark's default),
// with a longer backlog timeout, with bounds, without the service, and a fleet
// that keeps reports static and lets the rest be dynamic, as the recording
// fleet-mixed did.
var Policies = []string{
	"recorded",
	"static,n=2", "static,n=4", "static,n=8",
	"spark,idle=60s", "spark,idle=10s", "spark,idle=3s",
	"spark,idle=10s,backlog=5s", "spark,idle=10s,min=2,max=6",
	"tracking:spark,idle=10s,shuffle=tracking",
	"mixed:*report*=static,n=2;*=spark,idle=5s,max=6",
}

// PoliciesOn are the policies that a comparison on a cluster takes if none are
// named: BuiltinPolicies, and on a manager without a shuffle service the
// same with shuffle tracking, and decommissioning in the place of tracking.
func PoliciesOn(c *cluster.Cluster) []string {
	if c.Traits().NoShuffleService == nil {
		return Policies
	}
	list := slices.Clone(Policies)
	for i, text := range list {
		switch {
		case strings.HasPrefix(text, "tracking:"):
			list[i] = "decommission:spark,idle=10s,shuffle=decommission"
		case strings.HasPrefix(text, "mixed:"):
			list[i] = text + ",shuffle=tracking"
		case strings.HasPrefix(text, "spark,"):
			list[i] = text + ",shuffle=tracking"
		}
	}
	return list
}

// Fleet is the recorded fleet as it was: six applications within three
// minutes. The other two recordings of it are the truth beside the policies
// that they ran under.
func Fleet() (*bench.Suite, error) {
	s, err := builtin()
	if err != nil {
		return nil, err
	}
	if s.Workload, err = record("fleet-static"); err != nil {
		return nil, err
	}
	s.Workload.Notes = append(s.Workload.Notes, "The workload is a recorded fleet: six applications that shared 16 cores, each with a fixed number of executors.")
	s.Truth = []bench.Truth{{Policy: "recorded", Workload: s.Workload}}
	for i, name := range []string{"fleet-dra", "fleet-mixed"} {
		w, err := record(name)
		if err != nil {
			return nil, err
		}
		f, err := bench.AsRecorded(name, w)
		if err != nil {
			return nil, err
		}
		s.Policies = slices.Insert(s.Policies, 1+i, f)
		s.Truth = append(s.Truth, bench.Truth{Policy: name, Workload: w})
	}
	return s, nil
}

// Day is a working day made from the recorded fleet: its applications
// arrive again and again between 8:00 and 18:00. A report comes every five
// minutes and a load every ten, both with a deadline; ad-hoc queries and feature
// builds come at random, more of them in the middle of the day.
func Day() (*bench.Suite, error) { return DayOf(daySeed) }

// DayOf is another such day: the seed decides when people start what they start.
func DayOf(seed uint64) (*bench.Suite, error) {
	s, err := builtin()
	if err != nil {
		return nil, err
	}
	fleet, err := record("fleet-static")
	if err != nil {
		return nil, err
	}
	s.Workload = makeDay(fleet, seed)
	text, err := recordings.ReadFile("recordings/deadlines.csv")
	if err != nil {
		return nil, err
	}
	s.Deadlines, err = sla.ReadDeadlines(bytes.NewReader(text), "built-in deadlines.csv")
	return s, err
}

// builtin is what the two built-in suites share.
func builtin() (*bench.Suite, error) {
	s := &bench.Suite{Config: replay.Config{Seed: 1}}
	var err error
	if s.Config.Cluster, err = cluster.Parse(builtinCluster); err != nil {
		return nil, err
	}
	all, err := record("")
	if err != nil {
		return nil, err
	}
	s.LearnTimes(all)
	s.Policies, err = bench.Fleets(Policies)
	return s, err
}

// record reads one of the recordings, or all of them.
func record(name string) (*traces.Workload, error) {
	logs, err := source.OpenFS(recordings, path.Join("recordings", name))
	if err != nil {
		return nil, err
	}
	w, bad, err := traces.Collect(name, logs)
	if err == nil && len(bad) > 0 {
		err = bad[0]
	}
	return w, err
}

const (
	opening     = 8 * time.Hour  // of the day
	closing     = 18 * time.Hour // no application arrives later
	reportEvery = 5 * time.Minute
	loadEvery   = 10 * time.Minute
	punctual    = 30 * time.Second // scheduled applications start within this time
	daySeed     = 20261122         // of Day
)

// perDay is how often an application that people start arrives in the built-in
// day. Those that are not named are scheduled.
var perDay = map[string]float64{"adhoc-queries": 80, "feature-build": 80}

// load is the scheduled application that is no report.
const load = "warehouse-load"

// makeDay makes a working day from the applications of a fleet; another seed makes
// another day.
func makeDay(fleet *traces.Workload, seed uint64) *traces.Workload {
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
	w.Notes = []string{fmt.Sprintf(
		"The workload is one working day made from six recorded applications, not a recorded day: a report every 5 minutes (%d) and a load every 10 (%d), each within half a minute, and %d runs that people start at random (seed %d); what each run does is as recorded.",
		int((closing-opening)/reportEvery), int((closing-opening)/loadEvery), len(w.Apps)-scheduled, seed)}
	return w
}

// arrivals draws the times of about n arrivals in a day: a Poisson process,
// thinned to a rate that rises from half of its mean at either end of the day to
// one and a half in the middle.
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
