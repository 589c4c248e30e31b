package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"dynalloc/reports"
	"dynalloc/traces"
	"dynalloc/traces/source"
)

func newInspect() *cobra.Command {
	var format *choice
	var in readFlags
	cmd := &cobra.Command{
		Use:   "inspect TRACE...",
		Short: "Show the content and the quality of event logs",
		Long: `Show the content of event logs. Each log is listed separately, including attempts
of one application, with its counts, its quality grade and its problems.

The grade is the worst that applies:

  complete    everything is there
  cut         the log ends before the application does
  lossy       events are missing, or lines could not be read
  clock       times go backwards: the clock of the driver was set
  compacted   the history server removed finished work: useless for a replay
  unreadable  the log contains no application

Counts are those of the log: JobStart events, distinct submitted stages, TaskEnd
events and those of them whose reason is not Success, distinct executors added and
removed (including the driver if it is logged as one), seconds from the first event
to the last.

With --format json, standard output is one object: applications, a list of path,
id, attempt, name, class, spark_version, seconds, jobs, stages, tasks, failed_tasks,
executors_added, executors_removed, grade and problems. An unreadable log is listed
with what is known of it. If nothing could be read, the list is empty and the exit
status is 1.

The exit status is 3 if only a part could be read: a file could not be read, or a
log has a grade worse than cut.`,
		Example: `  dynalloc inspect /var/log/spark-events
  dynalloc inspect app-20260331080000-0001.zstd
  dynalloc inspect logs.tar.gz --format json | jq '.applications[] | select(.grade != "complete")'`,
		Args: someTraces,
		RunE: func(cmd *cobra.Command, args []string) error {
			return in.inspect(cmd, args, format.value)
		},
	}
	format = addChoice(cmd, "format", "text", "output format", "text", "json")
	in.addFlags(cmd)
	return cmd
}

func someTraces(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usagef("%s needs at least one TRACE: an event log, or an archive or folder of event logs", cmd.Name())
	}
	return nil
}

// An inspected is what inspect says of one log.
type inspected struct {
	Path             string   `json:"path"`
	ID               string   `json:"id"`
	Attempt          string   `json:"attempt"`
	Name             string   `json:"name"`
	Class            string   `json:"class"`
	SparkVersion     string   `json:"spark_version"`
	Seconds          float64  `json:"seconds"`
	Jobs             int      `json:"jobs"`
	Stages           int      `json:"stages"`
	Tasks            int      `json:"tasks"`
	FailedTasks      int      `json:"failed_tasks"`
	ExecutorsAdded   int      `json:"executors_added"`
	ExecutorsRemoved int      `json:"executors_removed"`
	Grade            string   `json:"grade"`
	Problems         []string `json:"problems"`
}

func inspectedOf(path string, log *traces.Log) inspected {
	problems := reports.WordAll(log.Problems)
	if problems == nil {
		problems = []string{} // a list in JSON, never null
	}
	return inspected{
		Path: path, Seconds: log.Span.Seconds(),
		Jobs: log.Jobs, Stages: log.Stages, Tasks: log.Tasks, FailedTasks: log.FailedTasks,
		ExecutorsAdded: log.ExecutorsAdded, ExecutorsRemoved: log.ExecutorsRemoved,
		Grade: log.Grade.String(), Problems: problems,
	}
}

func (in *readFlags) inspect(cmd *cobra.Command, paths []string, format string) error {
	logs, err := source.Open(paths...)
	if err != nil {
		return err
	}
	defer logs.Close()
	logs.EachLog = true
	found := []inspected{}
	reading := in.reader(cmd, logs)
	for {
		a, err := reading.Read()
		if err == io.EOF {
			break
		}
		if unreadable, ok := asLogError(err); ok {
			found = append(found, inspectedOf(unreadable.Path, &unreadable.Log))
			continue
		}
		if err != nil {
			return err
		}
		entry := inspectedOf(a.Path, &a.Log)
		entry.ID, entry.Attempt, entry.Name, entry.Class, entry.SparkVersion = a.ID, a.Attempt, a.Name, a.Class, a.SparkVersion
		found = append(found, entry)
	}
	failure := reading.failure(cmd.ErrOrStderr())
	if reading.applications == 0 {
		found = found[:0]
	}
	write := writeInspectedText
	if format == "json" {
		write = writeInspectedJSON
	}
	if err := write(cmd.OutOrStdout(), found, logs.Skipped()); err != nil {
		return err
	}
	return failure
}

func writeInspectedJSON(w io.Writer, found []inspected, _ []source.Skipped) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(struct {
		Applications []inspected `json:"applications"`
	}{found})
}

// mostListed is how many applications are listed whatever their grade; of more,
// only those that something is wrong with.
const mostListed = 100

func writeInspectedText(w io.Writer, found []inspected, skipped []source.Skipped) error {
	var b strings.Builder
	columns := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	if len(found) > 0 {
		fmt.Fprintln(columns, "application\tname\tspark\tlength\tjobs\tstages\ttasks\tfailed\texecutors\tgrade\tpath")
	}
	left := 0
	for i := range found {
		f := &found[i]
		if i >= mostListed && f.Grade == traces.Complete.String() {
			left++
			continue
		}
		id := cmp.Or(f.ID, "-")
		if f.Attempt != "" {
			id += " attempt " + f.Attempt
		}
		fmt.Fprintf(columns, "%s\t%s\t%s\t%s\t%d\t%d\t%d\t%d\t+%d -%d\t%s\t%s\n", oneLine(id), oneLine(cmp.Or(f.Name, "-")), cmp.Or(f.SparkVersion, "-"),
			length(f.Seconds), f.Jobs, f.Stages, f.Tasks, f.FailedTasks, f.ExecutorsAdded, f.ExecutorsRemoved, f.Grade, f.Path)
	}
	columns.Flush()
	if left > 0 {
		fmt.Fprintf(&b, "and %d more, all complete; --format json lists them\n", left)
	}
	writeClasses(&b, found)
	writeAttempts(&b, found)
	writeProblems(&b, found)
	writeSkipped(&b, skipped)
	_, err := io.WriteString(w, b.String())
	return err
}

// writeClasses lists the classes and how many applications each has.
func writeClasses(b *strings.Builder, found []inspected) {
	type class struct {
		name                string
		applications, tasks int
	}
	index := map[string]int{}
	seen := map[string]bool{}
	var classes []class
	for i := range found {
		f := &found[i]
		if f.Name == "" && f.Class == "" {
			continue // unreadable: of no class
		}
		at, known := index[f.Class]
		if !known {
			at = len(classes)
			index[f.Class] = at
			classes = append(classes, class{name: f.Class})
		}
		if f.ID == "" || !seen[f.ID] {
			classes[at].applications++
		}
		seen[f.ID] = true
		classes[at].tasks += f.Tasks
	}
	if len(classes) == 0 {
		return
	}
	slices.SortFunc(classes, func(x, y class) int { return cmp.Compare(x.name, y.name) })
	columns := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(columns, "\nclass\tapplications\ttasks")
	for _, c := range classes {
		fmt.Fprintf(columns, "%s\t%d\t%d\n", oneLine(c.name), c.applications, c.tasks)
	}
	columns.Flush()
}

// writeAttempts names the applications that have several logs here.
func writeAttempts(b *strings.Builder, found []inspected) {
	logs := map[string]int{}
	var several []string
	for i := range found {
		id := found[i].ID
		if logs[id]++; logs[id] == 2 && id != "" {
			several = append(several, id)
		}
	}
	for _, id := range several {
		fmt.Fprintf(b, "\n%s has %d logs: they are one application; a replay takes its last attempt, and the earlier ones as time held.\n", oneLine(id), logs[id])
	}
}

func writeProblems(b *strings.Builder, found []inspected) {
	heading := "\nproblems\n"
	for i := range found {
		for _, p := range found[i].Problems {
			fmt.Fprintf(b, "%s%s: %s\n", heading, found[i].Path, oneLine(p))
			heading = ""
		}
	}
}

// writeSkipped counts what was expected to be there and is no event log, by
// reason. What should have been read has had its line on standard error.
func writeSkipped(b *strings.Builder, skipped []source.Skipped) {
	count := map[string]int{}
	var reasons []string
	for _, s := range skipped {
		if s.Failed {
			continue
		}
		if count[s.Why]++; count[s.Why] == 1 {
			reasons = append(reasons, s.Why)
		}
	}
	if len(reasons) == 0 {
		return
	}
	slices.Sort(reasons)
	columns := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(columns, "\nskipped\tfiles")
	for _, why := range reasons {
		fmt.Fprintf(columns, "%s\t%d\n", why, count[why])
	}
	columns.Flush()
}

// length writes seconds as people say them: 7.9s, 1h2m3s.
func length(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	if d < time.Minute {
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// oneLine keeps what a log says from breaking a table.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
