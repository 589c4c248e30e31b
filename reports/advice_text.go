package reports

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"dynalloc/bench"
	"dynalloc/bench/decide"
	"dynalloc/bench/stats"
	"dynalloc/bench/validate"
	"dynalloc/policies"
	"dynalloc/replay"
)

// AdviceText writes advice for a terminal: for each class two lines that can
// stand in a ticket, what to set, and what it rests on.
func AdviceText(w io.Writer, a *decide.Advice) error {
	var b bytes.Buffer
	s := a.Suite
	fmt.Fprintf(&b, "%s: advice for %s of %s\n", s.Workload.Name, plural(len(a.Classes), "class"), plural(len(s.Workload.Apps), "application"))
	headLine(&b, "cluster:   "+roomOf(s))
	if a.Goal == decide.ShortestTime {
		fmt.Fprintln(&b, "goal:      shortest turnaround; where that makes no difference, fewest executor-seconds")
	} else {
		fmt.Fprintln(&b, "goal:      fewest missed deadlines; where that makes no difference, fewest executor-seconds")
		fmt.Fprintf(&b, "deadlines: %s\n", a.DeadlineBasis)
	}
	fmt.Fprintf(&b, "replays:   %d of each policy, all but the first with shaken inputs; seed %d\n", a.Replicas, s.Config.Seed)
	for i := range a.Classes {
		c := &a.Classes[i]
		fmt.Fprintln(&b)
		for _, line := range Evidence(a.Goal, c) {
			paragraph(&b, "", line)
		}
		writeSettings(&b, c)
		for _, line := range basis(a, c) {
			paragraph(&b, "- ", line)
		}
		if c.Verdict == decide.Insufficient {
			continue
		}
		t := triedTable(a, c)
		fmt.Fprintln(&b)
		if err := t.text(&b); err != nil {
			return err
		}
	}
	for i, line := range jointLines(a) {
		if i == 0 {
			fmt.Fprintln(&b)
		}
		paragraph(&b, "", line)
	}
	fmt.Fprint(&b, "\nNotes\n\n")
	for _, note := range adviceNotes(a) {
		paragraph(&b, "- ", note)
	}
	_, err := b.WriteTo(w)
	return err
}

func roomOf(s *bench.Suite) string {
	c := &s.Config.Cluster
	switch {
	case c.String() == validate.Unlimited.String():
		return "never full (not given)"
	case c.Assumed:
		return c.String() + " (assumed from the logs)"
	}
	return c.String()
}

// Evidence is the advice for a class in two lines: what to do, and why.
func Evidence(goal decide.Goal, c *decide.ClassAdvice) []string {
	if c.Verdict == decide.Insufficient {
		return []string{
			fmt.Sprintf("%s: cannot be judged, so nothing is advised (%s).", c.Class, plural(c.Runs, "run")),
			upper(strings.Join(c.Insufficiencies, "; ")) + ".",
		}
	}
	head := c.Class + ": " + action(c) + "."
	if c.Static == nil || c.Dynamic == nil {
		return []string{head, "Only one kind of policy was tried."}
	}
	if goal == decide.ShortestTime {
		return []string{head, timeEvidence(c)}
	}
	return []string{head, missEvidence(c)}
}

// action says what to do.
func action(c *decide.ClassAdvice) string {
	keep := c.Advised.Policy == c.Current.Policy
	switch {
	case c.Verdict == decide.NoDifference && keep:
		return "static and dynamic allocation cannot be told apart: keep what is set, " + inWords(c.Advised.Policy)
	case c.Verdict == decide.NoDifference:
		why := ", the cheaper"
		if c.Static != nil && c.Dynamic != nil && c.Advised.ExecutorSeconds > min(c.Static.ExecutorSeconds, c.Dynamic.ExecutorSeconds) {
			why = ", which seems to miss fewer deadlines of all"
		}
		return "static and dynamic allocation cannot be told apart: " + inWords(c.Advised.Policy) + why
	case keep:
		return "keep " + inWords(c.Advised.Policy)
	case c.Advised.Static() == c.Current.Static():
		return "keep " + kindOf(&c.Advised) + ", but change " + inWords(c.Current.Policy) + " to " + inWords(c.Advised.Policy)
	}
	return "change from " + inWords(c.Current.Policy) + " to " + inWords(c.Advised.Policy)
}

func kindOf(j *decide.Evaluation) string {
	if j.Static() {
		return "static"
	}
	return "dynamic"
}

// words names a policy in a sentence.
func inWords(s policies.Spec) string {
	if s.Fixed() {
		return "static, " + plural(s.Executors, "executor")
	}
	return "dynamic (" + s.String() + ")"
}

// missEvidence is the second line where misses count.
func missEvidence(c *decide.ClassAdvice) string {
	d, s := c.Dynamic, c.Static
	name := "Dynamic allocation"
	if c.Advised.Policy != d.Policy {
		name += " at its best (" + d.Policy.String() + ")"
	}
	deadlines := "deadlines"
	if c.Assumed {
		deadlines = fmt.Sprintf("deadlines of %g x its run alone (none is given)", decide.AssumedFactor)
	}
	replays := ""
	if c.Blocks.Unit == bench.ByReplica {
		replays = " in shaken replays"
	}
	return fmt.Sprintf("%s misses %.0f of %d %s %s%s%s, %s misses %.0f %s; it %s executor-hours.", name, d.Misses.Value, d.Of, deadlines, bounds(d),
		replays, because(d), inWords(s.Policy), s.Misses.Value, bounds(s), saves(c))
}

// bounds writes the interval of misses, "[3, 14]".
func bounds(j *decide.Evaluation) string {
	return fmt.Sprintf("[%.0f, %.0f]", j.Misses.Low, j.Misses.High)
}

// saves writes what dynamic allocation saves against the fixed size.
func saves(c *decide.ClassAdvice) string {
	would := ""
	if c.Advised.Static() {
		would = "would "
	}
	v, i := c.SavedShare.Value, c.SavedShare.Interval
	verb := map[bool]string{true: "save", false: "saves"}[would != ""]
	if v < 0 {
		v, i = -v, i.Scaled(-1)
		verb = map[bool]string{true: "cost", false: "costs"}[would != ""]
	}
	text := fmt.Sprintf("%s%s %s %% [%s, %s]", would, verb, wholePercent("", v), wholePercent("", i.Low), wholePercent("", i.High))
	if strings.HasPrefix(verb, "cost") {
		text += " more"
	}
	return text
}

// causeWords are the causes of lateness in a sentence.
var causeWords = map[replay.TimeCause]string{
	replay.TimeDriver: "the driver's own work", replay.TimeExecution: "the work itself on so few executors", replay.TimeRecompute: "work done again",
	replay.TimeLocality: "locality wait", replay.TimeSlot: "slots taken by other stages", replay.TimeStartup: "executor start-up",
	replay.TimeQueue: "waiting in the manager's queue", replay.TimeRamp: "the ramp",
}

// because writes why runs miss: ", of which 6 because of the ramp (...)".
func because(j *decide.Evaluation) string {
	if len(j.Causes) == 0 || math.Round(j.Causes[0].Misses) < 1 {
		return ""
	}
	b := j.Causes[0]
	text := fmt.Sprintf(", of which %.0f because of %s", b.Misses, causeWords[b.Cause])
	if slices.Contains([]replay.TimeCause{replay.TimeRamp, replay.TimeStartup, replay.TimeQueue}, b.Cause) && j.RampUpTime > 0 {
		text += fmt.Sprintf(" (median %.1f s to the executors it needs)", j.RampUpTime.Seconds())
	}
	return text
}

// timeEvidence is the second line where turnaround counts.
func timeEvidence(c *decide.ClassAdvice) string {
	v, i, word := c.TimeDelta.Value, c.TimeDelta.Interval, "longer"
	if v < 0 {
		v, i, word = -v, i.Scaled(-1), "less"
	}
	return fmt.Sprintf("Dynamic allocation at its best (%s) takes %.0f %% [%.0f, %.0f] %s than %s: %.1f and %.1f s on average. It %s executor-hours.",
		c.Dynamic.Policy, 100*v, 100*i.Low, 100*i.High, word, inWords(c.Static.Policy), c.Dynamic.Turnaround, c.Static.Turnaround, saves(c))
}

// writeSettings writes the lines for spark-defaults.conf.
func writeSettings(b *bytes.Buffer, c *decide.ClassAdvice) {
	if c.Verdict == decide.Insufficient {
		fmt.Fprintln(b)
		return
	}
	if c.NoSnippet != "" {
		fmt.Fprintf(b, "\n    # no settings: %s\n\n", c.NoSnippet)
		return
	}
	fmt.Fprintln(b)
	for line := range strings.Lines(c.Snippet.String()) {
		fmt.Fprintf(b, "    %s", line)
	}
	fmt.Fprintln(b)
}

// basis says what the advice for a class rests on.
func basis(a *decide.Advice, c *decide.ClassAdvice) []string {
	if c.Verdict == decide.Insufficient {
		return c.Notes
	}
	var out []string
	if c.Advised.Policy.Dynamic() && c.Advised.Policy.Protection.Service && !c.Current.Policy.Protection.Service {
		out = append(out, "It needs the external shuffle service on every node, which these logs do not use. Policies with shuffle=tracking do not need it.")
	}
	if now, then := c.Current.OtherClassMisses, c.Advised.OtherClassMisses; math.Abs(now-then) >= 0.5 {
		out = append(out, fmt.Sprintf("Other classes miss %.1f deadlines as it is set now, %.1f as advised (means over the replays).", now, then))
	}
	if c.Static != nil && c.Dynamic != nil {
		if c.Stable && len(a.CheckedAt) > 0 {
			out = append(out, "Stable: the verdict is the same at "+list(a.CheckedAt, 8)+".")
		} else if !c.Stable {
			out = append(out, "Unstable: at "+strings.Join(c.Flips, "; ")+".")
		}
	}
	if text := passedOver(a, c); text != "" {
		out = append(out, text)
	}
	out = append(out, leastStatic(c))
	if c.Blocks.Unit == bench.ByReplica {
		out = append(out, fmt.Sprintf("Evidence: %d shaken replays of %s, too few to say how other runs would go. Intervals (95 %%) say what may change if the same were run again.", a.Replicas, plural(c.Runs, "run")))
	} else {
		out = append(out, fmt.Sprintf("Evidence: %s in %s, each in %s. Intervals are 95 %% over %s, and hold the model's error.",
			plural(c.Runs, "run"), c.Blocks, plural(a.Replicas, "replay"), units(c.Blocks)))
	}
	return append(out, c.Notes...)
}

// passedOver names the cheapest policy whose misses cannot be told from those of
// what is advised, if that is not it: in the estimate it misses more.
func passedOver(a *decide.Advice, c *decide.ClassAdvice) string {
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
	return fmt.Sprintf("Passed over: %s, which would save %.0f %% [%.0f, %.0f] of the executor-hours. That it misses more cannot be told, but in the replays it misses %.1f more than the best that was tried, and 1 %% of the runs is what is let pass.",
		cheapest.Policy, -100*cheapest.CostDelta.Value, 100*saved.Low, 100*saved.High, cheapest.Misses.Value+cheapest.OtherClassMisses-fewest)
}

func units(b bench.Blocks) string { return string(b.Unit) + "s" }

// leastStatic says which fixed size keeps 99 % of the deadlines.
func leastStatic(c *decide.ClassAdvice) string {
	l := c.SmallestStatic
	switch {
	case l.Of == 0:
		return "No run has a deadline, so there is no smallest fixed size that keeps them."
	case l.Executors == 0:
		return fmt.Sprintf("No fixed size that was tried keeps 99 %% of the deadlines; the best keeps %.0f %%.", 100*l.Kept)
	}
	text := fmt.Sprintf("Smallest fixed size that keeps 99 %% of the deadlines (p99): %s, in %s.", plural(l.Executors, "executor"), plural(l.Of, "replayed run"))
	if l.Of < 100 {
		text += " So few cannot tell 99 % from a little less."
	}
	return text
}

// triedShown is how many policies the table of a class has.
const triedShown = 12

// shown are the policies of a class's table: what is advised, what is set now, the
// best of each kind, and of the others that were judged in all replicas those
// with the fewest misses and executor-seconds. It also says how many are left.
func shown(a *decide.Advice, c *decide.ClassAdvice) (list []*decide.Evaluation, more int) {
	rank := func(j *decide.Evaluation) int {
		switch {
		case j.Policy == c.Advised.Policy:
			return 0
		case j.Policy == c.Current.Policy:
			return 1
		case c.Static != nil && j.Policy == c.Static.Policy, c.Dynamic != nil && j.Policy == c.Dynamic.Policy:
			return 2
		}
		return 3
	}
	for i := range c.Evaluations {
		if j := &c.Evaluations[i]; j.Problem == "" && j.Replicas == a.Replicas {
			list = append(list, j)
		}
	}
	slices.SortStableFunc(list, func(x, y *decide.Evaluation) int {
		return cmp.Or(cmp.Compare(rank(x), rank(y)), cmp.Compare(x.Misses.Value+x.OtherClassMisses, y.Misses.Value+y.OtherClassMisses), cmp.Compare(x.ExecutorSeconds, y.ExecutorSeconds))
	})
	if len(list) > triedShown {
		list, more = list[:triedShown], len(list)-triedShown
	}
	slices.SortStableFunc(list[1:], func(x, y *decide.Evaluation) int {
		return cmp.Or(cmp.Compare(y.Policy.Kind.Name, x.Policy.Kind.Name), cmp.Compare(x.ExecutorSeconds, y.ExecutorSeconds))
	})
	return list, more
}

// triedTable compares the policies of a class, what is advised first.
func triedTable(a *decide.Advice, c *decide.ClassAdvice) table {
	list, _ := shown(a, c)
	t := table{left: 1, head: []string{
		"policy", "misses", "[95 %]", "misses\nelsewhere", "mean\nturnaround s", "executor-\nhours", "more\nmisses", "executor-hours\n%", "turnaround\n%",
	}}
	const digits = 2
	places := digits
	for _, j := range list {
		if j.ExecutorSeconds < 360 {
			places = digits + 1
		}
	}
	for _, j := range list {
		name := "  " + j.Policy.String()
		more, dearer, slower := "~", against(j.CostDelta), against(j.TimeDelta)
		if j.MissesSignificant {
			more = fmt.Sprintf("%+.1f", j.MissDelta.Value)
		}
		if j.Policy == c.Advised.Policy {
			name = "> " + j.Policy.String()
			more, dearer, slower = "", "", ""
		}
		if j.Policy == c.Current.Policy {
			name += " (now)"
		}
		misses, within := missing, missing
		if j.Of > 0 {
			misses = fmt.Sprintf("%.1f of %d", j.Misses.Value, j.Of)
			within = fmt.Sprintf("%.0f to %.0f", j.Misses.Low, j.Misses.High)
		}
		t.rows = append(t.rows, []string{
			name, misses, within, fmt.Sprintf("%.1f", j.OtherClassMisses), fmt.Sprintf("%.1f", j.Turnaround), fmt.Sprintf("%.*f", places, j.ExecutorSeconds/3600),
			more, dearer, slower,
		})
	}
	return t
}

// against writes a relative difference; ~ where nothing can be told.
func against(e stats.Estimate) string {
	if e.Mark() == "~" {
		return "~"
	}
	return fmt.Sprintf("%s [%s, %s]", wholePercent("+", e.Value), wholePercent("+", e.Low), wholePercent("+", e.High))
}

// jointLines say what all advice does together.
func jointLines(a *decide.Advice) []string {
	j := a.Joint
	if j == nil {
		return nil
	}
	v, i, verb := j.SavedShare.Value, j.SavedShare.Interval, "saves"
	if v < 0 {
		v, i, verb = -v, i.Scaled(-1), "costs"
	}
	lines := []string{fmt.Sprintf("All advice taken at one time (--policy '%s'): misses go from %.1f to %.1f of %d (difference %+.1f [%+.1f, %+.1f]), it %s %.0f %% [%.0f, %.0f] of all executor-hours, and mean turnaround changes by %+.0f %% [%+.0f, %+.0f].",
		j.Fleet, j.Before, j.After, j.Of, j.MissDelta.Value, j.MissDelta.Low, j.MissDelta.High, verb, 100*v, 100*i.Low, 100*i.High, 100*j.TimeDelta.Value, 100*j.TimeDelta.Low, 100*j.TimeDelta.High)}
	if len(j.Worse) > 0 {
		lines = append(lines, "Taken together it is not as good as each by itself: "+strings.Join(j.Worse, "; ")+". Change one class at a time, in the order above, and ask again with the new logs.")
	}
	return lines
}

// adviceNotes say what the words mean and what limits them.
func adviceNotes(a *decide.Advice) []string {
	left := 0
	var problems []string
	for i := range a.Classes {
		for k := range a.Classes[i].Evaluations {
			j := &a.Classes[i].Evaluations[k]
			switch {
			case j.Problem != "":
				problems = append(problems, fmt.Sprintf("%s: %s could not be replayed: %s.", a.Classes[i].Class, j.Policy, j.Problem))
			case j.Replicas < a.Replicas:
				left++
			}
		}
		_, more := shown(a, &a.Classes[i])
		left += more
	}
	out := []string{
		"> is what is advised; (now) is what the logs show. More misses (of all applications), executor-hours and turnaround are against what is advised; ~ is where nothing can be told, and the intervals of a table hold together in 95 of 100 cases. docs/STATISTICS.md has the method and how often it is right, docs/ADVICE.md how advice is found and how it did where the truth is known.",
		"While one class's policies are tried, the others keep what their logs show.",
		"Dynamic allocation is tried with the shortest backlog timeout that Spark takes, 1 s.",
	}
	if left > 0 {
		out = append(out, fmt.Sprintf("The tables have the policies that matter; %s were tried, and --format json has them all.", plural(left, "more policy")))
	}
	return append(append(out, problems...), a.Notes...)
}

func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
