package eventlog

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dynalloc/traces"
)

const second = time.Second

// A testJob is a job of a test log: when it starts and ends, in seconds, and its
// properties.
type testJob struct {
	from, to   float64
	properties string
}

// logOf is a log of jobs, which ends at a time unless that is 0.
func logOf(end float64, jobs ...testJob) *logBuilder {
	type event struct {
		at  float64
		add func(l *logBuilder)
	}
	var events []event
	for i, j := range jobs {
		events = append(events, event{j.from, func(l *logBuilder) { l.job(i, j.from, j.properties) }})
		if j.to > 0 {
			events = append(events, event{j.to, func(l *logBuilder) { l.jobEnd(i, j.to) }})
		}
	}
	slices.SortStableFunc(events, func(x, y event) int { return int(math.Copysign(1, x.at-y.at)) })
	l := newLog("a")
	for _, e := range events {
		e.add(l)
	}
	if end > 0 {
		l.end(end)
	}
	return l
}

func batchOf(query string, id int) string {
	return fmt.Sprintf(`"spark.jobGroup.id":"run-%s","sql.streaming.queryId":%q,"streaming.sql.batchId":"%d"`, query, query, id)
}

// noted is the problem of a kind; its zero value: there is none.
func noted(a *traces.Application, kind string) traces.Note {
	for _, p := range a.Log.Problems {
		if string(p.Kind) == kind {
			return p
		}
	}
	return traces.Note{}
}

// clocked is how many jobs the clock starts.
func clocked(a *traces.Application) int {
	n, _ := noted(a, "log-clock-starts").Arg("jobs").(int)
	return n
}

// Batches come each ten seconds. The third takes 25 s: the triggers at 50 and 60 s are
// skipped, the fourth batch starts when it ends and was due at 50 s, the fifth is in time
// again. The application is stopped by the clock.
func TestMicroBatchesStartAtTheirTriggers(t *testing.T) {
	var jobs []testJob
	for i, from := range []float64{20, 30, 40, 65, 70, 80, 90, 100} {
		took := 3 + 0.3*float64(i%3)
		if i == 2 {
			took = 25
		}
		jobs = append(jobs, testJob{from, from + took, batchOf("q", i)})
	}
	a := readBuilt(t, logOf(110, jobs...))
	want := []traces.Cue{{After: -1, At: 20 * second}}
	for i, at := range []time.Duration{30, 40, 50, 70, 80, 90, 100} {
		want = append(want, traces.Cue{After: i, At: at * second})
	}
	if diff := cmp.Diff(want, cues(a)); diff != "" {
		t.Errorf("cues (-want +got):\n%s", diff)
	}
	if a.Until != 110*second || a.Tail != 0 {
		t.Errorf("it ends %v after its last job and not before %v; want the clock to stop it after 110 s", a.Tail, a.Until)
	}
	if n := noted(a, "log-stream-timed"); n.Arg("interval") != 10*second {
		t.Errorf("found %v, want a trigger each 10 s", n)
	}
	if j := a.Jobs[3]; j.Stream != "q" || j.Batch != "3" {
		t.Errorf("job 3 belongs to batch %q of %q", j.Batch, j.Stream)
	}
}

// Two jobs of each batch follow one another, as in foreachBatch; a second query has a
// trigger of its own and does not wait for the first. Triggers have jitter.
func TestQueriesOfOneApplicationDoNotWaitForEachOther(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var jobs []testJob
	for i := range 60 {
		jitter, took := 0.05*random.Float64(), 2+random.Float64()
		from := 10*float64(i) + jitter
		jobs = append(jobs, testJob{from, from + took, batchOf("a", i)}, testJob{from + took + 0.2, from + took + 1, batchOf("a", i)})
		if i%3 == 0 {
			from += 0.03
			jobs = append(jobs, testJob{from, from + 2*took, batchOf("b", i/3)})
		}
	}
	slices.SortFunc(jobs, func(x, y testJob) int { return int(math.Copysign(1, x.from-y.from)) })
	a := readBuilt(t, logOf(610, jobs...))
	intervals := map[time.Duration]bool{}
	for _, p := range a.Log.Problems {
		if p.Kind == "log-stream-timed" {
			intervals[p.Arg("interval").(time.Duration)] = true
		}
	}
	if !intervals[10*second] || !intervals[30*second] {
		t.Errorf("intervals %v, want 10 s and 30 s", intervals)
	}
	for i, j := range a.Jobs {
		if after := j.Cue.After; after >= 0 && a.Jobs[after].Stream != j.Stream {
			t.Fatalf("job %d of %s waits for %s", i, j.Stream, a.Jobs[after].Stream)
		}
		if start := a.Recorded.Jobs[i].Start; j.Cue.Kind() != traces.ClosedLoop && j.Cue.Time(0, 0) != start {
			t.Errorf("job %d starts at %v in time, and was recorded at %v", i, j.Cue.Time(0, 0), start)
		}
	}
}

// A stream without a trigger starts each batch when the one before has ended. Faster
// executors do not make its data come sooner, so its window stays. If it stopped by
// itself, all of its data was waiting.
func TestAStreamWithoutATriggerWaitsForItsData(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	stream := func(end string) *traces.Application {
		var jobs []testJob
		now := 5.0
		for i := range 40 {
			took := 1 + 3*random.Float64()
			jobs = append(jobs, testJob{now, now + took, batchOf("q", i)})
			now += took + 0.1
		}
		l := logOf(0, jobs...)
		if end != "" {
			l.add(`{"Event":"org.apache.spark.sql.streaming.StreamingQueryListener$QueryTerminatedEvent","id":"q","runId":"r"%s}`, end).end(now + 1)
		}
		return readBuilt(t, l)
	}
	running := stream("")
	for i, j := range running.Jobs {
		if j.Cue.Kind() == traces.ClosedLoop || j.Cue.Time(0, 0) != running.Recorded.Jobs[i].Start {
			t.Errorf("batch %d: %+v, want it not before %v", i, j.Cue, running.Recorded.Jobs[i].Start)
		}
	}
	if noted(running, "log-stream-data").Kind == "" || running.Log.Grade != traces.Complete || running.Until == 0 {
		t.Errorf("a stream that still runs: grade %v, until %v, %v", running.Log.Grade, running.Until, running.Log.Problems)
	}
	if a := stream(`,"exception":"boom"`); clocked(a) != 40 {
		t.Errorf("the clock starts %d jobs of a query that failed, want 40", clocked(a))
	}
	if a := stream("" + `,"exception":null`); clocked(a) != 0 || a.Until != 0 {
		t.Errorf("the clock starts %d jobs of a query that read all it had, and stops it after %v", clocked(a), a.Until)
	}
}

// Progress events say when the trigger began a batch, before it planned its first job.
func TestProgressSaysWhenABatchBegan(t *testing.T) {
	l := newLog("a")
	for i := range 10 {
		from := 10*float64(i+1) + 0.4 + 0.1*float64(i%3)
		l.job(i, from, batchOf("q", i)).jobEnd(i, from+1+0.5*float64(i%2))
		l.add(`{"Event":"org.apache.spark.sql.streaming.StreamingQueryListener$QueryProgressEvent","progress":{"id":"q","runId":"r","batchId":%d,"timestamp":%q,"durationMs":{"triggerExecution":2500}}}`,
			i, time.UnixMilli(at(10*float64(i+1))).UTC().Format("2006-01-02T15:04:05.000Z"))
	}
	a := readBuilt(t, l.end(120))
	for i, j := range a.Jobs {
		if want := time.Duration(i+1) * 10 * second; j.Cue.At != want || j.Cue.Gap < 400*time.Millisecond {
			t.Errorf("batch %d is due at %v and plans for %v, want %v and 400 ms or more", i, j.Cue.At, j.Cue.Gap, want)
		}
	}
}

// The batches of Spark Streaming are named by their time.
func TestClassicStreamsStartAtTheirBatchTimes(t *testing.T) {
	var jobs []testJob
	for i, from := range []float64{5, 14, 15.5, 20} {
		jobs = append(jobs, testJob{from, from + []float64{9, 1.4, 1, 1}[i], fmt.Sprintf(`"spark.streaming.internal.batchTime":"%d"`, at(5*float64(i+1)))})
	}
	a := readBuilt(t, logOf(30, jobs...))
	ms := time.Millisecond
	want := []traces.Cue{{After: -1, At: 5 * second}, {After: 0, At: 10 * second}, {After: 1, At: 15 * second, Gap: 100 * ms}, {After: 2, At: 20 * second}}
	if diff := cmp.Diff(want, cues(a)); diff != "" {
		t.Errorf("cues (-want +got):\n%s", diff)
	}
}

// A thrift server with three sessions, of which a dashboard sends a statement each minute
// and two are people. The people's statements follow their own after a pause, the
// dashboard's come at their time, and the first of each session at its own.
func TestSessionsAreIndependent(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	var jobs []testJob
	sessions := map[string]string{}
	for s, name := range []string{"dashboard", "ann", "bob"} {
		now := 20 + 9*float64(s)
		for i := range 20 {
			group := fmt.Sprintf("%s-%d", name, i)
			sessions[group] = name
			took := 2 + 6*random.Float64()
			jobs = append(jobs, testJob{now, now + took, fmt.Sprintf(`"spark.jobGroup.id":%q`, group)})
			if name == "dashboard" {
				now = 20 + 60*float64(i+1) + 0.02*random.Float64()
			} else {
				now += took + 20*math.Exp(random.NormFloat64())
			}
		}
	}
	slices.SortFunc(jobs, func(x, y testJob) int { return int(math.Copysign(1, x.from-y.from)) })
	l := newLog("a")
	for group, session := range sessions { // in any order
		l.add(`{"Event":"org.apache.spark.sql.hive.thriftserver.ui.SparkListenerThriftServerOperationStart","id":"i","sessionId":%q,"statement":"s","startTime":1,"groupId":%q,"userName":"u"}`, session, group)
	}
	l.lines = append(l.lines, logOf(3000, jobs...).lines[2:]...)
	a := readBuilt(t, l)
	kinds := map[string]map[traces.CueKind]int{}
	for i, j := range a.Jobs {
		name := sessions[j.Group]
		if kinds[name] == nil {
			kinds[name] = map[traces.CueKind]int{}
		}
		kinds[name][j.Cue.Kind()]++
		if after := j.Cue.After; after >= 0 && sessions[a.Jobs[after].Group] != name {
			t.Errorf("job %d of %s waits for %s", i, name, sessions[a.Jobs[after].Group])
		}
	}
	want := map[string]map[traces.CueKind]int{
		"dashboard": {traces.OpenLoop: 1, traces.Triggered: 19},
		"ann":       {traces.OpenLoop: 1, traces.ClosedLoop: 19},
		"bob":       {traces.OpenLoop: 1, traces.ClosedLoop: 19},
	}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("cues (-want +got):\n%s", diff)
	}
	if n := noted(a, "log-series-by-clock"); n.Arg("period") != time.Minute && n.Arg("statements") != 20 {
		t.Errorf("found %v, want 20 statements, one each minute", n)
	}
}

// Jobs of drivers that wait for them are a closed loop, however regular they are: people
// at a notebook, a program with equal jobs, one that sleeps for a round time, one that is
// busy all the time. Only one that starts its loop at fixed times is not.
func TestRegularJobsAreNotClocked(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for _, story := range []struct {
		name    string
		took    func() float64
		next    func(i int, start, end float64) float64
		clocked int
	}{
		{"pauses of minutes", func() float64 { return 5 + 20*random.Float64() }, func(_ int, _, end float64) float64 { return end + 120*math.Exp(random.NormFloat64()) }, 0},
		{"equal jobs in a round time", func() float64 { return 9.9 }, func(_ int, _, end float64) float64 { return end + 0.1 }, 0},
		{"nearly equal jobs", func() float64 { return 4 + 0.05*random.Float64() }, func(_ int, _, end float64) float64 { return end + 2 + 0.01*random.Float64() }, 0},
		{"a pause of a minute", func() float64 { return 4.036 }, func(_ int, _, end float64) float64 { return end + 60 }, 0},
		{"no pause", func() float64 { return 30 * random.Float64() }, func(_ int, _, end float64) float64 { return end + 0.05*random.Float64() }, 0},
		{"each minute", func() float64 { return 5 + 20*random.Float64() }, func(i int, _, _ float64) float64 { return 60*float64(i+1) + 0.05*random.Float64() }, 200},
		{"each minute, equal jobs", func() float64 { return 4.036 }, func(i int, _, _ float64) float64 { return 60 * float64(i+1) }, 200},
	} {
		var jobs []testJob
		now := 60.0
		for i := range 200 {
			end := now + story.took()
			jobs = append(jobs, testJob{from: now, to: end})
			now = story.next(i+1, now, end)
		}
		a := readBuilt(t, logOf(now+1, jobs...))
		if got := clocked(a); got != story.clocked {
			t.Errorf("%s: the clock starts %d of 200 jobs, want %d", story.name, got, story.clocked)
		}
	}
}

// --arrivals overrides what was found out.
func TestArrivalsCanBeGiven(t *testing.T) {
	l := logOf(40, testJob{10, 12, batchOf("q", 0)}, testJob{20, 23, batchOf("q", 1)}, testJob{30, 31, batchOf("q", 2)})
	read := func(by Arrivals) *traces.Application {
		log := logFrom(l.String())
		log.Arrivals = by
		a, err := Read(log)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	closed := read(ClosedArrivals)
	if clocked(closed) != 0 || closed.Until != 0 || closed.Jobs[1].Cue != (traces.Cue{After: 0, Gap: 8 * second}) {
		t.Errorf("closed: %+v, until %v", cues(closed), closed.Until)
	}
	if a := read(OpenArrivals); clocked(a) != 3 || a.Jobs[1].Cue.Kind() != traces.Triggered {
		t.Errorf("open: %+v", cues(a))
	}
	l = logOf(40, testJob{from: 10, to: 12}, testJob{from: 20, to: 23})
	if a := read(OpenArrivals); clocked(a) != 2 || a.Jobs[1].Cue != (traces.Cue{After: -1, At: 20 * second}) {
		t.Errorf("open, without a stream: %+v", cues(a))
	}
	if _, err := ParseArrivals("ajar"); err == nil {
		t.Error("ajar is a way")
	}
}

// A thrift server whose sessions are not known. Statements come at random, and two of them
// overlap, so that there are several users: no statement waits for that of another one. If
// none overlap there may be one user, who waits for each answer.
func TestStatementsOfUnknownSessionsThatOverlapComeAtTheirTimes(t *testing.T) {
	server := func(second float64) *traces.Application {
		l := logOf(100, testJob{10, 14, ""}, testJob{second, second + 6, ""}, testJob{33, 37, ""}, testJob{61, 64, ""})
		l.lines[1] = strings.Replace(l.lines[1], `"App Name":"test"`, `"App Name":"Thrift JDBC/ODBC Server"`, 1)
		return readBuilt(t, l)
	}
	if got := clocked(server(12)); got != 4 {
		t.Errorf("the clock starts %d of 4 statements, want all of them", got)
	}
	if got := clocked(server(17)); got != 0 {
		t.Errorf("the clock starts %d of 4 statements, want none", got)
	}
}
