// Package slow reads the events of package scan with a JSON library: tests hold the scanner
// to it, and benchmarks compare with it.
package slow

import (
	"cmp"
	"fmt"
	"slices"

	"dynalloc/traces/eventlog/scan"
)

// A Decode decodes a line of JSON, like json.Unmarshal.
type Decode func(line []byte, into any) error

// Event reads a line as what event points to, which has its zero values (scan.Decoder.Other).
func (decode Decode) Event(line []byte, event any) error {
	switch e := event.(type) {
	case *scan.TaskEvent:
		return set(e)(decode.Task(line))
	case *scan.StageEvent:
		return set(e)(decode.Stage(line))
	case *scan.JobStart:
		return set(e)(decode.JobStart(line))
	case *scan.JobEnd:
		return set(e)(decode.JobEnd(line))
	case *scan.LogStart:
		return fill[logStart](decode, line, e)
	case *scan.ApplicationStart:
		return fill[applicationStart](decode, line, e)
	case *scan.EnvironmentUpdate:
		return fill[environmentUpdate](decode, line, e)
	case *scan.Timed:
		return fill[timed](decode, line, e)
	case *scan.ExecutorRemoved:
		return fill[executorRemoved](decode, line, e)
	case *scan.Unpersist:
		return fill[unpersist](decode, line, e)
	case *scan.ExecutorAdded:
		var o executorAdded
		err := decode(line, &o)
		*e = scan.ExecutorAdded{
			Time: o.Time, ID: o.ID, Host: o.Info.Host, Cores: o.Info.Cores, Profile: o.Info.Profile,
			Requested: o.Info.Requested, Registered: o.Info.Registered,
		}
		return err
	case *scan.BlockManager:
		var o blockManager
		err := decode(line, &o)
		*e = scan.BlockManager{Time: o.Time, Executor: o.Manager.Executor, Host: o.Manager.Host}
		return err
	}
	return fmt.Errorf("no way to read a %T", event)
}

// set puts an event that was read where it belongs.
func set[T any](to *T) func(*T, error) error {
	return func(e *T, err error) error { *to = *e; return err }
}

// fill reads a line as an object whose fields are those of an event.
func fill[O interface{ event() T }, T any](decode Decode, line []byte, to *T) error {
	var o O
	err := decode(line, &o)
	*to = o.event()
	return err
}

// Task reads a TaskStart or TaskEnd line.
func (decode Decode) Task(line []byte) (*scan.TaskEvent, error) {
	var o task
	err := decode(line, &o)
	partition := int64(-1)
	if o.Info.Partition != nil {
		partition = *o.Info.Partition
	}
	run := int64(scan.NoTime)
	if o.Metrics.Run != nil {
		run = *o.Metrics.Run
	}
	return &scan.TaskEvent{
		Stage: o.Stage, StageAttempt: o.StageAttempt, Type: o.Type, Reason: o.Reason.Reason, Blamed: o.Reason.Address.Executor,
		Info: scan.TaskInfo{
			ID: o.Info.ID, Index: o.Info.Index, Partition: partition, Launch: o.Info.Launch, Finish: o.Info.Finish,
			Getting: o.Info.Getting, Executor: o.Info.Executor, Host: o.Info.Host, Locality: o.Info.Locality,
			Speculative: o.Info.Speculative,
		},
		Metrics: scan.TaskMetrics{
			Run: run, Deserialize: o.Metrics.Deserialize, Result: o.Metrics.Result,
			RemoteRead: o.Metrics.Read.Remote, LocalRead: o.Metrics.Read.Local, Written: o.Metrics.Write.Written,
		},
	}, err
}

// Stage reads a StageSubmitted or StageCompleted line.
func (decode Decode) Stage(line []byte) (*scan.StageEvent, error) {
	var o struct {
		Info stage `json:"Stage Info"`
	}
	err := decode(line, &o)
	return &scan.StageEvent{Info: o.Info.info()}, err
}

// JobStart reads a JobStart line.
func (decode Decode) JobStart(line []byte) (*scan.JobStart, error) {
	var o struct {
		ID         int64      `json:"Job ID"`
		Time       int64      `json:"Submission Time"`
		Stages     []stage    `json:"Stage Infos"`
		StageIDs   []int64    `json:"Stage IDs"`
		Properties properties `json:"Properties"`
	}
	err := decode(line, &o)
	e := &scan.JobStart{ID: o.ID, Time: o.Time, StageIDs: o.StageIDs, Properties: scan.JobProperties(o.Properties)}
	for i := range o.Stages {
		e.Stages = append(e.Stages, o.Stages[i].info())
	}
	return e, err
}

// JobEnd reads a JobEnd line.
func (decode Decode) JobEnd(line []byte) (*scan.JobEnd, error) {
	var o struct {
		ID     int64 `json:"Job ID"`
		Time   int64 `json:"Completion Time"`
		Result struct {
			Result    string `json:"Result"`
			Exception struct {
				Message string `json:"Message"`
			} `json:"Exception"`
		} `json:"Job Result"`
	}
	err := decode(line, &o)
	return &scan.JobEnd{ID: o.ID, Time: o.Time, Result: o.Result.Result, Message: o.Result.Exception.Message}, err
}

type task struct {
	Stage        int64  `json:"Stage ID"`
	StageAttempt int64  `json:"Stage Attempt ID"`
	Type         string `json:"Task Type"`
	Reason       struct {
		Reason  string
		Address struct {
			Executor string `json:"Executor ID"`
		} `json:"Block Manager Address"`
	} `json:"Task End Reason"`
	Info struct {
		ID          int64  `json:"Task ID"`
		Index       int64  `json:"Index"`
		Partition   *int64 `json:"Partition ID"`
		Launch      int64  `json:"Launch Time"`
		Finish      int64  `json:"Finish Time"`
		Getting     int64  `json:"Getting Result Time"`
		Executor    string `json:"Executor ID"`
		Host        string `json:"Host"`
		Locality    string `json:"Locality"`
		Speculative bool   `json:"Speculative"`
	} `json:"Task Info"`
	Metrics struct {
		Run         *int64 `json:"Executor Run Time"`
		Deserialize int64  `json:"Executor Deserialize Time"`
		Result      int64  `json:"Result Serialization Time"`
		Read        struct {
			Remote int64 `json:"Remote Bytes Read"`
			Local  int64 `json:"Local Bytes Read"`
		} `json:"Shuffle Read Metrics"`
		Write struct {
			Written int64 `json:"Shuffle Bytes Written"`
		} `json:"Shuffle Write Metrics"`
	} `json:"Task Metrics"`
}

type stage struct {
	ID        int64   `json:"Stage ID"`
	Attempt   int64   `json:"Stage Attempt ID"`
	Name      string  `json:"Stage Name"`
	Tasks     int64   `json:"Number of Tasks"`
	Parents   []int64 `json:"Parent IDs"`
	RDDs      []rdd   `json:"RDD Info"`
	Profile   int64   `json:"Resource Profile Id"`
	Submitted int64   `json:"Submission Time"`
	Completed int64   `json:"Completion Time"`
	Failure   *string `json:"Failure Reason"`
}

type rdd struct {
	ID      int64   `json:"RDD ID"`
	Parents []int64 `json:"Parent IDs"`
	Barrier bool    `json:"Barrier"`
	Level   struct {
		Memory bool `json:"Use Memory"`
		Disk   bool `json:"Use Disk"`
	} `json:"Storage Level"`
}

func (s *stage) info() scan.StageInfo {
	info := scan.StageInfo{
		ID: s.ID, Attempt: s.Attempt, Name: s.Name, Tasks: s.Tasks, Parents: s.Parents, Profile: s.Profile,
		Submitted: s.Submitted, Completed: s.Completed, Failed: s.Failure != nil,
	}
	for _, r := range s.RDDs {
		info.RDDs = append(info.RDDs, scan.RDD{ID: r.ID, Parents: r.Parents, Barrier: r.Barrier, Memory: r.Level.Memory, Disk: r.Level.Disk})
	}
	slices.SortFunc(info.RDDs, func(x, y scan.RDD) int { return cmp.Compare(x.ID, y.ID) })
	return info
}

type properties struct {
	Pool          string `json:"spark.scheduler.pool"`
	Group         string `json:"spark.jobGroup.id"`
	Description   string `json:"spark.job.description"`
	Execution     string `json:"spark.sql.execution.id"`
	RootExecution string `json:"spark.sql.execution.root.id"`
	Query         string `json:"sql.streaming.queryId"`
	Batch         string `json:"streaming.sql.batchId"`
	BatchTime     string `json:"spark.streaming.internal.batchTime"`
	Tags          string `json:"spark.job.tags"`
	Run           string `json:"spark.databricks.job.runId"`
	ParentRun     string `json:"spark.databricks.job.parentRunId"`
	Notebook      string `json:"spark.databricks.notebook.id"`
	REPL          string `json:"spark.databricks.replId"`
}

type logStart struct {
	Version string `json:"Spark Version"`
	Time    int64  `json:"Timestamp"`
}

func (o logStart) event() scan.LogStart { return scan.LogStart(o) }

type applicationStart struct {
	Name    string `json:"App Name"`
	ID      string `json:"App ID"`
	Attempt string `json:"App Attempt ID"`
	User    string `json:"User"`
	Time    int64  `json:"Timestamp"`
}

func (o applicationStart) event() scan.ApplicationStart { return scan.ApplicationStart(o) }

type environmentUpdate struct {
	Spark map[string]string `json:"Spark Properties"`
}

func (o environmentUpdate) event() scan.EnvironmentUpdate { return scan.EnvironmentUpdate(o) }

type timed struct {
	Time int64 `json:"Timestamp"`
}

func (o timed) event() scan.Timed { return scan.Timed(o) }

type executorRemoved struct {
	Time   int64  `json:"Timestamp"`
	ID     string `json:"Executor ID"`
	Reason string `json:"Removed Reason"`
}

func (o executorRemoved) event() scan.ExecutorRemoved { return scan.ExecutorRemoved(o) }

type unpersist struct {
	ID int64 `json:"RDD ID"`
}

func (o unpersist) event() scan.Unpersist { return scan.Unpersist(o) }

type executorAdded struct {
	Time int64  `json:"Timestamp"`
	ID   string `json:"Executor ID"`
	Info struct {
		Host       string `json:"Host"`
		Cores      int64  `json:"Total Cores"`
		Profile    int64  `json:"Resource Profile Id"`
		Requested  int64  `json:"Request Time"`
		Registered int64  `json:"Registration Time"`
	} `json:"Executor Info"`
}

type blockManager struct {
	Time    int64 `json:"Timestamp"`
	Manager struct {
		Executor string `json:"Executor ID"`
		Host     string `json:"Host"`
	} `json:"Block Manager ID"`
}
