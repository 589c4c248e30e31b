package policies

import (
	"errors"
	"fmt"
	"time"

	"dynalloc/internal/spark"
)

// check returns an error for settings that Spark refuses when an application starts,
// and names Spark's property (ExecutorAllocationManager.validateSettings;
// docs/MODEL.md, settings).
func (s Spec) check() error {
	switch {
	case s.Executors < 0:
		return fmt.Errorf("spark.executor.instances is %d: it must not be negative", s.Executors)
	case s.Executors > mostExecutors:
		return fmt.Errorf("spark.executor.instances is %d: at most %d can be replayed", s.Executors, mostExecutors)
	case s.Cores < 0:
		return fmt.Errorf("spark.executor.cores is %d: it must be positive", s.Cores)
	case s.MemoryMB < 0:
		return fmt.Errorf("spark.executor.memory is %d MiB: it must be positive", s.MemoryMB)
	case s.CoresMax < 0:
		return fmt.Errorf("spark.cores.max is %d: it must be positive", s.CoresMax)
	case s.Version != "" && !spark.ParseVersion(s.Version).Known():
		return fmt.Errorf("version %q: expected a Spark version such as 3.5 or 4.1.0", s.Version)
	case s.Fixed() || s.Recorded():
		return nil
	case s.Every != s.Kind.Defaults.Every && (s.Every < Interval || s.Every%Interval != 0):
		return fmt.Errorf("every is %s: it must be a multiple of %s, the period at which Spark decides", s.Every, Interval)
	}
	const prefix = dynamicAllocation
	a := s.Allocation
	switch {
	case a.Min < 0:
		return fmt.Errorf("%sminExecutors is %d: it must not be negative", prefix, a.Min)
	case max(a.Min, a.Initial) > mostExecutors:
		return fmt.Errorf("%sminExecutors is %d and %sinitialExecutors %d: at most %d can be replayed", prefix, a.Min, prefix, a.Initial, mostExecutors)
	case a.Max <= 0:
		return fmt.Errorf("%smaxExecutors is %d: it must be positive", prefix, a.Max)
	case a.Min > a.Max:
		return fmt.Errorf("%sminExecutors (%d) is above %smaxExecutors (%d)", prefix, a.Min, prefix, a.Max)
	case a.Initial < 0:
		return fmt.Errorf("%sinitialExecutors is %d: it must not be negative", prefix, a.Initial)
	case !(a.Ratio > 0 && a.Ratio <= 1):
		return fmt.Errorf("%sexecutorAllocationRatio is %g: it must be above 0 and at most 1", prefix, a.Ratio)
	}
	for _, timeout := range []struct {
		key   string
		value time.Duration
	}{
		{"executorIdleTimeout", a.Idle},
		{"cachedExecutorIdleTimeout", a.Cached},
		{"shuffleTracking.timeout", s.Protection.TrackingTimeout},
	} {
		if timeout.value < 0 {
			return fmt.Errorf("%s%s must not be negative", prefix, timeout.key)
		}
	}
	if p := s.Protection; p.exposed() && !p.Unprotected {
		return errExposed
	}
	if s.Kind.Check != nil {
		return s.Kind.Check(s)
	}
	return nil
}

// mostExecutors is the most executors that an application can ask for from the start. The
// largest clusters have about a million cores.
const mostExecutors = 1 << 20

// dynamicAllocation begins the names of the properties of dynamic allocation.
const dynamicAllocation = "spark.dynamicAllocation."

// exposed reports whether shuffle files are lost when executors leave. As in Spark,
// decommissioning counts as protection even if blocks are not moved.
func (p Protection) exposed() bool {
	return !p.Service && !p.Remote && !p.Tracking && !p.Decommission
}

var errExposed = errors.New("dynamic allocation needs one of spark.shuffle.service.enabled, " +
	"spark.dynamicAllocation.shuffleTracking.enabled, spark.decommission.enabled with " +
	"spark.storage.decommission.shuffleBlocks.enabled, or a plug-in of a remote shuffle service in " +
	spark.ShuffleDataIO + " (shuffle=none replays the application without protection)")
