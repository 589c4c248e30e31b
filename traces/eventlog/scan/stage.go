package scan

import (
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

// JobProperties are the local properties of a job, most of which say who or what started it.
type JobProperties struct {
	Pool          string
	Group         string
	Description   string
	Execution     string // of SQL
	RootExecution string // of SQL

	Query     string // of Structured Streaming (StreamExecution.QUERY_ID_KEY)
	Batch     string // of Structured Streaming (MicroBatchExecution.BATCH_ID_KEY)
	BatchTime string // of Spark Streaming, ms since 1970
	Tags      string
	Run       string // of a Databricks job
	ParentRun string // of a Databricks job
	Notebook  string // of Databricks
	REPL      string // of Databricks
}

// A JobEnd is what a workload needs of a JobEnd line.
type JobEnd struct {
	ID      int64
	Time    int64  // from Spark 1.3
	Result  string // "JobSucceeded", or how it failed
	Message string // of the exception
}

var (
	submittedFields = Fields[StageEvent]{"Stage Info": value(func(d *Decoder, e *StageEvent) { d.submitted.read(d, &e.Info) })}
	completedFields = Fields[StageEvent]{"Stage Info": value(func(d *Decoder, e *StageEvent) { d.completed.read(d, &e.Info) })}
)

var stageFields = Fields[StageInfo]{
	"Stage ID":         value(func(d *Decoder, e *StageInfo) { e.ID = d.Int() }),
	"Stage Attempt ID": value(func(d *Decoder, e *StageInfo) { e.Attempt = d.Int() }),
	"Stage Name":       value(func(d *Decoder, e *StageInfo) { e.Name = d.name() }),
	"Number of Tasks":  value(func(d *Decoder, e *StageInfo) { e.Tasks = d.Int() }),
	"Parent IDs":       value(func(d *Decoder, e *StageInfo) { e.Parents = d.ints() }),
	"RDD Info": value(func(d *Decoder, e *StageInfo) {
		e.RDDs = list(d, &d.rdds, func(d *Decoder, r *RDD) { d.rdd.read(d, r) })
		slices.SortFunc(e.RDDs, func(x, y RDD) int { return cmp.Compare(x.ID, y.ID) })
	}),
	"Resource Profile Id": value(func(d *Decoder, e *StageInfo) { e.Profile = d.Int() }),
	"Submission Time":     value(func(d *Decoder, e *StageInfo) { e.Submitted = d.Int() }),
	"Completion Time":     value(func(d *Decoder, e *StageInfo) { e.Completed = d.Int() }),
	"Failure Reason":      value(func(d *Decoder, e *StageInfo) { e.Failed = d.Peek() != 'n'; d.Text() }),
}

var rddFields = Fields[RDD]{
	"RDD ID":     value(func(d *Decoder, r *RDD) { r.ID = d.Int() }),
	"Parent IDs": value(func(d *Decoder, r *RDD) { r.Parents = d.ints() }),
	"Barrier":    value(func(d *Decoder, r *RDD) { r.Barrier = d.Bool() }),
	"Storage Level": inside(Fields[RDD]{
		"Use Memory": value(func(d *Decoder, r *RDD) { r.Memory = d.Bool() }),
		"Use Disk":   value(func(d *Decoder, r *RDD) { r.Disk = d.Bool() }),
	}),
}

var jobStartFields = Fields[JobStart]{
	"Job ID":          value(func(d *Decoder, e *JobStart) { e.ID = d.Int() }),
	"Submission Time": value(func(d *Decoder, e *JobStart) { e.Time = d.Int() }),
	"Stage Infos": value(func(d *Decoder, e *JobStart) {
		e.Stages = list(d, &d.stages, func(d *Decoder, s *StageInfo) { d.listed.read(d, s) })
	}),
	"Stage IDs": value(func(d *Decoder, e *JobStart) { e.StageIDs = d.ints() }),
	"Properties": inside(Fields[JobStart]{
		"spark.scheduler.pool":               value(func(d *Decoder, e *JobStart) { e.Properties.Pool = d.name() }),
		"spark.jobGroup.id":                  value(func(d *Decoder, e *JobStart) { e.Properties.Group = d.text() }),
		"spark.job.description":              value(func(d *Decoder, e *JobStart) { e.Properties.Description = d.text() }),
		"spark.sql.execution.id":             value(func(d *Decoder, e *JobStart) { e.Properties.Execution = d.text() }),
		"spark.sql.execution.root.id":        value(func(d *Decoder, e *JobStart) { e.Properties.RootExecution = d.text() }),
		"sql.streaming.queryId":              value(func(d *Decoder, e *JobStart) { e.Properties.Query = d.name() }),
		"streaming.sql.batchId":              value(func(d *Decoder, e *JobStart) { e.Properties.Batch = d.text() }),
		"spark.streaming.internal.batchTime": value(func(d *Decoder, e *JobStart) { e.Properties.BatchTime = d.text() }),
		"spark.job.tags":                     value(func(d *Decoder, e *JobStart) { e.Properties.Tags = d.text() }),
		"spark.databricks.job.runId":         value(func(d *Decoder, e *JobStart) { e.Properties.Run = d.text() }),
		"spark.databricks.job.parentRunId":   value(func(d *Decoder, e *JobStart) { e.Properties.ParentRun = d.text() }),
		"spark.databricks.notebook.id":       value(func(d *Decoder, e *JobStart) { e.Properties.Notebook = d.text() }),
		"spark.databricks.replId":            value(func(d *Decoder, e *JobStart) { e.Properties.REPL = d.text() }),
	}),
}

var jobEndFields = Fields[JobEnd]{
	"Job ID":          value(func(d *Decoder, e *JobEnd) { e.ID = d.Int() }),
	"Completion Time": value(func(d *Decoder, e *JobEnd) { e.Time = d.Int() }),
	"Job Result": inside(Fields[JobEnd]{
		"Result": value(func(d *Decoder, e *JobEnd) { e.Result = d.name() }),
		"Exception": inside(Fields[JobEnd]{
			"Message": value(func(d *Decoder, e *JobEnd) { e.Message = d.text() }),
		}),
	}),
}
