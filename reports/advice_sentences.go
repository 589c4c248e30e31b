package reports

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"dynalloc/bench"
	"dynalloc/bench/decide"
	"dynalloc/bench/stats"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/attribution"
	"dynalloc/reports/words"
)

// evidence is the advice for a class: a sentence on what to do, and the reason.
func evidence(goal decide.Goal, c *decide.ClassAdvice) []string {
	if c.Verdict == decide.Insufficient {
		return []string{
			fmt.Sprintf("%s: no advice, because the logs do not allow a judgement (%s).", c.Class, words.Plural(c.Runs, "run")),
			upper(joined(WordAll(c.Insufficiencies))) + ".",
		}
	}
	head := c.Class + ": " + action(c) + "."
	switch {
	case c.Static == nil || c.Dynamic == nil:
		return []string{head, oneKind(c)}
	case goal == decide.ShortestTime:
		return []string{head, timeEvidence(c)}
	}
	return []string{head, missEvidence(c)}
}

// action is the recommendation: keep, change, or no significant difference.
func action(c *decide.ClassAdvice) string {
	keep := c.Advised.Policy == c.Current.Policy
	switch {
	case c.Verdict == decide.NoDifference && keep:
		return "static and dynamic allocation do not differ significantly: keep the current setting, " + inWords(c.Advised.Policy)
	case c.Verdict == decide.NoDifference:
		why := ", the cheaper one"
		if c.Static != nil && c.Dynamic != nil && c.Advised.ExecutorSeconds > min(c.Static.ExecutorSeconds, c.Dynamic.ExecutorSeconds) {
			why = ", which missed the fewest deadlines in the replays"
		}
		if c.Streams && c.Advised.Static() {
			why = ", because dynamic allocation is made for batch jobs, not for streams"
		}
		return "static and dynamic allocation do not differ significantly: use " + inWords(c.Advised.Policy) + why
	case keep:
		return "keep " + inWords(c.Advised.Policy)
	case c.Advised.Static() == c.Current.Static():
		kind := "dynamic"
		if c.Advised.Static() {
			kind = "static"
		}
		return "keep " + kind + " allocation, but change " + inWords(c.Current.Policy) + " to " + inWords(c.Advised.Policy)
	}
	return "change from " + inWords(c.Current.Policy) + " to " + inWords(c.Advised.Policy)
}

// inWords names a policy in a sentence.
func inWords(s policies.Spec) string {
	if s.Fixed() {
		return "static, " + words.Plural(s.Executors, "executor")
	}
	return "dynamic (" + s.String() + ")"
}

// missEvidence is the reason if the goal is few missed deadlines.
func missEvidence(c *decide.ClassAdvice) string {
	d, s := c.Dynamic, c.Static
	name := "Dynamic allocation"
	if c.Advised.Policy != d.Policy {
		name += " at its best (" + d.Policy.String() + ")"
	}
	deadlines := "deadlines"
	if c.Assumed {
		deadlines = fmt.Sprintf("assumed deadlines (%g times the run alone)", decide.AssumedFactor)
	}
	replays := ""
	if c.Blocks.Unit == bench.ByReplica {
		replays = " in replays with varied inputs"
	}
	bounds := func(j *decide.Evaluation) string { return fmt.Sprintf("[%.0f, %.0f]", j.Misses.Low, j.Misses.High) }
	return fmt.Sprintf("%s misses %.0f of %d %s %s%s%s; a fixed size of %s misses %.0f %s. Dynamic allocation %s.", name, d.Misses.Value, d.Of,
		deadlines, bounds(d), replays, because(d), words.Plural(s.Policy.Executors, "executor"), s.Misses.Value, bounds(s), takes(c))
}

// takes compares the executor-hours of dynamic allocation with those of the static
// policy.
func takes(c *decide.ClassAdvice) string {
	verb := "takes"
	if c.Advised.Static() {
		verb = "would take"
	}
	return verb + " " + lessOrMore(c.SavedShare) + " executor-hours"
}

// lessOrMore writes a saved share as "less", and a negative one as "more".
func lessOrMore(saved stats.Estimate) string {
	v, i, word := saved.Value, saved.Interval, "fewer"
	if v < 0 {
		v, i, word = -v, i.Scaled(-1), "more"
	}
	return fmt.Sprintf("%s %% [%s, %s] %s", words.WholePercent("", v), words.WholePercent("", i.Low), words.WholePercent("", i.High), word)
}

// causes names the causes of turnaround as a sentence needs them.
var causes = map[attribution.TimeCause]string{
	attribution.TimeDriver: "work in the driver", attribution.TimeExecution: "the tasks themselves on so few executors", attribution.TimeRecompute: "repeated work",
	attribution.TimeLocality: "locality wait", attribution.TimeSlot: "slots taken by other stages", attribution.TimeStartup: "executor start-up",
	attribution.TimeQueue: "wait in the manager's queue", attribution.TimeRamp: "the ramp",
}

// because names the most frequent cause of misses: ", 6 of them because of the ramp (...)".
func because(j *decide.Evaluation) string {
	if len(j.Causes) == 0 || math.Round(j.Causes[0].Misses) < 1 {
		return ""
	}
	b := j.Causes[0]
	text := fmt.Sprintf(", %.0f of them because of %s", b.Misses, causes[b.Cause])
	if slices.Contains([]attribution.TimeCause{attribution.TimeRamp, attribution.TimeStartup, attribution.TimeQueue}, b.Cause) && j.RampUpTime > 0 {
		text += fmt.Sprintf(" (median %.1f s until it has the executors that it needs)", j.RampUpTime.Seconds())
	}
	return text
}

// oneKind says why there is nothing to compare.
func oneKind(c *decide.ClassAdvice) string {
	for i := range c.Evaluations {
		switch e := &c.Evaluations[i]; {
		case e.Refused == replay.NoFailure:
		case c.Dynamic == nil && e.Policy.Dynamic():
			return "Spark refuses dynamic allocation: " + e.Refused.Exception() + "."
		case c.Static == nil && e.Policy.Fixed():
			return "Spark refuses every fixed size that was tried: " + e.Refused.Exception() + "."
		}
	}
	return "Only one kind of policy was tried."
}

// timeEvidence is the reason if the goal is a short turnaround.
func timeEvidence(c *decide.ClassAdvice) string {
	v, i, word := c.TimeDelta.Value, c.TimeDelta.Interval, "longer"
	if v < 0 {
		v, i, word = -v, i.Scaled(-1), "less"
	}
	return fmt.Sprintf("Dynamic allocation at its best (%s) takes %.0f %% [%.0f, %.0f] %s than %s: %.1f and %.1f s on average. Dynamic allocation %s.",
		c.Dynamic.Policy, 100*v, 100*i.Low, 100*i.High, word, inWords(c.Static.Policy), c.Dynamic.Turnaround, c.Static.Turnaround, takes(c))
}

// basis is the evidence behind the advice for a class, and its limits.
func basis(a *decide.Advice, c *decide.ClassAdvice) []string {
	var out []string
	if c.Advised.Policy.Dynamic() && c.Advised.Policy.Protection.Service && !c.Current.Policy.Protection.Service {
		out = append(out, "It needs the external shuffle service on every node, which these logs do not use. Policies with shuffle=tracking do not need it.")
	}
	if now, then := c.Current.OtherClassMisses, c.Advised.OtherClassMisses; math.Abs(now-then) >= 0.5 {
		out = append(out, fmt.Sprintf("Other classes miss %.1f deadlines with the current setting and %.1f with the advised one (means over the replays).", now, then))
	}
	if c.Static != nil && c.Dynamic != nil {
		if c.Stable && len(a.CheckedAt) > 0 {
			out = append(out, "Stable: the verdict is the same at "+words.List(a.CheckedAt, 8)+".")
		} else if !c.Stable {
			out = append(out, "Unstable: the verdict changes at "+joined(WordAll(c.Flips))+".")
		}
	}
	if text := cheaper(a, c); text != "" {
		out = append(out, text)
	}
	out = append(out, leastStatic(c))
	if c.Blocks.Unit == bench.ByReplica {
		out = append(out, fmt.Sprintf("Evidence: %d replays of %s with varied inputs, too few to predict other runs. The 95 %% intervals show what can change if the same runs are repeated.", a.Replicas, words.Plural(c.Runs, "run")))
	} else {
		out = append(out, fmt.Sprintf("Evidence: %s in %s, each in %s. The 95 %% intervals are over %ss and include the model's error.",
			words.Plural(c.Runs, "run"), c.Blocks, words.Plural(a.Replicas, "replay"), c.Blocks.Unit))
	}
	return append(out, WordAll(c.Notes)...)
}

// cheaper names the cheapest policy that does not miss significantly more than the
// advised one, if there is one, and says why it is not advised.
func cheaper(a *decide.Advice, c *decide.ClassAdvice) string {
	if a.Goal != decide.FewestMisses {
		return ""
	}
	var cheapest *decide.Evaluation
	fewest := math.Inf(1)
	for i := range c.Evaluations {
		j := &c.Evaluations[i]
		if j.Problem != "" || j.Replicas != a.Replicas {
			continue
		}
		fewest = min(fewest, j.Misses.Value+j.OtherClassMisses)
		if !j.MissesSignificant && j.CostDelta.Significant() && j.CostDelta.Value < 0 && (cheapest == nil || j.ExecutorSeconds < cheapest.ExecutorSeconds) {
			cheapest = j
		}
	}
	if cheapest == nil {
		return ""
	}
	saved := cheapest.CostDelta.Interval.Scaled(-1)
	return fmt.Sprintf("Not advised although cheaper: %s would save %.0f %% [%.0f, %.0f] of the executor-hours. It does not miss significantly more, but in the replays it misses %.1f more than the best policy; only policies within 1 %% of the runs of the best are treated as equal.",
		cheapest.Policy, -100*cheapest.CostDelta.Value, 100*saved.Low, 100*saved.High, cheapest.Misses.Value+cheapest.OtherClassMisses-fewest)
}

// leastStatic names the smallest fixed size that keeps 99 % of the deadlines.
func leastStatic(c *decide.ClassAdvice) string {
	l := c.SmallestStatic
	switch {
	case l.Of == 0:
		return "No run has a deadline, so there is no smallest fixed size that keeps the deadlines."
	case l.Executors == 0:
		return fmt.Sprintf("No fixed size that was tried keeps 99 %% of the deadlines; the best keeps %.0f %%.", 100*l.Kept)
	}
	text := fmt.Sprintf("Smallest fixed size that keeps 99 %% of the deadlines (p99): %s, in %s.", words.Plural(l.Executors, "executor"), words.Plural(l.Of, "replayed run"))
	if l.Of < 100 {
		text += " So few runs cannot separate 99 % from slightly less."
	}
	return text
}

func joined(reasons []string) string { return strings.Join(reasons, "; ") }

func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
