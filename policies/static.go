package policies

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

var staticKind = Kind{
	Name: "static",
	Doc:  "A fixed number of executors from start to end: no dynamic allocation.",
	Settings: []Setting{
		{Key: "n", Property: "spark.executor.instances", Doc: "number of executors (default 2)", shown: true,
			Field: func(s *Spec) any { return &s.Executors }},
		service("false"), remote, cores, memory, coresMax, version,
	},
	Defaults: Spec{Executors: 2, Protection: Protection{TrackingTimeout: Never}},
	Fixed:    true,
	New:      func(s Spec, env Env) Policy { return &static{client: env.Client, n: s.Executors} },
	Limits:   func(s Spec) Limits { return Limits{Min: s.Executors, Max: s.Executors, Ratio: 1} },
	Snippet:  staticSnippet,
	Search: Search{
		Start:     func(def Spec, sp Space) [][]Spec { return [][]Spec{1: staticSizes(def, sp)} }, // after the first of Spark's
		Neighbors: staticNeighbors,
	},
}

// staticSizes returns the numbers of executors that a search tries.
func staticSizes(def Spec, sp Space) []Spec {
	var list []Spec
	for _, n := range sp.Sizes {
		def.Executors = n
		list = append(list, def)
	}
	return list
}

// staticNeighbors returns the next smaller and larger numbers of executors, and dynamic
// allocation with this number as its initial value and its maximum.
func staticNeighbors(s Spec, sp Space) []Spec {
	var list []Spec
	for _, n := range steps(sp.Sizes, s.Executors) {
		next := s
		next.Executors = n
		list = append(list, next)
	}
	if n := s.Executors; n <= sp.most() {
		list = append(list, sparkKind.in(sp).with(func(a *Allocation) { a.Idle, a.Max, a.Initial = 10*time.Second, n, n }))
	}
	return list
}

// staticSnippet sets the size by the property that the cluster manager reads: a
// standalone cluster counts cores.
func staticSnippet(s Spec, on Deployment) (Snippet, error) {
	var out Snippet
	out.set("spark.dynamicAllocation.enabled", "false")
	if !on.Master.Standalone() {
		out.set("spark.executor.instances", strconv.Itoa(s.Executors))
		return out, nil
	}
	if on.Cores < 1 {
		return out, fmt.Errorf("static,n=%d: on a standalone cluster the number of executors is spark.cores.max / spark.executor.cores, and the latter is not known", s.Executors)
	}
	out.set("spark.executor.cores", strconv.Itoa(on.Cores))
	out.set("spark.cores.max", strconv.Itoa(on.Cores*s.Executors))
	return out, nil
}

// static requests a fixed number of executors and keeps them: Spark without dynamic
// allocation.
//
// Spark refuses resource profiles besides the default one without dynamic
// allocation (ResourceProfileManager.isSupported). Logs that have some are replayed
// nevertheless: the first stage of a profile requests the fixed number for it.
type static struct {
	client  Client
	n       int
	targets []Target // of the profiles with a stage so far
	changed bool     // since the last request
}

func (s *static) Start(time.Duration) {
	s.want(0)
	s.request()
}

func (s *static) Observe(e *Event) {
	if e.Kind == StageSubmitted {
		s.want(e.Profile)
	}
}

func (s *static) Tick(time.Duration) time.Duration {
	if s.changed {
		s.request()
	}
	return Never
}

// IgnoresTasks implements TaskBlind.
func (s *static) IgnoresTasks() {}

func (s *static) want(profile int) {
	if slices.ContainsFunc(s.targets, func(t Target) bool { return t.Profile == profile }) {
		return
	}
	s.targets = append(s.targets, Target{Profile: profile, N: s.n, Why: Reason{Cause: FixedSize}})
	s.changed = true
}

func (s *static) request() {
	s.client.RequestTotal(s.targets)
	s.changed = false
}
