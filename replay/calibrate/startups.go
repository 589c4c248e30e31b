package calibrate

import (
	"cmp"
	"slices"
	"time"

	"dynalloc/replay/cluster"
	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// longestStartup is the longest time that counts as a start-up: after it Spark on
// Kubernetes gives a pod up (spark.kubernetes.allocation.executor.timeout). A longer
// one in a log is caused by a full cluster or a wrong clock.
const longestStartup = 10 * time.Minute

// A startup is one recorded start-up, from the grant to the registration.
type startup struct {
	granted, added time.Duration
	app            int // index into Workload.Apps
	host, log      string
}

// recordedStartups returns the start-ups that the logs show, in order of request. A
// log has the request and not the grant, which came later if the cluster was full:
// it is taken as the first moment from the request on at which the executors granted
// before it left room. lag is how late drivers see that an executor is gone: its
// room was free for others before.
func recordedStartups(w *traces.Workload, c cluster.Cluster, lag time.Duration) []startup {
	type executor struct {
		startup // granted is first when it was requested
		freed   time.Duration
		cores   int
	}
	var all []executor
	for k, a := range w.Apps {
		if a.Recorded == nil {
			continue
		}
		start := a.Submit + a.EarlierAttempts
		asked := start + a.Setup // a static driver asks when it registers
		known := !a.Properties.DynamicAllocation()
		for i := range a.Recorded.Executors {
			x := &a.Recorded.Executors[i]
			if x.Inferred {
				continue
			}
			if x.Requested >= 0 {
				asked, known = start+x.Requested, true
			} else if !known || a.Recorded.RequestsInferred {
				continue // the time of its request is not known
			}
			e := executor{startup{asked, start + x.Added, k, x.Host, a.Path}, start + a.Recorded.End, x.Cores}
			if x.Removed >= 0 {
				e.freed = max(start+x.Removed-lag, e.added)
			}
			if e.granted < e.added && e.added-e.granted < longestStartup {
				all = append(all, e)
			}
		}
	}
	slices.SortStableFunc(all, func(x, y executor) int {
		return cmp.Or(cmp.Compare(x.granted, y.granted), cmp.Compare(x.added, y.added))
	})
	var starts []startup
	for i := range all {
		e, before := &all[i], all[:i]
		moments := []time.Duration{e.granted}
		for _, other := range before {
			if other.freed > e.granted && other.freed < e.added {
				moments = append(moments, other.freed)
			}
		}
		slices.Sort(moments)
		for _, at := range moments {
			held := e.cores
			for _, other := range before {
				if other.granted <= at && at < other.freed {
					held += other.cores
				}
			}
			if held <= c.Capacity() {
				e.granted = at
				starts = append(starts, e.startup)
				break
			}
		}
	}
	return starts
}

// GrantedStartups returns the start-up times of executors that logs show, by
// application and in order of grant, counted from the grant. lag is how late drivers
// see that executors are gone.
func GrantedStartups(w *traces.Workload, c cluster.Cluster, lag time.Duration) [][]latency.GivenStartup {
	starts := recordedStartups(w, c, lag)
	slices.SortStableFunc(starts, func(x, y startup) int { return cmp.Compare(x.granted, y.granted) })
	given := make([][]latency.GivenStartup, len(w.Apps))
	for _, s := range starts {
		given[s.app] = append(given[s.app], latency.GivenStartup{Took: s.added - s.granted, FromGrant: true})
	}
	return given
}

// startupWork is the processor time of each start-up on nodes with so many
// processors.
func startupWork(starts []startup, processors latency.Processors) []time.Duration {
	byHost := map[string][]int{} // only looked up, in the order of starts
	for i, s := range starts {
		byHost[s.host] = append(byHost[s.host], i)
	}
	work := make([]time.Duration, len(starts))
	for i, s := range starts {
		if on := byHost[s.host]; on[0] == i { // the first of its host stands for all of them
			shareOut(starts, on, processors, work)
		}
	}
	return work
}

// shareOut adds up the processor time of the start-ups on one node, between any two
// moments at which one of them begins or ends.
func shareOut(starts []startup, on []int, processors latency.Processors, work []time.Duration) {
	var moments []time.Duration
	for _, k := range on {
		moments = append(moments, starts[k].granted, starts[k].added)
	}
	slices.Sort(moments)
	moments = slices.Compact(moments)
	for i := 1; i < len(moments); i++ {
		var running []int
		for _, k := range on {
			if starts[k].granted < moments[i] && starts[k].added > moments[i-1] {
				running = append(running, k)
			}
		}
		share := processors.Among(latency.Processors(len(running)) * latency.OneProcessor)
		for _, k := range running {
			work[k] += share.Work(moments[i] - moments[i-1])
		}
	}
}
