package bench

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"dynalloc/bench/sla"
	"dynalloc/replay"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

func deadlinesOf(t *testing.T, text string) sla.Deadlines {
	t.Helper()
	d, err := sla.ReadDeadlines(strings.NewReader(text), "sla.csv")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A time of day has no meaning for applications whose time of submission is not
// known.
func TestATimeOfDayNeedsAClock(t *testing.T) {
	s := lectureSuite(t, "static,n=2")
	s.Workload.Epoch = time.Time{}
	s.Deadlines = deadlinesOf(t, "report-*,06:00 UTC\n")
	want := "sla.csv:1: a time of day needs applications that were submitted at a time of day, and lecture does not say when report-1 was; give a duration"
	if _, err := Run(context.Background(), s, Options{}); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// The first report must end before the second comes, 90 s later; after the
// second none comes.
func TestBeforeTheNextRunStarts(t *testing.T) {
	s := lectureSuite(t, "static,n=2")
	s.Deadlines = deadlinesOf(t, "report-*,next\n")
	r := mustRun(t, s, Options{})
	if ref := r.Reference[1]; !ref.HasDeadline || ref.Deadline != 90*time.Second {
		t.Errorf("the first report: %+v", ref)
	}
	if r.Reference[2].HasDeadline {
		t.Errorf("the last report: %+v", r.Reference[2])
	}
	if want := "apps-without-next-run count=1 total=3"; !slices.Contains(texts(r.Notes), want) {
		t.Errorf("notes %q", r.Notes)
	}
}

// Two reports were recorded, of 20 and 30 s: the 95 % quantile is 29.5 s.
func TestDeadlinesFromHistory(t *testing.T) {
	s := lectureSuite(t, "static,n=8")
	s.Workload.Apps[1].Recorded = &traces.Recorded{End: 20 * time.Second}
	s.Workload.Apps[2].Recorded = &traces.Recorded{End: 30 * time.Second}
	s.Slack = sla.SlackRule{Of: sla.History, Factors: []float64{1, 2, 4}}
	r := mustRun(t, s, Options{})
	for i, want := range []time.Duration{0, 59 * time.Second, 59 * time.Second} {
		if ref := r.Reference[i]; ref.Deadline != want || ref.HasDeadline != (want > 0) {
			t.Errorf("application %d: %+v, want a deadline of %s", i, ref, want)
		}
	}
	for _, want := range []string{
		"apps-without-history count=1 total=3", "deadlines-from-few-runs runs=2 enough=20",
	} {
		if !slices.Contains(texts(r.Notes), want) {
			t.Errorf("no note %q in %q", want, r.Notes)
		}
	}
	s.Workload.Apps[1].Recorded, s.Workload.Apps[2].Recorded = nil, nil
	want := "deadlines from history: lecture has no recorded runs; give event logs, or another slack such as alone=1.5"
	if _, err := Run(context.Background(), s, Options{}); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// Behind the load a report takes several times as long as alone. With a larger
// factor fewer reports are late; the factors do not change a deadline from a file.
func TestMissesFallWithTheSlackFactor(t *testing.T) {
	s := lectureSuite(t, "static,n=8")
	s.Deadlines = deadlinesOf(t, "report-2,1ms\n")
	s.Slack = sla.SlackRule{Of: sla.Alone, Factors: []float64{1, 10}}
	r := mustRun(t, s, Options{})
	run := &r.Runs[0]
	all, byClass := r.Sweep(run.Apps)
	if want := []Misses{{2, 3}, {1, 3}}; !slices.Equal(all, want) {
		t.Errorf("misses at 1 and 10: %v, want %v", all, want)
	}
	if want := []Misses{{2, 2}, {1, 2}}; r.Classes[1] != "report-*" || !slices.Equal(byClass[1], want) {
		t.Errorf("misses of %s at 1 and 10: %v, want %v", r.Classes[1], byClass[1], want)
	}
	if all := run.All.Value("sla_misses"); all != 2 {
		t.Errorf("%v missed at the headline factor, which is %v: want 2", all, r.Slack.Headline())
	}
	if want := "from sla.csv; where it has none, 1 x the run alone on the idle cluster under its recorded settings"; r.DeadlineBasis != want {
		t.Errorf("basis %q, want %q", r.DeadlineBasis, want)
	}
}

// notebook is a long application with two queries of two jobs each, one of them in
// SQL, and a job that belongs to neither.
const notebook = `
app notebook cores=1 memory=1g
  job group=ask-1 description="first look"
    stage tasks=2x10s
  job group=ask-1 gap=5s
    stage tasks=2x10s
  job gap=60s execution=7 description="board: sales"
    stage tasks=2x5s
  job gap=1s execution=7
    stage tasks=2x5s
  job gap=60s
    stage tasks=2x1s
`

func notebookSuite(t *testing.T, deadlines string) *Suite { return textSuite(t, notebook, deadlines) }

// textSuite is a workload under two executors of one core, and under one.
func textSuite(t *testing.T, text, deadlines string) *Suite {
	t.Helper()
	w, err := traces.ReadText(strings.NewReader(text), "notebook")
	if err != nil {
		t.Fatal(err)
	}
	cluster, err := cluster.Parse("standalone,nodes=1,cores=2,memory=64g,startup=0s")
	if err != nil {
		t.Fatal(err)
	}
	fleets, err := Fleets([]string{"static,n=2", "static,n=1"})
	if err != nil {
		t.Fatal(err)
	}
	return &Suite{
		Workload: w, Config: replay.Config{Cluster: cluster, Offers: replay.Ordered}, Policies: fleets, Deadlines: deadlinesOf(t, deadlines),
	}
}

// A query is from its first job's submission to its last one's end. With half
// the executors each job takes twice as long.
func TestQueriesHaveDeadlinesOfTheirOwn(t *testing.T) {
	for _, c := range []struct{ deadlines, queries, took string }{
		{"name,group,deadline\nnotebook,ask-*,30s\n", "group ask-1 [0 1]", "[25s 45s]"},
		{"name,description,deadline\n*,board*,15s\n", "execution 7 [2 3]", "[11s 21s]"},
		{"name,execution,deadline\n*,?,alone=1.5\n", "execution 7 [2 3]", "[11s 21s]"},
		{"description,deadline\nfirst*,12s\n", "job 0 [0]", "[10s 20s]"},
		{"group,deadline\n*,30s\n", "group ask-1 [0 1]", "[25s 45s]"},           // not of jobs without a group
		{"execution,deadline\n*,alone=1.5\n", "execution 7 [2 3]", "[11s 21s]"}, // and not without an execution
	} {
		r := mustRun(t, notebookSuite(t, c.deadlines), Options{})
		if len(r.Queries) != 1 {
			t.Errorf("%q: queries %+v", c.deadlines, r.Queries)
			continue
		}
		if got := fmt.Sprint(r.Queries[0].Name, " ", r.Queries[0].Jobs); got != c.queries {
			t.Errorf("%q: query %s, want %s", c.deadlines, got, c.queries)
		}
		took := []time.Duration{}
		for i, misses := range []float64{0, 1} {
			run := &r.Runs[i]
			took = append(took, run.Apps[0].Queries[0].Duration)
			if got := run.All.Value("query_misses"); got != misses || run.All.Value("queries_with_deadline") != 1 {
				t.Errorf("%q, %s: %v queries missed, want %v of 1", c.deadlines, run.Policy.Name, got, misses)
			}
		}
		if got := fmt.Sprint(took); got != c.took {
			t.Errorf("%q: took %s, want %s", c.deadlines, got, c.took)
		}
	}
}

// A file with deadlines for queries only leaves applications the default slack.
func TestDeadlinesOfQueriesAreNoneOfApplications(t *testing.T) {
	r := mustRun(t, notebookSuite(t, "group,deadline\nask-*,30s\nnobody,1s\n"), Options{})
	if !r.Reference[0].HasDeadline || r.Slack.Headline() != 1.5 {
		t.Errorf("reference %+v, slack %v", r.Reference[0], r.Slack)
	}
	if want := []string{`deadline-unused position="sla.csv:3" match="group \"nobody\"" what="query"`}; !slices.Equal(texts(r.Notes), want) {
		t.Errorf("notes %q, want %q", r.Notes, want)
	}
}

// clicks is a stream whose second batch is large.
const clicks = `
app clicks cores=1 memory=1g submit=1m
  job at=10s after=-1 gap=500ms stream=q batch=0 group=run
    stage tasks=2x2s
  job at=20s gap=500ms stream=q batch=1 group=run
    stage tasks=6x4500ms
  job at=30s gap=500ms stream=q batch=2 group=run
    stage tasks=2x2s
  job gap=1s stream=q batch=2 group=run
    stage tasks=2x1s
  job at=60s gap=500ms stream=q batch=3 group=run
    stage tasks=2x2s
  end at=70s
`

// Each batch of a stream is judged from its trigger. On two executors the large one takes
// 14 s and makes the next one 4 s late; on one it takes 27.5 s, and the next one is 17.5 s
// late. Both run for the window of the stream and hold executors for it.
// The line for the batches is the stream's own deadline, too: 95 % of its batches must keep
// it, and under neither policy they do.
func TestStreamsAreJudgedByTheirBatches(t *testing.T) {
	r := mustRun(t, textSuite(t, clicks, "stream,deadline\n*,10s\n"), Options{})
	if len(r.Queries) != 4 || r.Queries[2].Name != "batch q 2" || len(r.Queries[2].Jobs) != 2 {
		t.Fatalf("queries %+v, want four batches, the third of two jobs", r.Queries)
	}
	for i, want := range []map[string]float64{
		{"batches": 4, "batches_late": 1, "batch_latency_p50": (2.5 + 8.5) / 2, "query_misses": 1, "sla_misses": 1, "executor_hours_held": 140.0 / 3600, "turnaround_max": 70},
		{"batches": 4, "batches_late": 1, "batch_latency_p50": (4.5 + 25) / 2, "query_misses": 2, "executor_hours_held": 70.0 / 3600, "turnaround_max": 70},
	} {
		run := &r.Runs[i]
		for name, value := range want {
			if got := run.All.Value(name); !(math.Abs(got-value) < 0.01) {
				t.Errorf("%s: %s is %v, want %v", run.Policy.Name, name, got, value)
			}
		}
	}
}

// Without deadlines a stream is late if its slow batches are: 95 % of them end within
// 13.2 s alone on two executors, and within 27.1 s on one.
func TestTheResponseOfAStreamIsJudged(t *testing.T) {
	r := mustRun(t, textSuite(t, clicks, "class,deadline\nnobody,1s\n*,alone=1.5\n"), Options{})
	for i, want := range []struct {
		response time.Duration
		misses   float64
	}{{13175 * time.Millisecond, 0}, {27125 * time.Millisecond, 1}} {
		run := &r.Runs[i]
		if got := run.Apps[0].Response; got != want.response || run.All.Value("sla_misses") != want.misses {
			t.Errorf("%s: responds within %v and misses %v, want %v and %v", run.Policy.Name, got, run.All.Value("sla_misses"), want.response, want.misses)
		}
	}
	if ref := r.Reference[0]; ref.Alone != 13175*time.Millisecond || ref.Response != 4925*time.Millisecond {
		t.Errorf("alone %v, with unlimited executors %v", ref.Alone, ref.Response)
	}
}
