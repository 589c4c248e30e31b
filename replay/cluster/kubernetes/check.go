package kubernetes

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Words of options.
const (
	driversInPods    = "pods"
	driversOutside   = "outside"
	leastAllocated   = "LeastAllocated"
	mostAllocated    = "MostAllocated"
	never            = "Never"
	preemptLower     = "PreemptLowerPriority"
	lowerPriority    = "LowerPriority"
	lowerOrNewer     = "LowerOrNewerEqualPriority"
	anyPriority      = "Any"
	strictFIFO       = "StrictFIFO"
	bestEffortFIFO   = "BestEffortFIFO"
	admitPods        = "pods"
	admitApplication = "application"
	leastWaste       = "least-waste"
	mostPods         = "most-pods"
)

// Check says what is wrong with the options; the message names the field as it
// is written in YAML.
func (o *Options) Check() error {
	for _, check := range []func() error{o.checkCluster, o.checkNamespaces, o.checkPriorities, o.checkPools, o.checkQueues, o.checkPlacements} {
		if err := check(); err != nil {
			return fmt.Errorf("kubernetes: %w", err)
		}
	}
	return nil
}

func (o *Options) checkCluster() error {
	if err := choice("drivers", o.Drivers, driversInPods, driversOutside); err != nil {
		return err
	}
	if err := choice("scoringStrategy", o.ScoringStrategy, leastAllocated, mostAllocated); err != nil {
		return err
	}
	for _, d := range []struct {
		field string
		d     time.Duration
	}{{"watchDelay", o.WatchDelay}, {"podStartup", o.PodStartup}, {"terminationDelay", o.TerminationDelay}} {
		if err := milliseconds(d.field, d.d, 0); err != nil {
			return err
		}
	}
	if g := o.GangScheduling; g != nil {
		if o.Drivers == driversOutside {
			return fmt.Errorf("gangScheduling: drivers are outside the cluster, so nothing can hold them back; expected drivers: pods")
		}
		if err := milliseconds("gangScheduling: placeholderTimeout", or(g.PlaceholderTimeout, defaultPlaceholder), 0); err != nil {
			return err
		}
	}
	if a := o.Autoscaler; a != nil {
		if err := milliseconds("clusterAutoscaler: scan-interval", or(a.ScanInterval, defaultScan), time.Second); err != nil {
			return err
		}
		if err := milliseconds("clusterAutoscaler: scale-down-unneeded-time", or(a.UnneededTime, defaultUnneeded), 0); err != nil {
			return err
		}
		if err := milliseconds("clusterAutoscaler: scale-down-delay-after-add", or(a.DelayAfterAdd, defaultAfterAdd), 0); err != nil {
			return err
		}
		if n := or(a.MaxParallelism, defaultParallelism); n < 1 {
			return fmt.Errorf("clusterAutoscaler: max-scale-down-parallelism: %d; expected at least 1", n)
		}
		return choice("clusterAutoscaler: expander", a.Expander, leastWaste, mostPods)
	}
	return nil
}

func (o *Options) checkNamespaces() error {
	for i, n := range o.Namespaces {
		if n.Name == "" {
			return fmt.Errorf("namespaces: number %d has no name", i+1)
		}
		if slices.ContainsFunc(o.Namespaces[:i], func(x Namespace) bool { return x.Name == n.Name }) {
			return fmt.Errorf("namespaces: %s is named twice", n.Name)
		}
		if q := n.ResourceQuota; q != nil && q.Pods != nil && *q.Pods < 0 {
			return fmt.Errorf("namespaces: %s: resourceQuota: pods: %d; expected 0 or more", n.Name, *q.Pods)
		}
	}
	return nil
}

func (o *Options) checkPriorities() error {
	byDefault := ""
	for i, p := range o.PriorityClasses {
		switch {
		case p.Name == "":
			return fmt.Errorf("priorityClasses: number %d has no name", i+1)
		case strings.HasPrefix(p.Name, "system-"):
			return fmt.Errorf("priorityClasses: %s: names that begin with system- are Kubernetes' own; expected another name", p.Name)
		case slices.ContainsFunc(o.PriorityClasses[:i], func(x PriorityClass) bool { return x.Name == p.Name }):
			return fmt.Errorf("priorityClasses: %s is named twice", p.Name)
		case p.Value < -2147483648 || p.Value > 1000000000:
			return fmt.Errorf("priorityClasses: %s: value: %d; expected -2147483648 to 1000000000", p.Name, p.Value)
		case p.GlobalDefault && byDefault != "":
			return fmt.Errorf("priorityClasses: %s and %s are both globalDefault; expected one at most", byDefault, p.Name)
		}
		if p.GlobalDefault {
			byDefault = p.Name
		}
		if err := choice("priorityClasses: "+p.Name+": preemptionPolicy", p.PreemptionPolicy, preemptLower, never); err != nil {
			return err
		}
	}
	return nil
}

func (o *Options) checkPools() error {
	for i := range o.NodePools {
		p := &o.NodePools[i]
		if p.Name == "" {
			return fmt.Errorf("nodePools: number %d has no name", i+1)
		}
		if slices.ContainsFunc(o.NodePools[:i], func(x NodePool) bool { return x.Name == p.Name }) {
			return fmt.Errorf("nodePools: %s is named twice", p.Name)
		}
		most := or(p.Max, p.Min)
		if p.Min < 0 || most < p.Min {
			return fmt.Errorf("nodePools: %s: min: %d and max: %d; expected 0 <= min <= max", p.Name, p.Min, most)
		}
		if n := or(p.Initial, p.Min); n < p.Min || p.Max != nil && n > most {
			return fmt.Errorf("nodePools: %s: initial: %d; expected %d (min) to %d (max)", p.Name, n, p.Min, most)
		}
		if err := milliseconds("nodePools: "+p.Name+": provisioningTime", or(p.Provision, defaultProvision), time.Second); err != nil {
			return err
		}
		if err := p.checkSpot(); err != nil {
			return fmt.Errorf("nodePools: %s: spot: %w", p.Name, err)
		}
	}
	return nil
}

func (p *NodePool) checkSpot() error {
	s := p.Spot
	if s == nil {
		return nil
	}
	if err := milliseconds("meanLifetime", s.MeanLifetime, 0); err != nil {
		return err
	}
	if s.MeanLifetime > 0 && s.MeanLifetime < time.Minute {
		return fmt.Errorf("meanLifetime: %s; expected at least a minute, or 0 for the given times alone", s.MeanLifetime)
	}
	if err := milliseconds("notice", s.Notice, 0); err != nil {
		return err
	}
	for _, r := range s.Reclaims {
		if r.Node < 0 {
			return fmt.Errorf("reclaims: node: %d; expected the number of a node in the pool, from 0", r.Node)
		}
		if err := milliseconds("reclaims: at", r.At, 0); err != nil {
			return err
		}
	}
	return nil
}

func (o *Options) checkQueues() error {
	for i := range o.ClusterQueues {
		q := &o.ClusterQueues[i]
		if q.Name == "" {
			return fmt.Errorf("clusterQueues: number %d has no name", i+1)
		}
		at := "clusterQueues: " + q.Name
		if len(q.Namespaces) == 0 {
			return fmt.Errorf("%s: no namespaces, so nothing would ever come; expected at least one", at)
		}
		for j := range o.ClusterQueues[:i] {
			other := &o.ClusterQueues[j]
			if other.Name == q.Name {
				return fmt.Errorf("%s is named twice", at)
			}
			for _, n := range q.Namespaces {
				if slices.Contains(other.Namespaces, n) {
					return fmt.Errorf("%s: namespace %s belongs to %s already", at, n, other.Name)
				}
			}
		}
		if err := choice(at+": queueingStrategy", q.QueueingStrategy, bestEffortFIFO, strictFIFO); err != nil {
			return err
		}
		if err := choice(at+": admission", q.Admission, admitPods, admitApplication); err != nil {
			return err
		}
		if q.Admission == admitApplication && o.Drivers == driversOutside {
			return fmt.Errorf("%s: admission: application holds drivers back, and these are outside the cluster; expected drivers: pods", at)
		}
		if err := choice(at+": preemption: reclaimWithinCohort", q.Preemption.ReclaimWithinCohort, never, lowerPriority, anyPriority); err != nil {
			return err
		}
		if err := choice(at+": preemption: withinClusterQueue", q.Preemption.WithinClusterQueue, never, lowerPriority, lowerOrNewer); err != nil {
			return err
		}
		limited := q.CPU != nil && (q.CPU.Borrowing != nil || q.CPU.Lending != nil) ||
			q.Memory != nil && (q.Memory.Borrowing != nil || q.Memory.Lending != nil) ||
			q.Pods != nil && (q.Pods.Borrowing != nil || q.Pods.Lending != nil)
		if q.Cohort == "" && limited {
			return fmt.Errorf("%s: borrowingLimit and lendingLimit mean nothing without a cohort; expected cohortName", at)
		}
		if p := q.Pods; p != nil && (p.Nominal < 0 || or(p.Borrowing, 0) < 0 || or(p.Lending, 0) < 0) {
			return fmt.Errorf("%s: pods: expected 0 or more", at)
		}
	}
	return nil
}

func (o *Options) checkPlacements() error {
	class := func(at, name string) error {
		if name != "" && !slices.ContainsFunc(o.PriorityClasses, func(p PriorityClass) bool { return p.Name == name }) {
			return fmt.Errorf("%s: %s is not one of priorityClasses, and Kubernetes rejects such pods", at, name)
		}
		return nil
	}
	for i := range o.Applications {
		p := &o.Applications[i]
		at := fmt.Sprintf("applications: number %d", i+1)
		if p.Class == "" {
			return fmt.Errorf("%s: no class; expected a class of applications, or \"*\" for all", at)
		}
		if err := class(at+": priorityClassName", p.PriorityClassName); err != nil {
			return err
		}
		if err := class(at+": driverPriorityClassName", p.DriverPriorityClassName); err != nil {
			return err
		}
	}
	return nil
}

// choice checks a word; an empty one stands for the default.
func choice(field, word string, words ...string) error {
	if word == "" || slices.Contains(words, word) {
		return nil
	}
	return fmt.Errorf("%s: %s; expected one of %s", field, word, strings.Join(words, ", "))
}

func milliseconds(field string, d, least time.Duration) error {
	switch {
	case d < least:
		return fmt.Errorf("%s: %s; expected at least %s", field, d, least)
	case d%time.Millisecond != 0:
		return fmt.Errorf("%s: %s; expected whole milliseconds", field, d)
	}
	return nil
}
