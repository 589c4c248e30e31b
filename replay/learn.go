package replay

import (
	"fmt"
	"slices"
	"time"

	"dynalloc/traces"
)

// Times that stand where the logs do not say. Sources: measured on standalone
// clusters with Spark 4.1 (start-up 4 to 8 s on a warm machine, registration to
// usable 0.4 to 1.1 s, a first task's extra 0.3 to 1.3 s, ExecutorRemoved 5.05
// to 5.15 s after the kill, which is spark.standalone.executorRemoveDelayOnDisconnection
// plus the time to notice; tens of milliseconds before Spark 3.4).
var defaultTimes = Times{
	Startup:    []time.Duration{5 * time.Second},
	Usable:     500 * time.Millisecond,
	Cold:       400 * time.Millisecond,
	Overhead:   15 * time.Millisecond,
	RemovalLag: 5100 * time.Millisecond,
	GC:         periodicGC,
}

// enough is how many samples make a learnt time; with fewer the default stands.
const enough = 10

// Learn takes the Times of a workload from its logs, as far as they show them,
// and says in one sentence for each where it came from. The cluster tells
// which requests found room: of the others the log shows only how long they
// waited for it.
func Learn(w *traces.Workload, c Cluster) (Times, []string) {
	t := defaultTimes
	var notes []string
	learn := func(name string, samples []time.Duration, otherwise time.Duration) time.Duration {
		if len(samples) < enough {
			notes = append(notes, fmt.Sprintf("%s: %s assumed; the logs show %d, too few to learn from", name, otherwise, len(samples)))
			return otherwise
		}
		m := max(median(samples, 0), 0)
		notes = append(notes, fmt.Sprintf("%s: %s, the median of %d in the logs", name, m, len(samples)))
		return m
	}
	if c.Startup >= 0 {
		notes = append(notes, fmt.Sprintf("executor start-up: %s, as the cluster says", c.Startup))
	} else if starts := recordedBoots(w, c, t.RemovalLag); len(starts) < enough {
		notes = append(notes, fmt.Sprintf("executor start-up: %s assumed; the logs show %d requests that found room, too few to learn from", t.Startup[0], len(starts)))
	} else {
		t.Processors, t.Startup = fitProcessors(starts)
		slices.Sort(t.Startup)
		shared := ""
		if t.Processors > 0 {
			shared = fmt.Sprintf("; executors that start together share %g processors of a node", t.Processors)
		}
		notes = append(notes, fmt.Sprintf("executor start-up: drawn from %d recorded requests that found room, median %s, from %s to %s%s",
			len(starts), median(t.Startup, 0).Round(time.Millisecond), t.Startup[0].Round(time.Millisecond), t.Startup[len(starts)-1].Round(time.Millisecond), shared))
	}
	var usable, cold, overhead []time.Duration
	for _, a := range w.Apps {
		usable = append(usable, usableTimes(a)...)
		first, rest := overheads(a)
		overhead = append(overhead, rest...)
		usual := median(rest, 0)
		for _, o := range first {
			cold = append(cold, max(o-usual, 0))
		}
	}
	t.Usable = learn("registration to usable", usable, t.Usable)
	t.Cold = learn("first task of a slot, extra", cold, t.Cold)
	t.Overhead = learn("overhead of a task", overhead, t.Overhead)
	return t, notes
}

// usableTimes returns the time from registration to first task of executors
// that got one soon: for others it says only when there was work.
func usableTimes(a *traces.Application) []time.Duration {
	const soon = 2 * time.Second
	var samples []time.Duration
	if a.Recorded == nil {
		return nil
	}
	for i := range a.Recorded.Executors {
		x := &a.Recorded.Executors[i]
		if d := x.FirstTask - x.Added; x.FirstTask >= 0 && d >= 0 && d < soon {
			samples = append(samples, d)
		}
	}
	return samples
}

// overheads returns, for first tasks of slots and for the rest, the time of a
// task that is neither run nor result: deserializing is in it only as far as
// it exceeds what the stage's other tasks take.
func overheads(a *traces.Application) (first, rest []time.Duration) {
	warm := warmDeserialize(a)
	for i := range a.Stages {
		for j := range a.Stages[i].Tasks {
			t := &a.Stages[i].Tasks[j]
			if t.Cold {
				first = append(first, time.Duration(t.Scheduler+max(t.Deserialize-warm[i], 0))*time.Millisecond)
			} else {
				rest = append(rest, time.Duration(t.Scheduler)*time.Millisecond)
			}
		}
	}
	return first, rest
}
