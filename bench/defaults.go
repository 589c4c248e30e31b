package bench

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/cluster"
	"dynalloc/replay/latency"
	"dynalloc/traces"
)

const (
	mostSizes   = 8           // fixed sizes that are compared by default
	mostClasses = 8           // classes with a policy of their own in the fleet by class
	shortIdle   = "10s"       // an idle timeout below Spark's default
	defaultIdle = time.Minute // spark.dynamicAllocation.executorIdleTimeout
)

// UseDefaultPolicies sets the policies of a comparison for which none are given: the
// recorded settings, the policies beside which the suite has a truth, and those that
// follow from the sizes of its applications on its cluster:
//
//   - every fixed size that an application can use, or eight of them in a geometric
//     progression if there are more;
//   - dynamic allocation with Spark's defaults, with a shorter idle timeout, and with at
//     most half of the largest size;
//   - Spark's defaults with another protection of shuffle files: tracking instead of the
//     external or the remote shuffle service, or decommissioning where there is none;
//   - a fleet in which each class has its own size (see byClass).
//
// The workload must not be empty.
func (s *Suite) UseDefaultPolicies() error {
	c := &s.Config.Cluster
	most := 1
	for _, a := range s.Workload.Apps {
		most = max(most, usedExecutors(a, c))
	}
	protection, other := "", "tracking:spark,shuffle=tracking"
	switch local := func(a *traces.Application) bool { return !replay.RemoteShuffle(a) }; {
	case !slices.ContainsFunc(s.Workload.Apps, local):
		protection = ",shuffle=remote"
	case c.Traits().NoShuffleService != nil:
		protection, other = ",shuffle=tracking", "decommission:spark,shuffle=decommission"
	}
	var texts []string
	for _, n := range sizesUpTo(most) {
		texts = append(texts, fmt.Sprintf("static,n=%d", n))
	}
	texts = append(texts, "spark"+protection, "spark,idle="+shortIdle+protection)
	if most > 1 {
		texts = append(texts, fmt.Sprintf("spark,idle=%s,max=%d%s", shortIdle, most/2, protection))
	}
	fleets, err := Fleets(append(texts, other))
	if err != nil {
		return err
	}
	classes, err := byClass(s.Workload, c, protection)
	if err != nil {
		return err
	}
	list := []policies.Fleet{RecordedFleet()}
	for _, f := range s.Policies {
		if f.Name != list[0].Name && slices.ContainsFunc(s.Truth, func(t Truth) bool { return t.Policy == f.Name }) {
			list = append(list, f)
		}
	}
	s.Policies = append(append(list, fleets...), classes)
	return nil
}

// usedExecutors is the largest number of executors that an application can use on a
// cluster: limited by its tasks, or by its recorded peak, and by the cluster's cores.
func usedExecutors(a *traces.Application, c *cluster.Cluster) int {
	n := max(traces.UsefulExecutors(a), a.PeakExecutors())
	if cores := traces.ExecutorCores(a); cores > 0 {
		n = min(n, c.Capacity()/cores)
	}
	return max(n, 1)
}

// sizesUpTo returns all sizes up to most, or mostSizes of them from 1 to most with
// nearly equal ratios.
func sizesUpTo(most int) []int {
	var sizes []int
	for i := range min(most, mostSizes) {
		n := i + 1
		if most > mostSizes {
			n = max(n, int(math.Round(math.Pow(float64(most), float64(i)/(mostSizes-1)))))
		}
		sizes = append(sizes, n)
	}
	return sizes
}

// byClass is a fleet in which each class has its own size: the median over its runs of
// the average parallelism, at which executors are busy for at least half of the time
// ([traces.AverageParallelism]). It is the maximum of dynamic allocation, and the fixed
// size of classes whose runs are shorter than Spark's idle timeout, within which nothing
// would be given back. The classes with the most work have rules of their own, the others
// share the last rule.
func byClass(w *traces.Workload, c *cluster.Cluster, protection string) (policies.Fleet, error) {
	fleet := policies.Fleet{Name: "by-class"}
	groups := map[string][]*traces.Application{}
	work := map[string]float64{} // core-seconds
	for _, a := range w.Apps {
		groups[a.Class] = append(groups[a.Class], a)
		work[a.Class] += traces.TotalWork(a).Seconds()
	}
	classes := Classes(w)
	slices.SortStableFunc(classes, func(x, y string) int { return cmp.Compare(work[y], work[x]) })
	own := classes[:min(len(classes), mostClasses)]
	// A class may contain a wildcard that other classes match: the longest comes first.
	slices.SortStableFunc(own, func(x, y string) int { return cmp.Compare(len(y), len(x)) })
	for _, class := range own {
		spec, err := sizedSpec(groups[class], c, protection)
		if err != nil {
			return fleet, err
		}
		fleet.Rules = append(fleet.Rules, policies.Rule{Pattern: class, Spec: spec})
	}
	if len(classes) == len(own) {
		return fleet, nil
	}
	var rest []*traces.Application
	for _, class := range classes[len(own):] {
		rest = append(rest, groups[class]...)
	}
	spec, err := sizedSpec(rest, c, protection)
	fleet.Rules = append(fleet.Rules, policies.Rule{Pattern: "*", Spec: spec})
	return fleet, err
}

// sizedSpec is the policy of some applications in the fleet by class.
func sizedSpec(apps []*traces.Application, c *cluster.Cluster, protection string) (policies.Spec, error) {
	var sizes []int
	var lengths []time.Duration
	for _, a := range apps {
		n := int(math.Ceil(traces.AverageParallelism(a) / float64(max(1, traces.ExecutorCores(a)))))
		sizes = append(sizes, min(max(n, 1), usedExecutors(a, c)))
		lengths = append(lengths, traces.CriticalPath(a))
	}
	n := latency.Median(sizes, 0)
	if latency.Median(lengths, 0) < defaultIdle {
		return policies.Parse(fmt.Sprintf("static,n=%d", n))
	}
	return policies.Parse(fmt.Sprintf("spark,idle=%s,max=%d%s", shortIdle, n, protection))
}
