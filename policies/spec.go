package policies

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"dynalloc/internal/spec"
)

// A Spec says which policy an application runs under, with every setting. It
// is canonical: two specs that mean the same are ==. Parse reads one from its
// text, FromProperties and ParseConf from Spark's properties.
type Spec struct {
	Kind string // "static", "spark", "script", "hindsight" or "recorded": a name in Builtin; or "own"

	// Executors is the size that a static application asks for.
	Executors int
	// Allocation is how Spark's dynamic allocation is set.
	Allocation Allocation
	// Protection is what keeps shuffle and cached data when executors leave.
	Protection Protection

	// Cores is spark.executor.cores; 0 leaves executors as recorded.
	Cores int
	// MemoryMB is spark.executor.memory in MiB; 0 leaves executors as recorded.
	MemoryMB int64
	// CoresMax is spark.cores.max, the most cores that the application may hold
	// on a standalone cluster; 0 means no limit.
	CoresMax int
	// Version overrides the Spark version whose rules hold, such as "3.4"; empty
	// leaves the rules of the log.
	Version string

	// File is where the policy "script" is read from, as it was written.
	File string
	// Every is how often a simple policy is asked (Sizer), a multiple of Interval;
	// also a script.
	Every time.Duration
	// Lead is how far "hindsight" looks ahead; 0 is the typical time from a request
	// to an executor that takes tasks.
	Lead time.Duration
	// Maker makes the policy where the user brings it: Sized, Own. Nil for all
	// others, and for a script that has not been read.
	Maker *Maker
}

// dynamic tells whether the policy may change the number of executors while the
// application runs.
func (s Spec) dynamic() bool { return s.Kind != "static" && !s.Recorded() }

// Unread tells whether the spec is a script that is still to be read; package
// policies/script does that.
func (s Spec) Unread() bool { return s.Kind == "script" && s.Maker == nil }

// Allocation is the settings of Spark's dynamic allocation,
// spark.dynamicAllocation.*; docs/MODEL.md lists them with their defaults. Times
// are whole seconds.
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
	// FetchRDD: it serves cached blocks that are on disk, too
	// (spark.shuffle.service.fetch.rdd.enabled).
	FetchRDD bool
	// Tracking: executors with shuffle files that a running job may need are not
	// given back (spark.dynamicAllocation.shuffleTracking.enabled). The service
	// switches it off.
	Tracking bool
	// TrackingTimeout is how long an idle executor keeps shuffle files that no
	// running job needs (spark.dynamicAllocation.shuffleTracking.timeout); Never
	// until the driver finds them unreachable.
	TrackingTimeout time.Duration
	// Decommission: executors finish their tasks before they leave, and may move
	// their blocks (spark.decommission.enabled).
	Decommission bool
	// Migration: a decommissioned executor moves its blocks to others first
	// (spark.storage.decommission.enabled).
	Migration bool
	// Unprotected: none of this, which Spark refuses. It stands for "what if",
	// and for vendors' builds that keep shuffle files in other ways.
	Unprotected bool
}

// Parse reads a spec such as "static,n=4", "spark,idle=10s,max=6" or
// "recorded". Settings that are not named have the defaults of Spark 4.1, but
// for the external shuffle service, which is on. What Spark refuses at start is
// refused, with Spark's name of the setting.
func Parse(text string) (Spec, error) {
	parsed, err := spec.Parse(text)
	if err != nil {
		return Spec{}, fmt.Errorf("policy %w", err)
	}
	kind, err := kindOf(parsed.Name)
	if err != nil {
		return Spec{}, err
	}
	s := kind.defaults()
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
	kind, err := kindOf(s.Kind)
	if err != nil && s.Maker != nil {
		return s.Maker.name
	}
	if err != nil {
		return s.Kind
	}
	text := spec.Spec{Name: s.Kind}
	def := kind.defaults()
	def.Executors = -1 // a static size is always written
	def.Allocation.Sustained = s.Allocation.Backlog
	word := s.Protection.word()
	if s.dynamic() {
		def.Protection.Tracking = !s.Protection.Service
		if word != "" {
			def.Protection = named(word)
		}
	}
	for _, set := range kind.Settings {
		value := set.write(&s)
		if set.Key == "shuffle" && (word == "" || word == protections[0].word) {
			continue
		}
		if set.Key == "shuffle" || value != set.write(&def) {
			text.Args = append(text.Args, spec.Arg{Key: set.Key, Value: value})
		}
	}
	return text.String()
}

// Recorded tells whether the spec stands for the settings in each
// application's log. Resolve it with FromProperties before New.
func (s Spec) Recorded() bool { return s.Kind == "recorded" }

// New makes the policy for one application. The spec must not be Recorded, nor
// Unread, and it must be Deployable: see Foresee.
func (s Spec) New(env Env) Policy {
	if s.Version != "" {
		env.Rules = RulesOf(s.Version)
	}
	switch s.Kind {
	case "static":
		return &static{client: env.Client, n: s.Executors}
	case "spark":
		s = s.canonical()
		return newSpark(s.Allocation, s.Protection, env)
	}
	if s.Maker != nil {
		return s.Maker.make(s, env)
	}
	panic("policies: New of a spec that is not resolved: " + s.Kind)
}

// canonical folds settings that mean the same into one.
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

// kindOf finds a name in Builtin.
func kindOf(name string) (Named, error) {
	i := slices.IndexFunc(Builtin, func(n Named) bool { return n.Name == name })
	if i >= 0 {
		return Builtin[i], nil
	}
	names := make([]string, len(Builtin))
	for i, n := range Builtin {
		names[i] = n.Name
	}
	if near := spec.Nearest(name, names); near != "" {
		return Named{}, fmt.Errorf("there is no policy %q; did you mean %q?", name, near)
	}
	return Named{}, fmt.Errorf("there is no policy %q; there are %s", name, strings.Join(names, ", "))
}
