package scan

import (
	"bytes"
	"cmp"
	"slices"
)

// Events that say which stages there are. Times are milliseconds since 1970. Old versions
// of Spark and vendors leave fields out, which are then zero.

// A StageEvent is what a workload needs of a StageSubmitted or StageCompleted line.
type StageEvent struct {
	Info StageInfo
}

// A StageInfo describes an attempt of a stage.
type StageInfo struct {
	ID, Attempt          int64
	Name                 string
	Tasks                int64
	Parents              []int64 // stages; nil: not said (before Spark 1.4)
	RDDs                 []RDD   // by ID
	Profile              int64
	Submitted, Completed int64
	Failed               bool // it has a failure reason
}

// An RDD is one of those that a stage computes.
type RDD struct {
	ID           int64
	Parents      []int64 // RDDs
	Barrier      bool    // from Spark 2.4
	Memory, Disk bool    // whether its storage level uses them
}

// A JobStart is what a workload needs of a JobStart line.
type JobStart struct {
	ID         int64
	Time       int64       // submission, from Spark 1.3
	Stages     []StageInfo // from Spark 1.2
	StageIDs   []int64
	Properties JobProperties
}

// A JobEnd is what a workload needs of a JobEnd line.
type JobEnd struct {
	ID      int64
	Time    int64  // from Spark 1.3
	Result  string // "JobSucceeded", or how it failed
	Message string // of the exception
}

var (
	submittedFields = Fields[StageEvent]{"Stage Info": value(infoOf, func(d *Decoder, s *StageInfo) { d.submitted.read(d, s) })}
	completedFields = Fields[StageEvent]{"Stage Info": value(infoOf, func(d *Decoder, s *StageInfo) { d.completed.read(d, s) })}
)

func infoOf(e *StageEvent) *StageInfo { return &e.Info }

var stageFields = Fields[StageInfo]{
	"Stage ID":            number(func(e *StageInfo) *int64 { return &e.ID }),
	"Stage Attempt ID":    number(func(e *StageInfo) *int64 { return &e.Attempt }),
	"Stage Name":          name(func(e *StageInfo) *string { return &e.Name }),
	"Number of Tasks":     number(func(e *StageInfo) *int64 { return &e.Tasks }),
	"Parent IDs":          numbers(func(e *StageInfo) *[]int64 { return &e.Parents }),
	"RDD Info":            value(func(e *StageInfo) *[]RDD { return &e.RDDs }, (*Decoder).readRDDs),
	"Resource Profile Id": number(func(e *StageInfo) *int64 { return &e.Profile }),
	"Submission Time":     number(func(e *StageInfo) *int64 { return &e.Submitted }),
	"Completion Time":     number(func(e *StageInfo) *int64 { return &e.Completed }),
	"Failure Reason":      value(func(e *StageInfo) *bool { return &e.Failed }, func(d *Decoder, failed *bool) { *failed = d.Peek() != 'n'; d.Text() }),
}

// A knownRDDs is a list of RDDs with its text.
type knownRDDs struct {
	text []byte
	rdds []RDD // by ID
}

// maxKnown bounds the text, in bytes, of a list of RDDs that is kept.
const maxKnown = 16 << 10

// readRDDs reads the RDDs of a stage. The job that needs a stage lists them before its
// submission does, and that before its end, mostly in the same words.
func (d *Decoder) readRDDs(l *[]RDD) {
	d.Peek()
	text := d.Line[d.at:]
	first, _ := digits(text, min(len(`[{"RDD ID":`), len(text)))
	known := &d.known[first%int64(len(d.known))]
	if len(known.text) > 0 && bytes.HasPrefix(text, known.text) {
		*l = known.rdds
		d.at += len(known.text)
		return
	}
	from := d.at
	*l = list(d, &d.rdds, func(d *Decoder, r *RDD) { d.rdd.read(d, r) })
	slices.SortFunc(*l, func(x, y RDD) int { return cmp.Compare(x.ID, y.ID) })
	if text := d.Line[from:d.at]; d.Err == nil && len(*l) > 0 && len(text) <= maxKnown {
		known.text, known.rdds = append(known.text[:0], text...), *l
	}
}

var rddFields = Fields[RDD]{
	"RDD ID":     number(func(r *RDD) *int64 { return &r.ID }),
	"Parent IDs": numbers(func(r *RDD) *[]int64 { return &r.Parents }),
	"Barrier":    truth(func(r *RDD) *bool { return &r.Barrier }),
	"Storage Level": inside(Fields[RDD]{
		"Use Memory": truth(func(r *RDD) *bool { return &r.Memory }),
		"Use Disk":   truth(func(r *RDD) *bool { return &r.Disk }),
	}),
}

var jobStartFields = Fields[JobStart]{
	"Job ID":          number(func(e *JobStart) *int64 { return &e.ID }),
	"Submission Time": number(func(e *JobStart) *int64 { return &e.Time }),
	"Stage Infos": value(func(e *JobStart) *[]StageInfo { return &e.Stages }, func(d *Decoder, l *[]StageInfo) {
		*l = list(d, &d.stages, func(d *Decoder, s *StageInfo) { d.listed.read(d, s) })
	}),
	"Stage IDs": numbers(func(e *JobStart) *[]int64 { return &e.StageIDs }),
	"Properties": inside(Fields[JobStart]{
		"spark.scheduler.pool":               name(func(e *JobStart) *string { return &e.Properties.Pool }),
		"spark.jobGroup.id":                  text(func(e *JobStart) *string { return &e.Properties.Group }),
		"spark.job.description":              text(func(e *JobStart) *string { return &e.Properties.Description }),
		"spark.sql.execution.id":             text(func(e *JobStart) *string { return &e.Properties.Execution }),
		"spark.sql.execution.root.id":        text(func(e *JobStart) *string { return &e.Properties.RootExecution }),
		"sql.streaming.queryId":              name(func(e *JobStart) *string { return &e.Properties.Query }),
		"streaming.sql.batchId":              text(func(e *JobStart) *string { return &e.Properties.Batch }),
		"spark.streaming.internal.batchTime": text(func(e *JobStart) *string { return &e.Properties.BatchTime }),
		"spark.job.tags":                     text(func(e *JobStart) *string { return &e.Properties.Tags }),
		"spark.databricks.job.runId":         text(func(e *JobStart) *string { return &e.Properties.Run }),
		"spark.databricks.job.parentRunId":   text(func(e *JobStart) *string { return &e.Properties.ParentRun }),
		"spark.databricks.notebook.id":       text(func(e *JobStart) *string { return &e.Properties.Notebook }),
		"spark.databricks.replId":            text(func(e *JobStart) *string { return &e.Properties.REPL }),
	}),
}

var jobEndFields = Fields[JobEnd]{
	"Job ID":          number(func(e *JobEnd) *int64 { return &e.ID }),
	"Completion Time": number(func(e *JobEnd) *int64 { return &e.Time }),
	"Job Result": inside(Fields[JobEnd]{
		"Result": name(func(e *JobEnd) *string { return &e.Result }),
		"Exception": inside(Fields[JobEnd]{
			"Message": text(func(e *JobEnd) *string { return &e.Message }),
		}),
	}),
}
