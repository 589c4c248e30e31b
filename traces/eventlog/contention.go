package eventlog

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"dynalloc/traces"
	"dynalloc/traces/eventlog/slots"
)

// Executors that start on one host slow each other down, because they share its
// processors, and so do the first tasks that run on them. The log's start-up times
// therefore depend on how many started together. Each executor and task is kept with
// that number, so that calibration can separate the two.

const (
	// launchSpread is how far apart, in ms, tasks can be launched that got their
	// slots at the same time: the driver needs some time to send each.
	launchSpread = 100
	// warmUp is how long, in ms, an executor still counts as starting after its first task
	// was launched, because that task loads classes.
	warmUp = 300
	// typicalStart is how long, in ms, an executor is taken to have been starting
	// when it registered, if the log does not have its request.
	typicalStart = 5000
)

// countContenders sets, for each of a stage's first tasks on warm executors, how many
// others were launched with it on its host. byLaunch has the indexes of the tasks in
// order of launch.
func countContenders(tasks []traces.Task, runs []taskRun, byLaunch []int) {
	first := slices.DeleteFunc(byLaunch, func(i int) bool { return !tasks[i].First })
	from := 0
	for at, i := range first {
		for runs[i].launch-runs[first[from]].launch > launchSpread {
			from++
		}
		for _, j := range first[from:at] {
			if tasks[i].Host != tasks[j].Host {
				continue
			}
			for _, t := range []*traces.Task{&tasks[i], &tasks[j]} {
				if t.First && !t.Cold {
					t.Contenders = increment(t.Contenders)
				}
			}
		}
	}
}

// increment adds 1 unless n is at its limit.
func increment(n uint8) uint8 { return min(n, math.MaxUint8-1) + 1 }

// A startingThere is the executors of a host, and when each was starting.
type startingThere struct {
	executors []*executorLog
	starts    *slots.Spans // nil: not known yet
}

// startingBeside counts the executors that were starting at some time on the host of
// an executor.
func (a *assembler) startingBeside(x *executorLog, at int64) uint8 {
	if a.starting == nil {
		a.starting = map[string]*startingThere{}
		for _, x := range a.executors {
			if a.starting[x.host] == nil {
				a.starting[x.host] = &startingThere{}
			}
			there := a.starting[x.host]
			there.executors = append(there.executors, x)
		}
	}
	there := a.starting[x.host]
	if there.starts == nil {
		there.starts = slots.NewSpans(len(there.executors), func(i int) (int64, int64) {
			x := there.executors[i]
			return cmp.Or(x.requested, x.added-typicalStart), max(x.firstUse(), 1) // before any task
		})
	}
	var n uint8
	for i := range there.starts.Across(at, at-warmUp) {
		if other := there.executors[i]; other != x && !isDriver(other.id) {
			if n = increment(n); n == math.MaxUint8 {
				break
			}
		}
	}
	return n
}

// firstUse is when an executor got its first task, or when it registered if it got
// none.
func (x *executorLog) firstUse() int64 { return cmp.Or(x.firstTask, x.added) }

// awaited reports whether tasks waited for an executor when it registered: tasks of
// a stage that had been submitted by then and was still launching tasks. Only then
// does the launch of its first task tell when the executor could run one.
func (a *assembler) awaited(x *executorLog, added int64) bool {
	if x.firstTask == 0 {
		return false
	}
	if a.launching == nil {
		for _, s := range a.stages.All() {
			if s.submittedAt > 0 {
				a.launching = append(a.launching, launchSpan{s.submittedAt, s.lastLaunch})
			}
		}
		slices.SortFunc(a.launching, func(x, y launchSpan) int { return cmp.Compare(x.from, y.from) })
		for i := 1; i < len(a.launching); i++ {
			a.launching[i].until = max(a.launching[i].until, a.launching[i-1].until)
		}
	}
	before, _ := slices.BinarySearchFunc(a.launching, added+1, func(s launchSpan, t int64) int { return cmp.Compare(s.from, t) })
	return before > 0 && a.launching[before-1].until >= x.firstTask
}

// A launchSpan is from when on tasks of a stage were launched, and until when at least
// those of this stage or of one before it were, in ms since 1970.
type launchSpan struct{ from, until int64 }

// driverContention reports whether the driver ran on the machine of its executors,
// and how many of them were starting, on average, from its registration to its first
// job.
func (a *assembler) driverContention() (shared bool, starting float64) {
	from, to := a.driver, int64(0)
	for _, j := range a.jobs {
		if to == 0 || j.start < to {
			to = j.start
		}
	}
	executors, startingMS := 0, int64(0)
	for _, x := range a.executors {
		if isDriver(x.id) || !x.hasAdded {
			continue
		}
		if executors++; x.host != a.driverHost && !(isLoopback(x.host) && isLoopback(a.driverHost)) {
			return false, 0
		}
		began := x.requested
		if began == 0 && !a.properties.DynamicAllocation() {
			began = a.driver // without dynamic allocation the driver asks when it registers
		}
		if began > 0 {
			startingMS += max(0, min(to, x.added)-max(from, began))
		}
	}
	if executors == 0 || to <= from {
		return false, 0
	}
	return true, float64(startingMS) / float64(to-from)
}

func isLoopback(host string) bool { return host == "localhost" || strings.HasPrefix(host, "127.") }
