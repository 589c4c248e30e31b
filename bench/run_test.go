package bench

import (
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"dynalloc/bench/selfreplay"
	"dynalloc/bench/sla"
	"dynalloc/internal/logtest"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// In lecture a load takes the whole cluster, and two reports wait for it.
const lecture = `
app load cores=2 memory=1g
  job
    stage tasks=16x20s
  end gap=40s
app report-1 cores=2 memory=1g submit=10s
  job
    stage tasks=4x10s
app report-2 cores=2 memory=1g submit=100s
  job
    stage tasks=4x10s
`

func lectureSuite(t *testing.T, fleets ...string) *Suite {
	t.Helper()
	w, err := traces.ReadText(strings.NewReader(lecture), "lecture")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range w.Apps {
		a.Class = traces.Class(a.Name)
	}
	cluster, err := cluster.Parse("standalone,nodes=1,cores=16,memory=64g,startup=2s")
	if err != nil {
		t.Fatal(err)
	}
	policies, err := Fleets(fleets)
	if err != nil {
		t.Fatal(err)
	}
	return &Suite{Workload: w, Config: replay.Config{Cluster: cluster, Offers: replay.Ordered}, Policies: policies}
}

// texts writes notes as their kinds and arguments.
func texts(notes []Note) []string {
	var list []string
	for _, n := range notes {
		list = append(list, n.String())
	}
	return list
}

func mustRun(t *testing.T, s *Suite, o Options) *Results {
	t.Helper()
	r, err := Run(context.Background(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The load takes all eight executors and keeps them while its driver only
// writes; the first report waits for its end and is late. With two executors
// each nobody waits.
func TestTheReportWaitsBehindTheLoad(t *testing.T) {
	r := mustRun(t, lectureSuite(t, "static,n=8", "static,n=2"), Options{})
	hog, small := r.Rows("report-*")[0], r.Rows("report-*")[1]
	if hog.Value("sla_misses") != 1 || small.Value("sla_misses") != 0 {
		t.Errorf("misses %v and %v, want 1 and 0", hog.Value("sla_misses"), small.Value("sla_misses"))
	}
	if wait := hog.Value("wait_ungranted_mean"); wait < 20 {
		t.Errorf("the reports wait %v s for a grant behind the hog", wait)
	}
	if wait := small.Value("wait_ungranted_mean"); wait != 0 {
		t.Errorf("the reports wait %v s for a grant on a cluster with room", wait)
	}
	if d := small.Value("sla_misses") - r.Base(small).Value("sla_misses"); d != -1 {
		t.Errorf("difference in misses %v, want -1", d)
	}
}

// Metrics that count or add up do so over classes.
func TestClassesAddUpToAll(t *testing.T) {
	r := mustRun(t, lectureSuite(t, "static,n=4", "spark,idle=5s"), Options{})
	for _, run := range r.Runs {
		for _, name := range []string{
			"applications", "with_deadline", "sla_misses", "executor_wait", "utilization_held", "utilization_busy",
			"executor_hours_held", "executor_hours_busy", "executor_hours_wasted",
		} {
			sum := 0.0
			for _, row := range run.ByClass {
				sum += row.Value(name)
			}
			if all := run.All.Value(name); math.Abs(all-sum) > 1e-9 {
				t.Errorf("%s: %s is %v over all and %v over classes", run.Policy.Name, name, all, sum)
			}
		}
		parts := run.All.Value("wait_unasked_mean") + run.All.Value("wait_ungranted_mean") + run.All.Value("wait_starting_mean")
		if wait := run.All.Value("queue_wait_mean"); math.Abs(wait-parts) > 1e-9 {
			t.Errorf("%s: queue wait %v s, its parts %v s", run.Policy.Name, wait, parts)
		}
	}
}

// An application that arrives twice is replayed alone once, and progress counts it
// once.
func TestRepeatedApplicationsAreRunAloneOnce(t *testing.T) {
	s := lectureSuite(t, "static,n=2")
	again := *s.Workload.Apps[2]
	again.ID, again.Submit = "again", again.Submit+time.Hour
	s.Workload.Apps = append(s.Workload.Apps, &again)
	last := Progress{}
	r := mustRun(t, s, Options{Progress: func(p Progress) {
		if p.Done < last.Done || p.Tasks < last.Tasks {
			t.Errorf("progress from %+v to %+v", last, p)
		}
		last = p
	}})
	if last.Done != 4 || last.Total != 4 {
		t.Errorf("%g of %d replays, want 1 policy and 3 applications alone", last.Done, last.Total)
	}
	if a, b := r.Reference[2], r.Reference[3]; a != b || a.Alone == 0 {
		t.Errorf("the same application is measured against %+v and %+v", a, b)
	}
}

func TestDeadlinesFromAFile(t *testing.T) {
	s := lectureSuite(t, "static,n=8")
	s.Deadlines = sla.Deadlines{
		{Match: sla.Match{Name: "report-2"}, DeadlineRule: sla.DeadlineRule{Basis: sla.Within, Within: time.Second}, File: "sla.csv", Line: 1},
		{Match: sla.Match{Name: "nightly-*"}, DeadlineRule: sla.DeadlineRule{Basis: sla.Within, Within: time.Hour}, File: "sla.csv", Line: 2},
	}
	r := mustRun(t, s, Options{})
	if all := r.Runs[0].All; all.Value("with_deadline") != 1 || all.Value("sla_misses") != 1 {
		t.Errorf("%v of %v missed, want 1 of 1", all.Value("sla_misses"), all.Value("with_deadline"))
	}
	want := []string{
		`deadline-unused position="sla.csv:2" match="name \"nightly-*\"" what="application"`,
		"apps-without-deadline count=2 total=3",
	}
	if !slices.Equal(texts(r.Notes), want) {
		t.Errorf("notes %q, want %q", r.Notes, want)
	}
	if r.DeadlineBasis != "from sla.csv" {
		t.Errorf("basis %q", r.DeadlineBasis)
	}
}

func TestSuitesThatCannotBeRun(t *testing.T) {
	for _, c := range []struct {
		change func(*Suite)
		want   string
	}{
		{func(s *Suite) { s.Workload.Apps = nil }, "nothing to compare: the workload has no applications"},
		{func(s *Suite) { s.Policies = nil }, "nothing to compare: no policy is given"},
		{func(s *Suite) { s.Policies = append(s.Policies, s.Policies[0]) }, "two policies are called static,n=2: give one of them another name"},
		{func(s *Suite) { s.Truth = []Truth{{Policy: "spark", Workload: s.Workload}} }, "a recording is given for policy spark, which is not compared"},
	} {
		s := lectureSuite(t, "static,n=2")
		c.change(s)
		if _, err := Run(context.Background(), s, Options{}); err == nil || err.Error() != c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

func TestACancelledRunStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, lectureSuite(t, "static,n=2"), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// The self-replay of a log is on the cluster that this log shows, whatever cluster the
// user asks about.
func TestSelfReplaysAreOnTheClusterOfTheLog(t *testing.T) {
	w := logtest.Read(t, "testdata/recordings/etl/ess10")
	var want []selfreplay.Error
	for _, spec := range []string{"standalone,nodes=1,cores=2,memory=4g,startup=60s", "kubernetes,nodes=50,cores=32,memory=256g"} {
		on, err := cluster.Parse(spec)
		if err != nil {
			t.Fatal(err)
		}
		r := mustRun(t, &Suite{Workload: w, Config: replay.Config{Cluster: on}, Policies: []policies.Fleet{RecordedFleet()}}, Options{})
		if want == nil {
			want = r.Self
		}
		if !r.Self[0].Known() || !reflect.DeepEqual(r.Self, want) {
			t.Errorf("on %s: %+v, before %+v", spec, r.Self, want)
		}
	}
}
