package decide

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"dynalloc/bench/metrics"
	"dynalloc/bench/stats"
	"dynalloc/internal/spec"
	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// verify replays fleets, the base and the references with hindsight in new
// replicas, and reports these results.
func (s *search) verify(ctx context.Context, fleets []int) error {
	sc := s.newScenario("check", upTo(len(s.Suite.Workload.Apps)), s.Replicas)
	var list, hindsight []int
	for _, i := range fleets {
		list = append(list, s.enter(sc, -1, s.joint.candidates[i].specs...))
	}
	for _, ratio := range hindsightRatios {
		hindsight = append(hindsight, s.enterAll(sc, func(_ int, c *tuneClass) policies.Spec {
			spec := s.hindsight(c)
			spec.Allocation.Ratio = ratio
			return spec
		}))
	}
	if len(fleets) > 0 { // with the limits of the best fleet, to show the effect of knowing the demand alone
		best := s.joint.candidates[fleets[0]].specs
		hindsight = append(hindsight, s.enterAll(sc, func(k int, c *tuneClass) policies.Spec { return s.hindsightWithin(c, best[k]) }))
	}
	if err := s.play(ctx, sc, slices.Concat(list, hindsight), s.Replicas); err != nil {
		return err
	}
	s.report(sc, list, hindsight)
	return nil
}

// hindsightRatios are the allocation ratios of the references: executors as a share of
// full parallelism.
var hindsightRatios = []float64{1, 0.5, 0.25}

// hindsight is the policy "hindsight" for a class. It uses the shuffle service if the
// cluster has one, because a reference should not lose shuffle files.
func (s *search) hindsight(c *tuneClass) policies.Spec {
	spec := policies.Hindsight()
	if s.origin.config.Cluster.Traits().NoShuffleService != nil {
		spec.Protection = c.space.Protections[0]
	}
	return spec
}

// hindsightWithin is the policy "hindsight" limited to the largest number of executors
// of another policy.
func (s *search) hindsightWithin(c *tuneClass, spec policies.Spec) policies.Spec {
	hindsight := s.hindsight(c)
	limits := spec.Limits()
	hindsight.Allocation.Max, hindsight.Allocation.Ratio = max(1, limits.Max), limits.Ratio
	if spec.Dynamic() { // without a limit, hindsight's target is still bounded by the demand
		hindsight.Allocation.Max = min(hindsight.Allocation.Max, spec.Allocation.Max)
	}
	return hindsight
}

// reportBestSoFar reports the fleets that a cancelled search has found; it returns
// false if there are none.
func (s *search) reportBestSoFar() bool {
	fleets := s.toVerify()
	if len(fleets) > 0 {
		s.report(s.joint, fleets, nil)
	}
	return len(fleets) > 0
}

// report sets the result from candidates of a scenario.
func (s *search) report(sc *tuneScenario, list, hindsight []int) {
	s.out.Replicas, s.out.Bounds, s.out.Base = s.Replicas, s.bounds(sc), s.result(sc, nil, sc.base)
	s.out.Others = nil
	for _, i := range s.replayedFully() {
		c := s.joint.candidates[i]
		key := c.fleet.String()
		if !slices.ContainsFunc(list, func(k int) bool { return sc.candidates[k].fleet.String() == key }) {
			s.out.Others = append(s.out.Others, s.result(s.joint, c.specs, c.trial))
		}
	}
	s.out.Fleets = s.results(sc, list, func(i int, onFront bool) bool {
		recorded := !slices.ContainsFunc(sc.candidates[i].specs, func(x policies.Spec) bool { return !x.Recorded() })
		return onFront || !recorded // the base shows the recorded settings
	})
	s.out.Chosen = slices.IndexFunc(s.out.Fleets, func(f FleetResult) bool { return f.MeetsGoal })
	if len(list) > 0 {
		cheapest := slices.MinFunc(list, func(i, j int) int { return cmp.Compare(sc.at(i).seconds, sc.at(j).seconds) })
		named, _ := s.named(sc.candidates[cheapest].specs)
		s.out.Ambiguous = s.ambiguous(named)
	}
	s.out.Hindsight = s.results(sc, hindsight, func(int, bool) bool { return true })
}

// results returns the results of the replayed candidates of a list for which shown is
// true, the cheapest first.
func (s *search) results(sc *tuneScenario, list []int, shown func(i int, onFront bool) bool) []FleetResult {
	front := s.goal.front(list, sc.at)
	list = slices.DeleteFunc(slices.Clone(list), func(i int) bool {
		return sc.at(i).failed || !shown(i, slices.Contains(front, i))
	})
	slices.SortStableFunc(list, func(i, j int) int { return cmp.Compare(sc.at(i).seconds, sc.at(j).seconds) })
	by := sc.sampling(sc.apps)
	base := by.sums(sc.base, metrics.ExecutorSecondsOf)
	var contrasts []stats.Contrast
	for _, i := range list {
		saved := minus(base, by.sums(sc.candidates[i].trial, metrics.ExecutorSecondsOf))
		contrasts = append(contrasts, stats.Contrast{Sums: saved, Weights: base})
	}
	saved := stats.Simultaneous(contrasts, s.origin.config.Seed)
	var out []FleetResult
	for k, i := range list {
		f := s.result(sc, sc.candidates[i].specs, sc.candidates[i].trial)
		saved[k].Interval = saved[k].Within(math.Inf(-1), 1)
		f.Saved, f.OnFront = saved[k], slices.Contains(front, i)
		out = append(out, f)
	}
	return out
}

// result returns the figures of a trial. specs are those of its fleet; nil: the
// recorded settings.
func (s *search) result(sc *tuneScenario, specs []policies.Spec, t *trial) FleetResult {
	at := sc.score(t)
	by := sc.sampling(sc.apps)
	f := FleetResult{
		Fleet: t.fleet, Misses: at.misses, Deadlines: at.deadlines, ExecutorHours: at.seconds / 3600, Slowdown: at.slower,
		MeetsGoal: s.goal.excess(at) == 0, MissRate: stats.Share(by.sums(t, metrics.MissOf), by.sums(t, metrics.DeadlineOf)),
	}
	if len(specs) > 0 {
		f.Fleet, f.Conf = s.named(specs)
	}
	return f
}

// named is a fleet with the names of classes as patterns, the narrower ones first.
func (s *search) named(specs []policies.Spec) (f policies.Fleet, conf []string) {
	order := upTo(len(specs))
	wild := func(k int) int { return strings.Count(s.classes[k].name, "*") }
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Or(wild(i)-wild(j), len(s.classes[j].name)-len(s.classes[i].name))
	})
	var names []string
	for _, k := range order {
		rule := policies.Rule{Pattern: patternOf(s.classes[k].name), Spec: specs[k]}
		f.Rules = append(f.Rules, rule)
		names = append(names, rule.Pattern+"="+rule.Spec.String())
		conf = append(conf, s.classes[k].conf(specs[k]))
	}
	f.Name = strings.Join(names, ";")
	return f, conf
}

// ambiguous returns the classes with an application to which the rules of a fleet give
// the policy of another class, because that class's pattern also matches its name.
func (s *search) ambiguous(f policies.Fleet) []string {
	var names []string
	for _, c := range s.classes {
		own := patternOf(c.name)
		for _, at := range c.apps {
			a := s.Suite.Workload.Apps[at]
			first := slices.IndexFunc(f.Rules, func(r policies.Rule) bool { return spec.Match(r.Pattern, a.Name) || spec.Match(r.Pattern, a.Class) })
			if first >= 0 && f.Rules[first].Pattern != own {
				names = append(names, c.name)
				break
			}
		}
	}
	return names
}

// conf returns the lines of spark-defaults.conf that must change for a class to run
// under a spec.
func (c *class) conf(spec policies.Spec) string {
	if spec.Recorded() {
		return "# no change\n"
	}
	snippet, err := c.snippet(spec)
	if err != nil {
		return fmt.Sprintf("# %v\n", err)
	}
	return snippet.String()
}

// patternOf is a class's name as a pattern. Characters that have a meaning in the
// grammar of fleets become the pattern for any one character.
func patternOf(class string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(";=,:", r) {
			return '?'
		}
		return r
	}, class)
}

// bounds are the two lower bounds, as means over the replicas of a scenario: an
// application cannot end before its critical path does, nor hold less executor-time
// than its work needs.
func (s *search) bounds(sc *tuneScenario) Bounds {
	var b Bounds
	largest := 0 // cores of the largest executor of any candidate
	for _, c := range s.Candidates {
		largest = max(largest, c.Cores)
	}
	n := float64(len(sc.replicas))
	for _, r := range sc.replicas {
		for i, a := range r.workload.Apps {
			if ref := &sc.reference[r.from[i]]; ref.HasDeadline && cmp.Or(ref.Response, traces.CriticalPath(a)) > ref.Deadline {
				b.Misses += 1 / n
			}
			b.ExecutorHours += leastExecutorTime(a, largest, &s.origin.config.Cluster) / 3600 / n
		}
	}
	return b
}

// leastExecutorTime is the executor-seconds that an application's work needs if every
// core of every executor is always busy.
func leastExecutorTime(a *traces.Application, cores int, c *cluster.Cluster) float64 {
	seconds := 0.0
	for i := range a.Stages {
		one := traces.Application{Profiles: a.Profiles, Stages: a.Stages[i : i+1]}
		seconds += traces.TotalWork(&one).Seconds() / float64(max(cores, executorCores(a, a.Stages[i].Profile, c)))
	}
	return seconds
}
