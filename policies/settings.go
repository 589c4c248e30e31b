package policies

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"dynalloc/internal/spark"
	"dynalloc/internal/spec"
)

// A Setting is one key of a spec. The same row reads and writes specs and Spark's
// properties, and has the help text of the key.
type Setting struct {
	Key      string // in a spec
	Property string // Spark's property; empty if Spark has none
	Doc      string // its meaning and default
	Off      string // of a switch: the meaning of false

	// Field returns a pointer to the field of the spec that holds the setting; its type
	// determines how the value is written. Nil: only this policy has the setting, see
	// Default and Value.
	Field func(*Spec) any
	// Default is the default value of a setting without a Field: an int, float64, bool,
	// time.Duration or string.
	Default any
	// Unit is the unit of a number without a unit in Spark's property, for times.
	Unit time.Duration

	since    spark.Version // the first Spark version with the property; unknown: 1.4 or older
	shown    bool          // String writes it even if it is the default
	explicit bool          // a snippet sets it even if it is Spark's default
}

// Spark's defaults without a limit: Int.MaxValue executors, and that many seconds
// for executors with cached blocks (org.apache.spark.internal.config).
const (
	unlimited = 1<<31 - 1
	forever   = unlimited * time.Second

	noTrackingTimeout = "9223372036854775807ms" // Long.MaxValue, which is read as Never
)

// Settings that several policies have. The versions are those of each entry in
// org.apache.spark.internal.config.
var (
	idle = Setting{Key: "idle", Property: "spark.dynamicAllocation.executorIdleTimeout", Unit: time.Second, explicit: true,
		Doc:   "how long an executor may be idle, in whole seconds (default 60s)",
		Field: func(s *Spec) any { return &s.Allocation.Idle }}
	cached = Setting{Key: "cached", Property: "spark.dynamicAllocation.cachedExecutorIdleTimeout", Unit: time.Second,
		Doc:   "how long an executor with cached blocks may be idle (default: no limit)",
		Field: func(s *Spec) any { return &s.Allocation.Cached }}
	minimum = Setting{Key: "min", Property: "spark.dynamicAllocation.minExecutors", explicit: true,
		Doc:   "fewest executors, for each resource profile (default 0)",
		Field: func(s *Spec) any { return &s.Allocation.Min }}
	maximum = Setting{Key: "max", Property: "spark.dynamicAllocation.maxExecutors", explicit: true,
		Doc:   "most executors, for each resource profile (default: no limit)",
		Field: func(s *Spec) any { return &s.Allocation.Max }}
	ratio = Setting{Key: "ratio", Property: "spark.dynamicAllocation.executorAllocationRatio", since: spark.Version{Major: 2, Minor: 4},
		Doc:   "share of the executors that full parallelism needs, above 0 and at most 1 (default 1)",
		Field: func(s *Spec) any { return &s.Allocation.Ratio }}
	cores = Setting{Key: "cores", Property: "spark.executor.cores", Doc: "cores of an executor (default: as recorded)",
		Field: func(s *Spec) any { return &s.Cores }}
	memory = Setting{Key: "memory", Property: "spark.executor.memory", Doc: "heap of an executor (default: as recorded)",
		Field: func(s *Spec) any { return &s.MemoryMB }}
	coresMax = Setting{Key: "cores-max", Property: "spark.cores.max",
		Doc:   "most cores of the application on a standalone cluster (default: no limit)",
		Field: func(s *Spec) any { return &s.CoresMax }}
	every   = Setting{Key: "every", Doc: "how often it decides, a multiple of 100ms (default 100ms)", Field: func(s *Spec) any { return &s.Every }}
	version = Setting{Key: "version", Doc: "Spark version whose rules apply, such as 3.4 (default: that of the log)",
		Field: func(s *Spec) any { return &s.Version }}
)

// DynamicSettings returns the settings that a custom policy can share with Spark's: the
// idle timeouts, the bounds on the target, the interval between calls of a Sizer, the
// protection of shuffle files, and the size of executors.
func DynamicSettings() []Setting {
	return slices.Concat([]Setting{every, idle, cached, minimum, maximum}, protection)
}

// DynamicDefaults are the defaults that go with DynamicSettings.
func DynamicDefaults() Spec {
	return Spec{Allocation: simplest, Protection: protections[0].switches, Every: Interval}
}

// simplest are the default settings of policies other than Spark's.
var simplest = Allocation{Idle: 60 * time.Second, Cached: forever, Max: unlimited, Ratio: 1}

// protection are the settings of all dynamic policies: how shuffle files are
// protected, and the size of executors.
var protection = []Setting{
	{Key: "shuffle", Doc: "what protects shuffle files: service, tracking, remote, decommission or none (default service)",
		Field: func(s *Spec) any { return &s.Protection }},
	service("true, unless shuffle is given"),
	remote,
	{Key: "fetch-rdd", Property: "spark.shuffle.service.fetch.rdd.enabled", since: spark.Version{Major: 3},
		Doc:   "the service serves cached blocks on disk, so that they do not hold executors (default false)",
		Off:   "the service serves no cached blocks, so that they hold executors",
		Field: func(s *Spec) any { return &s.Protection.FetchRDD }},
	{Key: "tracking", Property: "spark.dynamicAllocation.shuffleTracking.enabled", since: spark.Version{Major: 3}, explicit: true,
		Doc:   "keep executors whose shuffle files a job may need (default: if service is false)",
		Off:   "keep no executor for its shuffle files",
		Field: func(s *Spec) any { return &s.Protection.Tracking }},
	{Key: "tracking-timeout", Property: "spark.dynamicAllocation.shuffleTracking.timeout", Unit: time.Millisecond, since: spark.Version{Major: 3},
		Doc:   "how long idle executors keep shuffle files that no running job needs (default: no limit)",
		Field: func(s *Spec) any { return &s.Protection.TrackingTimeout }},
	{Key: "decommission", Property: "spark.decommission.enabled", since: spark.Version{Major: 3, Minor: 1},
		Doc:   "give executors back by decommissioning them (default false)",
		Off:   "give executors back without decommissioning them",
		Field: func(s *Spec) any { return &s.Protection.Decommission }},
	{Key: "migration", Property: "spark.storage.decommission.enabled", since: spark.Version{Major: 3, Minor: 1},
		Doc:   "a decommissioned executor first moves its blocks to others (default false)",
		Off:   "a decommissioned executor moves no blocks",
		Field: func(s *Spec) any { return &s.Protection.Migration }},
	cores, memory, coresMax, version,
}

func service(def string) Setting {
	return Setting{Key: "service", Property: "spark.shuffle.service.enabled", explicit: true,
		Doc:   "the external shuffle service keeps shuffle files (default " + def + ")",
		Off:   "no external shuffle service keeps shuffle files",
		Field: func(s *Spec) any { return &s.Protection.Service }}
}

// remote has no property of its own: the names of Spark's shuffle classes decide, see
// spark.Properties.RemoteShuffle.
var remote = Setting{Key: "remote", since: spark.Version{Major: 3},
	Doc:   "a remote shuffle service (Celeborn, Uniffle, a ShuffleDataIO plug-in) keeps shuffle files (default false)",
	Field: func(s *Spec) any { return &s.Protection.Remote }}

// protections are the words for common combinations of switches. The first is the
// default.
var protections = []struct {
	word     string
	switches Protection
}{
	{"service", Protection{Service: true, TrackingTimeout: Never}},
	{"tracking", Protection{Tracking: true, TrackingTimeout: Never}},
	{"remote", Protection{Remote: true, TrackingTimeout: Never}},
	{"decommission", Protection{Decommission: true, Migration: true, TrackingTimeout: Never}},
	{"none", Protection{Unprotected: true, TrackingTimeout: Never}},
}

// word returns the word for the switches; empty if there is none.
func (p Protection) word() string {
	p.FetchRDD, p.TrackingTimeout = false, Never
	for _, named := range protections {
		if p == named.switches {
			return named.word
		}
	}
	return ""
}

// protectionOf returns the switches of a word.
func protectionOf(word string) Protection {
	for _, p := range protections {
		if p.word == word {
			return p.switches
		}
	}
	return protections[0].switches
}

// read sets the value from a parsed spec.
func (set Setting) read(d *spec.Decoder, s *Spec) {
	field := set.pointer(s)
	switch p := field.(type) {
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
			*p = protectionOf(word)
		}
	}
	if set.Field == nil {
		set.keep(field, s)
	}
	// As in Spark, two defaults depend on the setting just read.
	switch set.Key {
	case "backlog":
		s.Allocation.Sustained = s.Allocation.Backlog
	case "service":
		if s.Dynamic() && !d.Has("shuffle") {
			s.Protection.Tracking = !s.Protection.Service
		}
	}
}

// write returns the setting's value in the grammar of specs.
func (set Setting) write(s *Spec) string { return format(set.pointer(s)) }

func format(field any) string {
	switch p := field.(type) {
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
	panic(fmt.Sprintf("policies: a setting cannot be a %T", field))
}

// pointer returns a pointer to the value: to its field in the spec or, for a setting
// without a field, to a copy, which keep writes back.
func (set Setting) pointer(s *Spec) any {
	if set.Field != nil {
		return set.Field(s)
	}
	d := s.own().Decoder()
	switch def := set.Default.(type) {
	case int:
		def = d.Int(set.Key, def)
		return &def
	case float64:
		def = d.Float(set.Key, def)
		return &def
	case bool:
		def = d.Bool(set.Key, def)
		return &def
	case time.Duration:
		def = d.Duration(set.Key, def)
		return &def
	case string:
		def = d.String(set.Key, def)
		return &def
	}
	panic(fmt.Sprintf("policies: the default of the setting %s cannot be a %T", set.Key, set.Default))
}

// keep writes the value of a setting without a field to Spec.Own, which is ordered by
// key.
func (set Setting) keep(field any, s *Spec) {
	kept := s.own()
	kept.Args = slices.DeleteFunc(kept.Args, func(a spec.Arg) bool { return a.Key == set.Key })
	if value := format(field); value != set.write(&Spec{}) {
		kept.Args = append(kept.Args, spec.Arg{Key: set.Key, Value: value})
	}
	slices.SortFunc(kept.Args, func(x, y spec.Arg) int { return strings.Compare(x.Key, y.Key) })
	s.Own = strings.TrimPrefix(kept.String(), kept.Name)
}

// own parses Spec.Own.
func (s *Spec) own() spec.Spec {
	kept, err := spec.Parse("own" + s.Own)
	if err != nil {
		panic("policies: settings that keep did not write: " + s.Own)
	}
	return kept
}

// Value returns a setting without a Field; T is the type of its Default. It panics if
// the kind has no such setting.
func Value[T any](s Spec, key string) T {
	for _, set := range s.Kind.Settings {
		if set.Key == key && set.Field == nil {
			return *set.pointer(&s).(*T)
		}
	}
	panic(fmt.Sprintf("policies: %s has no setting %s of its own", s.Kind.Name, key))
}

// readProperty sets the value from the setting's Spark property.
func (set Setting) readProperty(value string, s *Spec) error {
	var err error
	switch p := set.pointer(s).(type) {
	case *int:
		*p, err = spark.ParseInt(value)
	case *int64:
		*p, err = spec.ParseMiB(value)
	case *float64:
		*p, err = spark.ParseFloat(value)
	case *bool:
		*p, err = spark.ParseBool(value)
	case *time.Duration:
		*p, err = spec.ParseDuration(value, set.Unit)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", set.Property, err)
	}
	return nil
}
