package growth

import (
	"flag"
	"fmt"
	"strconv"
	"strings"
)

var mostTasks = flag.Int("tasks", 10_000_000, "the largest number of `tasks` on the axis of tasks; 100000000 needs 2 GB of memory")

// An axis is a size that grows while the rest of the work stays as it is.
type axis struct {
	name  string
	sizes []int
	world func(size int) world
}

// A world is a workload and where it runs.
type world struct {
	text   string // the workload in its native form
	tasks  int    // of the workload
	slots  int    // how many tasks run at once, at most
	nodes  int    // of the cluster
	cores  int    // of a node
	memory int    // of a node, in GiB
	most   int    // executors of an application; 0: as many as the dynamic policy requests
	static int    // executors of an application under the static policy
}

var axes = []axis{
	{"tasks", decades(10_000, 100_000_000), func(n int) world { return alone(1000, app(1)+job+stages(n)) }},
	{"executors", decades(10, 10_000), func(n int) world { return alone(n, app(1)+job+stage(400_000)) }},
	{"stages", decades(1, 100_000), func(n int) world { return alone(100, app(1)+jobs(unitStages/n, n, chains)) }},
	{"jobs", decades(1, 100_000), func(n int) world { return alone(100, app(1)+jobs(n, unitStages/n, atOnce)) }},
	{"seconds", []int{60, 3600, 86_400, 2_592_000, 31_536_000, 315_360_000}, spread},
	{"applications", decades(1, 10_000), func(n int) world { return together(n, 1000, 16) }},
	{"nodes", decades(10, 10_000), func(n int) world { return together(100, n, 16) }},
	{"contended", []int{1000}, func(n int) world { return together(n, n, 6) }},
}

// decades are the powers of ten from the smallest to the largest.
func decades(smallest, largest int) (sizes []int) {
	for n := smallest; n <= largest; n *= 10 {
		sizes = append(sizes, n)
	}
	return sizes
}

const job = "job\n"

// app begins an application whose executors have so many cores.
func app(cores int) string { return fmt.Sprintf("app alone cores=%d memory=1g\n", cores) }

// runTimes are those of tasks, in milliseconds: from one to five seconds, in an order
// without a pattern that a queue could exploit.
var runTimes = func() (times [1024]int) {
	for i := range times {
		times[i] = 1000 + i*7919%4001
	}
	return times
}()

// longestStage is how many tasks a line of the native form may hold.
const longestStage = 1_000_000

// stages are so many tasks in one stage, or in several that wait for none if there are
// more than one line holds.
func stages(tasks int) string {
	var text strings.Builder
	for ; tasks > longestStage; tasks -= longestStage {
		text.WriteString(stage(longestStage))
	}
	return text.String() + stage(tasks)
}

// stage is a stage of so many tasks that waits for none.
func stage(tasks int) string {
	var text strings.Builder
	text.WriteString("stage tasks=")
	for i, left := 0, tasks; left > 0; i++ {
		n := min(left, 16)
		text.WriteString(strconv.Itoa(n) + "x" + strconv.Itoa(runTimes[i%len(runTimes)]) + "ms")
		if left -= n; left > 0 {
			text.WriteByte(',')
		}
	}
	text.WriteString(" reads=none\n")
	return text.String()
}

// alone is the world of one application with so many executors of one core.
func alone(executors int, text string) world {
	return world{
		text: text, tasks: tasksOf(text), slots: executors,
		nodes: executors/30 + 2, cores: 32, memory: 256, most: executors, static: executors,
	}
}

// tasksOf counts the tasks of a workload.
func tasksOf(text string) (n int) {
	for _, words := range strings.Split(text, "tasks=")[1:] {
		line, _, _ := strings.Cut(words, "\n")
		list, _, _ := strings.Cut(line, " ")
		for part := range strings.SplitSeq(list, ",") {
			count, _, _ := strings.Cut(part, "x")
			k, err := strconv.Atoi(count)
			if err != nil {
				panic(err)
			}
			n += k
		}
	}
	return n
}

// On the axes of stages and jobs, the work is always unitStages stages of unitTasks
// tasks, of which about lanes run at a time.
const (
	unitStages = 100_000
	unitTasks  = 4
	lanes      = 32
)

// How the stages of a job depend on each other.
const (
	chains = iota // up to lanes chains of stages side by side
	atOnce        // no stage has a parent
)

// jobs is the work cut into so many jobs of so many stages each. Jobs with fewer stages
// than lanes run side by side, the others one after another.
func jobs(n, stages, shape int) string {
	var text strings.Builder
	for j := range n {
		text.WriteString("job")
		if stages < lanes {
			fmt.Fprintf(&text, " after=%d", max(-1, j-lanes))
		}
		text.WriteByte('\n')
		for s := range stages {
			fmt.Fprintf(&text, "stage as=s%d.%d tasks=%dx%dms", j, s, unitTasks, runTimes[(j*stages+s)%len(runTimes)])
			parent := s - lanes
			if stages < lanes {
				parent = s - 1
			}
			if shape == atOnce || parent < 0 {
				text.WriteString(" reads=none\n")
			} else {
				fmt.Fprintf(&text, " reads=s%d.%d\n", j, parent)
			}
		}
	}
	return text.String()
}

// spread is the world of one application whose ten jobs are spread over some time.
func spread(seconds int) world {
	const jobs, perJob, executors = 10, 20_000, 500
	var text strings.Builder
	text.WriteString(app(1))
	for range jobs {
		// 40 waves of 50 to 250 ms: about six seconds.
		fmt.Fprintf(&text, "job gap=%ds\nstage tasks=", max(0, seconds-60)/jobs)
		for i := range perJob / 16 {
			if i > 0 {
				text.WriteByte(',')
			}
			fmt.Fprintf(&text, "16x%dms", runTimes[i%len(runTimes)]/20)
		}
		text.WriteByte('\n')
	}
	return alone(executors, text.String())
}

// together is the world of equal applications of which so many run at once: at least 1,000
// in all, in waves that do not meet. Cores and memory of a node hold as many executors of
// four cores as its share of the drivers leaves room for, whichever of both counts.
func together(apps, nodes, cores int) world {
	const static, executorCores, perApp, perAppSeconds = 4, 4, 160, 64*5 + 32*3 + 64*5
	drivers := (apps + nodes - 1) / nodes
	room := max(1, (cores-drivers)/executorCores) // for executors on a node
	slots := executorCores * min(static*apps, room*nodes)
	period := 600 + 2*perAppSeconds*apps/slots // of the waves, in seconds
	var text strings.Builder
	total := max(apps, 1000/apps*apps)
	for i := range total {
		wave, place := i/apps, i%apps
		fmt.Fprintf(&text, "app load-%d cores=%d memory=8g submit=%dms\n", i, executorCores, 1000*wave*period+10_000*place/apps)
		text.WriteString("job\nstage tasks=64x5s\nstage tasks=32x3s\njob gap=5s\nstage tasks=64x5s\n")
	}
	return world{
		text: text.String(), tasks: perApp * total, slots: slots,
		nodes: nodes, cores: cores, memory: cores * 9 / 4, static: static,
	}
}

// policy returns the spec of a policy in a world.
func (w *world) policy(name string) string {
	switch {
	case name == "static":
		return fmt.Sprintf("static,n=%d", w.static)
	case w.most > 0:
		return fmt.Sprintf("spark,idle=10s,shuffle=tracking,max=%d", w.most)
	}
	return "spark,idle=10s,shuffle=tracking"
}

// cluster returns the spec of the cluster of a world, with a manager.
func (w *world) cluster(manager string) string {
	return fmt.Sprintf("%s,nodes=%d,cores=%d,memory=%dg,startup=3s", manager, w.nodes, w.cores, w.memory)
}
