package eventlog

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"dynalloc/traces"
)

// Executors that start slow each other down where they share processors, and
// so do the first tasks that run on them. How many others there were is kept
// with each executor and task, so that both can be told apart from it.

const (
	// besideWithin is how far apart tasks may start, in milliseconds, that got
	// their slots at the same time: the driver takes some for sending each.
	besideWithin = 100
	// settling is how long an executor goes on starting after its first task was
	// launched: that task loads classes.
	settling = 300
	// usualStart stands for how long an executor had been starting when it
	// registered, where its request is not in the log.
	usualStart = 5000
)

// countBeside notes for each of a stage's first tasks on warm executors how
// many others started with it on its host.
func countBeside(tasks []traces.Task, runs []taskRun, byLaunch []int) {
	first := slices.DeleteFunc(byLaunch, func(i int) bool { return !tasks[i].First })
	from := 0
	for at, i := range first {
		for runs[i].launch-runs[first[from]].launch > besideWithin {
			from++
		}
		for _, j := range first[from:at] {
			if tasks[i].Host != tasks[j].Host {
				continue
			}
			for _, one := range []*traces.Task{&tasks[i], &tasks[j]} {
				if one.First && !one.Cold {
					one.Beside = oneMore(one.Beside)
				}
			}
		}
	}
}

func oneMore(n uint8) uint8 { return min(n, math.MaxUint8-1) + 1 }

// rising counts the executors that were starting at some time on the host of
// another one.
func (a *assembler) rising(beside *executorLog, at int64) uint8 {
	if a.byFirstTask == nil {
		a.byFirstTask = slices.Clone(a.executors)
		slices.SortStableFunc(a.byFirstTask, func(x, y *executorLog) int { return cmp.Compare(x.up(), y.up()) })
	}
	from, _ := slices.BinarySearchFunc(a.byFirstTask, at-settling, func(x *executorLog, t int64) int { return cmp.Compare(x.up(), t) })
	var n uint8
	for _, x := range a.byFirstTask[from:] {
		if x != beside && x.host == beside.host && !isDriver(x.id) && cmp.Or(x.requested, x.added-usualStart) <= at {
			n = oneMore(n)
		}
	}
	return n
}

// up is when an executor had its first task; one that had none was up when it
// registered.
func (x *executorLog) up() int64 { return cmp.Or(x.firstTask, x.added) }

// wanted tells whether tasks waited for an executor when it registered: those
// of a stage that had been submitted by then and went on launching.
func (a *assembler) wanted(x *executorLog, added int64) bool {
	if x.firstTask == 0 {
		return false
	}
	for _, s := range a.stages {
		if s.began > 0 && s.began <= added && s.lastLaunch >= x.firstTask {
			return true
		}
	}
	return false
}

// besideDriver tells whether the driver ran on the machine of its executors and
// how many of them were starting, on average, from its registration to its
// first job.
func (a *assembler) besideDriver() (bool, float64) {
	from, to := a.driver, int64(0)
	for _, j := range a.jobs {
		if to == 0 || j.start < to {
			to = j.start
		}
	}
	executors, starting := 0, int64(0)
	dynamic := a.properties.DynamicAllocation()
	for _, x := range a.executors {
		if isDriver(x.id) || !x.hasAdded {
			continue
		}
		if executors++; x.host != a.driverHost && !(isLoopback(x.host) && isLoopback(a.driverHost)) {
			return false, 0
		}
		began := x.requested
		if began == 0 && !dynamic {
			began = a.driver // a static driver asks when it registers
		}
		if began > 0 {
			starting += max(0, min(to, x.added)-max(from, began))
		}
	}
	if executors == 0 || to <= from {
		return false, 0
	}
	return true, float64(starting) / float64(to-from)
}

func isLoopback(host string) bool { return host == "localhost" || strings.HasPrefix(host, "127.") }
