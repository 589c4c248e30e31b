package policies

import (
	"fmt"
	"slices"
	"time"

	"dynalloc/internal/spec"
)

// A Spec is the policy of an application with every setting. It is canonical: two specs
// with equal meaning are ==. Parse reads one from its text, FromProperties and
// ParseConf from Spark's properties; Recorded, Hindsight, Sized and Custom make the
// others.
type Spec struct {
	Kind *Kind

	// Executors is the number of executors of a static application.
	Executors int
	// Allocation are the settings of Spark's dynamic allocation.
	Allocation Allocation
	// Protection is what happens to shuffle files and cached blocks when executors
	// leave.
	Protection Protection

	// Cores is spark.executor.cores; 0 leaves executors as recorded.
	Cores int
	// MemoryMB is spark.executor.memory in MiB; 0 leaves executors as recorded.
	MemoryMB int64
	// CoresMax is spark.cores.max, the most cores that the application may hold
	// on a standalone cluster; 0 means no limit.
	CoresMax int
	// Version overrides the Spark version whose rules apply, such as "3.4"; empty: the
	// version of the log.
	Version string

	// Every is the interval between calls of a Sizer, a multiple of Interval.
	Every time.Duration
	// Own holds the settings that only this kind of policy has (Setting.Default), as
	// ,key=value,... without those that have their default; see Value.
	Own string
}

// Fixed reports whether the policy keeps a fixed number of executors.
func (s Spec) Fixed() bool { return s.Kind.Fixed }

// Dynamic reports whether the policy may change the number of executors while the
// application runs.
func (s Spec) Dynamic() bool { return !s.Fixed() && !s.Recorded() }

// Recorded reports whether the spec stands for the settings in each application's log.
// Resolve it with FromProperties before New.
func (s Spec) Recorded() bool { return s.Kind.recorded }

// Unread reports whether the spec is a script that must be loaded before New; package
// policies/script does that.
func (s Spec) Unread() bool { return s.Kind.unread }

// Deployable reports whether a driver could run the policy. A policy that needs the
// demand in advance is only a reference.
func (s Spec) Deployable() bool { return s.Kind.Foresee == nil }

// Limits are bounds that the policy never exceeds.
func (s Spec) Limits() Limits {
	if s.Kind.Limits == nil {
		return Limits{Max: unlimited, Ratio: 1}
	}
	return s.Kind.Limits(s)
}

// New makes the policy for one application. The spec must not be Recorded, nor
// Unread, and it must be Deployable: see Foresee.
func (s Spec) New(env Env) Policy {
	if s.Kind.New == nil {
		panic("policies: New of a spec that is not resolved: " + s.String())
	}
	return s.Kind.New(s, s.rules(env))
}

// Foresee makes a policy that is not Deployable for one application. This is the
// only way in which a policy learns about the future.
func (s Spec) Foresee(env Env, f *Forecast) Policy {
	if s.Deployable() {
		panic("policies: Foresee of " + s.String())
	}
	return s.Kind.Foresee(s, s.rules(env), f)
}

// rules returns env with the rules of the spec's version, if it has one, instead of
// those of the log.
func (s Spec) rules(env Env) Env {
	if s.Version != "" {
		env.Rules = RulesOf(s.Version)
	}
	return env
}

// Allocation is the settings of Spark's dynamic allocation,
// spark.dynamicAllocation.*. docs/MODEL.md lists them with their defaults. Times
// are in whole seconds.
type Allocation struct {
	Idle      time.Duration // executorIdleTimeout
	Cached    time.Duration // cachedExecutorIdleTimeout
	Backlog   time.Duration // schedulerBacklogTimeout
	Sustained time.Duration // sustainedSchedulerBacklogTimeout
	Min       int           // minExecutors, for each resource profile
	Max       int           // maxExecutors, for each resource profile
	Initial   int           // initialExecutors or spark.executor.instances, the larger; below Min it is Min
	Ratio     float64       // executorAllocationRatio, in (0, 1]
}

func (a Allocation) initial() int { return max(a.Initial, a.Min) }

// Protection is how an application protects shuffle files and cached blocks
// when executors leave. The switches are independent, as in Spark.
type Protection struct {
	// Service: the external shuffle service keeps and serves shuffle files
	// (spark.shuffle.service.enabled).
	Service bool
	// FetchRDD: the service also serves cached blocks on disk
	// (spark.shuffle.service.fetch.rdd.enabled).
	FetchRDD bool
	// Remote: a remote service or storage keeps shuffle files, so that none is lost with
	// an executor or a node (spark.Properties.RemoteShuffle). Tracking, where it is on,
	// holds executors all the same, as in Spark.
	Remote bool
	// Tracking: executors with shuffle files that a running job may need are not
	// given back (spark.dynamicAllocation.shuffleTracking.enabled). It has no effect
	// with the service.
	Tracking bool
	// TrackingTimeout is how long an idle executor keeps shuffle files that no
	// running job needs (spark.dynamicAllocation.shuffleTracking.timeout). Never:
	// until the driver's garbage collector finds them unreachable.
	TrackingTimeout time.Duration
	// Decommission: executors finish their tasks before they leave, and may move
	// their blocks (spark.decommission.enabled).
	Decommission bool
	// Migration: a decommissioned executor moves its blocks to others first
	// (spark.storage.decommission.enabled).
	Migration bool
	// Unprotected: nothing protects shuffle files, which Spark refuses. It is for
	// experiments, and for vendors' builds that keep shuffle files in other ways.
	Unprotected bool
}

// Parse reads a spec such as "static,n=4", "spark,idle=10s,max=6" or
// "recorded". Settings that are not named have the defaults of Spark 4.1, except
// that the external shuffle service is on. Parse refuses what Spark refuses when an
// application starts, and names Spark's property.
func Parse(text string) (Spec, error) {
	parsed, err := spec.Parse(text)
	if err != nil {
		return Spec{}, fmt.Errorf("policy %w", err)
	}
	kind, err := kindOf(parsed.Name)
	if err != nil {
		return Spec{}, err
	}
	s := kind.spec()
	d := parsed.Decoder()
	for _, set := range kind.Settings {
		set.read(d, &s)
	}
	if err := d.Done(); err != nil {
		return Spec{}, fmt.Errorf("policy %w", err)
	}
	s = s.canonical()
	if err := s.check(); err != nil {
		return Spec{}, fmt.Errorf("policy %q: %w", text, err)
	}
	return s, nil
}

// String writes the spec with the settings that are not the default, and the
// size of a static one, in a fixed order. Parse reads it back to the same Spec.
func (s Spec) String() string {
	if s == (Spec{}) {
		return ""
	}
	text := spec.Spec{Name: s.Kind.Name}
	def := s.Kind.spec()
	def.Allocation.Sustained = s.Allocation.Backlog
	word := s.Protection.word()
	if s.Dynamic() {
		def.Protection.Tracking = !s.Protection.Service
		if word != "" {
			def.Protection = protectionOf(word)
		}
	}
	for _, set := range s.Kind.Settings {
		value, shown := set.write(&s), set.shown
		if set.Key == "shuffle" {
			shown = word != "" && word != protections[0].word
		} else {
			shown = shown || value != set.write(&def)
		}
		if shown {
			text.Args = append(text.Args, spec.Arg{Key: set.Key, Value: value})
		}
	}
	return text.String()
}

// Set returns the spec with another value of one setting, in the grammar of specs.
func (s Spec) Set(key, value string) (Spec, error) {
	text, err := spec.Parse(s.String())
	if err != nil {
		return Spec{}, fmt.Errorf("policy %w", err)
	}
	text.Args = slices.DeleteFunc(text.Args, func(a spec.Arg) bool { return a.Key == key })
	text.Args = append(text.Args, spec.Arg{Key: key, Value: value})
	return Parse(text.String())
}

// canonical replaces settings with equal meaning by one form, so that equal specs are
// ==.
func (s Spec) canonical() Spec {
	a := &s.Allocation
	for _, d := range []*time.Duration{&a.Idle, &a.Cached, &a.Backlog, &a.Sustained} {
		*d = d.Truncate(time.Second)
	}
	if a.Initial == a.Min {
		a.Initial = 0
	}
	if p := &s.Protection; p.Service {
		p.Tracking = false
	}
	return s
}
