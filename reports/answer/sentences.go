package answer

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"dynalloc/bench/decide"
	"dynalloc/internal/note"
	"dynalloc/internal/spark"
	"dynalloc/replay/attribution"
	"dynalloc/traces"
)

// briefest is the brevity at which a sentence has only its first half.
const briefest = 2

// namesCut are the widths to which names of classes are cut in sentences, by brevity.
var namesCut = [briefest + 1]int{24, 24, 14}

// sentence is the reason for a class behind its name. A higher brevity leaves out what is less
// important.
func sentence(d *decide.Decision, c *decide.ClassDecision, brevity int) string {
	name := cut(c.Class, namesCut[brevity])
	if p := fmt.Sprintf("%.0f", 100*c.ChangeProbable); p != "0" {
		name += " (may change: " + p + " %)"
	}
	text := name + ": " + reason(d, c, brevity)
	if near := nearest(c); near != nil && brevity < briefest {
		text += "; " + changed(near)
	}
	return text + "."
}

// Reason says for a class when not to use dynamic allocation, and why; for one without
// deadlines, the reason of what is set. The screen, the report and the files of settings
// have the same.
func Reason(d *decide.Decision, c *decide.ClassDecision) string { return reason(d, c, 0) }

func reason(d *decide.Decision, c *decide.ClassDecision, brevity int) string {
	text := verdict(c, brevity)
	if risk := dearer(c, brevity); risk != "" {
		if text = risk; brevity < briefest {
			text += "; " + verdict(c, 1)
		}
	}
	return text + others(d, c)
}

// others says that the change of another class gives most of what a class wins: until that
// one is made, its runs stay late.
func others(d *decide.Decision, c *decide.ClassDecision) string {
	fewer := c.Now.Misses.Value - c.Set.Misses.Value
	if len(d.Classes) < 2 || c.Set.Deadlines == 0 || fewer < 0.5 || -c.OwnChange.Misses >= fewer/2 {
		return ""
	}
	who, most := "the other classes", 0.0
	for i := range d.Classes {
		if x := &d.Classes[i]; x != c && x.OwnChange.OtherMisses < most {
			who, most = cut(x.Class, namesCut[0]), x.OwnChange.OtherMisses
		}
	}
	return fmt.Sprintf("; without the change of %s %s would still be late", who, rounded(max(0, c.Now.Misses.Value+c.OwnChange.Misses)))
}

// serviceNeeded is what settings need that the logs do not show.
const serviceNeeded = "needs the external shuffle service on each node, which these logs do not use"

// NeedsService reports whether what is set needs the external shuffle service, and no log of
// the class shows it.
func NeedsService(d *decide.Decision, c *decide.ClassDecision) bool {
	if !c.Set.Policy.Dynamic() || !c.Set.Policy.Protection.Service || c.Now.Policy.Protection.Service {
		return false
	}
	return !slices.ContainsFunc(d.Suite.Workload.Apps, func(a *traces.Application) bool {
		if a == nil || a.Class != c.Class {
			return false
		}
		on, err := spark.ParseBool(a.Properties["spark.shuffle.service.enabled"])
		return on && err == nil
	})
}

func verdict(c *decide.ClassDecision, brevity int) string {
	static, dynamic := c.BestStatic, c.BestDynamic
	switch {
	case c.Verdict == decide.Insufficient:
		return "no advice, because the logs are not sufficient"
	case c.Reason.Kind == decide.ReasonRefused:
		return "Spark refuses the other kind here"
	case static == nil:
		return "nothing was compared: only dynamic allocation could be tried"
	case dynamic == nil:
		return "nothing was compared: only fixed sizes could be tried"
	case c.Verdict == decide.NoDifference:
		return fmt.Sprintf("%s and %s give the same; either will do", short(static.Policy), short(dynamic.Policy))
	case c.Verdict == decide.Undecided:
		return undecided(c, brevity)
	case c.Set.Policy.Fixed() && moreMisses(c, dynamic):
		text := fmt.Sprintf("not dynamic: %s makes %s of %d late", cause(dynamic), rounded(dynamic.Misses.Value), dynamic.Deadlines)
		if brevity < briefest {
			text += fmt.Sprintf(" (%s: %s)", short(c.Set.Policy), rounded(c.Set.Misses.Value))
		}
		return text
	case c.Set.Policy.Dynamic() && moreMisses(c, static):
		return fmt.Sprintf("dynamic, because with %s %s of %d are late", short(static.Policy), rounded(static.Misses.Value), static.Deadlines)
	case c.Set.Policy.Dynamic():
		return fmt.Sprintf("dynamic is in time here; %s would hold %s", short(static.Policy), against(c, static, ""))
	}
	return "not dynamic: it would hold " + against(c, dynamic, " than "+short(c.Set.Policy))
}

// undecided names what is set and the best of the other kind.
func undecided(c *decide.ClassDecision, brevity int) string {
	set, other := short(c.Set.Policy), c.BestStatic
	if c.Set.Policy.Fixed() {
		other = c.BestDynamic
	}
	if c.Confidence < 0.5 {
		text := fmt.Sprintf("%s and %s cost about the same, ", set, short(other.Policy))
		if c.Set.Policy.Fixed() == c.Now.Policy.Fixed() {
			return text + "so the kind that is set now stays"
		}
		return text + "and the search found the former a little better"
	}
	text := fmt.Sprintf("undecided between %s, which is set, and %s", set, short(other.Policy))
	if moreMisses(c, other) {
		text += fmt.Sprintf(" (%s late, %s: %s)", rounded(other.Misses.Value), set, rounded(c.Set.Misses.Value))
	}
	if what := decides(c); what != "" && brevity == 0 {
		text += "; to decide, give " + what
	}
	return text
}

// against is how much the best of the other kind holds, and, if it is not more, for which risk it
// is not set.
func against(c *decide.ClassDecision, other *decide.Choice, than string) string {
	percent := 100 * (other.ExecutorSeconds/c.Set.ExecutorSeconds - 1)
	if percent >= 0.5 {
		return rounded(percent) + " % more" + than
	}
	text := rounded(-percent) + " % less" + than
	if c.Set.Deadlines > 0 {
		text += fmt.Sprintf(", but up to %s of %d could be late (here %s)", rounded(other.Misses.High), c.Set.Deadlines, rounded(c.Set.Misses.High))
	}
	return text
}

// dearer says what is paid for if what is set holds more than what is set now, although that
// is in time by estimate: fewer runs that can be late, or, where so few runs cannot tell, more
// time left to the deadline.
func dearer(c *decide.ClassDecision, brevity int) string {
	more := 100 * (c.Set.CoreSeconds/c.Now.CoreSeconds - 1)
	if c.Set.Deadlines == 0 || c.Now.CoreSeconds == 0 || more < 0.5 || c.Now.Misses.Value-c.Set.Misses.Value >= 0.5 {
		return ""
	}
	text := rounded(more) + " % dearer, "
	if now, then := rounded(c.Now.Misses.High), rounded(c.Set.Misses.High); c.Set.Misses.High < c.Now.Misses.High && now != then {
		text += fmt.Sprintf("so that up to %s instead of %s of %d can be late", then, now, c.Set.Deadlines)
	} else if c.Set.SlackP5 > c.Now.SlackP5 {
		text += fmt.Sprintf("for %s instead of %s s to spare", rounded(c.Set.SlackP5), rounded(c.Now.SlackP5))
	} else {
		return ""
	}
	if c.Invented && brevity < briefest { // the head says it, too
		text += ", by an invented deadline"
	}
	return text
}

// changed says where the answer for a class changes: to the other kind instead of what is set,
// or to none.
func changed(b *decide.BreakEven) string {
	to, condition, _ := strings.Cut(BreakEven(b), " if ")
	if b.Verdict != decide.NoDifference {
		to += " instead"
	}
	return to + " if " + condition
}

// decides is what would decide an undecided class, in a few words: the first that can be
// given.
func decides(c *decide.ClassDecision) string {
	for _, n := range c.WouldDecide {
		if what := deciding[n.Kind]; what != "" {
			return what
		}
	}
	return ""
}

var deciding = map[note.Kind]string{
	"decide-budget": "a larger --budget", "decide-deadlines": "your --deadlines", "decide-cluster": "your --cluster", "decide-more-runs": "logs of more runs",
	"decide-self-replay": "logs of more runs", "decide-test": "a run of each",
}

// moreMisses reports whether another choice misses more deadlines than what is set, by half
// a run or more.
func moreMisses(c *decide.ClassDecision, other *decide.Choice) bool {
	return c.Set.Deadlines > 0 && other.Misses.Value-c.Set.Misses.Value >= 0.5
}

// causes are the causes of lateness in a word or two.
var causes = map[attribution.TimeCause]string{
	attribution.TimeDriver: "the driver", attribution.TimeExecution: "too few executors", attribution.TimeRecompute: "recomputing", attribution.TimeLocality: "locality wait",
	attribution.TimeSlot: "other stages", attribution.TimeStartup: "executor start-up", attribution.TimeQueue: "the queue", attribution.TimeRamp: "the ramp",
}

func cause(c *decide.Choice) string {
	if len(c.Causes) == 0 {
		return "it"
	}
	return causes[c.Causes[0].Cause]
}

// nearest is the most probable break-even; of equally probable ones, such as those of inputs
// that were given, the one with the smallest change. nil: there is none.
func nearest(c *decide.ClassDecision) *decide.BreakEven {
	var found *decide.BreakEven
	change := func(b *decide.BreakEven) float64 { return math.Abs(math.Log(b.At / b.Now)) }
	for i := range c.BreakEvens {
		b := &c.BreakEvens[i]
		if found == nil || b.Probability > found.Probability || b.Probability == found.Probability && change(b) < change(found) {
			found = b
		}
	}
	return found
}

// inputs are the names and units of the inputs of break-evens.
var inputs = map[string]struct{ name, format string }{
	"startup": {"start-up", "%.3g s"}, "load": {"load", "%.3gx"}, "deadline": {"deadlines", "%.3gx"}, "spread": {"run-to-run spread", "%.0f %%"}, "free": {"room", "%.0f executors"},
}

// BreakEven says where the answer for a class changes, and to what.
func BreakEven(b *decide.BreakEven) string {
	in := inputs[b.Input]
	now, at := b.Now, b.At
	if b.Input == "spread" {
		now, at = 100*now, 100*at
	}
	sign := "<"
	if b.Above {
		sign = ">"
	}
	to := short(b.Set)
	if b.Verdict == decide.NoDifference {
		to = "alike"
	}
	text := fmt.Sprintf("%s if %s %s "+in.format, to, in.name, sign, at)
	if b.Input == "load" || b.Input == "deadline" {
		return text
	}
	return text + fmt.Sprintf(" (here "+in.format+")", now)
}
