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

// Check returns an error if the options are not valid. The message names the field as
// it is written in YAML.
func (o *Options) Check() error {
	err := cmp.Or(o.checkCluster(), o.checkAutoscaler(), o.checkNamespaces(), o.checkPriorities(),
		o.checkPools(), o.checkQueues(), o.checkPlacements())
	if err != nil {
		return fmt.Errorf("kubernetes: %w", err)
	}
	return nil
}

func (o *Options) checkCluster() error {
	gang := or(o.GangScheduling, GangScheduling{})
	return cmp.Or(
		refuse(o.GangScheduling != nil && o.Drivers == driversOutside,
			"gangScheduling: drivers are outside the cluster, so nothing can hold them back; expected drivers: pods"),
		choice("drivers", o.Drivers, driversInPods, driversOutside),
		choice("scoringStrategy", o.ScoringStrategy, leastAllocated, mostAllocated),
		milliseconds("watchDelay", o.WatchDelay, 0),
		milliseconds("podStartup", o.PodStartup, 0),
		milliseconds("terminationDelay", o.TerminationDelay, 0),
		milliseconds("gangScheduling: placeholderTimeout", or(gang.PlaceholderTimeout, defaultPlaceholder), 0))
}

func (o *Options) checkAutoscaler() error {
	a := or(o.Autoscaler, Autoscaler{})
	parallelism := or(a.MaxParallelism, defaultParallelism)
	return cmp.Or(
		refuse(parallelism < 1, "clusterAutoscaler: max-scale-down-parallelism: %d; expected at least 1", parallelism),
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
		pods := or(or(n.ResourceQuota, ResourceQuota{}).Pods, 0)
		if err := refuse(pods < 0, "namespaces: %s: resourceQuota: pods: %d; expected 0 or more", n.Name, pods); err != nil {
			return err
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
		at := "priorityClasses: " + p.Name
		if err := cmp.Or(
			refuse(strings.HasPrefix(p.Name, "system-"), "%s: names that begin with system- are Kubernetes' own; expected another name", at),
			refuse(p.Value < -2147483648 || p.Value > 1000000000, "%s: value: %d; expected -2147483648 to 1000000000", at, p.Value),
			refuse(p.GlobalDefault && byDefault != "", "priorityClasses: %s and %s are both globalDefault; expected one at most", byDefault, p.Name),
			choice(at+": preemptionPolicy", p.PreemptionPolicy, preemptLower, never)); err != nil {
			return err
		}
		if p.GlobalDefault {
			byDefault = p.Name
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
		most, initial := or(p.Max, p.Min), or(p.Initial, p.Min)
		if err := cmp.Or(
			refuse(p.Min < 0 || most < p.Min, "%s: min: %d and max: %d; expected 0 <= min <= max", at, p.Min, most),
			refuse(initial < p.Min || p.Max != nil && initial > most, "%s: initial: %d; expected %d (min) to %d (max)", at, initial, p.Min, most),
			milliseconds(at+": provisioningTime", or(p.Provision, defaultProvision), time.Second),
			p.Spot.check(at+": spot: ")); err != nil {
			return err
		}
	}
	return nil
}

func (s *Spot) check(at string) error {
	if s == nil {
		return nil
	}
	for _, r := range s.Reclaims {
		if err := cmp.Or(
			refuse(r.Node < 0, "%sreclaims: node: %d; expected the number of a node in the pool, from 0", at, r.Node),
			milliseconds(at+"reclaims: at", r.At, 0)); err != nil {
			return err
		}
	}
	return cmp.Or(
		refuse(s.MeanLifetime > 0 && s.MeanLifetime < time.Minute,
			"%smeanLifetime: %s; expected at least a minute, or 0 for the listed reclaims alone", at, s.MeanLifetime),
		milliseconds(at+"meanLifetime", s.MeanLifetime, 0),
		milliseconds(at+"notice", s.Notice, 0))
}

func (o *Options) checkQueues() error {
	if err := checkNames("clusterQueues", o.ClusterQueues, func(q ClusterQueue) string { return q.Name }); err != nil {
		return err
	}
	for i, q := range o.ClusterQueues {
		at := "clusterQueues: " + q.Name
		for _, other := range o.ClusterQueues[:i] {
			for _, n := range q.Namespaces {
				if slices.Contains(other.Namespaces, n) {
					return fmt.Errorf("%s: namespace %s belongs to %s already", at, n, other.Name)
				}
			}
		}
		pods := or(q.Pods, QueueQuota[int]{})
		if err := cmp.Or(
			refuse(len(q.Namespaces) == 0, "%s: no namespaces, so nothing would ever be queued; expected at least one", at),
			refuse(q.Admission == admitApplication && o.Drivers == driversOutside,
				"%s: admission: application holds drivers back, and these are outside the cluster; expected drivers: pods", at),
			refuse(q.Cohort == "" && (q.CPU.limited() || q.Memory.limited() || q.Pods.limited()),
				"%s: borrowingLimit and lendingLimit mean nothing without a cohort; expected cohortName", at),
			refuse(min(pods.Nominal, or(pods.Borrowing, 0), or(pods.Lending, 0)) < 0, "%s: pods: expected 0 or more", at),
			choice(at+": queueingStrategy", q.QueueingStrategy, bestEffortFIFO, strictFIFO),
			choice(at+": admission", q.Admission, admitPods, admitApplication),
			choice(at+": preemption: reclaimWithinCohort", q.Preemption.ReclaimWithinCohort, never, lowerPriority, anyPriority),
			choice(at+": preemption: withinClusterQueue", q.Preemption.WithinClusterQueue, never, lowerPriority, lowerOrNewer)); err != nil {
			return err
		}
	}
	return nil
}

// limited reports whether borrowing or lending is.
func (q *QueueQuota[T]) limited() bool { return q != nil && (q.Borrowing != nil || q.Lending != nil) }

func (o *Options) checkPlacements() error {
	for i, p := range o.Applications {
		at := fmt.Sprintf("applications: number %d", i+1)
		if err := cmp.Or(
			refuse(p.Class == "", "%s: no class; expected a class of applications, or \"*\" for all", at),
			o.checkPriority(at+": priorityClassName", p.PriorityClassName),
			o.checkPriority(at+": driverPriorityClassName", p.DriverPriorityClassName)); err != nil {
			return err
		}
	}
	return nil
}

func (o *Options) checkPriority(field, class string) error {
	known := slices.ContainsFunc(o.PriorityClasses, func(p PriorityClass) bool { return p.Name == class })
	return refuse(class != "" && !known, "%s: %s is not one of priorityClasses, and Kubernetes rejects such pods", field, class)
}

// checkNames checks that all of a list have names, each its own.
func checkNames[T any](field string, list []T, nameOf func(T) string) error {
	for i, x := range list {
		name := nameOf(x)
		twice := slices.ContainsFunc(list[:i], func(y T) bool { return nameOf(y) == name })
		if err := cmp.Or(
			refuse(name == "", "%s: number %d has no name", field, i+1),
			refuse(twice, "%s: %s is named twice", field, name)); err != nil {
			return err
		}
	}
	return nil
}

// choice checks a word; an empty one stands for the default.
func choice(field, word string, words ...string) error {
	return refuse(word != "" && !slices.Contains(words, word), "%s: %s; expected one of %s", field, word, strings.Join(words, ", "))
}

// milliseconds checks a time, which is at least some other and whole milliseconds.
func milliseconds(field string, d, least time.Duration) error {
	return cmp.Or(
		refuse(d < least, "%s: %s; expected at least %s", field, d, least),
		refuse(d%time.Millisecond != 0, "%s: %s; expected whole milliseconds", field, d))
}

// refuse is an error if a condition holds.
func refuse(condition bool, format string, args ...any) error {
	if !condition {
		return nil
	}
	return fmt.Errorf(format, args...)
}
