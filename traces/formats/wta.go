package formats

import "time"

// wta are the tables of tasks of the Workflow Trace Archive (Versluis et al.,
// IEEE TPDS 2020), as OpenDC writes them to CSV: a row is a task of a workflow,
// which becomes a stage of one task.
var wta = columns{
	kind: "workflow", unit: time.Millisecond,
	app: "workflow_id", submit: "ts_submit_ms", each: "runtime_ms", stage: "task_id", after: "parents", cores: "cpus",
	notes: []string{"a trace of the Workflow Trace Archive. Each workflow is an application of one job, each of its tasks a stage of one task; a workflow is submitted with its first task."},
}
