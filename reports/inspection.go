package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/selfreplay"
	"dynalloc/internal/note"
	"dynalloc/reports/words"
	"dynalloc/traces"
	"dynalloc/traces/source"
)

// listedAnyway is the number of logs up to which all are listed. Of a larger number
// only logs with problems are listed.
const listedAnyway = 100

// Inspection is the report on event logs: one row for each log with its grade, its
// problems and its self-replay error, of which there is one for each log. It reads only
// the names, the Log and the Excluded of each application. An unreadable log has a path and
// no name.
func Inspection(logs []*traces.Application, self []selfreplay.Error, skipped []source.Skipped) *Document {
	all := &Table{Left: 4, Columns: []Column{
		{Head: "application"}, {Key: "id", Hidden: true}, {Key: "attempt", Hidden: true},
		{Head: "name", Key: "name"}, {Key: "class", Hidden: true}, {Key: "user", Hidden: true}, {Key: "started", Hidden: true}, {Head: "spark", Key: "spark_version"}, {Head: "length", Key: "seconds"},
		{Head: "jobs", Key: "jobs"}, {Head: "stages", Key: "stages"}, {Head: "tasks", Key: "tasks"}, {Head: "failed", Key: "failed_tasks"},
		{Head: "executors"}, {Key: "executors_added", Hidden: true}, {Key: "executors_removed", Hidden: true},
		{Head: "self-replay\nerror %", Key: "self_replay_error"}, {Key: "self_replay_executor_seconds_error", Hidden: true},
		{Key: "executors_lost", Hidden: true}, {Key: "repeated_seconds", Hidden: true}, {Key: "starved_seconds", Hidden: true},
		{Key: "executors_excluded", Hidden: true}, {Key: "nodes_excluded", Hidden: true}, {Key: "excluded_seconds", Hidden: true},
		{Head: "grade", Key: "grade", Word: true}, {Head: "path", Key: "path", Word: true}, {Key: "copy_of", Hidden: true}, {Key: "problems", Hidden: true},
	}}
	people := &Table{Left: all.Left, Columns: all.Columns}
	var problems Bullets
	for i, a := range logs {
		log := &a.Log
		id := cmp.Or(a.ID, words.Missing)
		if a.Attempt != "" {
			id += " attempt " + a.Attempt
		}
		all.add(OneLine(id), a.ID, a.Attempt, Cell{OneLine(cmp.Or(a.Name, words.Missing)), a.Name}, a.Class, a.User, orNull(!a.Started.IsZero(), a.Started.UTC()), Cell{cmp.Or(a.SparkVersion, words.Missing), a.SparkVersion},
			Cell{length(log.Span), log.Span.Seconds()}, log.Jobs, log.Stages, log.Tasks, log.FailedTasks,
			fmt.Sprintf("+%d -%d", log.ExecutorsAdded, log.ExecutorsRemoved), log.ExecutorsAdded, log.ExecutorsRemoved,
			signedError(self[i].Time), signedError(self[i].Executors),
			log.Disruptions.Executors, log.Disruptions.Repeated.Seconds(), log.Disruptions.Starved.Seconds(), a.Excluded.Executors, a.Excluded.Hosts, a.Excluded.Time.Seconds(), log.Grade.String(), a.Path, orNull(log.CopyOf != "", log.CopyOf), log.Problems)
		if i < listedAnyway || log.Grade != traces.Complete {
			people.Rows = append(people.Rows, all.Rows[i])
		}
		for _, problem := range WordAll(log.Problems) {
			problems = append(problems, a.Path+": "+OneLine(problem))
		}
	}
	d := &Document{Schema: "dynalloc.inspect/2", Facts: []Fact{{Key: "applications", Value: func() any { return all.objects() }}}, Records: func() *Table { return all }}
	add := func(key, heading string, blocks ...Block) {
		d.Sections = append(d.Sections, Section{Key: key, Heading: heading, Blocks: blocks})
	}
	if len(logs) > 0 {
		blocks := []Block{people}
		if left := len(logs) - len(people.Rows); left > 0 {
			blocks = append(blocks, Paragraph(fmt.Sprintf("and %d more, all complete; --format json lists them", left)))
		}
		add("logs", "Logs", blocks...)
	}
	if t := classTable(logs, self); len(t.Rows) > 0 {
		add("classes", "Classes", t)
	}
	if list := attemptList(logs); len(list) > 0 {
		add("attempts", "Attempts", list)
	}
	kept := slices.DeleteFunc(slices.Clone(logs), func(a *traces.Application) bool {
		return slices.ContainsFunc(a.Log.Problems, func(n note.Note) bool { return n.Kind == traces.AbsurdClock })
	})
	if apart := traces.YearsApart(kept); len(apart) > 0 {
		add("clocks", "Clocks", Bullets(WordAll(apart)))
	}
	if len(problems) > 0 {
		add("problems", "Problems", problems)
	}
	if t := skippedTable(skipped); len(t.Rows) > 0 {
		add("skipped", "Skipped files", t)
	}
	return d
}

// application is what the logs of one application have in common: attempts can have
// names with different dates.
func application(a *traces.Application) traces.Identity {
	i := a.Identity()
	i.Name = traces.Class(a.Name)
	return i
}

// classTable counts the applications of each class, and has the median and the largest
// of their self-replay errors, without signs.
func classTable(logs []*traces.Application, self []selfreplay.Error) *Table {
	applications, tasks, seen := map[string]int{}, map[string]int{}, map[traces.Identity]bool{}
	var classes []string
	for _, a := range logs {
		if a.Name == "" && a.Class == "" || a.Log.CopyOf != "" {
			continue // unreadable: it has no class
		}
		if _, known := tasks[a.Class]; !known {
			classes = append(classes, a.Class)
		}
		if a.ID == "" || !seen[application(a)] {
			applications[a.Class]++
		}
		seen[application(a)] = true
		tasks[a.Class] += a.Log.Tasks
	}
	slices.Sort(classes)
	t := &Table{Left: 1, Columns: heads("class", "applications", "tasks", "self-replay\nmedian error %", "\nlargest %")}
	errors := bench.ClassErrors(logs, self)
	for _, c := range classes {
		none := Cell{Text: words.Missing}
		median, largest := none, none
		if i := slices.IndexFunc(errors, func(e bench.ClassError) bool { return e.Class == c }); i >= 0 {
			median, largest = Cell{Text: words.Percent(errors[i].Median)}, Cell{Text: words.Percent(errors[i].Largest)}
		}
		t.add(OneLine(c), applications[c], tasks[c], median, largest)
	}
	return t
}

// attemptList names the applications that have a log for each of several attempts.
func attemptList(logs []*traces.Application) Bullets {
	count := map[traces.Identity]int{}
	for _, a := range logs {
		if a.Log.CopyOf == "" {
			count[application(a)]++
		}
	}
	var list Bullets
	for _, a := range logs {
		if n := count[application(a)]; n > 1 && a.ID != "" {
			list = append(list, fmt.Sprintf("%s has %d logs of one application: a replay uses its last attempt, and counts the earlier ones as time held.", OneLine(a.ID), n))
			count[application(a)] = 0
		}
	}
	return list
}

// skippedTable counts, by reason, the skipped files that did not look like event logs.
// Files that should have been readable are already reported on standard error.
func skippedTable(skipped []source.Skipped) *Table {
	count := map[string]int{}
	var reasons []string
	for _, s := range skipped {
		if s.Failed {
			continue
		}
		why := Word(s.Why)
		if count[why]++; count[why] == 1 {
			reasons = append(reasons, why)
		}
	}
	slices.Sort(reasons)
	t := &Table{Left: 1, Columns: heads("reason", "files")}
	for _, why := range reasons {
		t.add(why, count[why])
	}
	return t
}

// length writes a duration in Go's form: 7.9s, 1h2m3s.
func length(d time.Duration) string {
	if d < time.Minute {
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// OneLine returns s with every run of white space replaced by one blank, because a line
// break in text from a log would break a table.
func OneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
