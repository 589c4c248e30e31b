package policies

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

var sparkKind = Kind{
	Name: "spark",
	Doc:  "Spark's dynamic allocation, by default with the external shuffle service.",
	Settings: slices.Concat([]Setting{
		idle, cached,
		{Key: "backlog", Property: "spark.dynamicAllocation.schedulerBacklogTimeout", Unit: time.Second, explicit: true,
			Doc:   "how long tasks wait before executors are added, in whole seconds (default 1s)",
			Field: func(s *Spec) any { return &s.Allocation.Backlog }},
		{Key: "sustained", Property: "spark.dynamicAllocation.sustainedSchedulerBacklogTimeout", Unit: time.Second, explicit: true,
			Doc:   "how long tasks wait until more are added, in whole seconds (default: backlog)",
			Field: func(s *Spec) any { return &s.Allocation.Sustained }},
		minimum, maximum,
		{Key: "initial", Property: "spark.dynamicAllocation.initialExecutors", explicit: true,
			Doc:   "executors at the start (default: min)",
			Field: func(s *Spec) any { return &s.Allocation.Initial }},
		ratio,
	}, protection),
	Defaults: Spec{
		Allocation: Allocation{
			Idle: 60 * time.Second, Cached: forever, Backlog: time.Second, Sustained: time.Second,
			Max: unlimited, Ratio: 1,
		},
		Protection: protections[0].switches,
	},
	New: func(s Spec, env Env) Policy {
		return newAllocationManager(s.canonical(), env)
	},
	Limits: func(s Spec) Limits {
		return Limits{Min: s.Allocation.Min, Max: s.Allocation.Max, Ratio: s.Allocation.Ratio}
	},
	Check:   checkBacklog,
	Snippet: sparkSnippet,
	Search:  Search{Start: sparkStart, Neighbors: sparkNeighbors},
}

// checkBacklog returns an error for backlog timeouts that Spark refuses.
func checkBacklog(s Spec) error {
	for _, timeout := range []struct {
		key   string
		value time.Duration
	}{
		{"schedulerBacklogTimeout", s.Allocation.Backlog},
		{"sustainedSchedulerBacklogTimeout", s.Allocation.Sustained},
	} {
		if timeout.value < time.Second {
			return fmt.Errorf("%s%s must be at least 1s: Spark counts whole seconds, so 500ms is 0", dynamicAllocation, timeout.key)
		}
	}
	return nil
}

// sparkSnippet sets the values that differ from Spark's defaults or are explicit. Where the
// application has another value of the others, it sets Spark's default: an argument of
// spark-submit can replace a setting, but not remove it.
func sparkSnippet(s Spec, on Deployment) (Snippet, error) {
	var out Snippet
	if s.Protection.Remote && !on.Remote {
		return out, fmt.Errorf("%s: the application's settings name no remote shuffle service", s)
	}
	out.set("spark.dynamicAllocation.enabled", "true")
	def := s.Kind.spec()
	def.Allocation.Sustained = s.Allocation.Backlog
	def.Protection = Protection{TrackingTimeout: Never}
	for _, setting := range s.Kind.Settings {
		value := setting.write(&s)
		switch {
		case setting.Property == "" || setting.Key == coresMax.Key:
		case on.SparkVersion.Before(setting.since.Major, setting.since.Minor):
			if value != setting.write(&def) {
				return out, fmt.Errorf("%s: Spark %s does not know %s", s, on.SparkVersion, setting.Property)
			}
		case setting.Key == "initial":
			out.set(setting.Property, strconv.Itoa(s.Allocation.initial()))
		case setting.explicit || value != setting.write(&def):
			out.set(setting.Property, value)
		case setting.Key != cores.Key && setting.Key != memory.Key:
			if setting.Key == "tracking-timeout" {
				value = noTrackingTimeout
			}
			out.replace(setting.Property, value, on.Properties)
		}
	}
	if initial := s.Allocation.initial(); initial > 0 {
		out.replace("spark.executor.instances", strconv.Itoa(initial), on.Properties) // Spark starts with the larger
	} else {
		out.remove("spark.executor.instances", on.Properties) // older versions refuse 0
	}
	if on.Master.YARN() || on.Master.Kubernetes() {
		return out, nil // they do not count cores
	}
	if on.Master.Standalone() && s.Cores == 0 && on.Cores > 0 {
		out.set(cores.Property, strconv.Itoa(on.Cores)) // else an executor takes all cores of its worker
	}
	switch most := s.Allocation.Max; {
	case s.CoresMax > 0:
		out.set(coresMax.Property, strconv.Itoa(s.CoresMax))
	case most < unlimited && on.Cores > 0:
		out.replace(coresMax.Property, strconv.Itoa(on.Cores*most), on.Properties)
	default:
		out.replace(coresMax.Property, strconv.Itoa(unlimited), on.Properties)
	}
	return out, nil
}
