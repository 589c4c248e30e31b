package reports

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"dynalloc/bench"
	"dynalloc/bench/decide"
	"dynalloc/bench/stats"
	"dynalloc/internal/note"
	"dynalloc/policies"
	"dynalloc/replay/attribution"
	"dynalloc/reports/answer"
	"dynalloc/reports/words"
)

// action is the recommendation: keep or change, and how sure that is.
func action(c *decide.ClassDecision) string {
	if c.Verdict == decide.Insufficient {
		return fmt.Sprintf("no advice, because the logs do not allow a judgement (%s)", words.Plural(c.Runs, "run"))
	}
	return change(c) + ", " + sureness(c)
}

// change is what to do with the settings in force.
func change(c *decide.ClassDecision) string {
	switch {
	case c.Set.Policy == c.Now.Policy:
		return "keep " + inWords(c.Set.Policy)
	case c.Set.Policy.Fixed() == c.Now.Policy.Fixed():
		kind := "dynamic"
		if c.Set.Policy.Fixed() {
			kind = "static"
		}
		return "keep " + kind + " allocation, but change " + inWords(c.Now.Policy) + " to " + inWords(c.Set.Policy)
	}
	return "change from " + inWords(c.Now.Policy) + " to " + inWords(c.Set.Policy)
}

// sureness is the verdict in words, with its confidence.
func sureness(c *decide.ClassDecision) string {
	percent := fmt.Sprintf("confidence %.0f %%", 100*c.Confidence)
	switch c.Verdict {
	case decide.NoDifference:
		return "where static and dynamic allocation make no difference"
	case decide.Undecided:
		if math.IsNaN(c.Confidence) {
			return "not judged"
		}
		if c.Confidence < 0.5 {
			return "undecided: static and dynamic allocation meet the target alike, and cost the same within 5 %"
		}
		return "undecided between static and dynamic allocation: " + percent
	}
	return percent
}

// inWords names a policy in a sentence.
func inWords(s policies.Spec) string {
	if s.Fixed() {
		return "static, " + words.Plural(s.Executors, "executor")
	}
	return "dynamic (" + s.String() + ")"
}

// evidence is the reason of the advice for a class, and what would decide it.
func evidence(a *decide.Decision, c *decide.ClassDecision) string {
	if c.Verdict == decide.Insufficient {
		return upper(joined(WordAll(c.Insufficiencies))) + "."
	}
	sentences := []string{upper(answer.Reason(a, c)) + "."}
	if len(c.WouldDecide) > 0 {
		sentences = append(sentences, "What would decide it: "+joined(WordAll(c.WouldDecide))+".")
	}
	return strings.Join(sentences, " ")
}

// causes names the causes of turnaround as a sentence needs them.
var causes = map[attribution.TimeCause]string{
	attribution.TimeDriver: "work in the driver", attribution.TimeExecution: "the tasks themselves on so few executors", attribution.TimeRecompute: "repeated work",
	attribution.TimeLocality: "locality wait", attribution.TimeSlot: "slots taken by other stages", attribution.TimeStartup: "executor start-up",
	attribution.TimeQueue: "wait in the manager's queue", attribution.TimeRamp: "the ramp",
}

// because names the most frequent cause of misses: "6 of them because of the ramp (...)".
func because(c *decide.Choice) string {
	if c == nil || len(c.Causes) == 0 {
		return ""
	}
	b := c.Causes[0]
	text := fmt.Sprintf("%s misses %s of %d deadlines, %.1f of them because of %s", inWords(c.Policy), words.NoMinusZero(fmt.Sprintf("%.1f", c.Misses.Value)), c.Deadlines, b.Misses, causes[b.Cause])
	if slices.Contains([]attribution.TimeCause{attribution.TimeRamp, attribution.TimeStartup, attribution.TimeQueue}, b.Cause) && c.RampUp > 0 {
		text += fmt.Sprintf(" (median %.1f s until it has the executors that it needs)", c.RampUp)
	}
	return upper(text) + "."
}

// basis is the evidence behind the advice for a class, and its limits.
func basis(a *decide.Decision, c *decide.ClassDecision) []string {
	var out []string
	if answer.NeedsService(a, c) {
		out = append(out, "It needs the external shuffle service on every node, which these logs do not use. Policies with shuffle=tracking do not need it.")
	}
	for _, other := range []*decide.Choice{c.BestStatic, c.BestDynamic} {
		if text := because(other); text != "" {
			out = append(out, text)
		}
	}
	if c.Set.Policy != c.Now.Policy {
		out = append(out, fmt.Sprintf("Its change alone, with the other classes as they are: %+.1f misses of its own, %+.1f of others, %+.2f core-hours.",
			c.OwnChange.Misses, c.OwnChange.OtherMisses, c.OwnChange.CoreSeconds/3600))
	}
	if c.ProofRuns > 0 {
		runs := words.Plural(c.Set.Deadlines, "run")
		out = append(out, fmt.Sprintf("%s cannot prove less than %s, and the interval ends at %s: a proof of %s needs %d runs without a miss.",
			upper(runs), words.Share(stats.Proportion(0, float64(c.Set.Deadlines)).High), words.Share(c.Set.Misses.High/float64(c.Set.Deadlines)), words.Share(a.Question.MissRate), c.ProofRuns))
	}
	if len(c.BreakEvens) > 0 {
		var at []string
		for i := range c.BreakEvens {
			at = append(at, answer.BreakEven(&c.BreakEvens[i]))
		}
		out = append(out, "What would change it: "+joined(at)+".")
	}
	if !math.IsNaN(c.ConfidenceError) {
		out = append(out, fmt.Sprintf("Confidence %.0f %% (standard error %.0f points): the share of repetitions of the whole choice in which this kind was better; in %.0f %% both kinds were the same within the margins.",
			100*c.Confidence, 100*c.ConfidenceError, 100*c.Equivalent))
	}
	if c.Blocks.Unit == bench.ByReplica {
		out = append(out, fmt.Sprintf("Evidence: %d replays of %s with varied inputs, too few to predict other runs: these runs, repeated.", c.Replicas, words.Plural(c.Runs, "run")))
	} else {
		out = append(out, fmt.Sprintf("Evidence: %s in %s, each in %s. The 95 %% intervals are over %ss and include the model's error.",
			words.Plural(c.Runs, "run"), c.Blocks, words.Plural(c.Replicas, "replay"), c.Blocks.Unit))
	}
	return append(out, WordAll(c.Notes)...)
}

func joined(reasons []string) string { return strings.Join(reasons, "; ") }

func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// noteRecords are notes for programs.
func noteRecords(notes []note.Note) []Object {
	out := []Object{}
	for _, n := range notes {
		out = append(out, record(n))
	}
	return out
}
