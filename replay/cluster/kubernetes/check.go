package kubernetes

import (
	"cmp"
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

// Check returns what is wrong with the options. The message names the field as it is
// written in YAML.
func (o *Options) Check() error {
	for _, check := range []func() error{o.checkCluster, o.checkAutoscaler, o.checkNamespaces, o.checkPriorities, o.checkPools, o.checkQueues, o.checkPlacements} {
		if err := check(); err != nil {
			return fmt.Errorf("kubernetes: %w", err)
		}
	}
	return nil
}

func (o *Options) checkCluster() error {
	placeholder := defaultPlaceholder
	if o.GangScheduling != nil {
		if o.Drivers == driversOutside {
			return fmt.Errorf("gangScheduling: drivers are outside the cluster, so nothing can hold them back; expected drivers: pods")
		}
		placeholder = or(o.GangScheduling.PlaceholderTimeout, placeholder)
	}
	return cmp.Or(
		choice("drivers", o.Drivers, driversInPods, driversOutside),
		choice("scoringStrategy", o.ScoringStrategy, leastAllocated, mostAllocated),
		milliseconds("watchDelay", o.WatchDelay, 0),
		milliseconds("podStartup", o.PodStartup, 0),
		milliseconds("terminationDelay", o.TerminationDelay, 0),
		milliseconds("gangScheduling: placeholderTimeout", placeholder, 0))
}

func (o *Options) checkAutoscaler() error {
	a := o.Autoscaler
	if a == nil {
		return nil
	}
	if n := or(a.MaxParallelism, defaultParallelism); n < 1 {
		return fmt.Errorf("clusterAutoscaler: max-scale-down-parallelism: %d; expected at least 1", n)
	}
	return cmp.Or(
		milliseconds("clusterAutoscaler: scan-interval", or(a.ScanInterval, defaultScan), time.Second),
		milliseconds("clusterAutoscaler: scale-down-unneeded-time", or(a.UnneededTime, defaultUnneeded), 0),
		milliseconds("clusterAutoscaler: scale-down-delay-after-add", or(a.DelayAfterAdd, defaultAfterAdd), 0),
		choice("clusterAutoscaler: expander", a.Expander, leastWaste, mostPods))
}

func (o *Options) checkNamespaces() error {
	if err := checkNames("namespaces", o.Namespaces, func(n Namespace) string { return n.Name }); err != nil {
		return err
	}
	for _, n := range o.Namespaces {
		if q := n.ResourceQuota; q != nil && q.Pods != nil && *q.Pods < 0 {
			return fmt.Errorf("namespaces: %s: resourceQuota: pods: %d; expected 0 or more", n.Name, *q.Pods)
		}
	}
	return nil
}

func (o *Options) checkPriorities() error {
	if err := checkNames("priorityClasses", o.PriorityClasses, func(p PriorityClass) string { return p.Name }); err != nil {
		return err
	}
	byDefault := ""
	for _, p := range o.PriorityClasses {
		switch {
		case strings.HasPrefix(p.Name, "system-"):
			return fmt.Errorf("priorityClasses: %s: names that begin with system- are Kubernetes' own; expected another name", p.Name)
		case p.Value < -2147483648 || p.Value > 1000000000:
			return fmt.Errorf("priorityClasses: %s: value: %d; expected -2147483648 to 1000000000", p.Name, p.Value)
		case p.GlobalDefault && byDefault != "":
			return fmt.Errorf("priorityClasses: %s and %s are both globalDefault; expected one at most", byDefault, p.Name)
		case p.GlobalDefault:
			byDefault = p.Name
		}
		if err := choice("priorityClasses: "+p.Name+": preemptionPolicy", p.PreemptionPolicy, preemptLower, never); err != nil {
			return err
		}
	}
	return nil
}

func (o *Options) checkPools() error {
	if err := checkNames("nodePools", o.NodePools, func(p NodePool) string { return p.Name }); err != nil {
		return err
	}
	for _, p := range o.NodePools {
		at := "nodePools: " + p.Name
		most := or(p.Max, p.Min)
		if p.Min < 0 || most < p.Min {
			return fmt.Errorf("%s: min: %d and max: %d; expected 0 <= min <= max", at, p.Min, most)
		}
		if n := or(p.Initial, p.Min); n < p.Min || p.Max != nil && n > most {
			return fmt.Errorf("%s: initial: %d; expected %d (min) to %d (max)", at, n, p.Min, most)
		}
		if err := cmp.Or(milliseconds(at+": provisioningTime", or(p.Provision, defaultProvision), time.Second), p.Spot.check(at+": spot: ")); err != nil {
			return err
		}
	}
	return nil
}

func (s *Spot) check(at string) error {
	if s == nil {
		return nil
	}
	if s.MeanLifetime > 0 && s.MeanLifetime < time.Minute {
		return fmt.Errorf("%smeanLifetime: %s; expected at least a minute, or 0 for the listed reclaims alone", at, s.MeanLifetime)
	}
	for _, r := range s.Reclaims {
		if r.Node < 0 {
			return fmt.Errorf("%sreclaims: node: %d; expected the number of a node in the pool, from 0", at, r.Node)
		}
		if err := milliseconds(at+"reclaims: at", r.At, 0); err != nil {
			return err
		}
	}
	return cmp.Or(milliseconds(at+"meanLifetime", s.MeanLifetime, 0), milliseconds(at+"notice", s.Notice, 0))
}

func (o *Options) checkQueues() error {
	if err := checkNames("clusterQueues", o.ClusterQueues, func(q ClusterQueue) string { return q.Name }); err != nil {
		return err
	}
	for i, q := range o.ClusterQueues {
		at := "clusterQueues: " + q.Name
		if len(q.Namespaces) == 0 {
			return fmt.Errorf("%s: no namespaces, so nothing would ever be queued; expected at least one", at)
		}
		for _, other := range o.ClusterQueues[:i] {
			for _, n := range q.Namespaces {
				if slices.Contains(other.Namespaces, n) {
					return fmt.Errorf("%s: namespace %s belongs to %s already", at, n, other.Name)
				}
			}
		}
		if q.Admission == admitApplication && o.Drivers == driversOutside {
			return fmt.Errorf("%s: admission: application holds drivers back, and these are outside the cluster; expected drivers: pods", at)
		}
		if q.Cohort == "" && (q.CPU.limited() || q.Memory.limited() || q.Pods.limited()) {
			return fmt.Errorf("%s: borrowingLimit and lendingLimit mean nothing without a cohort; expected cohortName", at)
		}
		if p := q.Pods; p != nil && (p.Nominal < 0 || or(p.Borrowing, 0) < 0 || or(p.Lending, 0) < 0) {
			return fmt.Errorf("%s: pods: expected 0 or more", at)
		}
		if err := cmp.Or(
			choice(at+": queueingStrategy", q.QueueingStrategy, bestEffortFIFO, strictFIFO),
			choice(at+": admission", q.Admission, admitPods, admitApplication),
			choice(at+": preemption: reclaimWithinCohort", q.Preemption.ReclaimWithinCohort, never, lowerPriority, anyPriority),
			choice(at+": preemption: withinClusterQueue", q.Preemption.WithinClusterQueue, never, lowerPriority, lowerOrNewer)); err != nil {
			return err
		}
	}
	return nil
}

// limited says whether borrowing or lending is.
func (q *QueueQuota[T]) limited() bool { return q != nil && (q.Borrowing != nil || q.Lending != nil) }

func (o *Options) checkPlacements() error {
	for i, p := range o.Applications {
		at := fmt.Sprintf("applications: number %d", i+1)
		if p.Class == "" {
			return fmt.Errorf("%s: no class; expected a class of applications, or \"*\" for all", at)
		}
		if err := cmp.Or(
			o.checkPriority(at+": priorityClassName", p.PriorityClassName),
			o.checkPriority(at+": driverPriorityClassName", p.DriverPriorityClassName)); err != nil {
			return err
		}
	}
	return nil
}

func (o *Options) checkPriority(field, class string) error {
	if class == "" || slices.ContainsFunc(o.PriorityClasses, func(p PriorityClass) bool { return p.Name == class }) {
		return nil
	}
	return fmt.Errorf("%s: %s is not one of priorityClasses, and Kubernetes rejects such pods", field, class)
}

// checkNames checks that all of a list have names, each its own.
func checkNames[T any](field string, list []T, nameOf func(T) string) error {
	for i, x := range list {
		name := nameOf(x)
		if name == "" {
			return fmt.Errorf("%s: number %d has no name", field, i+1)
		}
		if slices.ContainsFunc(list[:i], func(y T) bool { return nameOf(y) == name }) {
			return fmt.Errorf("%s: %s is named twice", field, name)
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

// milliseconds checks a time, which is at least some other and whole milliseconds.
func milliseconds(field string, d, least time.Duration) error {
	switch {
	case d < least:
		return fmt.Errorf("%s: %s; expected at least %s", field, d, least)
	case d%time.Millisecond != 0:
		return fmt.Errorf("%s: %s; expected whole milliseconds", field, d)
	}
	return nil
}
