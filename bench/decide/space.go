package decide

import (
	"slices"

	"dynalloc/internal/spark"
	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// setSpace sets the space of a class: sizes up to the largest useful number of
// executors, and the protections of shuffle files that its cluster has.
func (c *class) setSpace(cluster *cluster.Cluster, only *policies.Protection) {
	protections := c.protections()
	if only != nil {
		protections = []policies.Protection{*only}
	}
	c.space = policies.NewSpace(min(c.room, cluster.Capacity()/executorCores(c.last, 0, cluster)), protections...)
}

// A group is a kind of policy that a search keeps until its end: candidates of one group
// race only against each other.
type group int

// The groups. Dynamic allocation that needs an external shuffle service where the logs use
// none is a group of its own, because of two that are equally good the other one is chosen.
const (
	fixedSizes group = iota
	dynamicAsItIs
	dynamicWithService
	groups
)

// group is the group of a policy of a class.
func (c *class) group(s policies.Spec) group {
	switch s = c.resolve(s); {
	case s.Fixed():
		return fixedSizes
	case s.Protection.Service && !c.current.Protection.Service:
		return dynamicWithService
	}
	return dynamicAsItIs
}

// resolve is a policy of the class, with the most frequent settings in force in place of
// "recorded".
func (c *class) resolve(s policies.Spec) policies.Spec {
	if s.Recorded() {
		return c.current
	}
	return s
}

// start is the candidates of a class with which its search begins: the settings in force,
// the user's own, and a grid.
func (c *class) start(q *Question) []policies.Spec {
	list := append([]policies.Spec{policies.Recorded()}, q.Policies...)
	if !q.Only {
		list = append(list, c.possible(policies.Start(c.space))...)
	}
	return unique(slices.DeleteFunc(list, func(s policies.Spec) bool { return s == c.current }))
}

// sizes are the fixed sizes of the class.
func (c *class) sizes() []policies.Spec {
	return slices.DeleteFunc(c.possible(policies.Start(c.space)), func(s policies.Spec) bool { return !s.Fixed() || s == c.current })
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
