package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/bench/sla"
	"dynalloc/internal/spec"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/reports"
	"dynalloc/traces"
)

// An eventWriter writes the events of a replay as they happen: a timeline in text, a
// line of JSON for each event, or the life of one executor.
type eventWriter interface {
	replay.Observer
	begin(s *bench.Suite, fleet policies.Fleet)
	end(r *replay.Result) error
}

// A filter selects the events that are shown. All applications are replayed, because
// those that are shown compete with the others.
type filter struct {
	workload *traces.Workload
	shown    []bool // by application
	tasks    bool
	why      int // show only this executor; negative: show everything
}

// shows reports whether the glob of --app matches an application.
func shows(app string, a *traces.Application) bool {
	return spec.Match(app, a.Name) || spec.Match(app, a.ID)
}

func newEventWriter(out *bufio.Writer, w *traces.Workload, format, app string, tasks bool, why int) eventWriter {
	f := filter{workload: w, shown: make([]bool, len(w.Apps)), tasks: tasks || why >= 0, why: why}
	for i, a := range w.Apps {
		f.shown[i] = shows(app, a)
	}
	if format == "json" {
		return &jsonWriter{filter: f, out: json.NewEncoder(out)}
	}
	t := &textWriter{filter: f, out: out, labels: w.Labels()}
	for i := range w.Apps {
		if f.shown[i] {
			t.width = max(t.width, len(t.who(i)))
		}
	}
	if why >= 0 {
		return newLifeWriter(t, why)
	}
	return t
}

func (f *filter) selects(e replay.Event) bool {
	isTask := e.Kind == replay.TaskStarted || e.Kind == replay.TaskEnded
	if f.why >= 0 && !(e.Executor == policies.ExecutorID(f.why) && (isTask || e.Kind >= replay.ExecutorGranted)) {
		return false
	}
	return f.shown[e.App] && (f.tasks || !isTask)
}

// A textWriter writes the timeline as text.
type textWriter struct {
	filter
	out    *bufio.Writer
	labels []string // of the applications
	width  int      // of their column
}

// who is the name of an application in the timeline.
func (t *textWriter) who(app int) string { return reports.OneLine(t.labels[app]) }

// The methods of bufio.Writer keep the first error for Flush, so errors are not
// checked here.

func (t *textWriter) begin(s *bench.Suite, fleet policies.Fleet) {
	fmt.Fprintf(t.out, "%s: %d applications under %s on %s, seed %d\n", s.Workload.Name, len(s.Workload.Apps), fleet, s.Config.Cluster, s.Config.Seed)
	for _, note := range reports.WordAll(slices.Concat(reports.ClusterNotes(&s.Config.Cluster), s.Workload.Notes, s.Notes)) {
		fmt.Fprintln(t.out, note)
	}
	fmt.Fprintln(t.out)
}

// Observe writes a line for an event.
func (t *textWriter) Observe(e replay.Event) {
	if !t.selects(e) {
		return
	}
	line := fmt.Sprintf("%s  %-*s  %-34s  %s", clock(e.At), t.width, t.who(int(e.App)), e.Happened(t.workload), e.Why)
	fmt.Fprintln(t.out, strings.TrimRight(line, " "))
}

func (t *textWriter) end(r *replay.Result) error {
	fmt.Fprintln(t.out)
	columns := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(columns, "application\tpolicy\tsubmitted\tqueue wait\tfirst executor after\tturnaround\texecutors\tat most\theld exec-s\tbusy core-s\theld core-s")
	for i := range r.Apps {
		if !t.shown[i] {
			continue
		}
		a := &r.Apps[i]
		wait, first := "-", "-"
		if a.Registered >= 0 {
			wait, first = seconds(a.QueueWait()), seconds(a.Registered-a.Submit)
		}
		fmt.Fprintf(columns, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%d\t%s\t%s\t%s\n", t.who(i), a.Policy, clock(a.Submit), wait, first, seconds(a.End-a.Submit),
			a.Grants, a.Peak, seconds(a.Ledger.Executor), seconds(a.Ledger.Busy), seconds(a.Ledger.Held()))
	}
	columns.Flush()
	for i := range r.Apps {
		if f := streamFigures(t.workload.Apps[i], &r.Apps[i]); t.shown[i] && f != nil {
			fmt.Fprintf(t.out, "\n%s: %.0f micro-batches, %.0f of them late; latency from trigger to end %.1f s median, %.1f s p95, %.1f s p99\n",
				t.who(i), f["batches"], f["batches_late"], f["batch_latency_p50"], f["batch_latency_p95"], f["batch_latency_p99"])
		}
	}
	fmt.Fprintf(t.out, "\nAll %d applications: ends at %s, %s core-s held, %s of them busy; %d events, digest %016x.\n",
		len(r.Apps), clock(r.End), seconds(r.Ledger.Held()), seconds(r.Ledger.Busy), r.Events, r.Digest)
	return nil
}

// streamFigures are the metrics of an application's micro-batches by name; nil: it has
// none. Values that do not exist are left out.
func streamFigures(a *traces.Application, r *replay.AppResult) map[string]float64 {
	g := metrics.Group{Apps: []metrics.App{metrics.Replayed(a, r, &sla.Reference{})}}
	if len(g.Apps[0].Batches) == 0 {
		return nil
	}
	figures := map[string]float64{}
	for _, m := range metrics.Table {
		if m.Section != metrics.Streams {
			continue
		}
		if v := m.Of(&g); !math.IsNaN(v) {
			figures[m.Name] = v
		}
	}
	return figures
}

// clock formats a time of a workload as hours, minutes and seconds.
func clock(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d:%06.3f", d/time.Hour, d/time.Minute%60, (d % time.Minute).Seconds())
}

func seconds(d interface{ Seconds() float64 }) string { return fmt.Sprintf("%.1f", d.Seconds()) }

// A jsonWriter writes one JSON object for each event.
type jsonWriter struct {
	filter
	out *json.Encoder
	err error
}

// kindNames are the names of events in JSON, by replay.Kind.
var kindNames = [...]string{
	replay.AppSubmitted: "application submitted", replay.AppEnded: "application ended",
	replay.JobSubmitted: "job submitted", replay.JobEnded: "job ended",
	replay.StageSubmitted: "stage submitted", replay.StageEnded: "stage ended",
	replay.TaskStarted: "task started", replay.TaskEnded: "task ended",
	replay.TargetChanged: "target changed", replay.ExecutorGranted: "executor granted", replay.ExecutorAdded: "executor added",
	replay.ExecutorUsable: "executor usable", replay.ExecutorReleased: "executor released", replay.ExecutorFreed: "executor freed", replay.ExecutorRemoved: "executor removed",
	replay.ExecutorKept: "executor kept",
}

// A jsonEvent is one event in JSON. Fields that its kind does not have are omitted.
type jsonEvent struct {
	Seconds     float64  `json:"seconds"`
	Index       int32    `json:"index"` // of the application in the workload: its id can be that of another one too
	Application string   `json:"application"`
	Name        string   `json:"name"`
	Event       string   `json:"event"`
	Job         *int     `json:"job,omitempty"`
	Stage       *int     `json:"stage,omitempty"`
	Task        *int32   `json:"task,omitempty"`
	Tasks       *int32   `json:"tasks,omitempty"`
	Target      *int32   `json:"target,omitempty"`
	Executor    string   `json:"executor,omitempty"`
	Node        *int32   `json:"node,omitempty"`
	Why         string   `json:"why,omitempty"`
	Step        int      `json:"step,omitempty"`
	Needed      int      `json:"needed,omitempty"`
	Asked       *float64 `json:"asked,omitempty"`
	Until       *float64 `json:"until,omitempty"`
}

func (t *jsonWriter) begin(*bench.Suite, policies.Fleet) {}

// Observe writes a line for an event.
func (t *jsonWriter) Observe(e replay.Event) {
	if !t.selects(e) || t.err != nil {
		return
	}
	a := t.workload.Apps[e.App]
	when := e.When.Seconds()
	o := jsonEvent{Seconds: e.At.Seconds(), Index: int32(e.App), Application: a.ID, Name: a.Name, Event: kindNames[e.Kind], Why: e.Why.String(), Step: e.Why.Step, Needed: e.Why.Need}
	switch e.Kind {
	case replay.AppSubmitted, replay.AppEnded:
	case replay.JobSubmitted, replay.JobEnded:
		o.Job = &a.Jobs[e.Job].ID
	case replay.StageSubmitted:
		o.Job, o.Stage, o.Tasks = &a.Jobs[e.Job].ID, &a.Stages[e.Stage].ID, &e.N
	case replay.StageEnded:
		o.Job, o.Stage = &a.Jobs[e.Job].ID, &a.Stages[e.Stage].ID
	case replay.TaskStarted, replay.TaskEnded:
		o.Stage, o.Task, o.Executor = &a.Stages[e.Stage].ID, &e.Task, e.Executor.String()
	case replay.TargetChanged:
		o.Target = &e.N
	case replay.ExecutorGranted:
		o.Executor, o.Node = e.Executor.String(), &e.Node
		if t.why >= 0 {
			o.Asked = &when
		}
	case replay.ExecutorKept:
		o.Executor = e.Executor.String()
		if ends(e) {
			o.Until = &when
		}
		if e.Why.Cause == policies.HeldLiveShuffle && e.Job >= 0 {
			o.Job = &a.Jobs[e.Job].ID
		}
	default:
		o.Executor = e.Executor.String()
	}
	t.err = t.out.Encode(&o)
}

func (t *jsonWriter) end(r *replay.Result) error {
	for i := range r.Apps {
		a := t.workload.Apps[i]
		if f := streamFigures(a, &r.Apps[i]); t.shown[i] && f != nil && t.err == nil {
			t.err = t.out.Encode(struct {
				Event       string             `json:"event"`
				Index       int                `json:"index"`
				Application string             `json:"application"`
				Name        string             `json:"name"`
				Batches     map[string]float64 `json:"batches"`
			}{"stream summary", i, a.ID, a.Name, f})
		}
	}
	if t.err != nil {
		return t.err
	}
	return t.out.Encode(struct {
		Event     string  `json:"event"`
		Policy    string  `json:"policy"`
		Cluster   string  `json:"cluster"`
		Seconds   float64 `json:"seconds"`
		HeldCores float64 `json:"held_core_seconds"`
		BusyCores float64 `json:"busy_core_seconds"`
		Events    int     `json:"events"`
		Digest    string  `json:"digest"`
	}{"summary", r.Policy, r.Cluster.String(), r.End.Seconds(), r.Ledger.Held().Seconds(), r.Ledger.Busy.Seconds(), r.Events, fmt.Sprintf("%016x", r.Digest)})
}
