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
	"Remote Bytes Read":     number(func(e *TaskEvent) *int64 { return &e.Metrics.RemoteRead }),
	"Local Bytes Read":      number(func(e *TaskEvent) *int64 { return &e.Metrics.LocalRead }),
	"Shuffle Bytes Written": number(func(e *TaskEvent) *int64 { return &e.Metrics.Written }),
}

var taskFields = Fields[TaskEvent]{
	"Stage ID":         number(func(e *TaskEvent) *int64 { return &e.Stage }),
	"Stage Attempt ID": number(func(e *TaskEvent) *int64 { return &e.StageAttempt }),
	"Task Type":        name(func(e *TaskEvent) *string { return &e.Type }),
	"Task End Reason": inside(Fields[TaskEvent]{
		"Reason": name(func(e *TaskEvent) *string { return &e.Reason }),
		"Block Manager Address": inside(Fields[TaskEvent]{ // of a failed fetch; null if it is not known
			"Executor ID": name(func(e *TaskEvent) *string { return &e.Blamed }),
		}),
	}),
	"Task Info": inside(Fields[TaskEvent]{
		"Task ID":             number(func(e *TaskEvent) *int64 { return &e.Info.ID }),
		"Index":               number(func(e *TaskEvent) *int64 { return &e.Info.Index }),
		"Partition ID":        number(func(e *TaskEvent) *int64 { return &e.Info.Partition }),
		"Launch Time":         number(func(e *TaskEvent) *int64 { return &e.Info.Launch }),
		"Finish Time":         number(func(e *TaskEvent) *int64 { return &e.Info.Finish }),
		"Getting Result Time": number(func(e *TaskEvent) *int64 { return &e.Info.Getting }),
		"Executor ID":         name(func(e *TaskEvent) *string { return &e.Info.Executor }),
		"Host":                name(func(e *TaskEvent) *string { return &e.Info.Host }),
		"Locality":            name(func(e *TaskEvent) *string { return &e.Info.Locality }),
		"Speculative":         truth(func(e *TaskEvent) *bool { return &e.Info.Speculative }),
	}),
	"Task Metrics": inside(Fields[TaskEvent]{
		"Executor Run Time":         number(func(e *TaskEvent) *int64 { return &e.Metrics.Run }),
		"Executor Deserialize Time": number(func(e *TaskEvent) *int64 { return &e.Metrics.Deserialize }),
		"Result Serialization Time": number(func(e *TaskEvent) *int64 { return &e.Metrics.Result }),
		"Shuffle Read Metrics":      inside(shuffleFields),
		"Shuffle Write Metrics":     inside(shuffleFields),
	}),
}
