package reports

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"dynalloc/bench/decide"
	"dynalloc/bench/stats"
	"dynalloc/internal/note"
	"dynalloc/policies"
	"dynalloc/reports/pictures"
	"dynalloc/reports/words"
)

// Search is the report of a decision as a search: the fleets that were found, their front,
// and the settings of the advised one.
func Search(t *decide.Decision) *Document {
	s := t.Suite
	chosen := chosenOf(t)
	d := &Document{
		Schema: "dynalloc.tune/3",
		Title:  fmt.Sprintf("%s: %s, tuned for a miss rate of at most %s", s.Workload.Name, words.Plural(len(s.Workload.Apps), "application"), words.Share(t.Question.MissRate)),
		Facts: []Fact{
			{Key: "workload", Value: s.Workload.Name}, clusterFact(s), {Key: "seed", Label: "seed", Value: s.Config.Seed},
			deadlineFact(t), {Label: "goal", Text: goalText(&t.Question)}, {Label: "search", Text: searchEffort(t)},
			{Key: "miss_rate", Value: t.Question.MissRate}, {Key: "slower", Value: t.Question.MaxSlowdown}, {Key: "prefer", Value: t.Question.Prefer}, {Key: "replicas", Value: t.Replicas},
			{Key: "tried", Value: triedRecord(t)},
			{Key: "interrupted", Value: t.Interrupted}, {Key: "chosen", Value: orNull(chosen >= 0, chosen)},
			{Key: "fleets", Value: fleetRecords(t.Front...)}, {Key: "recorded", Value: fleetRecords(t.Now)[0]},
			{Key: "safe", Value: fleetRecords(t.Safe)[0]}, {Key: "cheap", Value: fleetRecords(t.Cheap)[0]}, {Key: "hindsight", Value: fleetRecords(t.Hindsight...)},
			{Key: "lower_bounds", Value: Object{{"misses", t.Bounds.Misses}, {"executor_seconds", 3600 * t.Bounds.ExecutorHours}}},
			{Key: "applications", Value: selfReplayRecords(s.Workload, t.Self)},
		},
		Summary: append(searchSummary(t), verdictSentences(t)...),
		Notes:   searchNotes(t),
		Files:   Files{Report: "tune", Results: "tune"},
		Figures: []Figure{{"front.png", "misses against executor-hours, with hindsight and the bounds", func(w io.Writer) error { return pictures.Front(w, t) }}},
	}
	table := fleetTable(t)
	d.Records = func() *Table { return table }
	people := *table
	people.Rows = table.Rows[:len(table.Rows)-1] // without the bounds, which the summary states
	d.Sections = []Section{section("fleets", "Fleets", &people), section("rules", "Policies of each fleet", ruleTable(t))}
	conf := Section{Key: "settings", Heading: "Settings of the advised fleet (spark-defaults.conf)"}
	for k, rule := range t.Advised.Fleet.Rules {
		conf.Blocks = append(conf.Blocks, Code(fmt.Sprintf("# %s: %s\n%s", rule.Pattern, rule.Spec, t.Advised.Conf[k])))
	}
	d.Sections = append(d.Sections, conf)
	return d
}

// chosenOf is the index of the advised fleet in the front; -1 if it meets no target.
func chosenOf(t *decide.Decision) int {
	if !t.Advised.MeetsGoal {
		return -1
	}
	return slices.IndexFunc(t.Front, func(f decide.FleetResult) bool { return f.Fleet.String() == t.Advised.Fleet.String() })
}

// searchEffort states how many policies were tried and how many replays that took.
func searchEffort(t *decide.Decision) string {
	n := &t.Tried
	text := fmt.Sprintf("%d fixed sizes, %d dynamic allocations, %d policies for everyone and %d fleets tried in %.0f replays of the workload", n.Static, n.Dynamic, n.OneForAll, n.Fleets, n.Replays)
	if n.User > 0 {
		text += fmt.Sprintf("; %s of yours among them", words.Plural(n.User, "candidate"))
	}
	if t.Interrupted {
		text += "; interrupted"
	}
	return text
}

// searchSummary states the main results in sentences.
func searchSummary(t *decide.Decision) []string {
	base := fmt.Sprintf("The recorded settings hold %s executor-hours and miss %s.", hours(t.Now.ExecutorHours), missesOf(&t.Now))
	f := &t.Advised
	if !f.MeetsGoal {
		return []string{fmt.Sprintf("No fleet that was tried keeps a miss rate of %s in every class.", words.Share(t.Question.MissRate)), base,
			fmt.Sprintf("The advised fleet comes nearest: it misses %s, at %s executor-hours.", missesOf(f), hours(f.ExecutorHours)), boundSentence(t)}
	}
	sentences := []string{
		fmt.Sprintf("The advised fleet holds %s executor-hours, %s than the recorded settings (%s). It misses %s.",
			hours(f.ExecutorHours), saving(f.Saved), hours(t.Now.ExecutorHours), missesOf(f)),
		base,
	}
	if f.MissRate.High > t.Question.MissRate {
		sentences = append(sentences, fmt.Sprintf("So few misses in so few runs do not prove the miss rate: it may be as high as %s.", words.Share(f.MissRate.High)))
	}
	return append(sentences, boundSentence(t))
}

// verdictSentences has the verdict for each class.
func verdictSentences(t *decide.Decision) []string {
	var list []string
	for i := range t.Classes {
		c := &t.Classes[i]
		list = append(list, c.Class+": "+action(c)+".")
	}
	return list
}

// boundSentence states the lower bounds of executor-hours and misses, and what
// hindsight reaches.
func boundSentence(t *decide.Decision) string {
	text := fmt.Sprintf("No policy can hold less than %s executor-hours, the time of the tasks themselves", hours(t.Bounds.ExecutorHours))
	if t.Bounds.Misses > 0 {
		text += fmt.Sprintf(", or miss fewer than %s deadlines, because so many are shorter than the critical path", mean(t.Bounds.Misses))
	}
	text += "."
	for i := range t.Hindsight { // the cheapest that keeps the miss rate; how much it slows other classes does not count here
		if h := &t.Hindsight[i]; h.Misses <= t.Question.MissRate*h.Deadlines {
			return text + fmt.Sprintf(" Hindsight, which knows the demand in advance, holds %s and misses %s.", hours(h.ExecutorHours), mean(h.Misses))
		}
	}
	return text
}

// missesOf writes misses, the number of deadlines, and the miss rate with its interval.
func missesOf(f *decide.FleetResult) string {
	if f.Deadlines == 0 {
		return "none, as there are no deadlines"
	}
	return fmt.Sprintf("%s of %.0f, or %s%s", mean(f.Misses), f.Deadlines, words.Share(f.MissRate.Value), between(f.MissRate.Interval))
}

// saving writes the share of executor-hours that a fleet saves, or takes in addition.
func saving(e stats.Estimate) string {
	if e.Value < 0 {
		return fmt.Sprintf("%s%s more", words.Share(-e.Value), between(e.Interval.Scaled(-1)))
	}
	return fmt.Sprintf("%s%s less", words.Share(e.Value), between(e.Interval))
}

// between writes a blank and an interval of shares, or nothing if there is no interval.
func between(i stats.Interval) string {
	if math.IsNaN(i.Low) || math.IsNaN(i.High) {
		return ""
	}
	return fmt.Sprintf(" [%s, %s]", bare(i.Low), bare(i.High))
}

// bare writes a share without its percent sign.
func bare(share float64) string { return strings.TrimSuffix(words.Share(share), " %") }

// mean writes a count that is a mean over replays.
func mean(v float64) string {
	if v == math.Round(v) {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// hours writes executor-hours with three significant digits.
func hours(v float64) string {
	if v < 1 {
		return fmt.Sprintf("%.3f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// fleetName names the fleets of a search: F1, F2, ... are those found, H1, H2, ...
// hindsight.
func fleetName(kind string, i int) string { return fmt.Sprintf("%s%d", kind, i+1) }

const hindsightLabel = "hindsight, not deployable"

// fleetTable has a row for the recorded settings, for each fleet that was found, for
// hindsight, and for the lower bounds.
func fleetTable(t *decide.Decision) *Table {
	table := &Table{Left: 2, Columns: append(keys("workload", "cluster", "seed"), []Column{
		{Head: "fleet", Key: "name"}, {Head: ""}, {Key: "what", Hidden: true}, {Key: "fleet", Hidden: true},
		{Head: "SLA\nmisses", Key: "misses"}, {Key: "of", Hidden: true},
		{Head: "miss\nrate %", Key: "miss_rate"}, {Head: "95 %\ninterval", Key: "miss_rate_interval"},
		{Head: "executor-\nhours held", Key: "executor_hours"}, {Head: "saved\n%", Key: "saved_share"}, {Head: "95 %\ninterval", Key: "saved_interval"},
		{Head: "slower\n%", Key: "slower_share"}, {Key: "keeps_goal", Hidden: true}, {Key: "front", Hidden: true},
	}...)}
	row := func(name, standing, what string, f *decide.FleetResult) {
		saved := []Cell{{bare(f.Saved.Value), f.Saved.Value}, {strings.TrimSpace(between(f.Saved.Interval)), f.Saved.Interval}}
		if f == &t.Now {
			saved[0].Text, saved[1].Text = words.Missing, ""
		}
		table.add(t.Suite.Workload.Name, t.Suite.Config.Cluster.String(), t.Suite.Config.Seed, name, standing, what, f.Fleet.String(),
			Cell{mean(f.Misses) + " of " + mean(f.Deadlines), f.Misses}, f.Deadlines,
			Cell{bare(f.MissRate.Value), f.MissRate.Value}, Cell{strings.TrimSpace(between(f.MissRate.Interval)), f.MissRate.Interval},
			Cell{hours(f.ExecutorHours), f.ExecutorHours}, saved, Cell{bare(f.Slowdown), f.Slowdown}, f.MeetsGoal, f.OnFront)
	}
	row("recorded", "", "recorded", &t.Now)
	table.addBreak()
	for i := range t.Front {
		standing, what := standingOf(t, i), "fleet"
		if i == chosenOf(t) {
			what = "chosen"
		}
		row(fleetName("F", i), standing, what, &t.Front[i])
	}
	table.addBreak()
	for i := range t.Hindsight {
		row(fleetName("H", i), hindsightLabel, hindsightLabel, &t.Hindsight[i])
	}
	table.add(t.Suite.Workload.Name, t.Suite.Config.Cluster.String(), t.Suite.Config.Seed, "lower bounds", "", "lower bounds", nil,
		t.Bounds.Misses, nil, nil, nil, t.Bounds.ExecutorHours, nil, nil, nil, nil, nil)
	return table
}

// standingOf describes the rank of a fleet among those found, and whether all classes have
// one policy.
func standingOf(t *decide.Decision, i int) string {
	f := &t.Front[i]
	standing := ""
	switch {
	case i == chosenOf(t):
		standing = "chosen"
	case f.Slowdown > t.Question.MaxSlowdown:
		standing = "too slow"
	case f.OnFront:
		standing = "front"
	}
	if rules := f.Fleet.Rules; len(rules) > 1 && !slices.ContainsFunc(rules, func(r policies.Rule) bool { return r.Spec != rules[0].Spec || r.Spec.Recorded() }) {
		standing = strings.TrimPrefix(standing+", one for all", ", ")
	}
	return standing
}

// ruleTable shows the policy of each class in each fleet.
func ruleTable(t *decide.Decision) *Table {
	out := &Table{Left: 3, Columns: heads("fleet", "class", "policy")}
	add := func(kind string, fleets []decide.FleetResult) {
		for i := range fleets {
			out.addBreak()
			for k, rule := range fleets[i].Fleet.Rules {
				out.add(group(fleetName(kind, i), k), rule.Pattern, rule.Spec.String())
			}
		}
	}
	add("F", t.Front)
	add("H", t.Hindsight)
	return out
}

// searchNotes are the meaning and the limits of the numbers of a search.
func searchNotes(t *decide.Decision) []note.Note {
	figures := searchChecked
	if t.Interrupted {
		figures = searchStopped
	}
	notes := append(clusterNotesOf(&t.Suite.Config.Cluster, t.RoomDecides), gradeNotes(t.Suite.Workload)...)
	notes = append(notes, searchIsNotComplete.With(), figures.With(t.Replicas))
	if t.SmallBudget > 0 {
		notes = append(notes, smallBudget.With(t.Question.Budget, t.SmallBudget))
	}
	if t.Invented {
		notes = append([]note.Note{deadlinesInvented.With(t.DeadlineBasis)}, notes...)
	}
	if len(t.Ambiguous) > 0 {
		notes = append(notes, searchPatterns.With(t.Ambiguous))
	}
	if len(t.Untested) > 0 {
		notes = append(notes, searchUntried.With(len(t.Untested), t.Untested))
	}
	if len(t.Hindsight) > 0 {
		notes = append(notes, searchHindsight.With())
	}
	if len(t.WithoutDeadlines) > 0 {
		notes = append(notes, searchFreeClasses.With(t.WithoutDeadlines, words.Share(t.Question.MaxSlowdown)))
	}
	return append(notes, t.Notes...)
}

// fleetRecords are fleets of a search, for programs.
func fleetRecords(fleets ...decide.FleetResult) []Object {
	out := []Object{}
	for i := range fleets {
		f := &fleets[i]
		deployable, classes := true, []Object{}
		for k, rule := range f.Fleet.Rules {
			deployable = deployable && rule.Spec.Deployable()
			conf := ""
			if k < len(f.Conf) { // the recorded settings have none
				conf = f.Conf[k]
			}
			classes = append(classes, Object{{"class", rule.Pattern}, {"policy", rule.Spec.String()}, {"conf", conf}})
		}
		out = append(out, Object{
			{"fleet", f.Fleet.String()}, {"deployable", deployable}, {"classes", classes}, {"misses", f.Misses}, {"of", f.Deadlines},
			{"miss_rate", f.MissRate.Value}, {"miss_rate_interval", f.MissRate.Interval}, {"executor_seconds", 3600 * f.ExecutorHours},
			{"saved_share", f.Saved.Value}, {"saved_share_interval", f.Saved.Interval}, {"slower_share", f.Slowdown}, {"keeps_goal", f.MeetsGoal}, {"front", f.OnFront},
		})
	}
	return out
}
