package traces

import (
	"time"

	"dynalloc/internal/spark"
)

// A Workload is a set of applications that share a cluster, as data: when each arrived,
// what work it brought, and how it really ran where that is known. Nothing changes a
// workload after it is finished.
type Workload struct {
	Name  string
	Epoch time.Time      // wall-clock time of offset 0; zero if there is none
	Apps  []*Application // by Submit, then Identity
	Notes []Note         // what every report must say about this workload
}

// An Application is one Spark application. If the cluster manager started several
// attempts, it is the last one.
type Application struct {
	Path         string // where it was read from
	ID           string // from Spark or the cluster manager
	Attempt      string // the attempt that counts; empty if the log has none
	Name         string
	Class        string // see func Class; results are grouped by it
	User         string
	Queue        string // of the cluster manager; empty if unknown
	SparkVersion string // such as "3.5.1"; empty if unknown
	Master       string // spark.master
	LocalCores   int    // cores of the driver, which ran all tasks itself (local mode); 0: it had executors

	Started time.Time     // ApplicationStart of the first attempt, wall clock
	Submit  time.Duration // the same as an offset from Workload.Epoch

	Properties spark.Properties // that the log shows as set
	Profiles   []Profile        // resource profiles; index 0 is Spark's default profile

	EarlierAttempts time.Duration // from the first attempt's start to the start of the one that counts
	Setup           time.Duration // from that start until the driver requests its first executors

	// DriverOnExecutorHost is true if the driver ran on the machine of its executors, so
	// that those that were starting slowed it down. DriverContenders is how many these
	// were on average, from Setup to the first job.
	DriverOnExecutorHost bool
	DriverContenders     float64

	// DynamicBarriers is true if its Spark ran barrier stages under dynamic allocation, as
	// builds of some vendors do; Apache Spark refuses it.
	DynamicBarriers bool

	Stages     []Stage       // parents before children
	Jobs       []Job         // in the order of their recorded submission
	Losses     []Loss        // executors that were lost, in the order of time
	Excluded   Exclusions    // executors and hosts that were excluded after failures
	Unpersists []Unpersist   // releases of cached data, in the order of the log
	Tail       time.Duration // from the end of the last job, or the start if there is none, until the driver stops
	// Until is the time after the start before which the driver does not stop, because
	// the clock stops it and not its work; 0: it stops by itself.
	Until time.Duration

	Hosts    []string // the names that Task.Host indexes
	Recorded *Recorded
	Log      Log
}

// A Profile is the size of an executor of a resource profile, and of a task on it.
type Profile struct {
	ID         int   // Spark's; 0 is the default profile
	Cores      int   // of one executor; 0: not set, so an executor takes a whole standalone worker
	MemoryMB   int64 // heap of one executor, MiB (spark.executor.memory)
	OverheadMB int64 // beside the heap, MiB: overhead, off-heap memory, Python
	TaskCPUs   int   // cores of one task (spark.task.cpus), at least 1
	Limit      int   // most tasks at one time that custom resources such as GPUs allow; 0: no limit
}

// Memory is what one executor takes of a node in MiB, overhead included.
func (p *Profile) Memory() int64 { return p.MemoryMB + p.OverheadMB }

// A Job is one action of the driver: a graph of stages with a result.
type Job struct {
	ID          int // Spark's
	Cue         Cue
	Stages      []int  // indexes into Application.Stages of all stages of its graph, even if it may skip them; sorted
	Pool        string // of the scheduler; empty means "default"
	Group       string // spark.jobGroup.id
	Execution   string // SQL execution id
	Description string // spark.job.description
	Stream      string // the streaming query whose micro-batch it belongs to; empty: none
	Batch       string // id of the micro-batch within its stream
	Failed      bool   // the log says JobFailed

	// BarrierSlots is how many tasks its largest barrier stage has that never ran, because
	// Spark refused to start it or for another reason; 0: there is none. What the stage does
	// is not known. Spark starts the job only with so many slots, and without dynamic
	// allocation.
	BarrierSlots int

	// Tail is the driver's time from the end of the job's last task, or from its submission
	// if it ran none, until the job ends.
	Tail time.Duration
}

// ClassicStream is the Stream of the jobs of Spark Streaming (DStreams), of which an
// application has one. Those of Structured Streaming are ids of queries.
const ClassicStream = "spark-streaming"

// A Stage is the work of one stage, over all its attempts: one task for each partition,
// with the times of its successful run. A skipped stage has no entry: a job
// that skips it lists the stage whose output it reuses.
type Stage struct {
	ID       int // Spark's; of the original if others skip it
	Name     string
	Parents  []int // indexes into Application.Stages, sorted
	Profile  int   // index into Application.Profiles
	Map      bool  // it writes shuffle output
	Barrier  bool  // barrier execution: Spark starts all of its tasks together or none
	Caches   []CachedRDD
	Tasks    []Task    // by partition; nil if they are packed
	Packed   *Packed   // the tasks of a stage that has many; nil if they are not packed. One of both is never empty
	Failures []Failure // in the order of their ends
	Copies   []Copy    // of slow tasks, by task
	Retries  []Retry   // its attempts after the first

	// Delay is the driver's time until it first submits the stage: from the end of the last
	// task whose output the stage reads, or from the submission of its job if that is later.
	Delay time.Duration
	// Launch is the driver's time from each submission of the stage until its tasks can
	// start: it serializes and sends out their code.
	Launch time.Duration
}

// A Failure is a run of a task that failed by itself, for example by an exception, and
// not because an executor or input was lost.
type Failure struct {
	Task     int           // index into Stage.Tasks
	Work     time.Duration // how long it ran
	Executor int           // a number of the executor on which it ran, 1 or more, equal for failures on one executor; 0: unknown
}

// A Copy is a speculative copy of a slow task, which Spark started beside the original.
// Both may succeed; the task's output is there at the first success.
type Copy struct {
	Task  int           // index into Stage.Tasks
	After time.Duration // from the launch of the original to the launch of the copy
	Work  time.Duration // how long the copy ran: its work if it was first, else until it was killed or ended
}

// A CachedRDD is a persisted RDD that a stage computes or reads. Each task of the stage
// leaves or finds one block of it.
type CachedRDD struct {
	ID     int
	Memory bool // the storage level uses memory
	Disk   bool // the storage level uses disk
}

// A Locality is how near to its data a task was launched.
type Locality uint8

// The levels, from nearest to farthest.
const (
	UnknownLocality Locality = iota // the log does not say
	ProcessLocal
	NodeLocal
	NoPref
	RackLocal
	AnyLocality
)

// A Task is the time of one task, in the parts that its log tells apart, in ms. A replay
// keeps Work: Run, Deserialize and Result. Scheduler and GettingResult are delays of the
// recorded driver.
type Task struct {
	Run           int32 // executor run time
	Deserialize   int32 // executor deserialize time
	Result        int32 // result serialization time
	Scheduler     int32 // the rest of the wall time: launch, status update, waiting in the driver
	GettingResult int32 // fetching a large result
	OriginalRun   int32 // how long the original ran, if a speculative copy of it was first; else 0
	Recomputed    bool  // cached data that it reads was gone, so it computed the data again
	Cold          bool  // among the first tasks of its executor, launched before the first of all had loaded classes, at most one for each slot
	First         bool  // among the first tasks of its stage on its executor, one for each slot
	FirstRead     bool  // among the first tasks of its executor that read shuffle data, one for each slot

	// Contenders is how many others it shared its host's processors with while they
	// started: First tasks of its stage that were launched with it if it is First and not
	// Cold, else executors that were starting.
	Contenders uint8
	Locality   Locality
	Host       int16 // index into Application.Hosts; -1: unknown
	Read       int64 // shuffle bytes read
	Write      int64 // shuffle bytes written
}

// Work is the time that the task itself takes, without the driver's part.
func (t *Task) Work() time.Duration {
	return (time.Duration(t.Run) + time.Duration(t.Deserialize) + time.Duration(t.Result)) * time.Millisecond
}

// An Unpersist is the driver's release of a cached RDD.
type Unpersist struct {
	RDD int
	Cue Cue
}

// Recorded is how an application really ran. It is kept beside the workload for
// validation and calibration; the engine does not replay it. Times are offsets from the
// start of the attempt that counts.
type Recorded struct {
	End       time.Duration // ApplicationEnd, or the last event if that is missing
	Ended     bool          // the log has ApplicationEnd
	Executors []RecordedExecutor
	Jobs      []RecordedJob

	Spent TimeSpent // how the time of the run was spent

	RequestsInferred bool // the log does not show when executors were requested: Requested is inferred

	// Attempts and Tasks are what dynamic allocation reacted to. They are kept only if it was
	// enabled and the log does not show when executors were requested (before Spark 3.4).
	Attempts []RecordedAttempt
	Tasks    []RecordedTask
}

// A RecordedAttempt is an attempt of a stage.
type RecordedAttempt struct {
	Stage, Attempt int
	Profile        int // Spark's id of the resource profile
	Tasks          int
	Submitted      time.Duration
	Completed      time.Duration // -1: not before the log's end
}

// A RecordedTask is one run of a task, other than a speculative copy.
type RecordedTask struct {
	Attempt            int32 // index into Recorded.Attempts
	Index              int32 // of the task in its attempt
	Executor           int32 // index into Recorded.Executors; -1: unknown
	Failed             bool  // it has to run again
	Launched, Finished time.Duration
}

// A RecordedExecutor is the life of one executor as the driver saw it.
type RecordedExecutor struct {
	ID        string
	Host      string
	Cores     int
	Profile   int           // Spark's id of the resource profile
	Requested time.Duration // -1: unknown
	Added     time.Duration // ExecutorAdded; if the log lacks that, the launch of its first task
	Inferred  bool          // the log lacks ExecutorAdded: when it started is not known
	FirstTask time.Duration // launch of its first task; -1: it ran none
	Awaited   bool          // tasks waited for it when it registered, so FirstTask is when it could run them
	LastTask  time.Duration // end of its last task; -1: it ran none
	Removed   time.Duration // first ExecutorRemoved; -1: it was alive at the end
	Reason    string        // of the removal
}

// A RecordedJob is a job's real submission and end; End is -1 if it never ended.
type RecordedJob struct {
	ID         int
	Start, End time.Duration
}
