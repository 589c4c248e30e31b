package reports

import (
	"fmt"
	"math"
	"slices"

	"dynalloc/bench"
	"dynalloc/bench/decide"
	"dynalloc/bench/metrics"
	"dynalloc/reports/words"
)

// namesShown is how many policies a sentence lists.
const namesShown = 3

// classesShown is how many classes the summary describes; the table has all.
const classesShown = 8

// comparisonSummary states the main results of the table in sentences. Every sentence
// holds for this workload, cluster and seed only.
func comparisonSummary(r *bench.Results) []string {
	if len(r.Runs) < 2 {
		return nil
	}
	rows := candidates(r, "")
	base := rows[0]
	out := WordAll(r.Refusals())
	if s := missesSentence(r, rows, costsOf(r)[0]); s != "" {
		out = append(out, s)
	}
	costs := costsOf(r)
	for _, c := range costs {
		if least, cheapest := lowest(rows, c.metric); len(cheapest) > 0 {
			s := fmt.Sprintf("Fewest %s: %s with %.2f (%s: %.2f).",
				c.unit, words.List(cheapest, namesShown), least, base.Policy, base.Value(c.metric))
			if near := c.near(r, cheapest[0], rows); len(near) > 0 {
				s += fmt.Sprintf(" Not significantly more: %s.", words.List(near, namesShown))
			} else if _, blocks := decide.Significances(r, 0); blocks.Unit == bench.ByReplica {
				s += " So few runs do not show which differences are more than chance."
			}
			out = append(out, s)
		}
	}
	if len(r.Classes) > 1 {
		for i, class := range deadlinesFirst(r) {
			if i == classesShown {
				out = append(out, fmt.Sprintf("The table also has the other %d classes.", len(r.Classes)-i))
				break
			}
			out = append(out, classSentence(class, candidates(r, class), costs[0]))
		}
	}
	return append(out, "What to set for each class, and how sure that is: run \"dynalloc advise\" with the same inputs.")
}

// deadlinesFirst returns the classes, those with deadlines first.
func deadlinesFirst(r *bench.Results) []string {
	rank := func(class string) int {
		if r.Rows(class)[0].Value("with_deadline") > 0 {
			return 0
		}
		return 1
	}
	classes := slices.Clone(r.Classes)
	slices.SortStableFunc(classes, func(a, b string) int { return rank(a) - rank(b) })
	return classes
}

// missesSentence names the policies with the fewest misses, those that do not miss
// significantly more, and the cheapest of all these.
func missesSentence(r *bench.Results, rows []metrics.Row, by cost) string {
	fewest, names := lowest(rows, "sla_misses")
	of := rows[0].Value("with_deadline")
	if of == 0 || len(names) == 0 {
		return ""
	}
	s := fmt.Sprintf("Fewest SLA misses: %s with %.0f of %.0f (%s: %.0f).",
		words.List(names, namesShown), fewest, of, rows[0].Policy, rows[0].Value("sla_misses"))
	few := slices.DeleteFunc(slices.Clone(rows), func(r metrics.Row) bool { return !slices.Contains(names, r.Policy) })
	_, cheapest := lowest(few, by.metric)
	near := indistinct(r, cheapest[0], rows, func(s decide.Significance) bool { return s.MissesSignificant })
	near = slices.DeleteFunc(near, func(name string) bool { return slices.Contains(names, name) })
	if len(near) > 0 {
		s += fmt.Sprintf(" Not significantly more: %s.", words.List(near, namesShown))
	}
	if all := slices.Concat(names, near); len(all) > 1 {
		best := slices.DeleteFunc(slices.Clone(rows), func(r metrics.Row) bool { return !slices.Contains(all, r.Policy) })
		least, cheapest := lowest(best, by.metric)
		if also := by.near(r, cheapest[0], best); len(also) > 0 {
			s += fmt.Sprintf(" Of these %s holds %.2f %s, and %s not significantly more.", words.List(cheapest, namesShown), least, by.unit, words.List(also, namesShown))
			return s
		}
		verb := "hold"
		if len(cheapest) == 1 {
			verb = "holds"
		}
		s += fmt.Sprintf(" Of these %s %s the fewest %s, %.2f.", words.List(cheapest, namesShown), verb, by.unit, least)
	}
	return s
}

// indistinct returns the policies of rows whose difference to the named one is not
// significant; none if there are too few runs to say which are.
func indistinct(r *bench.Results, name string, rows []metrics.Row, significant func(decide.Significance) bool) (names []string) {
	base := slices.IndexFunc(r.Runs, func(run bench.Outcome) bool { return run.Policy.Name == name })
	list, _ := decide.Significances(r, base)
	for _, s := range list {
		candidate := slices.ContainsFunc(rows, func(row metrics.Row) bool { return row.Policy == s.Policy && !row.Refused() })
		if candidate && !s.NoValues && !significant(s) {
			names = append(names, s.Policy)
		}
	}
	return names
}

// classSentence is the summary of one class.
func classSentence(class string, rows []metrics.Row, by cost) string {
	s := class + ": "
	fewest, names := lowest(rows, "sla_misses")
	most := highest(rows, "sla_misses")
	switch of := rows[0].Value("with_deadline"); {
	case of == 0:
		s += "no deadlines"
	case fewest == most:
		s += fmt.Sprintf("%.0f of %.0f miss under every policy", fewest, of)
	default:
		s += fmt.Sprintf("fewest misses under %s (%.0f of %.0f; at worst %.0f)", words.List(names, namesShown), fewest, of, most)
	}
	if wait, names := lowest(rows, "queue_wait_mean"); len(names) > 0 {
		s += fmt.Sprintf(", shortest mean queue wait under %s (%.1f s; at worst %.1f s)", words.List(names, namesShown), wait, highest(rows, "queue_wait_mean"))
	}
	if least, names := lowest(rows, by.metric); len(names) > 0 {
		s += fmt.Sprintf(", costs least under %s (%.2f %s; at most %.2f)", words.List(names, namesShown), least, by.unit, highest(rows, by.metric))
	}
	return s + "."
}

// A cost is a metric by which policies are ranked, and its unit in words.
type cost struct{ metric, unit string }

// near returns the policies of rows that do not cost significantly more than the named
// one. There are none if executors differ in size, because only executor-time is tested.
func (c cost) near(r *bench.Results, name string, rows []metrics.Row) []string {
	if r.SizesDiffer() {
		return nil
	}
	return indistinct(r, name, rows, func(s decide.Significance) bool { return s.CostDelta.Significant() })
}

// costsOf are the costs of a comparison, the one that ranks policies first. Executor-hours
// are no common measure if an executor is of another size under another policy.
func costsOf(r *bench.Results) []cost {
	if r.SizesDiffer() {
		return []cost{{"core_hours", "core-hours"}, {"gib_hours", "GiB-hours"}}
	}
	return []cost{{"executor_hours_held", "executor-hours"}}
}

// candidates returns the replayed rows of the base policy and of all deployable
// policies. Recorded rows and hindsight cannot be chosen.
func candidates(r *bench.Results, class string) []metrics.Row {
	var out []metrics.Row
	for i, row := range replays(r.Rows(class)) {
		if i == 0 || r.Runs[i].Policy.Deployable() {
			out = append(out, row)
		}
	}
	return out
}

// replays returns rows without those of recorded truth.
func replays(rows []metrics.Row) []metrics.Row {
	return slices.DeleteFunc(slices.Clone(rows), func(r metrics.Row) bool { return r.Recorded })
}

// lowest returns the lowest value of a metric and the policies that have it. Values are
// compared as tables print them, so that policies whose printed values are equal are
// treated as equal.
func lowest(rows []metrics.Row, metric string) (low float64, names []string) {
	low = math.Inf(1)
	for _, r := range rows {
		if v := r.Value(metric); v < low && !r.Refused() { // false for NaN, a value that does not exist
			low = v
		}
	}
	unit := metrics.Named(metric).Unit
	for _, r := range rows {
		if v := r.Value(metric); !math.IsNaN(v) && !r.Refused() && words.Number(v, unit) == words.Number(low, unit) {
			names = append(names, r.Policy)
		}
	}
	return low, names
}

// highest returns the highest value of a metric.
func highest(rows []metrics.Row, metric string) float64 {
	high := math.Inf(-1)
	for _, r := range rows {
		if v := r.Value(metric); v > high {
			high = v
		}
	}
	return high
}
