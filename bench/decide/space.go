package decide

import (
	"slices"

	"dynalloc/internal/spark"
	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// newSpace is a space of sizes up to most: every size up to 4, then two for each
// doubling.
func newSpace(most int, protection policies.Protection) policies.Space {
	s := policies.Space{Protections: []policies.Protection{protection}}
	for n, step := 1, 1; n < most; n += step {
		s.Sizes = append(s.Sizes, n)
		if n >= 4 && n&(n-1) == 0 {
			step = n / 2
		}
	}
	s.Sizes = append(s.Sizes, max(most, 1))
	return s
}

// spaceOf is the space of a class: sizes up to the largest useful number of executors.
func (s *search) spaceOf(c *class) policies.Space {
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

// protectionOf is how an application protects shuffle files under dynamic allocation:
// as its settings say, or by tracking if they say nothing.
func protectionOf(a *traces.Application) policies.Protection {
	props := map[string]string{}
	for key, value := range a.Properties {
		props[key] = value
	}
	props["spark.dynamicAllocation.enabled"] = "true"
	spec, err := policies.FromProperties(props, policies.AppInfo{SparkVersion: a.SparkVersion, Master: "yarn"})
	switch {
	case err != nil || spec.Protection.Unprotected:
		return tracking
	case spec.Protection.Remote:
		return remoteProtection(a)
	}
	return spec.Protection
}

// remoteProtection is that of an application with a remote shuffle service: the service
// alone, if Spark starts with it, else with tracking, which holds executors for nothing.
// Spark starts with a plug-in since 3.5; a log of dynamic allocation with the service alone
// shows that its build of Spark does.
func remoteProtection(a *traces.Application) policies.Protection {
	p := policies.Protection{Remote: true, TrackingTimeout: policies.Never}
	info := policies.AppInfo{SparkVersion: a.SparkVersion, Master: a.Master}
	if now, err := policies.FromProperties(a.Properties, info); err == nil && now.Dynamic() && now.Protection == p {
		return p
	}
	p.Tracking = !a.Properties.ReliableShuffle() || spark.ParseVersion(a.SparkVersion).Before(3, 5)
	return p
}

var tracking = policies.Protection{Tracking: true, TrackingTimeout: policies.Never}

// executorCores is the number of cores of one executor of a profile; if it takes all
// cores of a worker, the mean number of cores of a node.
func executorCores(a *traces.Application, profile int, c *cluster.Cluster) int {
	if p := a.Profiles[profile]; p.Cores > 0 {
		return p.Cores
	}
	return max(1, c.Capacity()/max(1, len(c.Nodes())))
}

// possible drops the specs that the class's Spark version does not support.
func (c *class) possible(list []policies.Spec) []policies.Spec {
	return slices.DeleteFunc(list, func(s policies.Spec) bool { return !c.canHave(s) })
}
