package growth

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"dynalloc/internal/stopwatch"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/agenda"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// managers are compared on all axes.
var managers = []string{"standalone", "yarn", "yarn,scheduler=fair", "kubernetes"}

// leastTasks are replayed in one measurement: a smaller workload is replayed again.
const leastTasks = 200_000

// replays returns a function that replays a workload. In this code, prepared_test.go replaces it.
var replays = func(w *traces.Workload, f policies.Fleet, c replay.Config) (func() (*replay.Result, error), error) {
	return func() (*replay.Result, error) { return replay.Run(w, f, c) }, nil
}

// BenchmarkGrowth measures what an event of a task costs: the processor time of a replay
// divided by the starts and ends of its tasks (ns/event), the same relative to the bare
// queue (x-bare), which is measured beside it, and what the replay allocates
// (allocs/event). The work is prepared before, once for all replays, as comparisons do; what
// that takes is divided by the events of one replay (preparing-ns/event). The peak of the memory of the process so far (peak-MB) has the text of
// the workload in it. Run it with -benchtime=1x: one iteration is enough work to measure.
func BenchmarkGrowth(b *testing.B) {
	for _, a := range axes {
		for _, size := range a.sizes {
			if a.name == "tasks" && size > *mostTasks {
				continue
			}
			load := sync.OnceValue(func() loaded { return a.world(size).load() })
			for _, manager := range managers {
				for _, policy := range []string{"static", "dynamic"} {
					name := fmt.Sprintf("axis=%s/size=%d/manager=%s/policy=%s", a.name, size, strings.Replace(manager, ",scheduler=", "-", 1), policy)
					b.Run(name, func(b *testing.B) {
						measure(b, load(), manager, policy)
					})
				}
			}
		}
	}
}

// A loaded world has its workload read. The text is dropped: it may be large.
type loaded struct {
	world
	workload *traces.Workload
	err      error
}

func (w world) load() loaded {
	workload, err := traces.ReadText(strings.NewReader(w.text), "growth")
	w.text = ""
	return loaded{w, workload, err}
}

func measure(b *testing.B, in loaded, manager, policy string) (result *replay.Result) {
	if in.err != nil {
		b.Fatal(in.err)
	}
	fleet, err := policies.ParseFleet(in.policy(policy))
	if err != nil {
		b.Fatal(err)
	}
	on, err := cluster.Parse(in.cluster(manager))
	if err != nil {
		b.Fatal(err)
	}
	var run func() (*replay.Result, error)
	preparing := stopwatch.Medians(1, func() { run, err = replays(in.workload, fleet, replay.Config{Cluster: on, Seed: 1}) })[0]
	if err != nil {
		b.Fatal(err)
	}
	times := max(1, leastTasks/in.tasks)
	events := float64(2 * in.tasks * times)
	if in.tasks <= leastTasks { // the first replay makes the memory that the others use
		if _, err := run(); err != nil {
			b.Fatal(err)
		}
	}
	queue := newBare(in.slots)
	var perEvent, bare, allocs []float64
	for b.Loop() {
		var before, after runtime.MemStats
		took := stopwatch.Medians(1, func() {
			runtime.ReadMemStats(&before)
			for range times {
				if result, err = run(); err != nil {
					b.Fatal(err)
				}
			}
			runtime.ReadMemStats(&after)
		}, queue.run)
		perEvent = append(perEvent, float64(took[0].Nanoseconds())/events)
		bare = append(bare, float64(took[1].Nanoseconds())/(2*bareTasks))
		allocs = append(allocs, float64(after.Mallocs-before.Mallocs)/events)
	}
	b.ReportMetric(mean(perEvent)/mean(bare), "x-bare")
	b.ReportMetric(mean(perEvent), "ns/event")
	b.ReportMetric(mean(bare), "bare-ns/event")
	b.ReportMetric(float64(preparing.Nanoseconds())/float64(2*in.tasks), "preparing-ns/event")
	b.ReportMetric(mean(allocs), "allocs/event")
	b.ReportMetric(float64(stopwatch.PeakMemory())/1e6, "peak-MB")
	return result
}

func mean(values []float64) (m float64) {
	for _, v := range values {
		m += v / float64(len(values))
	}
	return m
}

// bareTasks pass through the bare queue in one measurement.
const bareTasks = 500_000

// A bare queue is the floor of a replay: the engine's own queue with a pop and a push
// for each task, with so many tasks pending, and nothing else.
type bare struct{ queue agenda.Agenda }

func newBare(pending int) *bare {
	b := &bare{}
	for i := range pending {
		b.queue.Insert(agenda.Event{At: runTime(i), Order: uint64(i)})
	}
	b.run() // until the queue is as it stays
	return b
}

func (b *bare) run() {
	for i := range bareTasks {
		s := b.queue.Pop()
		s.At += runTime(i)
		s.Order = uint64(i)
		b.queue.Insert(s)
	}
}

func runTime(i int) time.Duration { return time.Duration(runTimes[i%len(runTimes)]) * time.Millisecond }

// BenchmarkPeers runs the work that peers/queue.py and peers/Queue.java give to SimPy
// and CloudSim Plus: tasks that wait in one queue for slots.
func BenchmarkPeers(b *testing.B) {
	for _, size := range [][2]int{{10_000, 100}, {1_000_000, 1000}} {
		tasks, slots := size[0], size[1]
		load := sync.OnceValue(func() loaded { return alone(slots, app(1)+job+stage(tasks)).load() })
		for _, policy := range []string{"static", "dynamic"} {
			b.Run(fmt.Sprintf("program=dynalloc-%s/tasks=%d/slots=%d", policy, tasks, slots), func(b *testing.B) {
				result := measure(b, load(), managers[0], policy)
				b.ReportMetric(result.Apps[0].End.Seconds(), "simulated-s")
			})
		}
	}
}
