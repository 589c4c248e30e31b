package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"dynalloc/bench/decide"
	"dynalloc/bench/validate"
	"dynalloc/internal/note"
	"dynalloc/replay"
	"dynalloc/replay/cluster"
	"dynalloc/reports/words"
)

// neverFull is shown as the cluster if none is given and no two applications ran at the
// same time.
const neverFull = "never full (not given)"

// Advice is the report of what to set for each class: two sentences to copy into a
// ticket, the settings, and the evidence.
func Advice(a *decide.Advice) *Document {
	s := a.Suite
	onCluster := clusterFact(s)
	if s.Config.Cluster.String() == validate.Unlimited.String() {
		onCluster.Text = neverFull
	}
	goal := "fewest missed deadlines, then fewest executor-seconds"
	deadlines := Fact{Key: "deadline_basis", Label: "deadlines", Value: a.DeadlineBasis}
	if a.Goal == decide.ShortestTime {
		goal, deadlines.Label = "shortest turnaround, then fewest executor-seconds", ""
	}
	d := &Document{
		Schema: "dynalloc.advice/2",
		Title:  fmt.Sprintf("%s: advice for %s of %s", s.Workload.Name, words.Plural(len(a.Classes), "class"), words.Plural(len(s.Workload.Apps), "application")),
		Facts: []Fact{
			{Key: "workload", Value: s.Workload.Name}, onCluster, {Key: "seed", Label: "seed", Value: s.Config.Seed},
			{Key: "goal", Label: "goal", Value: a.Goal, Text: goal}, deadlines,
			{Key: "replays", Label: "replays", Value: a.Replicas, Text: fmt.Sprintf("%d of each policy, all but the first with varied inputs", a.Replicas)},
		},
	}
	records := &Table{Columns: append(keys("class", "runs"), evaluationColumns...)}
	d.Records = func() *Table { return records }
	var classes, details []Object
	left := 0
	var failed []note.Note
	for i := range a.Classes {
		c := &a.Classes[i]
		list, more := shown(a, c)
		var all []*decide.Evaluation
		left += more
		for k := range c.Evaluations {
			switch j := &c.Evaluations[k]; {
			case j.Refused != replay.NoFailure: // in Refusals
			case j.Problem != "":
				failed = append(failed, adviceNotReplayed.With(c.Class, j.Policy, j.Problem))
			case j.Replicas < a.Replicas:
				left++
			}
			all = append(all, &c.Evaluations[k])
		}
		failed = append(failed, c.Refusals()...)
		tried := evaluationTable(c, all)
		for _, row := range tried.Rows {
			records.add(c.Class, c.Runs, row)
		}
		classes, details = append(classes, classRecord(c)), append(details, detailRecord(a, c, tried))
		d.Sections = append(d.Sections, classSection(a, c, list))
	}
	d.Facts = append(d.Facts, Fact{Key: "classes", Value: classes}, Fact{Key: "joint", Value: jointRecord(a.Joint)}, Fact{Key: "details", Value: details},
		Fact{Key: "applications", Value: selfReplayRecords(s.Workload, a.Self)})
	if a.Joint != nil {
		d.Sections = append(d.Sections, jointSection(a.Joint))
	}
	d.Notes = adviceClusterNotes(a, onCluster.Text == neverFull)
	d.Notes = append(append(d.Notes, gradeNotes(s.Workload)...), legendAdvice.With(), adviceOthersKeep.With(), adviceBacklog.With())
	if left > 0 {
		d.Notes = append(d.Notes, adviceMoreTried.With(left))
	}
	d.Notes = append(append(d.Notes, failed...), a.Notes...)
	return d
}

// adviceClusterNotes are the limits that a cluster sets to advice on it.
func adviceClusterNotes(a *decide.Advice, limitless bool) []note.Note {
	switch {
	case limitless && len(a.RoomDecides) > 0:
		return []note.Note{neverFullDecides.With(a.RoomDecides)}
	case limitless:
		return []note.Note{neverFullCluster.With()}
	}
	return clusterNotesOf(&a.Suite.Config.Cluster, a.RoomDecides)
}

// clusterNotesOf are the limits that a cluster sets to a choice of policies, for some
// classes of which policies that were tried want more than the assumed cluster holds.
func clusterNotesOf(c *cluster.Cluster, decides []string) []note.Note {
	notes := ClusterNotes(c)
	if len(decides) > 0 {
		notes[0] = clusterDecidesAdvice.With(c.Capacity(), decides)
	}
	return notes
}

// classSection builds the section of a class; list has the policies that its table
// shows.
func classSection(a *decide.Advice, c *decide.ClassAdvice, list []*decide.Evaluation) Section {
	sentences := evidence(a.Goal, c)
	s := Section{Key: "class", Heading: strings.TrimSuffix(sentences[0], "."), Blocks: []Block{Paragraph(sentences[1])}}
	if c.Verdict == decide.Insufficient {
		if len(c.Notes) > 0 {
			s.Blocks = append(s.Blocks, Bullets(WordAll(c.Notes)))
		}
		return s
	}
	settings := Code(c.Snippet.String())
	if c.NoSnippet != "" {
		settings = Code("# no settings: " + c.NoSnippet + "\n")
	}
	s.Blocks = append(s.Blocks, settings, Bullets(basis(a, c)), evaluationTable(c, list))
	return s
}

// triedShown is the largest number of policies in the table of a class.
const triedShown = 12

// shown selects the policies for the table of a class: the advised one, the one in the
// logs, the best of each kind, and then, of the policies that were evaluated in all
// replays, those with the fewest misses and executor-seconds. more is the number of
// policies left out.
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
	if len(list) > 1 {
		slices.SortStableFunc(list[1:], func(x, y *decide.Evaluation) int {
			return cmp.Or(cmp.Compare(y.Policy.Kind.Name, x.Policy.Kind.Name), cmp.Compare(x.ExecutorSeconds, y.ExecutorSeconds))
		})
	}
	return list, more
}

// evaluationColumns are the columns of a table of policies that were tried for a class.
var evaluationColumns = []Column{
	{Head: "policy", Key: "policy"}, {Key: "replays", Hidden: true}, {Head: "misses", Key: "misses"}, {Key: "of", Hidden: true},
	{Head: "[95 %]", Key: "misses_interval"}, {Head: "misses of\nothers", Key: "misses_elsewhere"},
	{Head: "mean\nturnaround s", Key: "turnaround_mean_s"}, {Head: "executor-\nhours", Key: "executor_seconds"},
	{Head: "more\nmisses"}, {Head: "executor-hours\n%"}, {Head: "turnaround\n%"}, {Key: "problem", Hidden: true},
}

// evaluationTable compares policies of a class.
func evaluationTable(c *decide.ClassAdvice, list []*decide.Evaluation) *Table {
	t := &Table{Left: 1, Columns: evaluationColumns}
	places := 2 // decimal places of executor-hours: more if the values are small
	if slices.ContainsFunc(list, func(j *decide.Evaluation) bool { return j.ExecutorSeconds < 360 }) {
		places = 3
	}
	for _, j := range list {
		name := "  " + j.Policy.String()
		more, cost, longer := words.Insignificant, words.Relative(j.CostDelta), words.Relative(j.TimeDelta)
		if j.MissesSignificant {
			more = fmt.Sprintf("%+.1f", j.MissDelta.Value)
		}
		if j.Policy == c.Advised.Policy {
			name = "> " + j.Policy.String()
			more, cost, longer = "", "", ""
		}
		if j.Policy == c.Current.Policy {
			name += " (now)"
		}
		misses, within := Cell{Text: words.Missing}, Cell{Text: words.Missing}
		if j.Of > 0 {
			misses = Cell{fmt.Sprintf("%.1f of %d", j.Misses.Value, j.Of), words.Thousandths(j.Misses.Value)}
			within = Cell{fmt.Sprintf("%.0f to %.0f", j.Misses.Low, j.Misses.High), interval(j.Misses.Interval, words.Thousandths)}
		}
		t.add(Cell{name, j.Policy.String()}, j.Replicas, misses, j.Of, within,
			Cell{fmt.Sprintf("%.1f", j.OtherClassMisses), words.Thousandths(j.OtherClassMisses)},
			Cell{fmt.Sprintf("%.1f", j.Turnaround), words.Thousandths(j.Turnaround)},
			Cell{fmt.Sprintf("%.*f", places, j.ExecutorSeconds/3600), words.Thousandths(j.ExecutorSeconds)},
			more, cost, longer, j.Problem)
	}
	return t
}

// jointSection reports the effect of following the advice for all classes at once.
func jointSection(j *decide.Joint) Section {
	s := Section{Key: "joint", Heading: "All advice together"}
	s.Blocks = append(s.Blocks, Paragraph(fmt.Sprintf(
		"With --policy '%s', misses go from %.1f to %.1f of %d (difference %+.1f [%+.1f, %+.1f]), all executor-hours are %s, and mean turnaround changes by %+.0f %% [%+.0f, %+.0f].",
		j.Fleet, j.Before, j.After, j.Of, j.MissDelta.Value, j.MissDelta.Low, j.MissDelta.High, lessOrMore(j.SavedShare),
		100*j.TimeDelta.Value, 100*j.TimeDelta.Low, 100*j.TimeDelta.High)))
	if len(j.Worse) > 0 {
		s.Blocks = append(s.Blocks, Paragraph("Together the changes are worse than each on its own: "+joined(WordAll(j.Worse))+". Change one class at a time, in the order above, and repeat the advice with the new logs."))
	}
	return s
}

// classRecord is the short form of the advice for a class, for programs.
func classRecord(c *decide.ClassAdvice) Object {
	of, conf := c.Dynamic, ""
	if of == nil {
		of = &c.Advised
	}
	if c.Verdict != decide.Insufficient && c.NoSnippet == "" {
		conf = c.Snippet.String()
	}
	evidence := Object{{"misses", 0}, {"of", 0}, {"interval", []float64{0, 0}}}
	if of.Of > 0 {
		evidence = Object{{"misses", words.Thousandths(of.Misses.Value)}, {"of", of.Of}, {"interval", interval(of.Misses.Interval, words.Thousandths)}}
	}
	both := c.Static != nil && c.Dynamic != nil
	evidence = append(evidence, Field{"executor_seconds_saved", orNull(both, words.Thousandths(c.Saved.Value))},
		Field{"saved_interval", orNull(both, interval(c.Saved.Interval, words.Thousandths))})
	return Object{
		{"class", c.Class}, {"verdict", c.Verdict}, {"policy", c.Advised.Policy.String()},
		{"executors", orNull(c.Advised.Static(), c.Advised.Policy.Executors)}, {"conf", conf}, {"evidence", evidence}, {"stable", c.Stable},
	}
}

// detailRecord is everything about a class, for programs.
func detailRecord(a *decide.Advice, c *decide.ClassAdvice, tried *Table) Object {
	name := func(j *decide.Evaluation) any {
		if j == nil {
			return nil
		}
		return j.Policy.String()
	}
	return Object{
		{"class", c.Class}, {"runs", c.Runs}, {"text", evidence(a.Goal, c)}, {"now", c.Current.Policy.String()},
		{"static", name(c.Static)}, {"dynamic", name(c.Dynamic)}, {"blocks", c.Blocks.String()},
		{"least_static_p99", orNull(c.SmallestStatic.Executors > 0, c.SmallestStatic.Executors)}, {"flips", WordAll(c.Flips)}, {"notes", c.Notes}, {"tried", tried.objects()},
	}
}

// jointRecord is the effect of following the advice for all classes at once, for
// programs.
func jointRecord(j *decide.Joint) any {
	if j == nil {
		return nil
	}
	return Object{
		{"policy", j.Fleet.String()}, {"misses_before", words.Thousandths(j.Before)}, {"misses_after", words.Thousandths(j.After)}, {"of", j.Of},
		{"more_misses_interval", interval(j.MissDelta.Interval, words.Thousandths)},
		{"executor_time_saved_share", words.Thousandths(j.SavedShare.Value)}, {"executor_time_saved_interval", interval(j.SavedShare.Interval, words.Thousandths)},
		{"worse_than_alone", WordAll(j.Worse)},
	}
}
