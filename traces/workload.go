package traces

import (
	"time"

	"dynalloc/internal/spark"
)

// A Workload is a set of applications that share a cluster, as data: when each
// arrived, what work it brought, and how it really ran where that is known.
// It is finished before anything replays it and is never changed after.
type Workload struct {
	Name  string
	Epoch time.Time      // wall-clock time of offset 0; the zero Time if there is none
	Apps  []*Application // by Submit, then ID
	Notes []string       // what every report must say about this workload, one sentence each
}

// An Application is one Spark application: the last attempt of it, if the
// cluster manager started several.
type Application struct {
	Path         string // where it was read from
	ID           string // as Spark or the cluster manager gave it
	Attempt      string // attempt that counts; empty where the log has none
	Name         string
	Class        string // see Class; the unit by which results are grouped
	User         string
	Queue        string // queue of the cluster manager; empty where unknown
	SparkVersion string // "3.5.1"; empty where the log does not say
	Master       string // spark.master

	Started time.Time     // ApplicationStart of the first attempt, wall clock
	Submit  time.Duration // the same as an offset from Workload.Epoch

	Properties spark.Properties // the Spark properties that the log shows as set
	Profiles   []Profile        // resource profiles; index 0 is Spark's default profile

	EarlierAttempts time.Duration // time from the first attempt's start to the start of the one that counts
	Setup           time.Duration // from (the last attempt's) start until the driver asks for its first executors

	// DriverShares: the driver ran on the machine of its executors, so that those
	// that started beside it slowed it down; DriverBeside is how many those were, on
	// average, from Setup to the first job.
	DriverOnExecutorHost bool
	DriverContenders     float64

	Stages []Stage // parents before children
	Jobs   []Job   // by recorded submission
	// Unpersists are releases of cached data, in log order.
	Unpersists []Unpersist
	Tail       time.Duration // from the end of the last job (the start, if there is none) until the driver stops

	Hosts    []string // names that Task.Host indexes
	Recorded *Recorded
	Log      Log
}

// A Profile is what one executor of a resource profile has and what one task
// of it takes.
type Profile struct {
	ID         int   // as in the log; 0 is the default profile
	Cores      int   // of one executor; 0: unset, so a standalone worker gives all it has
	MemoryMB   int64 // heap of one executor, MiB (spark.executor.memory)
	OverheadMB int64 // beside the heap, MiB (overhead, off-heap, Python)
	TaskCPUs   int   // spark.task.cpus, at least 1
	Limit      int   // most tasks at one time that custom resources (GPUs) allow; 0: no limit
}

// A Cue says when the driver does something: so long after the end of a job,
// or after the application's start. Jobs are closed loop: what a policy makes
// late stays late for all that hangs on it.
type Cue struct {
	After int           // index into Application.Jobs; -1: the application's start
	Gap   time.Duration // driver time from there, 0 or more
}

// A Job is one action of the driver: a graph of stages that ends in a result.
type Job struct {
	ID        int // as in the log
	Cue       Cue
	Stages    []int  // indexes into Application.Stages of every stage in its graph, also of those it may skip
	Pool      string // scheduler pool; empty means "default"
	Group     string // spark.jobGroup.id
	Execution string // SQL execution id
	Failed    bool   // JobEnd said JobFailed

	Description string // spark.job.description
}

// A Stage is the work of one stage, freed from attempts: one task for each
// partition, with the times of its successful run. A skipped stage is not
// listed again: jobs that skip it name the stage whose output they reuse.
type Stage struct {
	ID      int // as in the log (of the original, where others skip it)
	Name    string
	Parents []int // indexes into Application.Stages
	Profile int   // index into Application.Profiles
	Map     bool  // it writes shuffle output
	Caches  []CachedRDD
	Tasks   []Task // by partition; never empty
	// Failures are attempts at tasks that failed of themselves (an exception, no
	// lost executor or lost input) before one succeeded, in order of their ends.
	Failures []Failure
}

// A Failure is a task attempt that failed.
type Failure struct {
	Task int           // index into Stage.Tasks
	Work time.Duration // how long it ran
}

// CachedRDD is a persisted RDD that a stage computes or reads: each of its
// tasks leaves (or finds) one block of it.
type CachedRDD struct {
	ID     int
	Memory bool // storage level uses memory
	Disk   bool // storage level uses disk
}

// Locality is how near to its data a task was launched.
type Locality uint8

// The levels, from nearest to farthest; Unknown is for logs that do not say.
const (
	UnknownLocality Locality = iota
	ProcessLocal
	NodeLocal
	NoPref
	RackLocal
	AnyLocality
)

// A Task is one task's work, split as its log splits it. The parts are whole
// milliseconds. What a replay keeps is Work: run, deserialize and result
// serialization; Scheduler and Getting are the recorded driver's congestion.
type Task struct {
	Run           int32 // executor run time
	Deserialize   int32 // executor deserialize time
	Result        int32 // result serialization time
	Scheduler     int32 // rest of the wall time: launch, status update, waiting in the driver
	GettingResult int32 // fetching a large result
	OriginalRun   int32 // how long an original ran before its speculative copy won, in ms; 0: there was none
	Recomputed    bool  // cached data that it reads was gone, so it computed that again
	Cold          bool  // among the first tasks of its executor, one for each slot
	First         bool  // among the first tasks of its stage on its executor, one for each slot
	FirstRead     bool  // among the first tasks of its executor that read shuffle data, one for each slot
	Contenders    uint8 // if First and not Cold, other First tasks of its stage that started on its host with it; else other executors that were starting there
	Locality      Locality
	Host          int16 // index into Application.Hosts; -1 unknown
	Read          int64 // shuffle bytes read
	Write         int64 // shuffle bytes written
}

// Work is the time that the task itself took, without the driver's part.
func (t *Task) Work() time.Duration {
	return (time.Duration(t.Run) + time.Duration(t.Deserialize) + time.Duration(t.Result)) * time.Millisecond
}

// Unpersist is the driver dropping a cached RDD.
type Unpersist struct {
	RDD int
	Cue Cue
}

// Recorded is how an application really ran, kept beside the workload for
// validation; a replay never reads it. Times are offsets from the start of
// the attempt that counts.
type Recorded struct {
	End       time.Duration // ApplicationEnd, or the last event where it is missing
	Ended     bool          // ApplicationEnd was seen
	Executors []RecordedExecutor
	Jobs      []RecordedJob
}

// RecordedExecutor is the life of one executor as the driver saw it.
type RecordedExecutor struct {
	ID        string
	Host      string
	Cores     int
	Profile   int           // resource profile id
	Requested time.Duration // Request Time; -1 where the log has none
	Added     time.Duration // ExecutorAdded
	FirstTask time.Duration // launch of its first task; -1 if it ran none
	Awaited   bool          // tasks waited for it when it registered, so that FirstTask tells when it could run them
	LastTask  time.Duration // end of its last task; -1 if it ran none
	Removed   time.Duration // first ExecutorRemoved; -1: alive at the end
	Reason    string        // of the removal
}

// RecordedJob is a job's real submission and end; End is -1 if it never ended.
type RecordedJob struct {
	ID         int
	Start, End time.Duration
}

// A Reader hands on applications one by one, in no particular order, so that
// memory is bounded by the largest application and not by the logs.
type Reader interface {
	// Read returns the next application, or io.EOF after the last. Any other
	// error belongs to one log; reading may go on after it.
	Read() (*Application, error)
}
