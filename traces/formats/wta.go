package formats

import "time"

// wta is a table of tasks of the Workflow Trace Archive (Versluis et al., IEEE TPDS
// 2020), as OpenDC writes it to CSV. A row is a task of a workflow, which becomes a
// stage of one task.
var wta = columns{
	class: "workflow", unit: time.Millisecond, note: wtaNote,
	names: [columnKinds]string{
		appColumn: "workflow_id", submitColumn: "ts_submit_ms", secondsColumn: "runtime_ms",
		stageColumn: "task_id", afterColumn: "parents", coresColumn: "cpus",
	},
}
