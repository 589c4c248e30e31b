package calibrate

import (
	"cmp"
	"math"
	"slices"
	"time"

	"dynalloc/replay/cluster"
	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// longestBoot is the longest that is taken for a start-up: after it Spark on
// Kubernetes gives a pod up (spark.kubernetes.allocation.executor.timeout). What
// a log shows beyond is a manager without room or a clock that is wrong.
const longestBoot = 10 * time.Minute

// recordedBoots returns the start-ups that the logs show, from grant to
// registration. A log knows the request and not the grant, which came later if
// the cluster was full: it is taken as the first moment from the request on at
// which the executors granted before it left room, given when those were freed.
// Executors given back were free for others before their driver saw them go.
func recordedBoots(w *traces.Workload, c cluster.Cluster, lag time.Duration) []interval {
	type life struct {
		asked, added, freed time.Duration
		cores, app          int
		host, log           string
	}
	var lives []life
	for k, a := range w.Apps {
		if a.Recorded == nil {
			continue
		}
		start := a.Submit + a.EarlierAttempts
		dynamic := a.Properties.DynamicAllocation()
		asked := start + a.Setup // a static driver asks when it registers
		for i := range a.Recorded.Executors {
			x := &a.Recorded.Executors[i]
			if x.Requested >= 0 {
				asked = start + x.Requested
			} else if dynamic && i == 0 {
				continue // it may have been asked for at any time
			}
			l := life{asked: asked, added: start + x.Added, freed: start + a.Recorded.End, cores: x.Cores, app: k, host: x.Host, log: a.Path}
			if x.Removed >= 0 {
				l.freed = max(start+x.Removed-lag, l.added)
			}
			if l.asked < l.added && l.added-l.asked < longestBoot {
				lives = append(lives, l)
			}
		}
	}
	slices.SortStableFunc(lives, func(x, y life) int { return cmp.Or(cmp.Compare(x.asked, y.asked), cmp.Compare(x.added, y.added)) })
	var starts []interval
	for i := range lives {
		l := &lives[i]
		moments := []time.Duration{l.asked}
		for _, other := range lives[:i] {
			if other.freed > l.asked && other.freed < l.added {
				moments = append(moments, other.freed)
			}
		}
		slices.Sort(moments)
		for _, at := range moments {
			held := l.cores
			for _, other := range lives[:i] {
				if other.asked <= at && at < other.freed {
					held += other.cores
				}
			}
			if held <= c.Capacity() {
				l.asked = at // from here on, when it was granted
				starts = append(starts, interval{at, l.added, l.app, l.host, l.log})
				break
			}
		}
	}
	return starts
}

// An interval is one recorded start-up: from request to registration.
type interval struct {
	from, to  time.Duration
	app       int // index into Workload.Apps
	host, log string
}

// GrantedStartups are the start-up times of executors that logs show, by
// application and in order of grant, counted from when the manager granted them:
// the first moment at which a cluster had room. Lag is how late drivers see
// executors go.
func GrantedStartups(w *traces.Workload, c cluster.Cluster, lag time.Duration) [][]latency.GivenStartup {
	starts := recordedBoots(w, c, lag)
	slices.SortStableFunc(starts, func(x, y interval) int { return cmp.Compare(x.from, y.from) })
	given := make([][]latency.GivenStartup, len(w.Apps))
	for _, s := range starts {
		given[s.app] = append(given[s.app], latency.GivenStartup{Took: s.to - s.from, FromGrant: true})
	}
	return given
}

// fitProcessors finds how many processors starting executors share, and the
// processor time of each start-up. The recorded start-ups differ in how many others
// ran beside them; the right number of processors is the one under which their
// processor times differ least. It is 0 where sharing reduces the differences by
// less than 15 %: the start-ups are then latencies.
func fitProcessors(starts []interval) (processors latency.Processors, work []time.Duration) {
	alone := bootWork(starts, math.MaxInt32)
	best, found := variation(alone)*0.85, alone
	for _, p := range []float64{1, 1.25, 1.5, 2, 3, 4, 6, 8, 12, 16} {
		w := bootWork(starts, latency.ProcessorsOf(p))
		if v := variation(w); v < best {
			processors, best, found = latency.ProcessorsOf(p), v, w
		}
	}
	return processors, found
}

// bootWork is the work of each start-up on nodes with so many processors.
func bootWork(starts []interval, processors latency.Processors) []time.Duration {
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

// shareOut adds up the work of the start-ups on one node.
func shareOut(starts []interval, on []int, processors latency.Processors, work []time.Duration) {
	var times []time.Duration
	for _, k := range on {
		times = append(times, starts[k].from, starts[k].to)
	}
	slices.Sort(times)
	times = slices.Compact(times)
	for i := 1; i < len(times); i++ {
		var running []int
		for _, k := range on {
			if starts[k].from < times[i] && starts[k].to > times[i-1] {
				running = append(running, k)
			}
		}
		share := processors.Among(latency.Processors(len(running)) * latency.OneProcessor)
		for _, k := range running {
			work[k] += share.Work(times[i] - times[i-1])
		}
	}
}

// variation is how much durations differ: the distance between their tenth and
// ninetieth percentile over their median. Requests that a log pairs with the
// wrong executor make outliers, which do not count in it.
func variation(d []time.Duration) float64 {
	sorted := slices.Sorted(slices.Values(d))
	n := len(sorted) - 1
	return float64(sorted[9*n/10]-sorted[n/10]) / max(float64(sorted[n/2]), 1)
}
