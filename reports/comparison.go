package reports

import (
	"io"
	"math"
	"slices"
	"strings"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/internal/note"
	"dynalloc/policies"
	"dynalloc/reports/pictures"
	"dynalloc/reports/resultfile"
	"dynalloc/reports/words"
	"dynalloc/traces"
)

// Comparison is the report of policies side by side.
func Comparison(r *bench.Results) *Document {
	s := r.Suite
	d := &Document{
		Schema: resultfile.Schema,
		Title:  s.Workload.Name + ": " + words.Plural(len(s.Workload.Apps), "application") + " under " + words.Plural(len(s.Policies), "policy"),
		Facts: append([]Fact{
			{Key: "workload", Value: s.Workload.Name},
			clusterFact(s),
			{Key: "seed", Label: "seed", Value: s.Config.Seed},
			{Key: "deadline_basis", Label: "deadlines", Value: r.DeadlineBasis},
			{Key: "slack", Value: func() any { return slackFact(r) }},
		}, comparisonFacts(r)...),
		Summary: comparisonSummary(r),
		Notes:   comparisonNotes(r),
		Records: func() *Table { return metricRecords(r) },
		Files:   Files{Report: "report", Results: "results"},
		Figures: comparisonFigures(r),
	}
	comparisonSections(d, r)
	return d
}

// comparisonFigures are the pictures of a comparison.
func comparisonFigures(r *bench.Results) []Figure {
	of := func(draw func(io.Writer, *bench.Results) error) func(io.Writer) error {
		return func(w io.Writer) error { return draw(w, r) }
	}
	return []Figure{
		{"executors.png", "executors held and wanted over time", of(pictures.Executors)},
		{"utilization.png", "share of the cluster held and busy over time", of(pictures.Utilization)},
		{"queue-wait.png", "distribution of queue waits", of(pictures.QueueWaits)},
		{"where-time-went.png", "turnaround by cause", of(pictures.TimeParts)},
		{"where-executors-went.png", "executor time by cause", of(pictures.HoldParts)},
		{"misses-cost.png", "SLA misses against executor-hours", of(pictures.TradeOff)},
	}
}

// clusterFact is the cluster of a suite.
func clusterFact(s *bench.Suite) Fact {
	c := &s.Config.Cluster
	f := Fact{Key: "cluster", Label: "cluster", Value: Object{{"spec", c.String()}, {"assumed", c.Assumed}}, Text: c.String()}
	if c.Assumed {
		f.Text += " (assumed from the logs)"
	}
	return f
}

// comparisonSections adds the tables for people.
func comparisonSections(d *Document, r *bench.Results) {
	all, base := r.Rows(""), r.Runs[0].Policy.Name
	add := func(key, heading string, t *Table) {
		switch {
		case t == nil:
		case len(t.Rows) > 0:
			d.Sections = append(d.Sections, Section{Key: key, Heading: heading, Blocks: []Block{t}, Detail: key != "overview"})
		case t.Key != "":
			d.Facts = append(d.Facts, Fact{Key: t.Key, Value: t.objects()})
		}
	}
	add("overview", "All applications", metricTable(headline(r), [][]metrics.Row{all}, nil))
	if len(r.Runs) > 1 {
		add("differences", "Differences to "+base, differences(r))
		add("significance", "Significant differences to "+base, significance(d, r))
	}
	add("deadline_factors", "Misses if deadlines were "+r.Slack.Of.Times(), sweep(r))
	classes := func(keep func([]metrics.Row) []metrics.Row) (blocks [][]metrics.Row) {
		for _, class := range r.Classes {
			blocks = append(blocks, keep(r.Rows(class)))
		}
		return blocks
	}
	for _, s := range metricSections {
		columns := used(metricsIn(s.key), replays(all))
		if len(columns) == 0 {
			continue
		}
		if !s.byClass {
			add(string(s.key), s.heading, metricTable(columns, [][]metrics.Row{all}, nil))
			continue
		}
		add(string(s.key), s.heading, metricTable(columns, [][]metrics.Row{replays(all)}, nil))
		if len(r.Classes) > 1 {
			add(string(s.key)+"_by_class", s.heading+", by class", metricTable(columns, classes(replays), r.Classes))
		}
	}
	if len(r.Classes) > 1 {
		every := func(rows []metrics.Row) []metrics.Row { return rows }
		add("classes", "By class", metricTable(headline(r), classes(every), r.Classes))
	}
	add("effects_on_classes", "Effects on other classes: "+base+" with one class under another policy", effectsOnClasses(r))
	add("fault_costs", "Cost of the faults: "+faultList(r), faultCosts(r))
	add("policies", "Policies", policyList(r))
}

// faultList names the faults of a comparison.
func faultList(r *bench.Results) string {
	var texts []string
	for _, f := range r.Suite.Config.Faults {
		texts = append(texts, f.String())
	}
	if r.Suite.Config.RecordedLosses {
		texts = append(texts, "recorded losses")
	}
	return words.List(texts, 3)
}

// comparisonNotes are the limits of the results, then the meaning of the columns.
func comparisonNotes(r *bench.Results) []note.Note {
	s := r.Suite
	lost := len(used(metricsIn(metrics.Losses), replays(r.Rows("")))) > 0
	var notes []note.Note
	add := func(when bool, n note.Note) {
		if when {
			notes = append(notes, n)
		}
	}
	notes = append(notes, r.Refusals()...)
	notes = append(notes, comparisonClusterNotes(r)...)
	notes = append(notes, gradeNotes(s.Workload)...)
	notes = append(notes, r.Notes...)
	add(len(r.Truth) > 0 && len(s.Config.Faults) > 0, recordedWithoutFaults.With())
	add(len(r.Truth) > 0, recordedTruth.With())
	add(!lost && !slices.ContainsFunc(s.Workload.Apps, func(a *traces.Application) bool { return a.Log.Disruptions.Lost() > 0 }), nothingLost.With())
	add(lost, legendLosses.With())
	add(len(used(metricsIn(metrics.TimeByCause), replays(r.Rows("")))) > 0, legendCauses.With())
	notes = append(notes, legendDifferences.With(r.Runs[0].Policy.Name))
	for _, kind := range []note.Kind{legendMisses, legendWait, legendUtilization, legendSlowdown, legendExecutorHours, legendColumns} {
		notes = append(notes, kind.With())
	}
	return append(notes, makespanNotes(r)...)
}

// comparisonClusterNotes are the limits that the cluster sets to a comparison. If it is
// assumed and applications wait for room on it, the first says which.
func comparisonClusterNotes(r *bench.Results) []note.Note {
	c := &r.Suite.Config.Cluster
	notes := ClusterNotes(c)
	if classes, policies := r.WaitForRoom(); c.Assumed && len(policies) > 0 {
		notes[0] = clusterDecides.With(c.Capacity(), classes, policies)
	}
	return notes
}

// makespanNotes warn of makespans that depend on when applications arrive more than
// on the policy.
func makespanNotes(r *bench.Results) []note.Note {
	apps := r.Suite.Workload.Apps
	arriving := (apps[len(apps)-1].Submit - apps[0].Submit).Seconds()
	makespan := r.Runs[0].All.Value("makespan")
	if arriving < makespan/2 || arriving == 0 || math.IsNaN(makespan) {
		return nil
	}
	return []note.Note{makespanOfArrivals.With(makespan, r.Runs[0].Policy.Name, arriving)}
}

// gradeNotes name the logs that are not complete, from bad to worse.
func gradeNotes(w *traces.Workload) []note.Note {
	var notes []note.Note
	for grade := traces.Disturbed; grade <= traces.Unreadable; grade++ {
		var names []string
		seen := make(map[string]bool)
		for _, a := range w.Apps {
			if a.Log.Grade != grade || seen[a.Path+"\x00"+a.ID] {
				continue
			}
			seen[a.Path+"\x00"+a.ID] = true
			name := a.ID
			if len(a.Log.Problems) > 0 {
				name += " (" + strings.TrimSuffix(Word(a.Log.Problems[0]), ".") + ")"
			}
			names = append(names, name)
		}
		if len(names) > 0 {
			notes = append(notes, poorLogs.With(grade, len(names), names))
		}
	}
	return notes
}

// specOf is the spec of a policy without its short name.
func specOf(f policies.Fleet) string { return strings.TrimPrefix(f.String(), f.Name+":") }
