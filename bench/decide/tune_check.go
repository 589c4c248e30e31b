package decide

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"dynalloc/bench/metrics"
	"dynalloc/bench/stats"
	"dynalloc/internal/spec"
	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// verify replays fleets, the base and hindsight in fresh replicas, and makes the
// result of them.
func (s *search) verify(ctx context.Context, fleets []int) error {
	st := s.newStage("check", upTo(len(s.Suite.Workload.Apps)), s.Replicas)
	var list, told []int
	for _, i := range fleets {
		list = append(list, s.enter(st, -1, s.joint.entries[i].specs...))
	}
	for _, ratio := range hindsightRatios {
		specs := make([]policies.Spec, len(s.classes))
		for k, c := range s.classes {
			specs[k] = s.hindsight(c)
			specs[k].Allocation.Ratio = ratio
		}
		told = append(told, s.enter(st, -1, specs...))
	}
	if len(fleets) > 0 { // and with the sizes of the best fleet: what knowing alone would change
		specs := make([]policies.Spec, len(s.classes))
		for k, spec := range s.joint.entries[fleets[0]].specs {
			specs[k] = s.hindsightWithin(s.classes[k], spec)
		}
		told = append(told, s.enter(st, -1, specs...))
	}
	if err := s.play(ctx, st, append(slices.Clone(list), told...), s.Replicas); err != nil {
		return err
	}
	s.report(st, list, told, s.Replicas)
	return nil
}

// hindsightRatios are the shares of full parallelism at which hindsight is
// drawn.
var hindsightRatios = []float64{1, 0.5, 0.25}

// hindsight is the policy "hindsight". It has the shuffle service, where there is
// one: a reference may as well lose nothing.
func (s *search) hindsight(c *tuneClass) policies.Spec {
	told := policies.Hindsight()
	if s.Suite.Config.Cluster.Traits().NoShuffleService != nil {
		told.Protection = c.space.Protections[0]
	}
	return told
}

// hindsightWithin is the policy "hindsight" that never asks for more than another.
func (s *search) hindsightWithin(c *tuneClass, spec policies.Spec) policies.Spec {
	told := s.hindsight(c)
	limits := spec.Limits()
	told.Allocation.Max, told.Allocation.Ratio = max(1, limits.Max), limits.Ratio
	if spec.Dynamic() { // a policy that promises nothing still has a bound on its target
		told.Allocation.Max = min(told.Allocation.Max, spec.Allocation.Max)
	}
	return told
}

// bestSoFar makes the result of what a search has found that was stopped. It is
// false if there is nothing.
func (s *search) bestSoFar() bool {
	fleets := s.worthACheck()
	if len(fleets) == 0 {
		return false
	}
	s.out.Hindsight = nil
	s.report(s.joint, fleets, nil, s.Replicas)
	return true
}

// report makes the result of entries of a stage.
func (s *search) report(st *tuneScenario, list, told []int, replicas int) {
	s.out.Replicas = replicas
	s.out.Bounds = s.bounds(st)
	s.out.Base = s.tuned(st, st.base)
	s.out.Fleets, s.out.Hindsight = nil, nil
	s.out.Others = nil
	for i, e := range s.joint.entries {
		key := e.fleet.String()
		checked := slices.ContainsFunc(list, func(k int) bool { return st.entries[k].fleet.String() == key })
		if e.done == s.Replicas && e.played.err == nil && !checked {
			s.out.Others = append(s.out.Others, s.tuned(s.joint, s.joint.entries[i]))
		}
	}
	front := s.goal.front(list, st.at)
	slices.SortStableFunc(list, func(i, j int) int { return compareSeconds(st.at(i), st.at(j)) })
	if s.out.Chosen = -1; len(list) > 0 {
		named, _ := s.named(st.entries[list[0]].specs)
		s.out.Ambiguous = s.unclear(named)
	}
	list = slices.DeleteFunc(list, func(i int) bool {
		asItIs := !slices.ContainsFunc(st.entries[i].specs, func(x policies.Spec) bool { return !x.Recorded() })
		return st.at(i).failed || asItIs && !slices.Contains(front, i) // the base says it
	})
	saved := s.saved(st, list)
	for k, i := range list {
		f := s.tuned(st, st.entries[i])
		f.Saved = saved[k]
		f.OnFront = slices.Contains(front, i)
		if f.MeetsGoal && s.out.Chosen < 0 {
			s.out.Chosen = len(s.out.Fleets)
		}
		s.out.Fleets = append(s.out.Fleets, f)
	}
	frontTold := s.goal.front(told, st.at)
	slices.SortStableFunc(told, func(i, j int) int { return compareSeconds(st.at(i), st.at(j)) })
	told = slices.DeleteFunc(told, func(i int) bool { return st.at(i).failed })
	saved = s.saved(st, told)
	for k, i := range told {
		f := s.tuned(st, st.entries[i])
		f.Saved = saved[k]
		f.OnFront = slices.Contains(frontTold, i)
		s.out.Hindsight = append(s.out.Hindsight, f)
	}
}

func compareSeconds(a, b score) int { return cmp.Compare(a.seconds, b.seconds) }

// tuned is what an entry gave, with intervals.
func (s *search) tuned(st *tuneScenario, e *candidateFleet) FleetResult {
	at := st.score(e)
	f := FleetResult{
		Fleet: e.fleet, Misses: at.misses, Deadlines: at.deadlines, ExecutorHours: at.seconds / 3600, Slowdown: at.slower,
		MeetsGoal: s.goal.excess(at) == 0,
	}
	by := st.sampling(upTo(len(st.workload.Apps)))
	f.MissRate = stats.Share(by.sums(e.played, metrics.MissOf), by.sums(e.played, metrics.DeadlineOf))
	if len(e.specs) > 0 {
		f.Fleet, f.Conf = s.named(e.specs)
	}
	return f
}

// saved is the share of the base's executor-seconds that each of a list saves.
// The intervals hold together.
func (s *search) saved(st *tuneScenario, list []int) []stats.Estimate {
	by := st.sampling(upTo(len(st.workload.Apps)))
	base := by.sums(st.base.played, metrics.ExecutorSecondsOf)
	var contrasts []stats.Contrast
	for _, i := range list {
		contrasts = append(contrasts, stats.Contrast{Sums: minus(base, by.sums(st.entries[i].played, metrics.ExecutorSecondsOf)), Weights: base})
	}
	return stats.Simultaneous(contrasts, s.Suite.Config.Seed)
}

// upTo are the numbers below n.
func upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// named is a fleet with patterns that people write: the names of classes, the
// narrower ones first.
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

// unclear are the classes whose applications the rules of a fleet as written
// would give another class's policy: a pattern of one covers names of another.
func (s *search) unclear(f policies.Fleet) []string {
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

// conf is what to change for a class to run under a spec.
func (c *class) conf(spec policies.Spec) string {
	if spec.Recorded() {
		return "# as it is set now\n"
	}
	snippet, err := c.snippet(spec)
	if err != nil {
		return fmt.Sprintf("# %v\n", err)
	}
	return snippet.String()
}

// patternOf is a class's name as a pattern: what the grammar of fleets takes for
// its own is any one character.
func patternOf(class string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(";=,:", r) {
			return '?'
		}
		return r
	}, class)
}

// bounds are the two exact lower bounds, as means over the replicas of a stage:
// an application cannot end before its critical path, nor hold less executor
// time than its work takes.
func (s *search) bounds(st *tuneScenario) Bounds {
	var b Bounds
	largest := 0 // cores of an executor that a candidate asks for
	for _, c := range s.Candidates {
		largest = max(largest, c.Cores)
	}
	n := float64(len(st.replicas))
	for _, r := range st.replicas {
		for i, a := range r.workload.Apps {
			if ref := &st.reference[r.from[i]]; ref.HasDeadline && traces.CriticalPath(a) > ref.Deadline {
				b.Misses += 1 / n
			}
			b.ExecutorHours += leastExecutorTime(a, largest, &s.Suite.Config.Cluster) / 3600 / n
		}
	}
	return b
}

// leastExecutorTime is the executor-seconds that an application's work takes if
// every core of every executor is busy.
func leastExecutorTime(a *traces.Application, cores int, c *cluster.Cluster) float64 {
	seconds := 0.0
	for i := range a.Stages {
		one := traces.Application{Profiles: a.Profiles, Stages: a.Stages[i : i+1]}
		seconds += traces.TotalWork(&one).Seconds() / float64(max(cores, executorCores(a, a.Stages[i].Profile, c)))
	}
	return seconds
}
