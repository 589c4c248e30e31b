package reports

import (
	"fmt"
	"io"
	"math"
	"slices"

	"dynalloc/bench/decide"
	"dynalloc/bench/validate"
	"dynalloc/internal/note"
	"dynalloc/replay/cluster"
	"dynalloc/reports/answer"
	"dynalloc/reports/words"
)

// neverFull is shown as the cluster if none is given and no two applications ran at the
// same time.
const neverFull = "never full (not given)"

// Advice is the report of what to set for each class: the verdict and its confidence, the
// settings, and the evidence.
func Advice(a *decide.Decision) *Document {
	s := a.Suite
	onCluster := clusterFact(s)
	if s.Config.Cluster.String() == validate.Unlimited.String() {
		onCluster.Text = neverFull
	}
	d := &Document{
		Schema: "dynalloc.advice/3",
		Title:  fmt.Sprintf("%s: advice for %s of %s", s.Workload.Name, words.Plural(len(a.Classes), "class"), words.Plural(len(s.Workload.Apps), "application")),
		Facts: []Fact{
			{Key: "workload", Value: s.Workload.Name}, onCluster, {Key: "seed", Label: "seed", Value: s.Config.Seed},
			deadlineFact(a), {Label: "goal", Text: goalText(&a.Question)},
			{Key: "miss_rate", Value: a.Question.MissRate}, {Key: "slower", Value: a.Question.MaxSlowdown}, {Key: "prefer", Value: a.Question.Prefer},
			{Label: "search", Text: searchEffort(a)}, {Key: "tried", Value: triedRecord(a)}, {Key: "replicas", Value: a.Replicas}, {Key: "interrupted", Value: a.Interrupted},
		},
		Summary: searchSummary(a),
		Files:   Files{Report: "report", Results: "advice"},
	}
	records := &Table{Columns: append(keys("class", "runs"), candidateColumns...)}
	d.Records = func() *Table { return records }
	classes := []Object{}
	for i := range a.Classes {
		c := &a.Classes[i]
		table := candidateTable(c)
		for _, row := range table.Rows {
			records.add(c.Class, c.Runs, row)
		}
		classes = append(classes, classRecord(c, table))
		d.Sections = append(d.Sections, classSection(a, c, table))
		d.Notes = append(d.Notes, c.Refused...)
	}
	d.Facts = append(d.Facts, Fact{Key: "classes", Value: classes}, Fact{Key: "now", Value: fleetRecords(a.Now)[0]},
		Fact{Key: "safe", Value: fleetRecords(a.Safe)[0]}, Fact{Key: "cheap", Value: fleetRecords(a.Cheap)[0]}, Fact{Key: "one_for_all", Value: fleetRecords(a.OneForAll...)},
		Fact{Key: "applications", Value: selfReplayRecords(s.Workload, a.Self)})
	first := adviceClusterNotes(a, onCluster.Text == neverFull)
	if a.SmallBudget > 0 {
		first = append(first, smallBudget.With(a.Question.Budget, a.SmallBudget))
	}
	if a.Invented {
		first = append([]note.Note{deadlinesInvented.With(a.DeadlineBasis)}, first...)
	}
	d.Notes = slices.Concat(first, gradeNotes(s.Workload), []note.Note{legendAdvice.With(), searchIsNotComplete.With()}, d.Notes, a.Notes)
	for _, f := range answer.Files(a, firstNotes(d)) {
		d.Attached = append(d.Attached, Figure{File: f.Name, Draw: func(w io.Writer) error {
			_, err := io.WriteString(w, f.Text)
			return err
		}})
	}
	return d
}

// AdviceScreen is the advice on one screen, with what has to be known before it.
func AdviceScreen(a *decide.Decision) string { return answer.Screen(a, firstNotes(Advice(a))) }

// firstNotes are the notes of a document that stand before the answer, in sentences.
func firstNotes(d *Document) []string {
	first, _ := d.divideNotes()
	first = slices.DeleteFunc(first, func(n note.Note) bool { return n.Kind == deadlinesInvented }) // the screen says it
	return WordAll(first)
}

// deadlineFact says where the deadlines come from.
func deadlineFact(a *decide.Decision) Fact {
	f := Fact{Key: "deadline_basis", Label: "deadlines", Value: a.DeadlineBasis}
	if a.Invented {
		f.Text = a.DeadlineBasis + " (nobody gave deadlines: these are the default)"
	}
	return f
}

// goalText is what is decided by.
func goalText(q *decide.Question) string {
	if q.ShortestTime {
		return "shortest turnaround, then fewest executor-seconds"
	}
	return fmt.Sprintf("at most %s of each class's runs miss their deadline, then fewest executor-seconds; the %s answer", words.Share(q.MissRate), q.Prefer)
}

// adviceClusterNotes are the limits that a cluster sets to advice on it.
func adviceClusterNotes(a *decide.Decision, limitless bool) []note.Note {
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

// classSection builds the section of a class.
func classSection(a *decide.Decision, c *decide.ClassDecision, table *Table) Section {
	s := Section{Key: "class", Heading: c.Class + ": " + action(c)}
	s.Blocks = append(s.Blocks, Paragraph(evidence(a, c)))
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
	return Section{s.Key, s.Heading, append(s.Blocks, settings, answerTable(c), Bullets(basis(a, c)), table), false}
}

// answerTable has the settings in force and the two answers side by side.
func answerTable(c *decide.ClassDecision) *Table {
	t := &Table{Left: 2, Columns: heads("", "policy", "misses", "95 %", "slack left\ns (p5)", "p95 turn-\naround s", "slower\n%", "executor-\nhours")}
	for _, row := range []struct {
		name string
		of   *decide.Choice
	}{{"now", &c.Now}, {"safe", &c.Safe}, {"cheap", &c.Cheap}} {
		f := &row.of.Figures
		slower := fmt.Sprintf("%+.0f", 100*f.Slowdown)
		if row.of == &c.Now {
			slower = words.Missing
		}
		t.add(row.name, row.of.Policy.String(), missesIn(f), missInterval(f), orMissing(f.SlackP5), fmt.Sprintf("%.1f", f.TurnaroundP95), slower, hours(f.ExecutorSeconds/3600))
	}
	return t
}

// missesIn are the misses of a class in one replay of its runs.
func missesIn(f *decide.Figures) string {
	if f.Deadlines == 0 {
		return words.Missing
	}
	return fmt.Sprintf("%s of %d", words.NoMinusZero(fmt.Sprintf("%.1f", f.Misses.Value)), f.Deadlines)
}

func missInterval(f *decide.Figures) string {
	if f.Deadlines == 0 || math.IsNaN(f.Misses.Low) {
		return words.Missing
	}
	return fmt.Sprintf("[%.1f, %.1f]", f.Misses.Low, f.Misses.High)
}

func orMissing(v float64) string {
	if math.IsNaN(v) {
		return words.Missing
	}
	return fmt.Sprintf("%.1f", v)
}

// candidateColumns are the columns of a table of the policies that were judged for a class.
var candidateColumns = []Column{
	{Head: "policy", Key: "policy"}, {Head: "misses", Key: "misses"}, {Key: "of", Hidden: true}, {Head: "[95 %]", Key: "misses_interval"},
	{Head: "slack\ns (p5)", Key: "slack_p5_s"}, {Head: "mean\nturnaround s", Key: "turnaround_mean_s"}, {Head: "p95", Key: "turnaround_p95_s"},
	{Head: "executor-\nhours", Key: "executor_seconds"}, {Key: "core_seconds", Hidden: true}, {Key: "slower_share", Hidden: true},
}

// candidateTable compares the policies that were judged for a class, inside the advised
// fleet.
func candidateTable(c *decide.ClassDecision) *Table {
	t := &Table{Left: 1, Columns: candidateColumns}
	for i := range c.Candidates {
		of := &c.Candidates[i]
		name := "  " + of.Policy.String()
		if of.Policy == c.Set.Policy {
			name = "> " + of.Policy.String()
		}
		if of.Policy == c.Now.Policy {
			name += " (now)"
		}
		t.add(Cell{name, of.Policy.String()}, figureCells(&of.Figures))
	}
	return t
}

// figureCells are the cells of candidateColumns after the policy.
func figureCells(f *decide.Figures) []Cell {
	thousandths := func(text string, v float64) Cell {
		if math.IsNaN(v) {
			return Cell{Text: words.Missing}
		}
		return Cell{text, words.Thousandths(v)}
	}
	misses, within := Cell{Text: words.Missing}, Cell{Text: words.Missing}
	if f.Deadlines > 0 {
		misses, within = thousandths(missesIn(f), f.Misses.Value), Cell{missInterval(f), interval(f.Misses.Interval, words.Thousandths)}
	}
	return []Cell{
		misses, {Value: f.Deadlines}, within, thousandths(orMissing(f.SlackP5), f.SlackP5), thousandths(fmt.Sprintf("%.1f", f.Turnaround), f.Turnaround),
		thousandths(fmt.Sprintf("%.1f", f.TurnaroundP95), f.TurnaroundP95), thousandths(hours(f.ExecutorSeconds/3600), f.ExecutorSeconds),
		thousandths("", f.CoreSeconds), thousandths("", f.Slowdown),
	}
}

// choiceRecord is a policy of a class with its figures, for programs; nil: none.
func choiceRecord(c *decide.Choice) any {
	if c == nil {
		return nil
	}
	o := Object{{"policy", c.Policy.String()}, {"executors", orNull(c.Policy.Fixed(), c.Policy.Executors)}}
	for i, cell := range figureCells(&c.Figures) {
		o = append(o, Field{candidateColumns[i+1].Key, cell.Value})
	}
	causes := []Object{}
	for _, m := range c.Causes {
		causes = append(causes, Object{{"cause", m.Cause.String()}, {"misses", words.Thousandths(m.Misses)}})
	}
	return append(o, Field{"causes", causes})
}

// classRecord is the answer for a class, for programs.
func classRecord(c *decide.ClassDecision, table *Table) Object {
	conf := ""
	if c.Verdict != decide.Insufficient && c.NoSnippet == "" {
		conf = c.Snippet.String()
	}
	return Object{
		{"class", c.Class}, {"runs", c.Runs}, {"verdict", c.Verdict}, {"confidence", finite(c.Confidence)}, {"confidence_error", finite(c.ConfidenceError)},
		{"equivalent", words.Thousandths(c.Equivalent)}, {"policy", c.Set.Policy.String()}, {"executors", orNull(c.Set.Policy.Fixed(), c.Set.Policy.Executors)}, {"conf", conf},
		{"now", choiceRecord(&c.Now)}, {"set", choiceRecord(&c.Set)}, {"safe", choiceRecord(&c.Safe)}, {"cheap", choiceRecord(&c.Cheap)},
		{"best_static", choiceRecord(c.BestStatic)}, {"best_dynamic", choiceRecord(c.BestDynamic)},
		{"own_change", Object{
			{"misses", words.Thousandths(c.OwnChange.Misses)}, {"misses_of_others", words.Thousandths(c.OwnChange.OtherMisses)}, {"core_seconds", words.Thousandths(c.OwnChange.CoreSeconds)},
		}},
		{"break_evens", breakEvenRecords(c)}, {"change_probability", words.Thousandths(c.ChangeProbable)}, {"reason", record(c.Reason)}, {"would_decide", noteRecords(c.WouldDecide)}, {"replicas", c.Replicas}, {"runs_for_proof", c.ProofRuns}, {"deadlines_invented", c.Invented},
		{"insufficient", noteRecords(c.Insufficiencies)}, {"blocks", c.Blocks.String()}, {"notes", noteRecords(c.Notes)}, {"judged", table.objects()},
	}
}

// breakEvenRecords are the values of inputs at which the answer changes, for programs.
func breakEvenRecords(c *decide.ClassDecision) []Object {
	list := []Object{}
	for _, b := range c.BreakEvens {
		list = append(list, Object{
			{"input", b.Input}, {"now", words.Thousandths(b.Now)}, {"at", words.Thousandths(b.At)}, {"above", b.Above}, {"verdict", b.Verdict}, {"policy", b.Set.String()},
			{"uncertainty", words.Thousandths(b.Uncertainty)}, {"probability", words.Thousandths(b.Probability)},
		})
	}
	return list
}

func finite(v float64) any { return orNull(words.Finite(v), words.Thousandths(v)) }

// triedRecord counts the candidates, for programs.
func triedRecord(a *decide.Decision) Object {
	t := &a.Tried
	return Object{{"static", t.Static}, {"dynamic", t.Dynamic}, {"user", t.User}, {"one_for_all", t.OneForAll}, {"fleets", t.Fleets}, {"replays", words.Thousandths(t.Replays)}}
}
