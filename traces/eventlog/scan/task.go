package scan

// A TaskEvent is what a workload needs of a TaskStart or TaskEnd line. Times are
// milliseconds since 1970 by the driver's clock; durations are milliseconds that the
// executor measured.
type TaskEvent struct {
	Stage, StageAttempt int64
	Type                string // "ShuffleMapTask" or "ResultTask"
	Reason              string // "Success", or why it failed
	Blamed              string // the executor whose data could not be fetched; empty if the reason is another

	Info    TaskInfo
	Metrics TaskMetrics
}

// TaskInfo is what the driver knows of the task.
type TaskInfo struct {
	ID, Index, Launch, Finish, Getting int64
	Partition                          int64 // -1 before Spark 3.3
	Executor, Host, Locality           string
	Speculative                        bool
}

// NoTime is the run time of a task of which the log has none.
const NoTime = -1

// TaskMetrics is what its executor measured.
type TaskMetrics struct {
	Run                   int64 // NoTime without metrics
	Deserialize, Result   int64
	RemoteRead, LocalRead int64 // shuffle bytes
	Written               int64 // shuffle bytes
}

// shuffleFields are those of both directions, whose keys differ.
var shuffleFields = Fields[TaskEvent]{
	"Remote Bytes Read":     value(func(d *Decoder, e *TaskEvent) { e.Metrics.RemoteRead = d.Int() }),
	"Local Bytes Read":      value(func(d *Decoder, e *TaskEvent) { e.Metrics.LocalRead = d.Int() }),
	"Shuffle Bytes Written": value(func(d *Decoder, e *TaskEvent) { e.Metrics.Written = d.Int() }),
}

var taskFields = Fields[TaskEvent]{
	"Stage ID":         value(func(d *Decoder, e *TaskEvent) { e.Stage = d.Int() }),
	"Stage Attempt ID": value(func(d *Decoder, e *TaskEvent) { e.StageAttempt = d.Int() }),
	"Task Type":        value(func(d *Decoder, e *TaskEvent) { e.Type = d.name() }),
	"Task End Reason": inside(Fields[TaskEvent]{
		"Reason": value(func(d *Decoder, e *TaskEvent) { e.Reason = d.name() }),
		"Block Manager Address": inside(Fields[TaskEvent]{ // of a failed fetch; null if it is not known
			"Executor ID": value(func(d *Decoder, e *TaskEvent) { e.Blamed = d.name() }),
		}),
	}),
	"Task Info": inside(Fields[TaskEvent]{
		"Task ID":             value(func(d *Decoder, e *TaskEvent) { e.Info.ID = d.Int() }),
		"Index":               value(func(d *Decoder, e *TaskEvent) { e.Info.Index = d.Int() }),
		"Partition ID":        value(func(d *Decoder, e *TaskEvent) { e.Info.Partition = d.Int() }),
		"Launch Time":         value(func(d *Decoder, e *TaskEvent) { e.Info.Launch = d.Int() }),
		"Finish Time":         value(func(d *Decoder, e *TaskEvent) { e.Info.Finish = d.Int() }),
		"Getting Result Time": value(func(d *Decoder, e *TaskEvent) { e.Info.Getting = d.Int() }),
		"Executor ID":         value(func(d *Decoder, e *TaskEvent) { e.Info.Executor = d.name() }),
		"Host":                value(func(d *Decoder, e *TaskEvent) { e.Info.Host = d.name() }),
		"Locality":            value(func(d *Decoder, e *TaskEvent) { e.Info.Locality = d.name() }),
		"Speculative":         value(func(d *Decoder, e *TaskEvent) { e.Info.Speculative = d.Bool() }),
	}),
	"Task Metrics": inside(Fields[TaskEvent]{
		"Executor Run Time":         value(func(d *Decoder, e *TaskEvent) { e.Metrics.Run = d.Int() }),
		"Executor Deserialize Time": value(func(d *Decoder, e *TaskEvent) { e.Metrics.Deserialize = d.Int() }),
		"Result Serialization Time": value(func(d *Decoder, e *TaskEvent) { e.Metrics.Result = d.Int() }),
		"Shuffle Read Metrics":      inside(shuffleFields),
		"Shuffle Write Metrics":     inside(shuffleFields),
	}),
}
