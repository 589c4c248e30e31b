package reports

import (
	"fmt"
	"io"
	"math"

	"dynalloc/bench/validate"
	"dynalloc/reports/pictures"
	"dynalloc/reports/words"
)

// validationSchema names the JSON form of a validation, and of a set of them.
const validationSchema = "dynalloc.validate/1"

// Validation is the report of a recording that is predicted from another one: the
// errors of each application and each job, and the registrations and removals of
// executors.
func Validation(v *validate.Validation) *Document {
	d := &Document{
		Schema: validationSchema,
		Facts: []Fact{
			{Label: "from", Value: v.From}, {Label: "to", Value: v.To}, {Label: "policy", Value: v.Policy},
			{Label: "cluster", Value: v.Cluster}, {Label: "start-up", Value: v.Startup},
		},
		Figures: []Figure{{"executors.png", "executors over time, recorded and replayed", func(w io.Writer) error {
			return pictures.ExecutorTimelines(w, []pictures.NamedValidation{{Name: v.From + " to " + v.To, Validation: v}})
		}}},
	}
	records := &Table{Columns: keys("application", "what", "recorded", "replayed", "error", "error_without_floor")}
	d.Records = func() *Table { return records }
	for _, f := range validationRecord(v)[1:] {
		d.Facts = append(d.Facts, Fact{Key: f.Key, Value: f.Value})
	}
	for i := range v.Apps {
		c := &v.Apps[i]
		t := comparisonTable(c)
		for _, row := range t.Rows {
			records.add(c.Recorded.Name, row)
		}
		s := Section{Key: "application", Heading: c.Recorded.Name, Blocks: []Block{t}}
		if len(c.Unmatched) > 0 {
			s.Blocks = append(s.Blocks, Paragraph(fmt.Sprintf("Jobs that are in only one of the two runs: %v", c.Unmatched)))
		}
		s.Blocks = append(s.Blocks, Paragraph("Executors: registered and removed, in seconds after ApplicationStart"), executorTable(c))
		d.Sections = append(d.Sections, s)
	}
	return d
}

// comparisonTable compares the figures of one application.
func comparisonTable(c *validate.Comparison) *Table {
	t := &Table{Left: 1, Columns: heads("", "recorded", "replayed", "error %", "without\nfloor %")}
	r, p := &c.Recorded, &c.Predicted
	line := func(name string, r, p, e, unfloored float64) {
		t.add(name, Cell{inSeconds(r), r}, Cell{inSeconds(p), p}, Cell{words.Percent(e), e}, Cell{words.Percent(unfloored), unfloored})
	}
	none := math.NaN()
	line("application, s", r.Seconds, p.Seconds, c.Error, none)
	line("first executor, s", r.QueueWait, p.QueueWait, none, none)
	line("executor-seconds", r.ExecutorSeconds, p.ExecutorSeconds, c.ExecutorError, none)
	line("executors started", r.Started, p.Started, none, none)
	line("timeline", none, none, c.TimelineError, none)
	var recorded, predicted float64
	for _, j := range c.Jobs {
		line(fmt.Sprintf("job %d, s", j.ID), j.Recorded, j.Predicted, j.Error, j.Unfloored)
		recorded, predicted = recorded+j.Recorded, predicted+j.Predicted
	}
	if len(c.Jobs) > 1 {
		line("all jobs together, s", recorded, predicted, none, predicted/recorded-1)
	}
	return t
}

func inSeconds(v float64) string {
	if !words.Finite(v) {
		return words.Missing
	}
	return fmt.Sprintf("%.3f", v)
}

func executorTable(c *validate.Comparison) *Table {
	t := &Table{Left: 1, Columns: heads("", "recorded\nfrom", "\nto", "replayed\nfrom", "\nto")}
	cells := func(lives []validate.Life, i int) []Cell {
		if i >= len(lives) {
			return make([]Cell, 2)
		}
		return []Cell{{Text: inSeconds(lives[i].From.Seconds())}, {Text: inSeconds(lives[i].To.Seconds())}}
	}
	for i := range max(len(c.Recorded.Executors), len(c.Predicted.Executors)) {
		t.add(i+1, cells(c.Recorded.Executors, i), cells(c.Predicted.Executors, i))
	}
	return t
}

// The records below are for programs. Times are seconds, errors are fractions, signed
// unless said otherwise; null is a number that does not exist.

func validationRecord(v *validate.Validation) Object {
	copied := Object{{"applications", comparisonRecords(v.Copy)}, {"summary", scoreRecord(&v.Summary.Copy)}}
	var constant any
	if v.Constant != nil {
		constant = Object{{"applications", comparisonRecords(v.Constant)}, {"summary", scoreRecord(&v.Summary.Constant)}}
	}
	return Object{
		{"schema", validationSchema}, {"from", v.From}, {"to", v.To}, {"policy", v.Policy}, {"cluster", v.Cluster}, {"startup", v.Startup},
		{"applications", comparisonRecords(v.Apps)}, {"baselines", Object{{"copy", copied}, {"constant", constant}}}, {"summary", summaryRecord(&v.Summary)},
	}
}

func comparisonRecords(list []validate.Comparison) []Object {
	out := []Object{}
	for i := range list {
		c := &list[i]
		r, p := &c.Recorded, &c.Predicted
		both := func(recorded, replayed float64) Object {
			return Object{{"recorded_seconds", words.Rounded(recorded)}, {"replayed_seconds", words.Rounded(replayed)}}
		}
		jobs := []Object{}
		for _, j := range c.Jobs {
			jobs = append(jobs, append(append(Object{{"id", j.ID}}, both(j.Recorded, j.Predicted)...), Field{"error", words.Rounded(j.Error)}, Field{"error_without_floor", words.Rounded(j.Unfloored)}))
		}
		o := append(Object{{"name", r.Name}}, both(r.Seconds, p.Seconds)...)
		out = append(out, append(o, Object{
			{"error", words.Rounded(c.Error)}, {"queue_wait", both(r.QueueWait, p.QueueWait)}, {"first_executor", both(r.FirstExecutor, p.FirstExecutor)},
			{"executor_seconds", append(both(r.ExecutorSeconds, p.ExecutorSeconds), Field{"error", words.Rounded(c.ExecutorError)})},
			{"executors_started", Object{{"recorded", words.Rounded(r.Started)}, {"replayed", words.Rounded(p.Started)}}},
			{"timeline_error", words.Rounded(c.TimelineError)}, {"jobs", jobs}, {"unmatched_jobs", c.Unmatched},
		}...))
	}
	return out
}

func summaryRecord(s *validate.Summary) Object {
	var constant, floor, winner any
	if s.Constant.Application.N+s.Constant.Jobs.N > 0 {
		constant = scoreRecord(&s.Constant)
	}
	if s.Floor.Application.N > 0 {
		floor = scoreRecord(&s.Floor)
	}
	if s.Recordings > 0 {
		winner = Object{{"application", winnerRecord(s.Winner)}, {"executor_seconds", winnerRecord(s.WinnerOfExecutors)}}
	}
	skill := func(k validate.Skill) Object {
		return Object{{"application", words.Rounded(k.Application)}, {"executor_seconds", words.Rounded(k.ExecutorSeconds)}, {"jobs", words.Rounded(k.Jobs)}}
	}
	o := append(Object{{"pairs", s.Pairs}, {"recordings", orNull(s.Recordings > 0, s.Recordings)}}, scoreRecord(&s.Score)...)
	return append(o,
		Field{"baselines", Object{{"copy", scoreRecord(&s.Copy)}, {"constant", constant}}},
		Field{"skill", Object{{"copy", skill(s.OverCopy)}, {"constant", skill(s.OverConstant)}}},
		Field{"noise_floor", floor}, Field{"winner", winner})
}

func scoreRecord(s *validate.Score) Object {
	errors := func(e validate.Errors) Object {
		return Object{{"n", e.N}, {"median", words.Rounded(e.Median)}, {"p95", words.Rounded(e.P95)}, {"max", words.Rounded(e.Max)}, {"bias", words.Rounded(e.Bias)}}
	}
	return Object{{"application", errors(s.Application)}, {"jobs", errors(s.Jobs)}, {"jobs_without_floor", errors(s.JobsUnfloored)}, {"jobs_together", errors(s.JobsTogether)}, {"executor_seconds", errors(s.ExecutorSeconds)}, {"timeline", errors(s.Timeline)}}
}

func winnerRecord(w validate.Winner) Object {
	return Object{{"called", w.Calls}, {"right", w.Right}, {"share", words.Rounded(float64(w.Right) / float64(w.Calls))}}
}
