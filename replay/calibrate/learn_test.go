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

// estimate is that of start-up times with a default of 5 s.
func estimate(samples ...sample) latency.Distribution {
	d := latency.Distribution{Quantiles: millis(4000, 4200, 4600, 5000, 6000, 7500, 8000), Source: "default"}
	prior{clusters: 1.1, runs: 0.08, times: 0.2}.learn(&d, samples)
	return d
}

// Executors take 100 ms alone and 30 ms more for each other one beside them. From
// samples with up to nine others that is what is learned, except for the weight of
// the default (no contention): one part in 1 + the variance, 8.25, as far as the
// degrees of freedom go.
func TestContentionIsSeparatedFromWhatOneTakesAlone(t *testing.T) {
	var samples []sample
	for i := range 40 {
		others := i % 10
		samples = append(samples, sample{time.Duration(100+30*others) * ms, others, "a.log"})
	}
	d := estimate(samples...)
	if alone := d.Typical(0); alone < 95*ms || alone > 115*ms {
		t.Errorf("alone: %s, want about 100ms", alone)
	}
	if variance := 8.25 * 38 / 40; math.Abs(d.Contention-0.3*variance/(1+variance)) > 0.001 {
		t.Errorf("contention %.3f", d.Contention)
	}
	if !slices.Equal(d.Logs, []string{"a.log"}) || d.N != 40 {
		t.Errorf("learned from %d in %v", d.N, d.Logs)
	}
	if got := d.Typical(50); got != d.Typical(9) {
		t.Errorf("beside 50: %s; no log shows more than 9, which take %s", got, d.Typical(9))
	}
}

// If every sample has the same number of others, the log does not show what one takes
// alone: the default contention is subtracted. So it is with two samples, through which
// any line goes.
func TestContentionThatALogDoesNotShowIsTheDefault(t *testing.T) {
	for name, samples := range map[string][]sample{
		"four beside each": slices.Repeat([]sample{{300 * ms, 4, "a.log"}}, 10),
		"two samples":      {{100 * ms, 0, "a.log"}, {900 * ms, 1, "a.log"}},
	} {
		if got := contention(samples, 0.5); got != 0.5 {
			t.Errorf("%s: contention %.3f, want the default", name, got)
		}
	}
	d := latency.Distribution{Contention: 0.5, Quantiles: latency.Constant(100 * ms).Quantiles}
	priors[latency.Usable].learn(&d, slices.Repeat([]sample{{300 * ms, 4, "a.log"}}, 10))
	near(t, "alone", d.Typical(0), 100*ms)
	near(t, "beside four", d.Typical(4), 300*ms)
}

// A log shows one start-up of 16 s, where the default is 5 s. Start-ups on one cluster are
// alike and clusters are not, so that one of them says much; each further one of 16 s
// changes the estimate less than the one before, and the tenth no more than the ninth.
func TestEachSampleMovesTheEstimateLessThanTheOneBefore(t *testing.T) {
	before := estimate()
	if before.Quantiles.Median() != 5*time.Second || before.Prior != 1 || before.Source != "default" {
		t.Errorf("without samples: %+v", before)
	}
	moved := time.Hour
	for n := 1; n <= 30; n++ {
		d := estimate(slices.Repeat([]sample{{took: 16 * time.Second, log: "a.log"}}, n)...)
		median, last := d.Quantiles.Median(), before.Quantiles.Median()
		if median < 15*time.Second || median > 16*time.Second {
			t.Errorf("%d samples of 16 s: median %s", n, median)
		}
		if median < last || median-last > moved {
			t.Errorf("sample %d moves the median from %s to %s, the one before by %s", n, last, median, moved)
		}
		if d.Prior >= before.Prior || d.Uncertainty >= before.Uncertainty {
			t.Errorf("%d samples: weight of the default %.3f, uncertainty %.3f; they were %.3f and %.3f", n, d.Prior, d.Uncertainty, before.Prior, before.Uncertainty)
		}
		if spread, was := latency.Log(d.Quantiles[5])-latency.Log(d.Quantiles[1]), latency.Log(before.Quantiles[5])-latency.Log(before.Quantiles[1]); n > 1 && spread >= was {
			t.Errorf("%d equal samples: spread %.3f, it was %.3f", n, spread, was)
		}
		before, moved = d, median-last
	}
	if before.Uncertainty > 0.1 {
		t.Errorf("30 samples of one log: uncertainty %.3f; runs differ by 0.08", before.Uncertainty)
	}
}

// A sample that equals the estimate changes it little, however many there were.
func TestASampleThatEqualsTheEstimateChangesLittle(t *testing.T) {
	times := []time.Duration{9, 14, 7, 22, 11, 8, 30, 10, 13, 6, 18, 12}
	var samples []sample
	for n, took := range times {
		samples = append(samples, sample{took: took * time.Second, log: "a.log"})
		d := estimate(samples...)
		more := estimate(append(slices.Clone(samples), sample{took: d.Quantiles.Median(), log: "a.log"})...)
		if change := math.Abs(latency.Log(more.Quantiles.Median()) - latency.Log(d.Quantiles.Median())); change > 0.2/float64(n+1)+0.01 {
			t.Errorf("%d samples and one more at the median: %s, it was %s", n+1, more.Quantiles.Median(), d.Quantiles.Median())
		}
	}
}

// Samples that contradict each other say less than samples that agree.
func TestSamplesThatDifferLeaveMoreWeightToTheDefault(t *testing.T) {
	agree := estimate(sample{took: 15 * time.Second}, sample{took: 17 * time.Second}, sample{took: 16 * time.Second})
	differ := estimate(sample{took: 1 * time.Second}, sample{took: 200 * time.Second}, sample{took: 16 * time.Second})
	if differ.Prior < 4*agree.Prior || differ.Uncertainty < 2*agree.Uncertainty {
		t.Errorf("weights %.3f and %.3f, uncertainties %.3f and %.3f", agree.Prior, differ.Prior, agree.Uncertainty, differ.Uncertainty)
	}
}

// Executors that start together on two processors take twice as long as two, and those on
// a large machine as long as one. Start-ups in waves of different size tell one from the
// other; one wave does not, and the result is what is known beforehand.
func TestProcessorsAreFoundFromWavesOfDifferentSize(t *testing.T) {
	const s = time.Second
	wave := func(at time.Duration, n int, took time.Duration) []startup {
		return slices.Repeat([]startup{{granted: at, added: at + took, host: "h"}}, n)
	}
	machine := []*traces.Application{{DriverOnExecutorHost: true}}
	cluster := []*traces.Application{{}}
	shared := slices.Concat(wave(0, 1, 2*s), wave(20*s, 1, 2*s), wave(40*s, 2, 2*s), wave(60*s, 8, 8*s), wave(80*s, 4, 4*s))
	alone := slices.Concat(wave(0, 1, 4*s), wave(20*s, 1, 4*s), wave(40*s, 2, 4*s), wave(60*s, 8, 4*s), wave(80*s, 4, 4*s))
	one := wave(0, 4, 4*s)
	for _, c := range []struct {
		name      string
		starts    []startup
		apps      []*traces.Application
		low, high float64
	}{
		{"waves that share two processors", shared, machine, 1.8, 2.3},
		{"the same on a cluster", shared, cluster, 1.9, 4},
		{"waves that do not slow each other down", alone, cluster, 12, math.Inf(1)},
		{"one wave on a machine", one, machine, 1.2, 1.6},
		{"one wave on a cluster", one, cluster, 12, math.Inf(1)},
	} {
		if p, _ := fitProcessors(c.starts, c.apps); p.Float() < c.low || p.Float() > c.high {
			t.Errorf("%s: %.2f processors, want %.1f to %.1f", c.name, p.Float(), c.low, c.high)
		}
	}
	m := Defaults()
	if p, driver := fitProcessors(nil, nil); p != m.Processors || driver != m.DriverProcessors {
		t.Errorf("without start-ups: %d and %d", p, driver)
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
	near(t, "first task, inside its run time", times.By[latency.ColdSlotRun].Typical(0), time.Duration(float64(hidden)*math.Sqrt(95*float64(ms)/float64(shown))))
	for cause, want := range map[latency.Cause]note.Kind{latency.ColdSlot: timeLearned, latency.RemovalLag: timeDefault} {
		if notes[cause].Kind != want {
			t.Errorf("%s: note %s", cause, notes[cause])
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
