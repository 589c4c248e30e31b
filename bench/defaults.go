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
//     progression if there are more, with the sizes that classes need in place of the
//     nearest ones;
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
	for _, n := range sizesUpTo(most, classSizes(s.Workload, c)) {
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
// nearly equal ratios. There a size gives way to the first of the needs to which no other
// size of the progression is nearer by ratio: one size for everyone is best near what one
// of the classes needs.
func sizesUpTo(most int, needs []int) []int {
	var sizes []int
	at := func(i float64) float64 { return math.Pow(float64(most), i/(mostSizes-1)) }
	for i := range min(most, mostSizes) {
		n := i + 1
		if most > mostSizes {
			n = max(n, int(math.Round(at(float64(i)))))
			near := func(need int) bool {
				return float64(need) > at(float64(i)-0.5) && float64(need) <= at(float64(i)+0.5) && need > i
			}
			if k := slices.IndexFunc(needs, near); k >= 0 && i > 0 && i < mostSizes-1 {
				n = needs[k]
			}
		}
		sizes = append(sizes, n)
	}
	return sizes
}

// classSizes is the size that each class of a workload needs, those with the most work
// first.
func classSizes(w *traces.Workload, c *cluster.Cluster) (sizes []int) {
	classes, groups := byWork(w)
	for _, class := range classes {
		sizes = append(sizes, sizeOf(groups[class], c))
	}
	return sizes
}

// byWork returns the classes of a workload, those with the most work first, and their
// applications.
func byWork(w *traces.Workload) ([]string, map[string][]*traces.Application) {
	groups := map[string][]*traces.Application{}
	work := map[string]float64{} // core-seconds
	for _, a := range w.Apps {
		groups[a.Class] = append(groups[a.Class], a)
		work[a.Class] += traces.TotalWork(a).Seconds()
	}
	classes := Classes(w)
	slices.SortStableFunc(classes, func(x, y string) int { return cmp.Compare(work[y], work[x]) })
	return classes, groups
}

// byClass is a fleet in which each class has its own size: the median over its runs of
// the average parallelism, at which executors are busy for at least half of the time
// ([traces.AverageParallelism]). It is the maximum of dynamic allocation, and the fixed
// size of classes whose runs are shorter than Spark's idle timeout, within which nothing
// would be given back. The classes with the most work have rules of their own, the others
// share the last rule.
func byClass(w *traces.Workload, c *cluster.Cluster, protection string) (policies.Fleet, error) {
	fleet := policies.Fleet{Name: "by-class"}
	classes, groups := byWork(w)
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

// sizeOf is the number of executors that some applications need: the median over them of
// the average parallelism.
func sizeOf(apps []*traces.Application, c *cluster.Cluster) int {
	var sizes []int
	for _, a := range apps {
		n := int(math.Ceil(traces.AverageParallelism(a) / float64(max(1, traces.ExecutorCores(a)))))
		sizes = append(sizes, min(max(n, 1), usedExecutors(a, c)))
	}
	return latency.Median(sizes, 0)
}

// sizedSpec is the policy of some applications in the fleet by class.
func sizedSpec(apps []*traces.Application, c *cluster.Cluster, protection string) (policies.Spec, error) {
	var lengths []time.Duration
	for _, a := range apps {
		lengths = append(lengths, traces.CriticalPath(a))
	}
	n := sizeOf(apps, c)
	if latency.Median(lengths, 0) < defaultIdle {
		return policies.Parse(fmt.Sprintf("static,n=%d", n))
	}
	return policies.Parse(fmt.Sprintf("spark,idle=%s,max=%d%s", shortIdle, n, protection))
}
