package reports

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"

	"dynalloc/bench/decide"
	"dynalloc/bench/stats"
)

// TuneText writes what a search found, for a terminal: the fleet to take, the
// front, and what to set for each class.
func TuneText(w io.Writer, t *decide.TuneResult) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s: %s, tuned for a miss rate of at most %s\n", t.Suite.Workload.Name, plural(len(t.Suite.Workload.Apps), "application"), sharePercent(t.Tuning.MissRate))
	headLine(&b, "cluster:   "+clusterOf(t.Suite))
	fmt.Fprintf(&b, "seed:      %d\n", t.Suite.Config.Seed)
	fmt.Fprintf(&b, "deadlines: %s\n", t.DeadlineBasis)
	fmt.Fprintf(&b, "search:    %s\n\n", searched(t))
	for _, sentence := range tuneStory(t) {
		paragraph(&b, "", sentence)
	}
	fmt.Fprintf(&b, "\nFleets\n\n")
	front := tuneTable(t)
	if err := front.text(&b); err != nil {
		return err
	}
	fmt.Fprintf(&b, "\nWhat they are\n\n")
	rules := ruleTable(t)
	if err := rules.text(&b); err != nil {
		return err
	}
	if t.Chosen >= 0 {
		fmt.Fprintf(&b, "\nWhat to set (spark-defaults.conf)\n")
		f := &t.Fleets[t.Chosen]
		for k, rule := range f.Fleet.Rules {
			fmt.Fprintf(&b, "\n# %s: %s\n%s", rule.Pattern, rule.Spec, f.Conf[k])
		}
	}
	fmt.Fprint(&b, "\nNotes\n\n")
	for _, note := range tuneNotes(t) {
		paragraph(&b, "- ", note)
	}
	_, err := b.WriteTo(w)
	return err
}

// searched says what the search took.
func searched(t *decide.TuneResult) string {
	text := fmt.Sprintf("%d policies and fleets tried in %.0f replays of the workload, of %.0f without dropping any early", t.Candidates, t.Spent, t.Grid)
	if t.Interrupted {
		text += "; stopped before its end"
	}
	return text
}

// tuneStory says in sentences what was found.
func tuneStory(t *decide.TuneResult) []string {
	base := fmt.Sprintf("The recorded settings hold %s executor-hours and miss %s.", hours(t.Base.ExecutorHours), missesOf(&t.Base))
	if t.Chosen < 0 {
		story := []string{fmt.Sprintf("No fleet that was tried keeps a miss rate of %s.", sharePercent(t.Tuning.MissRate)), base}
		if len(t.Fleets) > 0 {
			least := &t.Fleets[0]
			for i := range t.Fleets {
				if t.Fleets[i].Misses < least.Misses {
					least = &t.Fleets[i]
				}
			}
			story = append(story, fmt.Sprintf("The fewest misses are %s, at %s executor-hours.", missesOf(least), hours(least.ExecutorHours)))
		}
		return append(story, boundStory(t))
	}
	f := &t.Fleets[t.Chosen]
	story := []string{
		fmt.Sprintf("The cheapest fleet that was found holds %s executor-hours, %s than the recorded settings do (%s). It misses %s.",
			hours(f.ExecutorHours), saving(f.Saved), hours(t.Base.ExecutorHours), missesOf(f)),
		base,
	}
	if f.MissRate.High > t.Tuning.MissRate {
		story = append(story, fmt.Sprintf("So few misses in so few runs do not prove the rate: it may be as high as %s.", sharePercent(f.MissRate.High)))
	}
	return append(story, boundStory(t))
}

func boundStory(t *decide.TuneResult) string {
	text := fmt.Sprintf("No policy can hold less than %s executor-hours, which the work itself takes", hours(t.Bounds.ExecutorHours))
	if t.Bounds.Misses > 0 {
		text += fmt.Sprintf(", or miss fewer than %s, whose critical paths are longer than their deadlines", mean(t.Bounds.Misses))
	}
	text += "."
	if h := leastHindsight(t); h != nil {
		text += fmt.Sprintf(" Told the demand in advance, which no driver is, hindsight holds %s and misses %s.", hours(h.ExecutorHours), mean(h.Misses))
	}
	return text
}

// leastHindsight is the cheapest of hindsight's fleets that keeps the miss rate,
// whatever else it makes slower; nil if there is none.
func leastHindsight(t *decide.TuneResult) *decide.FleetResult {
	for i := range t.Hindsight {
		if h := &t.Hindsight[i]; h.Misses <= t.Tuning.MissRate*h.Deadlines {
			return h
		}
	}
	return nil
}

// missesOf writes misses out of how many, and their share with its interval.
func missesOf(f *decide.FleetResult) string {
	if f.Deadlines == 0 {
		return "none, as there are no deadlines"
	}
	return fmt.Sprintf("%s of %.0f, or %s%s", mean(f.Misses), f.Deadlines, sharePercent(f.MissRate.Value), between(f.MissRate.Interval, sharePercent))
}

// saving says what a fleet saves, or what it costs more.
func saving(e stats.Estimate) string {
	if e.Value < 0 {
		return fmt.Sprintf("%s%s more", sharePercent(-e.Value), between(e.Interval.Scaled(-1), sharePercent))
	}
	return fmt.Sprintf("%s%s less", sharePercent(e.Value), between(e.Interval, sharePercent))
}

// between writes an interval after a blank, and nothing where there is none.
func between(i stats.Interval, write func(float64) string) string {
	if math.IsNaN(i.Low) || math.IsNaN(i.High) {
		return ""
	}
	return fmt.Sprintf(" [%s, %s]", strings.TrimSuffix(write(i.Low), " %"), strings.TrimSuffix(write(i.High), " %"))
}

// sharePercent writes a share; with a digit after the point only where it is small.
func sharePercent(share float64) string {
	if math.IsNaN(share) {
		return missing
	}
	if p := 100 * share; math.Abs(p) < 10 && p != math.Round(p) {
		return noMinusZero(fmt.Sprintf("%.1f", p)) + " %"
	}
	return noMinusZero(fmt.Sprintf("%.0f", 100*share)) + " %"
}

// mean writes a count that is a mean over replicas.
func mean(v float64) string {
	if v == math.Round(v) {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// hours writes executor-hours with three digits that say something.
func hours(v float64) string {
	if v < 1 {
		return fmt.Sprintf("%.3f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// marks name the fleets of a search: the base, those found, and hindsight's.
func marks(t *decide.TuneResult) (found, told []string) {
	for i := range t.Fleets {
		found = append(found, fmt.Sprintf("F%d", i+1))
	}
	for i := range t.Hindsight {
		told = append(told, fmt.Sprintf("H%d", i+1))
	}
	return found, told
}

var tuneHead = []string{"fleet", "", "SLA\nmisses", "miss\nrate %", "95 %\ninterval", "exec-h\nheld", "saved\n%", "95 %\ninterval", "slower\n%"}

// tuneTable is the front and what stands beside it.
func tuneTable(t *decide.TuneResult) table {
	out := table{head: tuneHead, left: 2}
	row := func(name, what string, f *decide.FleetResult) {
		saved := func(v float64) string { return strings.TrimSuffix(sharePercent(v), " %") }
		cells := []string{
			name, what, mean(f.Misses) + " of " + mean(f.Deadlines), strings.TrimSuffix(sharePercent(f.MissRate.Value), " %"), strings.TrimSpace(between(f.MissRate.Interval, sharePercent)),
			hours(f.ExecutorHours), saved(f.Saved.Value), strings.TrimSpace(between(f.Saved.Interval, saved)), saved(f.Slowdown),
		}
		if f == &t.Base {
			cells[6], cells[7] = missing, ""
		}
		out.rows = append(out.rows, cells)
	}
	found, told := marks(t)
	row("recorded", "", &t.Base)
	out.breaks = append(out.breaks, len(out.rows))
	for i := range t.Fleets {
		row(found[i], standingOf(t, i), &t.Fleets[i])
	}
	if len(t.Hindsight) > 0 {
		out.breaks = append(out.breaks, len(out.rows))
	}
	for i := range t.Hindsight {
		row(told[i], "hindsight, not deployable", &t.Hindsight[i])
	}
	return out
}

// standingOf says in a word what a fleet is among those found.
func standingOf(t *decide.TuneResult, i int) string {
	f := &t.Fleets[i]
	switch {
	case i == t.Chosen:
		return "chosen"
	case f.Slowdown > t.Tuning.MaxSlowdown:
		return "too slow"
	case f.OnFront:
		return "front"
	}
	return ""
}

// ruleTable is what each class runs under in each fleet.
func ruleTable(t *decide.TuneResult) table {
	out := table{head: []string{"fleet", "class", "policy"}, left: 3}
	found, told := marks(t)
	list := func(names []string, fleets []decide.FleetResult) {
		for i := range fleets {
			out.breaks = append(out.breaks, len(out.rows))
			for k, rule := range fleets[i].Fleet.Rules {
				name := names[i]
				if k > 0 {
					name = ""
				}
				out.rows = append(out.rows, []string{name, rule.Pattern, rule.Spec.String()})
			}
		}
	}
	list(found, t.Fleets)
	list(told, t.Hindsight)
	return out
}

// shakenReplays says what figures are means of.
func shakenReplays(t *decide.TuneResult) string {
	if t.Replicas == 1 {
		return "1 shaken replay"
	}
	return fmt.Sprintf("%d shaken replays", t.Replicas)
}

// tuneNotes say what the numbers mean and what limits them.
func tuneNotes(t *decide.TuneResult) []string {
	notes := []string{
		"The cheapest that was found is not the cheapest that there is: a search tries some of all settings.",
	}
	if t.Interrupted {
		notes = append(notes, fmt.Sprintf("The search was stopped. The figures are means of the %s by which these fleets were chosen, so they flatter them.", shakenReplays(t)))
	} else {
		notes = append(notes, fmt.Sprintf("The figures are means of %s that the search has not seen, so that they do not flatter what was chosen by others.", shakenReplays(t)))
	}
	if len(t.Ambiguous) > 0 {
		notes = append(notes, fmt.Sprintf("As written, the fleets' patterns give some applications of %s another class's policy; the replays did not. Name the classes with --class.", list(t.Ambiguous, 6)))
	}
	if len(t.Untested) > 0 {
		notes = append(notes, fmt.Sprintf("The budget was too small to tune %s by itself: %s. A larger --budget does, or fewer classes (--class).", classesOfNumber(len(t.Untested)), list(t.Untested, 6)))
	}
	if len(t.Hindsight) > 0 {
		notes = append(notes, "H1 and so on are hindsight, told the demand in advance: no driver can run it. It is a reference, and not a bound.")
	}
	if len(t.WithoutDeadlines) > 0 {
		notes = append(notes, fmt.Sprintf("Classes without deadlines: %s. \"slower\" is by how much the one of them that suffers most takes longer on average than under its recorded settings; a fleet may make it at most %s.", list(t.WithoutDeadlines, 6), sharePercent(t.Tuning.MaxSlowdown)))
	}
	return append(notes, t.Notes...)
}

func classesOfNumber(n int) string {
	if n == 1 {
		return "1 class"
	}
	return fmt.Sprintf("%d classes", n)
}
