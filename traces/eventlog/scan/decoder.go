package scan

import "sync"

// A Decoder reads the events of one log, line by line.
type Decoder struct {
	Scanner
	names map[string]string

	// Other reads an event, such as a *TaskEvent that has its zero values, in place of the
	// scanner; nil: nothing does.
	Other func(line []byte, event any) error

	taskStart, taskEnd             Reader[TaskEvent]
	stageSubmitted, stageCompleted Reader[StageEvent]
	jobStart                       Reader[JobStart]
	jobEnd                         Reader[JobEnd]

	logStart          Reader[LogStart]
	applicationStart  Reader[ApplicationStart]
	environmentUpdate Reader[EnvironmentUpdate]
	timed             Reader[Timed]
	executorAdded     Reader[ExecutorAdded]
	executorRemoved   Reader[ExecutorRemoved]
	blockManager      Reader[BlockManager]
	unpersist         Reader[Unpersist]

	listed, submitted, completed Reader[StageInfo] // of JobStart lines, and of those of stages
	rdd                          Reader[RDD]

	known [64]knownRDDs // by the first id

	// Memory for lists, of which events keep sections.
	numbers []int64
	rdds    []RDD
	stages  []StageInfo
}

// NewDecoder returns a Decoder for a log.
func NewDecoder() *Decoder {
	task := TaskEvent{Info: TaskInfo{Partition: -1}, Metrics: TaskMetrics{Run: NoTime}}
	return &Decoder{
		names:          map[string]string{},
		taskStart:      newReader(taskFields, task),
		taskEnd:        newReader(taskFields, task),
		stageSubmitted: newReader(submittedFields, StageEvent{}),
		stageCompleted: newReader(completedFields, StageEvent{}),
		jobStart:       newReader(jobStartFields, JobStart{}),
		jobEnd:         newReader(jobEndFields, JobEnd{}),

		logStart:          newReader(logStartFields, LogStart{}),
		applicationStart:  newReader(applicationStartFields, ApplicationStart{}),
		environmentUpdate: newReader(environmentFields, EnvironmentUpdate{}),
		timed:             newReader(timedFields, Timed{}),
		executorAdded:     newReader(executorAddedFields, ExecutorAdded{}),
		executorRemoved:   newReader(executorRemovedFields, ExecutorRemoved{}),
		blockManager:      newReader(blockManagerFields, BlockManager{}),
		unpersist:         newReader(unpersistFields, Unpersist{}),

		listed:    newReader(stageFields, StageInfo{}),
		submitted: newReader(stageFields, StageInfo{}),
		completed: newReader(stageFields, StageInfo{}),
		rdd:       newReader(rddFields, RDD{}),
	}
}

// decoders are for further logs, which look like those before them.
var decoders = sync.Pool{New: func() any { return NewDecoder() }}

// Get returns a Decoder that may have read other logs. What it read of them has no effect
// on what it reads.
func Get() *Decoder { return decoders.Get().(*Decoder) }

// maxNames bounds how many names a Decoder keeps for the next log.
const maxNames = 1 << 14

// Put gives a Decoder to the next log.
func (d *Decoder) Put() {
	d.Scanner, d.Other = Scanner{Buf: d.Buf}, nil
	d.jobStart.event, d.stages = JobStart{}, nil // which may be large
	if len(d.names) > maxNames {
		d.names = map[string]string{}
	}
	decoders.Put(d)
}

// Read reads a line that is one object, with one of the Decoder's readers. The event is
// valid until the next one is read, its lists for good; they must not be changed.
func (r *Reader[T]) Read(d *Decoder, line []byte) (*T, error) {
	d.Scanner = Scanner{Line: line, Buf: d.Buf}
	if d.Peek() != '{' {
		return nil, ErrNotJSON
	}
	if d.Other != nil {
		r.event = r.zero
		err := d.Other(line, &r.event)
		return &r.event, err
	}
	r.read(d, &r.event)
	d.End()
	return &r.event, d.Err
}

// name reads a text that comes again and again, such as executor ids, hosts and reasons.
// There is one copy of each.
func (d *Decoder) name() string { return d.intern(d.Text()) }

func (d *Decoder) intern(text []byte) string {
	if s, ok := d.names[string(text)]; ok {
		return s
	}
	s := string(text)
	d.names[s] = s
	return s
}

// ints reads a list of whole numbers, null as nil.
func (d *Decoder) ints() []int64 {
	return list(d, &d.numbers, func(d *Decoder, n *int64) { *n = d.Int() })
}

// list reads a list, null as nil. The memory is a section of a larger piece.
func list[T any](d *Decoder, memory *[]T, read func(*Decoder, *T)) []T {
	if c := d.Peek(); c != '[' {
		d.mistyped(c)
		return nil
	}
	d.at++
	if cap(*memory)-len(*memory) < 8 {
		*memory = make([]T, 0, min(2*cap(*memory)+16, 512))
	}
	from := len(*memory)
	for more := d.Peek() != ']'; more && d.Err == nil; {
		var zero T
		*memory = append(*memory, zero)
		read(d, &(*memory)[len(*memory)-1])
		switch d.Peek() {
		case ',':
			d.at++
		case ']':
			more = false
		default:
			d.wrong()
		}
	}
	if d.Err != nil {
		return nil
	}
	d.at++
	return (*memory)[from:len(*memory):len(*memory)]
}

// The readers of a Decoder, by the lines that they are for.

func TaskStarts(d *Decoder) *Reader[TaskEvent]                 { return &d.taskStart }
func TaskEnds(d *Decoder) *Reader[TaskEvent]                   { return &d.taskEnd }
func StagesSubmitted(d *Decoder) *Reader[StageEvent]           { return &d.stageSubmitted }
func StagesCompleted(d *Decoder) *Reader[StageEvent]           { return &d.stageCompleted }
func JobStarts(d *Decoder) *Reader[JobStart]                   { return &d.jobStart }
func JobEnds(d *Decoder) *Reader[JobEnd]                       { return &d.jobEnd }
func LogStarts(d *Decoder) *Reader[LogStart]                   { return &d.logStart }
func ApplicationStarts(d *Decoder) *Reader[ApplicationStart]   { return &d.applicationStart }
func EnvironmentUpdates(d *Decoder) *Reader[EnvironmentUpdate] { return &d.environmentUpdate }
func TimedEvents(d *Decoder) *Reader[Timed]                    { return &d.timed }
func ExecutorsAdded(d *Decoder) *Reader[ExecutorAdded]         { return &d.executorAdded }
func ExecutorsRemoved(d *Decoder) *Reader[ExecutorRemoved]     { return &d.executorRemoved }
func BlockManagers(d *Decoder) *Reader[BlockManager]           { return &d.blockManager }
func Unpersists(d *Decoder) *Reader[Unpersist]                 { return &d.unpersist }
