package replay

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dynalloc/internal/stopwatch"
	"dynalloc/policies"
	"dynalloc/replay/agenda"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// A growthCase is a point of a growth curve: a workload, its cluster and its policies.
type growthCase struct {
	text     string
	on       cluster.Cluster
	policies []string
}

// An axis is something with which the cost of an event must not grow.
type axis struct {
	name   string
	points []int
	at     func(n int) growthCase
}

// onNodes is a standalone cluster on which executors start in three seconds.
func onNodes(nodes, cores int) cluster.Cluster {
	on := cluster.Uniform(nodes, cores, 640<<10)
	on.Startup = 3 * time.Second
	return on
}

// alone is the text of one application.
func alone(jobs string) string { return "app load cores=4 memory=1g submit=0s\n" + jobs }

// crowded is the text of applications of 160 tasks that arrive within a second.
func crowded(apps int) string {
	var text strings.Builder
	for i := range apps {
		fmt.Fprintf(&text, "app load-%d cores=4 memory=1g submit=%dms\n  job\n    stage tasks=64x5s\n    stage tasks=32x3s\n  job gap=5s\n    stage tasks=64x5s\n", i, i*1000/apps)
	}
	return text.String()
}

const (
	fixed    = "static,n=%d"
	dynamic  = "spark,idle=10s"
	tracking = "spark,idle=10s,shuffle=tracking"
)

// axes are those of applications that run alone, and of applications that wait for one
// another on a standalone cluster.
var axes = []axis{
	{"tasks", []int{10_000, 100_000, 1_000_000, 10_000_000}, func(n int) growthCase {
		return growthCase{alone(fmt.Sprintf("  job\n    stage tasks=%dx5s\n    stage tasks=%dx5s", n*2/3, n/3)), onNodes(100, 4), []string{fmt.Sprintf(fixed, 100), dynamic}}
	}},
	{"executors", []int{10, 100, 1000, 10_000}, func(n int) growthCase {
		return growthCase{alone(strings.Repeat("  job gap=5s\n    stage tasks=100000x5s\n    stage tasks=20000x3s\n", 5)), onNodes(n, 4), []string{fmt.Sprintf(fixed, n), dynamic}}
	}},
	{"stages", []int{1, 10, 100, 1000, 10_000, 100_000}, func(n int) growthCase {
		return growthCase{alone(strings.Repeat("  job gap=1s\n"+strings.Repeat("    stage tasks=4x1s\n", n), max(20_000/n, 1))), onNodes(10, 4), []string{fmt.Sprintf(fixed, 4), dynamic, tracking}}
	}},
	{"jobs", []int{1, 10, 100, 1000, 10_000, 100_000}, func(n int) growthCase {
		tasks := max(60_000/n, 6)
		return growthCase{alone(strings.Repeat(fmt.Sprintf("  job gap=1s\n    stage tasks=%dx1s\n    stage tasks=%dx1s\n", tasks-tasks/3, tasks/3), n)), onNodes(10, 4), []string{fmt.Sprintf(fixed, 4), dynamic, tracking}}
	}},
	{"hours", []int{1, 24, 24 * 365, 10 * 24 * 365}, func(n int) growthCase { // between the first and the last of 1,000 jobs
		gap := time.Duration(n) * time.Hour / 1000
		return growthCase{alone(strings.Repeat(fmt.Sprintf("  job gap=%s\n    stage tasks=40x1s\n    stage tasks=20x1s\n", gap.Round(time.Millisecond)), 1000)), onNodes(10, 4), []string{fmt.Sprintf(fixed, 4), dynamic, tracking}}
	}},
	{"applications", []int{1, 10, 100, 1000, 10_000}, func(n int) growthCase {
		return growthCase{crowded(n), onNodes(1000, 6), []string{fmt.Sprintf(fixed, 4), tracking}}
	}},
	{"nodes", []int{10, 100, 1000, 10_000}, func(n int) growthCase {
		return growthCase{crowded(1000), onNodes(n, 6), []string{fmt.Sprintf(fixed, 4), tracking}}
	}},
}

// BenchmarkGrowth measures the processor time of an event along each axis, and as a
// multiple of that of the bare queue, measured in turn with it.
func BenchmarkGrowth(b *testing.B) {
	for _, axis := range axes {
		for _, n := range axis.points {
			b.Run(fmt.Sprintf("axis=%s/n=%d", axis.name, n), func(b *testing.B) {
				point := axis.at(n)
				point.run(b)
			})
		}
	}
}

func (c *growthCase) run(b *testing.B) {
	w, err := traces.ReadText(strings.NewReader(c.text), "growth")
	if err != nil {
		b.Fatal(err)
	}
	for _, policy := range c.policies {
		fleet, err := policies.ParseFleet(policy)
		if err != nil {
			b.Fatal(err)
		}
		b.Run("policy="+strings.ReplaceAll(policy, "=", ":"), func(b *testing.B) {
			config := Config{Cluster: c.on, Seed: 1}
			running, pending := 0, 0
			if _, err := Run(w, fleet, config, ObserverFunc(func(e Event) {
				switch e.Kind {
				case TaskStarted:
					running++
					pending = max(pending, running)
				case TaskEnded:
					running--
				}
			})); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			events, tasks := 0, 0
			var took, bare time.Duration
			for b.Loop() {
				start := stopwatch.Processor()
				result, err := Run(w, fleet, config)
				if err != nil {
					b.Fatal(err)
				}
				took += stopwatch.Processor() - start
				events += result.Events
				start = stopwatch.Processor()
				tasks += bareQueue(w, pending)
				bare += stopwatch.Processor() - start
			}
			perEvent, floor := took.Seconds()*1e9/float64(events), bare.Seconds()*1e9/float64(2*tasks)
			b.ReportMetric(perEvent, "ns/event")
			b.ReportMetric(floor, "ns/bare")
			b.ReportMetric(perEvent/floor, "x-bare")
			b.ReportMetric(float64(pending), "pending")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// leastTasks is how many tasks the bare queue takes at least, so that it can be timed.
const leastTasks = 200_000

// bareQueue is the floor of a replay: it takes the ends of a workload's tasks through the
// queue of the engine, one push and one pop for each task, with a number of tasks pending.
// It returns the number of tasks.
func bareQueue(w *traces.Workload, pending int) (tasks int) {
	var queue agenda.Agenda
	push := func(now, work time.Duration) {
		queue.Insert(agenda.Event{At: now + work, Order: uint64(tasks)})
		tasks++
	}
	for tasks < leastTasks {
		for _, app := range w.Apps {
			for i := range app.Stages {
				for k := range app.Stages[i].Tasks {
					now := time.Duration(0)
					if tasks >= pending {
						now = queue.Pop().At
					}
					push(now, app.Stages[i].Tasks[k].Work())
				}
			}
		}
	}
	for queue.Next() != nil {
		queue.Pop()
	}
	return tasks
}

// BenchmarkBare measures the bare queue by the number of tasks that are pending, which
// take a second to a minute each.
func BenchmarkBare(b *testing.B) {
	for _, pending := range []int{1, 100, 10_000, 1_000_000} {
		b.Run(fmt.Sprintf("pending=%d", pending), func(b *testing.B) {
			var queue agenda.Agenda
			work := func(k int) time.Duration { return time.Duration(1000+k*7919%59_000) * time.Millisecond }
			for k := range pending {
				queue.Insert(agenda.Event{At: work(k), Order: uint64(k)})
			}
			k := pending
			for b.Loop() {
				queue.Insert(agenda.Event{At: queue.Pop().At + work(k), Order: uint64(k)})
				k++
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(2*b.N), "ns/event")
		})
	}
}
