package decide

import (
	"fmt"
	"slices"
	"time"

	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// A space is the settings that are searched for one class.
type space struct {
	sizes      []int               // numbers of executors that are tried
	protection policies.Protection // what keeps shuffle files when executors leave
}

// newSpace has sizes up to a number: each up to 4, then two for each doubling.
func newSpace(most int, protection policies.Protection) space {
	s := space{protection: protection}
	for n, step := 1, 1; n < most; n += step {
		s.sizes = append(s.sizes, n)
		if n >= 4 && n&(n-1) == 0 {
			step = n / 2
		}
	}
	s.sizes = append(s.sizes, max(most, 1))
	return s
}

// Ladders of settings: a search goes up and down them.
var (
	idleLadder    = []time.Duration{1 * time.Second, 2 * time.Second, 3 * time.Second, 5 * time.Second, 10 * time.Second, 20 * time.Second, 30 * time.Second, 60 * time.Second, 120 * time.Second, 300 * time.Second}
	backlogLadder = []time.Duration{1 * time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second}
	ratioLadder   = []float64{0.25, 0.33, 0.5, 0.75, 1}
)

// start is where a search begins, what matters most first: the settings of the
// logs, dynamic allocation as Spark ships it and with shorter idle timeouts,
// fixed sizes, and dynamic allocation with bounds.
func (s *space) start() []policies.Spec {
	list := []policies.Spec{{Kind: "recorded"}}
	add := func(format string, args ...any) { list = append(list, s.spec(format, args...)) }
	add("spark")
	add("spark,idle=10s")
	add("spark,idle=3s")
	for _, n := range s.sizes {
		add("static,n=%d", n)
	}
	for _, n := range s.sizes {
		add("spark,idle=10s,max=%d", n)
	}
	for _, n := range s.sizes {
		add("spark,idle=3s,max=%d", n)
	}
	return list
}

// spec reads a spec of this space.
func (s *space) spec(format string, args ...any) policies.Spec {
	spec, err := policies.Parse(fmt.Sprintf(format, args...))
	if err != nil {
		panic(err) // a slip in this file
	}
	if spec.Kind == "spark" {
		spec.Protection = s.protection
	}
	return spec
}

// neighbors are the specs one step from another, in one setting each.
func (s *space) neighbors(of policies.Spec) []policies.Spec {
	var list []policies.Spec
	add := func(change func(*policies.Spec)) {
		next := of
		change(&next)
		if a := next.Allocation; next.Kind == "spark" && (a.Min > a.Max || a.Initial > a.Max) {
			return
		}
		if again, err := policies.Parse(next.String()); err == nil && again != of {
			list = append(list, again)
		}
	}
	switch of.Kind {
	case "static":
		for _, n := range steps(s.sizes, of.Executors) {
			add(func(x *policies.Spec) { x.Executors = n })
		}
		if n := of.Executors; n <= s.sizes[len(s.sizes)-1] {
			add(func(x *policies.Spec) { *x = s.spec("spark,idle=10s,max=%d,initial=%d", n, n) })
		}
	case "spark":
		a := of.Allocation
		for _, idle := range steps(idleLadder, a.Idle) {
			add(func(x *policies.Spec) { x.Allocation.Idle = idle })
		}
		unlimited := 1<<31 - 1
		for _, n := range steps(append(slices.Clone(s.sizes), unlimited), a.Max) {
			add(func(x *policies.Spec) { x.Allocation.Max = n })
		}
		for _, n := range steps(append([]int{0}, s.sizes...), a.Min) {
			add(func(x *policies.Spec) { x.Allocation.Min = n })
		}
		for _, n := range steps(append([]int{0}, s.sizes...), a.Initial) {
			add(func(x *policies.Spec) { x.Allocation.Initial = n })
		}
		for _, backlog := range steps(backlogLadder, a.Backlog) {
			add(func(x *policies.Spec) { x.Allocation.Backlog, x.Allocation.Sustained = backlog, backlog })
		}
		for _, sustained := range steps(backlogLadder, a.Sustained) {
			add(func(x *policies.Spec) { x.Allocation.Sustained = sustained })
		}
		for _, ratio := range steps(ratioLadder, a.Ratio) {
			add(func(x *policies.Spec) { x.Allocation.Ratio = ratio })
		}
	}
	return list
}

// steps are the values of an ascending ladder next below and next above one.
func steps[T int | float64 | time.Duration](ladder []T, value T) []T {
	var list []T
	at, on := slices.BinarySearch(ladder, value)
	if at > 0 {
		list = append(list, ladder[at-1])
	}
	if on {
		at++
	}
	if at < len(ladder) {
		list = append(list, ladder[at])
	}
	return list
}

// spaceOf is what can be set for a class: up to as many executors as are of use
// and the cluster has room for.
func (s *search) spaceOf(c *class) space {
	cluster := &s.Suite.Config.Cluster
	most := min(c.room, cluster.Capacity()/executorCores(c.last, 0, cluster))
	protection := protectionOf(c.last)
	if s.Protection != nil {
		protection = *s.Protection
	} else if cluster.Traits().NoShuffleService != nil && protection.Service {
		protection = tracking
	}
	return newSpace(most, protection)
}

// protectionOf is what would keep an application's shuffle files under dynamic
// allocation: what its own settings say, or tracking if they say nothing.
func protectionOf(a *traces.Application) policies.Protection {
	props := map[string]string{}
	for key, value := range a.Properties {
		props[key] = value
	}
	props["spark.dynamicAllocation.enabled"] = "true"
	spec, err := policies.FromProperties(props, policies.AppInfo{SparkVersion: a.SparkVersion, Master: "yarn"})
	if err != nil || spec.Protection.Unprotected {
		return tracking
	}
	return spec.Protection
}

var tracking = policies.Protection{Tracking: true, TrackingTimeout: policies.Never}

// executorCores is what one executor of a profile has.
func executorCores(a *traces.Application, profile int, c *cluster.Cluster) int {
	if p := a.Profiles[profile]; p.Cores > 0 {
		return p.Cores
	}
	return max(1, c.Capacity()/max(1, len(c.Nodes())))
}

// possible are those of a list that the class's Spark can be set to.
func (c *class) possible(list []policies.Spec) []policies.Spec {
	return slices.DeleteFunc(list, func(spec policies.Spec) bool {
		_, err := c.snippet(spec)
		return err != nil && !spec.Recorded()
	})
}
