package answer

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"dynalloc/bench/decide"
	"dynalloc/bench/stats"
	"dynalloc/bench/validate"
	"dynalloc/policies"
	"dynalloc/reports/words"
)

// The size of the screen, and the number of classes for which it holds.
const (
	columns     = 80
	lines       = 24
	mostClasses = 10
	ofMore      = 8 // classes that are shown if there are more
)

// Screen is the answer for people who have to decide. With more than ten classes it has
// eight, those with the most core-time saved or spent more. first is what they must know before
// it, in sentences; it takes further lines.
func Screen(d *decide.Decision, first []string) string {
	shown := chosen(d.Classes)
	head := []string{fmt.Sprintf("%s: %s in %s on %s", d.Suite.Workload.Name, words.Plural(len(d.Suite.Workload.Apps), "application"),
		words.Plural(len(d.Classes), "class"), clusterOf(d))}
	if d.Invented {
		head = append([]string{"Nobody gave deadlines: those used here are " + d.DeadlineBasis + "."}, head...)
	}
	tail := []string{together(d)}
	if n := len(d.Classes) - len(shown); n > 0 {
		tail = append(tail, fmt.Sprintf("%s with less effect are left out here.", words.Plural(n, "class")))
	}
	if slices.ContainsFunc(shown, func(c *decide.ClassDecision) bool { return NeedsService(d, c) }) {
		tail = append([]string{"* " + serviceNeeded + "."}, tail...)
	}
	rows := table(d, shown)
	// The sentences get the lines that are left. If these are few, the sentences give up
	// what is less important, and then the longest are cut, a line at a time.
	var blocks [][]string
	for brevity := 0; brevity <= briefest; brevity++ {
		blocks = nil
		add := func(list ...string) {
			for _, l := range list {
				blocks = append(blocks, wrapped(l))
			}
		}
		add(first...)
		add(head...)
		if brevity == briefest {
			rows = rows[1:]
		}
		for _, row := range rows {
			blocks = append(blocks, []string{row})
		}
		for _, c := range shown {
			add(sentence(d, c, brevity))
		}
		add(tail...)
		if brevity < briefest {
			add("Evidence and other candidates: --details. Files with the settings: -o DIR.")
		}
		if len(slices.Concat(blocks...)) <= lines+len(first) {
			break
		}
	}
	out := slices.Concat(trimmed(blocks, lines+len(first))...)
	return strings.Map(printable, strings.Join(out, "\n")) + "\n"
}

// printable replaces what could control a terminal or reverse the direction of a line:
// names come from logs.
func printable(r rune) rune {
	if r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
		return '?'
	}
	return r
}

// clusterOf is the cluster in a few words.
func clusterOf(d *decide.Decision) string {
	c := &d.Suite.Config.Cluster
	if c.String() == validate.Unlimited.String() {
		return "a cluster that is never full (none is given)"
	}
	return c.Short()
}

// chosen are the classes of the screen, in the order of the decision.
func chosen(all []decide.ClassDecision) []*decide.ClassDecision {
	var list []*decide.ClassDecision
	for i := range all {
		list = append(list, &all[i])
	}
	if len(list) <= mostClasses {
		return list
	}
	byEffect := slices.Clone(list)
	slices.SortStableFunc(byEffect, func(x, y *decide.ClassDecision) int { return cmp.Compare(math.Abs(saved(y)), math.Abs(saved(x))) })
	return slices.DeleteFunc(list, func(c *decide.ClassDecision) bool { return !slices.Contains(byEffect[:ofMore], c) })
}

// saved is the core-seconds that a class holds less than now.
func saved(c *decide.ClassDecision) float64 { return c.Now.CoreSeconds - c.Set.CoreSeconds }

// table has a line for each class below two lines of headings.
func table(d *decide.Decision, classes []*decide.ClassDecision) []string {
	cells := [][]string{{"", "", "", "late runs", "p95 turn-", "core-h", ""}, {"class", "now", "set", "now → then", "around, s", "saved", "sure"}}
	for _, c := range classes {
		set := short(c.Set.Policy)
		if NeedsService(d, c) {
			set += " *"
		}
		cells = append(cells, []string{c.Class, short(c.Now.Policy), set, late(c), fmt.Sprintf("%s → %s", rounded(c.Now.TurnaroundP95), rounded(c.Set.TurnaroundP95)), rounded(saved(c) / 3600), sure(c)})
	}
	widths := make([]int, len(cells[0]))
	for _, row := range cells {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	total := len(widths) - 1
	for _, w := range widths {
		total += w
	}
	widths[0] = max(8, widths[0]-max(0, total-columns)) // names are cut; --details has them whole
	var out []string
	for _, row := range cells {
		var b strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", max(0, widths[i]-utf8.RuneCountInString(cell)))
			switch {
			case i == 0:
				b.WriteString(cut(cell, widths[0]) + pad)
			case i < 3:
				b.WriteString(" " + cell + pad)
			default:
				b.WriteString(" " + pad + cell)
			}
		}
		out = append(out, strings.TrimRight(b.String(), " "))
	}
	return out
}

// short is a policy in a few letters: the number of executors, or their range.
func short(s policies.Spec) string {
	switch {
	case s.Fixed():
		return fmt.Sprintf("fixed %d", s.Executors)
	case !s.Dynamic():
		return s.String()
	case s.Allocation.Max >= 1<<30:
		return fmt.Sprintf("dynamic %d+", s.Allocation.Min)
	}
	return fmt.Sprintf("dynamic %d-%d", s.Allocation.Min, s.Allocation.Max)
}

// late are the runs that miss their deadline now and then, with the interval of the latter.
func late(c *decide.ClassDecision) string {
	if c.Set.Deadlines == 0 {
		return words.Missing
	}
	return fmt.Sprintf("%s → %s [%s-%s]/%d", rounded(c.Now.Misses.Value), rounded(c.Set.Misses.Value), rounded(c.Set.Misses.Low), rounded(c.Set.Misses.High), c.Set.Deadlines)
}

// sure is the verdict and its confidence.
func sure(c *decide.ClassDecision) string {
	switch c.Verdict {
	case decide.Insufficient:
		return words.Missing
	case decide.Static, decide.Dynamic:
		if c.BestStatic == nil || c.BestDynamic == nil {
			return words.Missing // nothing was compared
		}
	case decide.NoDifference:
		return "alike"
	case decide.Undecided:
		if math.IsNaN(c.Confidence) {
			return "?"
		}
		if c.Confidence < 0.5 {
			return "alike?" // a tie goes to what is set now
		}
		return percent(c) + "?"
	}
	return percent(c)
}

// percent is the confidence, with its standard error if that is larger than it should be.
func percent(c *decide.ClassDecision) string {
	if c.ConfidenceError > decide.ConfidenceSure {
		return fmt.Sprintf("%.0f±%.0f%%", 100*c.Confidence, 100*c.ConfidenceError)
	}
	return fmt.Sprintf("%.0f%%", 100*c.Confidence)
}

// rounded writes a figure with at most three digits, or all of those before the point.
func rounded(v float64) string {
	switch {
	case math.IsNaN(v):
		return words.Missing
	case math.Abs(v) >= 100 || math.Abs(v) < 0.05:
		return words.NoMinusZero(fmt.Sprintf("%.0f", v))
	case v == math.Trunc(v):
		return fmt.Sprintf("%.0f", v)
	}
	return words.NoMinusZero(fmt.Sprintf("%.1f", v))
}

// together is the joint result.
func together(d *decide.Decision) string {
	f := &d.Advised
	if !slices.ContainsFunc(d.Classes, func(c decide.ClassDecision) bool { return c.Verdict != decide.Insufficient }) {
		return "Nothing is advised: the settings stay as they are."
	}
	text := "All together: " + held(d)
	if f.Deadlines > 0 {
		text += fmt.Sprintf("; late %s → %s of %.0f", rounded(d.Now.Misses), rounded(f.Misses), f.Deadlines)
		if least := stats.Proportion(0, f.Deadlines).High; least > d.Question.MissRate {
			text += fmt.Sprintf(" (as there are few runs, up to %s %% may be)", rounded(100*least))
		} else if !math.IsNaN(f.MissRate.High) {
			text += fmt.Sprintf(" (up to %s %%)", rounded(100*f.MissRate.High))
		}
	}
	if !f.MeetsGoal {
		text += "; the goal is not met"
	}
	return text + "."
}

// trimmed cuts the last lines of the longest blocks, of equally long ones the last, until
// all have as many lines as there is room for, or one each.
func trimmed(blocks [][]string, room int) [][]string {
	for total := len(slices.Concat(blocks...)); total > room; total-- {
		longest := len(blocks) - 1
		for i := range slices.Backward(blocks) {
			if len(blocks[i]) > len(blocks[longest]) {
				longest = i
			}
		}
		b := blocks[longest]
		if len(b) == 1 {
			break
		}
		b = b[:len(b)-1]
		b[len(b)-1] = cut(b[len(b)-1], columns-2) + " …"
		blocks[longest] = b
	}
	return blocks
}

// held says how many executor-hours more or fewer are held. An interval that does not say
// which has its cause beside it.
func held(d *decide.Decision) string {
	e := d.Advised.Saved
	amount := func(saved float64) string {
		return rounded(100*math.Abs(saved)) + " % " + []string{"fewer", "more"}[oneIf(saved < 0)]
	}
	switch {
	case e.Value == 0 && e.Low == 0 && e.High == 0:
		return "as many executor-hours"
	case e.Low >= 0:
		return fmt.Sprintf("%s %% [%s, %s] fewer executor-hours", rounded(100*e.Value), rounded(100*e.Low), rounded(100*e.High))
	case e.High <= 0:
		return fmt.Sprintf("%s %% [%s, %s] more executor-hours", rounded(-100*e.Value), rounded(-100*e.High), rounded(-100*e.Low))
	}
	text := fmt.Sprintf("%s executor-hours, between %s and %s", amount(e.Value), amount(e.High), amount(e.Low))
	// The half of the variance decides whether it is the model's error or chance.
	most, sum, of := &d.Classes[0], 0.0, 0.0
	off := func(c *decide.ClassDecision) float64 {
		return validate.HalfWidth(c.Model.Executors) * c.Set.ExecutorSeconds
	}
	for i := range d.Classes {
		c := &d.Classes[i]
		if sum, of = sum+off(c), of+c.Set.ExecutorSeconds; off(c) > off(most) {
			most = c
		}
	}
	if math.Sqrt2*(1-e.Value)*sum > (e.Value-e.Low)*of {
		return text + fmt.Sprintf(" (the replay of %s may be off by %s %%)", cut(most.Class, namesCut[0]), rounded(100*validate.HalfWidth(most.Model.Executors)))
	}
	return text + " (runs differ much)"
}

func oneIf(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// cut shortens a text to a width.
func cut(text string, width int) string {
	if utf8.RuneCountInString(text) <= width {
		return text
	}
	return string([]rune(text)[:width-1]) + "…"
}

// wrapped breaks a sentence into lines; all but the first are indented.
func wrapped(text string) []string {
	var out []string
	line, indent := "", ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = indent + word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > columns:
			out = append(out, cut(line, columns))
			indent = "  "
			line = indent + word
		default:
			line += " " + word
		}
	}
	return append(out, cut(line, columns))
}
