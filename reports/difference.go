package reports

import (
	"fmt"
	"math"
	"strings"

	"dynalloc/bench"
	"dynalloc/bench/stats"
	"dynalloc/reports/words"
)

// Difference is the report of two result files: what changed, and whether it is worse.
func Difference(g *bench.Gate) *Document {
	limits := fmt.Sprintf("more than %g additional misses, or %g %% more executor-hours; ", g.Options.Misses, 100*g.Options.Cost)
	if g.Blocks.Unit == bench.ByReplica {
		limits += words.Plural(len(g.Blocks.Of), "run") + " are too few for confidence intervals, so only these limits decide"
	} else {
		limits += fmt.Sprintf("only if the difference is significant by simultaneous 95 %% confidence intervals over %s (`~`: not significant, the interval contains zero)", g.Blocks)
	}
	verdict := "No worse than before."
	if g.Failed() {
		verdict = "Worse than before."
	}
	t := differenceTable(g)
	return &Document{
		Schema: "dynalloc.diff/2",
		Facts: []Fact{
			{Key: "old", Label: "old", Value: g.Old.Name}, {Key: "new", Label: "new", Value: g.New.Name}, {Label: "fails on", Text: limits},
			{Key: "allowed_misses", Value: g.Options.Misses}, {Key: "allowed_cost_share", Value: g.Options.Cost}, {Key: "blocks", Value: g.Blocks.String()},
			{Key: "worse", Value: g.Failed()},
		},
		Summary:  append(append(WordAll(g.Unpaired), verdict), visible(g)...),
		Sections: []Section{section("lines", "Differences", t)},
		Records:  func() *Table { return t },
		Notes:    g.Notes,
	}
}

// visible says which differences these runs are too few to show.
func visible(g *bench.Gate) []string {
	cost, misses := g.Visible()
	switch {
	case math.IsNaN(cost):
		return []string{words.Plural(len(g.Blocks.Of), "run") + " cannot show whether a difference is more than chance."}
	case cost > 0 && misses > 0:
		return []string{fmt.Sprintf("Differences under %.2g %% of the executor-hours, or under %.2g misses, cannot be seen with these runs.", 100*cost, misses)}
	case cost > 0:
		return []string{fmt.Sprintf("Differences under %.2g %% of the executor-hours cannot be seen with these runs.", 100*cost)}
	case misses > 0:
		return []string{fmt.Sprintf("Differences under %.2g misses cannot be seen with these runs.", misses)}
	}
	return nil
}

// differenceTable has a row for each policy, over all applications and by class.
func differenceTable(g *bench.Gate) *Table {
	t := &Table{Key: "lines", Left: 2, Columns: []Column{
		{Head: "policy", Key: "policy"}, {Head: "class", Key: "class"},
		{Head: "misses\nold", Key: "old_misses"}, {Head: "\nnew", Key: "new_misses"}, {Head: "\nof", Key: "of"},
		{Head: "more\nmisses"}, {Key: "more_misses_interval", Hidden: true}, {Key: "more_misses_significant", Hidden: true},
		{Head: "executor-hours\nold", Key: "old_executor_hours"}, {Head: "\nnew", Key: "new_executor_hours"},
		{Head: "more\n%", Key: "more_cost_share"}, {Key: "more_cost_interval", Hidden: true}, {Key: "more_cost_significant", Hidden: true},
		{Head: "", Key: "worse"},
	}}
	for i := range g.Lines {
		l := &g.Lines[i]
		class := Cell{l.Class, orNull(l.Class != "", l.Class)}
		if l.Class == "" {
			class.Text = "all"
			if i > 0 {
				t.addBreak()
			}
		}
		worse := Cell{"", l.Worse(g.Options)}
		if why := l.Worse(g.Options); len(why) > 0 {
			worse.Text = "WORSE: " + strings.Join(why, ", ")
		}
		count := func(n int) Cell {
			if l.Of == 0 {
				return Cell{words.Missing, n}
			}
			return Cell{fmt.Sprint(n), n}
		}
		more := changed(g, l.MissDelta, l.MissesSignificant, 1)
		if l.Of == 0 {
			more = words.Missing
		}
		intervals := g.Blocks.Unit != bench.ByReplica
		t.add(l.Policy, class, count(l.OldMisses), count(l.NewMisses), count(l.Of),
			more, orNull(intervals && l.Of > 0, interval(l.MissDelta.Interval, words.Thousandths)), l.MissesSignificant,
			Cell{fmt.Sprintf("%.2f", l.OldHours), words.Thousandths(l.OldHours)}, Cell{fmt.Sprintf("%.2f", l.NewHours), words.Thousandths(l.NewHours)},
			Cell{changed(g, l.CostDelta, l.CostSignificant, 100), words.Rounded(l.CostDelta.Value)},
			orNull(intervals, interval(l.CostDelta.Interval, words.Rounded)), l.CostSignificant, worse)
	}
	return t
}

// changed writes a difference with its interval, both multiplied by times (100 for
// percent).
func changed(g *bench.Gate, e stats.Estimate, significant bool, times float64) string {
	switch {
	case math.IsNaN(e.Value):
		return words.Missing
	case e.Value == 0:
		return "0"
	case !significant:
		return words.Insignificant
	case g.Blocks.Unit == bench.ByReplica:
		return words.NoMinusZero(fmt.Sprintf("%+.3g", times*e.Value))
	}
	return words.NoMinusZero(fmt.Sprintf("%+.3g [%+.3g, %+.3g]", times*e.Value, times*e.Low, times*e.High))
}
