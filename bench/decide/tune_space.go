package decide

import (
	"slices"

	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// newSpace has sizes up to a number: each up to 4, then two for each doubling.
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

// spaceOf is what can be set for a class: up to as many executors as are of use
// and the cluster has room for.
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
	return slices.DeleteFunc(list, func(s policies.Spec) bool { return !c.canHave(s) })
}
