package calibrate

import (
	"math"
	"slices"
	"time"

	"dynalloc/internal/exact"
	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// Executors that start on one node share its processors (package replay, startup.go). A
// log does not say how many a node has, but its start-ups differ in how many others ran
// beside them: under the right number their processor times differ least. The estimate is
// the posterior mean of 1/processors, which is what one executor adds to the time of the
// others, over the numbers of processorGrid.
var processorGrid = [...]float64{math.Inf(1), 16, 12, 8, 6, 4, 3, 2, 1.5, 1.25, 1}

const (
	// sharedBefore is the probability, before start-ups are looked at, that they are
	// slowed down on a cluster: a node has at least as many processors as it offers cores,
	// unless it offers more than it has.
	sharedBefore = 0.1
	// machineSpread is how far from the default the processors of a machine may be that
	// runs a driver and all its executors: the standard deviation of the logarithm.
	machineSpread = 0.5
)

// fitProcessors estimates how many processors starting executors share, and a driver with
// the executors that start on its machine; 0: they do not slow each other down.
func fitProcessors(starts []startup, apps []*traces.Application) (executors, driver latency.Processors) {
	m := Defaults()
	if len(starts) == 0 {
		return m.Processors, m.DriverProcessors
	}
	beside := 0 // start-ups on the machine of their driver
	for _, s := range starts {
		if apps[s.app].DriverOnExecutorHost {
			beside++
		}
	}
	var machine, cluster, mass, clusterMass float64
	for i, likelihood := range sharingLikelihood(starts) {
		p := processorGrid[i]
		onCluster, onMachine := sharedBefore/float64(len(processorGrid)-1), 0.0
		if math.IsInf(p, 1) {
			onCluster = 1 - sharedBefore
		} else {
			away := exact.Log(p/m.DriverProcessors.Float()) / machineSpread
			onMachine = exact.Exp(-away * away / 2)
		}
		machine, mass = machine+float64(onMachine*likelihood/p), mass+float64(onMachine*likelihood)
		cluster, clusterMass = cluster+float64(onCluster*likelihood/p), clusterMass+float64(onCluster*likelihood)
	}
	machine, cluster = machine/mass, cluster/clusterMass
	own := float64(beside) / float64(len(starts))
	return latency.ProcessorsOf(1 / (float64(own*machine) + float64((1-own)*cluster))), latency.ProcessorsOf(1 / machine)
}

// sharingLikelihood is how likely the start-ups are under each number of processorGrid,
// relative to the likeliest: that of normally distributed logarithms of processor times
// whose variance is unknown. Executors that were granted together count as one sample,
// because they show the same.
func sharingLikelihood(starts []startup) []float64 {
	const together = 100 * time.Millisecond
	p, n := priors[latency.Startup], 0.0
	last := time.Duration(math.MinInt64)
	granted := make([]time.Duration, len(starts))
	for i, s := range starts {
		granted[i] = s.granted
	}
	slices.Sort(granted)
	for _, at := range granted {
		if n == 0 || at-last > together {
			n++
		}
		last = at
	}
	logs := make([]float64, len(processorGrid))
	for i, processors := range processorGrid {
		count := latency.Processors(math.MaxInt32)
		if !math.IsInf(processors, 1) {
			count = latency.ProcessorsOf(processors)
		}
		spread := spreadOf(startupWork(starts, count))
		logs[i] = -(priorSpread + n - 1) / 2 * exact.Log(float64(priorSpread*p.times*p.times)+float64((n-1)*spread*spread))
	}
	most := slices.Max(logs)
	for i := range logs {
		logs[i] = exact.Exp(logs[i] - most)
	}
	return logs
}

// spreadOf is the standard deviation of the logarithms of durations, from the distance
// between their tenth and ninetieth percentile. Outliers do not count: a log may pair a
// request with the wrong executor.
func spreadOf(d []time.Duration) float64 {
	const distance = 2.563 // of a normal distribution, in standard deviations
	sorted := slices.Sorted(slices.Values(d))
	n := len(sorted) - 1
	return (latency.Log(sorted[(9*n+5)/10]) - latency.Log(sorted[(n+5)/10])) / distance
}
