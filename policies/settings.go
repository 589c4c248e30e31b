package policies

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"dynalloc/internal/spec"
)

// A Named is a policy that a user can name, with all that can be set.
type Named struct {
	Name     string
	Doc      string // one sentence
	Settings []Setting
	defaults func() Spec
}

// A Setting is one key of a spec. The same table reads and writes specs and
// Spark's properties, and explains them to the user.
type Setting struct {
	Key      string // in a spec
	Property string // Spark's name of it; empty where Spark has none
	Doc      string // what it means, and its default

	field func(*Spec) any // pointer to where it is kept; its type says how it is written
	unit  time.Duration   // of a bare number in Spark's property, for times
}

// Builtin lists the policies that a user can name.
var Builtin = []Named{
	{
		Name: "static",
		Doc:  "A fixed number of executors from start to end: no dynamic allocation.",
		Settings: []Setting{
			{Key: "n", Property: "spark.executor.instances", Doc: "executors to ask for (default 2)",
				field: func(s *Spec) any { return &s.Executors }},
			service("false"), cores, memory, coresMax, version,
		},
		defaults: func() Spec {
			return Spec{Kind: "static", Executors: 2, Protection: Protection{TrackingTimeout: Never}}
		},
	},
	{
		Name: "spark",
		Doc:  "Spark's dynamic allocation, with the external shuffle service unless said otherwise.",
		Settings: slices.Concat([]Setting{
			idle, cached,
			{Key: "backlog", Property: "spark.dynamicAllocation.schedulerBacklogTimeout", unit: time.Second,
				Doc:   "how long tasks wait before executors are added, in whole seconds (default 1s)",
				field: func(s *Spec) any { return &s.Allocation.Backlog }},
			{Key: "sustained", Property: "spark.dynamicAllocation.sustainedSchedulerBacklogTimeout", unit: time.Second,
				Doc:   "how long until more are added, in whole seconds (default: as backlog)",
				field: func(s *Spec) any { return &s.Allocation.Sustained }},
			minimum, maximum,
			{Key: "initial", Property: "spark.dynamicAllocation.initialExecutors",
				Doc:   "executors at the start (default: as min)",
				field: func(s *Spec) any { return &s.Allocation.Initial }},
			ratio,
		}, protection),
		defaults: func() Spec {
			return Spec{
				Kind: "spark",
				Allocation: Allocation{
					Idle: 60 * time.Second, Cached: forever, Backlog: time.Second, Sustained: time.Second,
					Max: unlimited, Ratio: 1,
				},
				Protection: protections[0].switches,
			}
		},
	},
	{
		Name: "script",
		Doc:  "A policy of your own, written in Starlark; docs/POLICIES.md says how.",
		Settings: slices.Concat([]Setting{
			{Key: "file", Doc: "the script (no default)", field: func(s *Spec) any { return &s.File }},
			{Key: "every", Doc: "how often it is asked, a multiple of 100ms (default 100ms)", field: func(s *Spec) any { return &s.Every }},
			idle, cached, minimum, maximum,
		}, protection),
		defaults: func() Spec {
			return Spec{Kind: "script", Allocation: simplest, Protection: protections[0].switches, Every: Interval}
		},
	},
	{
		Name: "hindsight",
		Doc:  "No deployable policy: told the demand in advance, it is a reference for the others, and not a bound.",
		Settings: slices.Concat([]Setting{
			{Key: "lead", Doc: "how far it looks ahead (default: the typical time until an executor takes tasks)", field: func(s *Spec) any { return &s.Lead }},
			cached, minimum, maximum, ratio,
		}, protection),
		defaults: func() Spec {
			return Spec{Kind: "hindsight", Allocation: simplest, Protection: protections[0].switches}
		},
	},
	{
		Name:     "recorded",
		Doc:      "Each application under the settings that its own log shows.",
		defaults: func() Spec { return Spec{Kind: "recorded"} },
	},
}

// Spark's defaults for no limit: Int.MaxValue executors, and as many seconds
// for cached blocks (org.apache.spark.internal.config).
const (
	unlimited = 1<<31 - 1
	forever   = unlimited * time.Second
)

// Settings that several policies have.
var (
	idle = Setting{Key: "idle", Property: "spark.dynamicAllocation.executorIdleTimeout", unit: time.Second,
		Doc:   "how long an executor may be idle, in whole seconds (default 60s)",
		field: func(s *Spec) any { return &s.Allocation.Idle }}
	cached = Setting{Key: "cached", Property: "spark.dynamicAllocation.cachedExecutorIdleTimeout", unit: time.Second,
		Doc:   "the same for one with cached blocks (default: for ever)",
		field: func(s *Spec) any { return &s.Allocation.Cached }}
	minimum = Setting{Key: "min", Property: "spark.dynamicAllocation.minExecutors",
		Doc:   "fewest executors, for each resource profile (default 0)",
		field: func(s *Spec) any { return &s.Allocation.Min }}
	maximum = Setting{Key: "max", Property: "spark.dynamicAllocation.maxExecutors",
		Doc:   "most executors, for each resource profile (default: no limit)",
		field: func(s *Spec) any { return &s.Allocation.Max }}
	ratio = Setting{Key: "ratio", Property: "spark.dynamicAllocation.executorAllocationRatio",
		Doc:   "executors for each that full parallelism needs, above 0 and at most 1 (default 1)",
		field: func(s *Spec) any { return &s.Allocation.Ratio }}
	cores = Setting{Key: "cores", Property: "spark.executor.cores", Doc: "cores of an executor (default: as recorded)",
		field: func(s *Spec) any { return &s.Cores }}
	memory = Setting{Key: "memory", Property: "spark.executor.memory", Doc: "heap of an executor (default: as recorded)",
		field: func(s *Spec) any { return &s.MemoryMB }}
	coresMax = Setting{Key: "cores-max", Property: "spark.cores.max",
		Doc:   "most cores of the application on a standalone cluster (default: no limit)",
		field: func(s *Spec) any { return &s.CoresMax }}
	version = Setting{Key: "version", Doc: "Spark version whose rules hold, such as 3.4 (default: that of the log)",
		field: func(s *Spec) any { return &s.Version }}
)

// protection are the settings of what keeps shuffle files, and those of the size
// of executors, which all dynamic policies have.
var protection = []Setting{
	{Key: "shuffle", Doc: "what protects shuffle files: service, tracking, decommission or none (default service)",
		field: func(s *Spec) any { return &s.Protection }},
	service("true, unless shuffle says otherwise"),
	{Key: "fetch-rdd", Property: "spark.shuffle.service.fetch.rdd.enabled",
		Doc:   "the service serves cached blocks on disk, so these hold no executor (default false)",
		field: func(s *Spec) any { return &s.Protection.FetchRDD }},
	{Key: "tracking", Property: "spark.dynamicAllocation.shuffleTracking.enabled",
		Doc:   "keep executors whose shuffle files a job may need (default: if service is false)",
		field: func(s *Spec) any { return &s.Protection.Tracking }},
	{Key: "tracking-timeout", Property: "spark.dynamicAllocation.shuffleTracking.timeout", unit: time.Millisecond,
		Doc:   "how long idle executors keep shuffle files that no running job needs (default: for ever)",
		field: func(s *Spec) any { return &s.Protection.TrackingTimeout }},
	{Key: "decommission", Property: "spark.decommission.enabled",
		Doc:   "give executors back by decommissioning them (default false)",
		field: func(s *Spec) any { return &s.Protection.Decommission }},
	{Key: "migration", Property: "spark.storage.decommission.enabled",
		Doc:   "a decommissioned executor first moves its blocks to others (default false)",
		field: func(s *Spec) any { return &s.Protection.Migration }},
	cores, memory, coresMax, version,
}

func service(def string) Setting {
	return Setting{Key: "service", Property: "spark.shuffle.service.enabled",
		Doc:   "the external shuffle service keeps shuffle files (default " + def + ")",
		field: func(s *Spec) any { return &s.Protection.Service }}
}

// protections are the words for common kinds of protection; the first is the
// default of the spark policy.
var protections = []struct {
	word     string
	switches Protection
}{
	{"service", Protection{Service: true, TrackingTimeout: Never}},
	{"tracking", Protection{Tracking: true, TrackingTimeout: Never}},
	{"decommission", Protection{Decommission: true, Migration: true, TrackingTimeout: Never}},
	{"none", Protection{Unprotected: true, TrackingTimeout: Never}},
}

// word returns the name of the switches that are on; empty if there is none.
func (p Protection) word() string {
	p.FetchRDD, p.TrackingTimeout = false, Never
	for _, named := range protections {
		if p == named.switches {
			return named.word
		}
	}
	return ""
}

// named returns the protection of a word, with the switches that follow from
// no word left at their defaults.
func named(word string) Protection {
	for _, p := range protections {
		if p.word == word {
			return p.switches
		}
	}
	return protections[0].switches
}

// read takes the setting's value out of a parsed spec.
func (set Setting) read(d *spec.Decoder, s *Spec) {
	switch p := set.field(s).(type) {
	case *int:
		*p = d.Int(set.Key, *p)
	case *int64:
		*p = d.MiB(set.Key, *p)
	case *float64:
		*p = d.Float(set.Key, *p)
	case *bool:
		*p = d.Bool(set.Key, *p)
	case *time.Duration:
		*p = d.Duration(set.Key, *p)
	case *string:
		*p = d.String(set.Key, *p)
	case *Protection:
		words := make([]string, len(protections))
		for i, named := range protections {
			words[i] = named.word
		}
		if word := d.Choice(set.Key, "", words...); word != "" {
			*p = named(word)
		}
	}
	// Two defaults hang on the setting just read, as in Spark.
	switch set.Key {
	case "backlog":
		s.Allocation.Sustained = s.Allocation.Backlog
	case "service":
		if s.dynamic() && !d.Has("shuffle") {
			s.Protection.Tracking = !s.Protection.Service
		}
	}
}

// write returns the setting's value in the grammar of specs.
func (set Setting) write(s *Spec) string {
	switch p := set.field(s).(type) {
	case *int:
		return strconv.Itoa(*p)
	case *int64:
		return spec.FormatMiB(*p)
	case *float64:
		return strconv.FormatFloat(*p, 'g', -1, 64)
	case *bool:
		return strconv.FormatBool(*p)
	case *time.Duration:
		return spec.FormatDuration(*p)
	case *string:
		return *p
	case *Protection:
		return p.word()
	}
	panic("policies: no form for setting " + set.Key)
}

// readProperty takes the value of the setting's Spark property.
func (set Setting) readProperty(value string, s *Spec) error {
	var err error
	switch p := set.field(s).(type) {
	case *int:
		if *p, err = strconv.Atoi(value); err != nil {
			err = fmt.Errorf("%q is not a whole number", value)
		}
	case *int64:
		*p, err = spec.ParseMiB(value)
	case *float64:
		if *p, err = strconv.ParseFloat(value, 64); err != nil {
			err = fmt.Errorf("%q is not a number", value)
		}
	case *bool:
		if *p, err = strconv.ParseBool(strings.ToLower(value)); err != nil {
			err = fmt.Errorf("%q is neither true nor false", value)
		}
	case *time.Duration:
		*p, err = spec.ParseDuration(value, set.unit)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", set.Property, err)
	}
	return nil
}
