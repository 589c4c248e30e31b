package calibrate

import (
	"math"
	"slices"
	"testing"
	"time"

	"dynalloc/internal/note"
	"dynalloc/replay/cluster"
	"dynalloc/replay/latency"
	"dynalloc/traces"
)

const ms = time.Millisecond

// near expects a time within a hundredth of another one, or within a millisecond.
func near(t *testing.T, what string, got, want time.Duration) {
	t.Helper()
	if d := (got - want).Abs(); d > max(want/100, ms) {
		t.Errorf("%s: %s, want about %s", what, got, want)
	}
}

// Executors take 100 ms alone and 30 ms more for each other one beside them. From
// samples with up to nine others that is what is learned, except for the weight of
// the default (no contention): one part in 1 + the variance, 8.25.
func TestContentionIsSeparatedFromWhatOneTakesAlone(t *testing.T) {
	var samples []sample
	for i := range 40 {
		others := i % 10
		samples = append(samples, sample{time.Duration(100+30*others) * ms, others, "a.log"})
	}
	var d latency.Distribution
	learn(&d, samples)
	if alone := d.Typical(0); alone < 100*ms || alone > 110*ms {
		t.Errorf("alone: %s, want a little over 100ms", alone)
	}
	if want := 0.3 * 8.25 / 9.25; math.Abs(d.Contention-want) > 0.001 {
		t.Errorf("contention %.3f, want %.3f", d.Contention, want)
	}
	if !slices.Equal(d.Logs, []string{"a.log"}) || d.N != 40 {
		t.Errorf("learned from %d in %v", d.N, d.Logs)
	}
	if got := d.Typical(50); got != d.Typical(9) {
		t.Errorf("beside 50: %s; no log shows more than 9, which take %s", got, d.Typical(9))
	}
}

// If every sample has the same number of others, the log does not show what one takes
// alone: the default contention is subtracted.
func TestContentionThatALogDoesNotShowIsTheDefault(t *testing.T) {
	samples := slices.Repeat([]sample{{300 * ms, 4, "a.log"}}, latency.MinSamples)
	d := latency.Distribution{Contention: 0.5}
	learn(&d, samples)
	near(t, "alone", d.Typical(0), 100*ms)
	near(t, "beside four", d.Typical(4), 300*ms)
}

// Nine samples are too few: the default stands, and its source says so.
func TestFewSamplesLeaveTheDefault(t *testing.T) {
	d := latency.Constant(7 * time.Second)
	d.Source = "default"
	learn(&d, slices.Repeat([]sample{{time.Second, 0, "a.log"}}, latency.MinSamples-1))
	if d.Learned() || d.Typical(0) != 7*time.Second || d.Source != "default; the logs show 9, too few to learn from" || d.Logs != nil {
		t.Errorf("%+v", d)
	}
}

// firstTaskApp has a stage of ten first tasks and ten warm ones: first ones
// deserialize for 100 ms instead of 5, and run 40 ms longer than the others.
func firstTaskApp() *traces.Application {
	a := &traces.Application{Path: "a.log", Stages: []traces.Stage{{}}}
	for i := range 20 {
		task := traces.Task{Run: 1000, Deserialize: 5, Scheduler: 10, Host: -1}
		if i < 10 {
			task.Cold, task.First, task.Deserialize, task.Run = true, true, 100, 1040
		}
		a.Stages[0].Tasks = append(a.Stages[0].Tasks, task)
	}
	return a
}

// The cost of first tasks is learned from what they take in addition to warm ones,
// and what is hidden in their run time is scaled with it.
func TestFirstTasksAreComparedWithWarmOnes(t *testing.T) {
	a := firstTaskApp()
	times, notes := Learn(&traces.Workload{Apps: []*traces.Application{a}}, cluster.Uniform(1, 8, 1<<20))
	near(t, "first task", times.By[latency.ColdSlot].Typical(0), 95*ms)
	near(t, "overhead", times.By[latency.Overhead].Typical(0), 10*ms)
	defaults := Defaults()
	hidden, shown := defaults.By[latency.ColdSlotRun].Typical(0), defaults.By[latency.ColdSlot].Typical(0)
	near(t, "first task, inside its run time", times.By[latency.ColdSlotRun].Typical(0), hidden*95*ms/shown)
	for _, want := range []note.Note{timeLearned.With(latency.ColdSlot, 95*ms, 10), timeDefault.With(latency.RemovalLag, 5050*ms)} {
		if !slices.ContainsFunc(notes, func(n note.Note) bool { return note.Equal(n, want) }) {
			t.Errorf("no note %s in %s", want, notes)
		}
	}
}

// Executors that are idle for 10 s are killed at the next tick, and their driver sees
// 5.02 s later that they are gone. One that something else kept for longer does not
// count.
func TestRemovalLagIsWhatIsBeyondTheIdleTimeout(t *testing.T) {
	a := &traces.Application{
		Path: "a.log", Master: "spark://host:7077", SparkVersion: "3.5.1", Recorded: &traces.Recorded{End: time.Hour},
		Properties: map[string]string{"spark.shuffle.service.enabled": "true", "spark.dynamicAllocation.executorIdleTimeout": "10s"},
	}
	for i := range 12 {
		last := time.Duration(i) * time.Minute
		x := traces.RecordedExecutor{Requested: -1, FirstTask: 0, LastTask: last, Removed: last + 15070*ms, Reason: "Executor killed by driver."}
		if i == 0 {
			x.Removed += 20 * time.Second
		}
		a.Recorded.Executors = append(a.Recorded.Executors, x)
	}
	lag := func() latency.Distribution {
		times, _ := Learn(&traces.Workload{Apps: []*traces.Application{a}}, cluster.Uniform(1, 1000, 1<<20))
		return times.By[latency.RemovalLag]
	}
	d := lag()
	near(t, "lag", d.Quantiles.Median(), 5020*ms)
	if d.N != 11 {
		t.Errorf("%d samples, want 11", d.N)
	}
	for name, change := range map[string]func(){
		"before 3.4 no kill is seen late":       func() { a.SparkVersion = "3.3.4" },
		"other managers have no such delay":     func() { a.SparkVersion, a.Master = "3.5.1", "yarn" },
		"shuffle files may have held executors": func() { a.Master, a.Properties["spark.shuffle.service.enabled"] = "spark://h:1", "false" },
	} {
		if change(); lag().N != 0 {
			t.Errorf("%s: %d samples", name, lag().N)
		}
	}
}

// The cluster holds one executor, and the log says that a second one registered while
// the first was still there. No room was free for it in time, so that nothing is
// learned from it; a start-up of negative length would be worse.
func TestAnExecutorWithoutRoomTeachesNoStartUp(t *testing.T) {
	const s = time.Second
	app := &traces.Application{Recorded: &traces.Recorded{End: 30 * s, Executors: []traces.RecordedExecutor{
		{ID: "1", Cores: 4, Requested: 0, Added: 4 * s, Removed: 20 * s},
		{ID: "2", Cores: 4, Requested: 5 * s, Added: 9 * s, Removed: -1},
		{ID: "3", Cores: 4, Requested: 6 * s, Added: 27 * s, Removed: -1},
	}}}
	w := &traces.Workload{Apps: []*traces.Application{app}}
	given := GrantedStartups(w, cluster.Uniform(1, 4, 1<<14), 0)[0]
	if len(given) != 1 || given[0].Took != 4*s {
		t.Errorf("start-ups %v, want the first alone: executor 3 had to wait for executor 2", given)
	}
}
