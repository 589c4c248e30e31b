package scan

// A Decoder reads the events of one log, line by line.
type Decoder struct {
	Scanner
	names map[string]string

	TaskStart, TaskEnd             Reader[TaskEvent]
	StageSubmitted, StageCompleted Reader[StageEvent]
	JobStart                       Reader[JobStart]
	JobEnd                         Reader[JobEnd]

	listed, submitted, completed Reader[StageInfo] // of JobStart lines, and of those of stages
	rdd                          Reader[RDD]

	// Memory for lists, of which events keep sections.
	numbers []int64
	rdds    []RDD
	stages  []StageInfo
}

// NewDecoder returns a Decoder for a log.
func NewDecoder() *Decoder {
	task := TaskEvent{Info: TaskInfo{Partition: -1}}
	return &Decoder{
		names:          map[string]string{},
		TaskStart:      newReader(taskFields, task),
		TaskEnd:        newReader(taskFields, task),
		StageSubmitted: newReader(submittedFields, StageEvent{}),
		StageCompleted: newReader(completedFields, StageEvent{}),
		JobStart:       newReader(jobStartFields, JobStart{}),
		JobEnd:         newReader(jobEndFields, JobEnd{}),
		listed:         newReader(stageFields, StageInfo{}),
		submitted:      newReader(stageFields, StageInfo{}),
		completed:      newReader(stageFields, StageInfo{}),
		rdd:            newReader(rddFields, RDD{}),
	}
}

// Read reads a line that is one object, with one of the Decoder's readers. The event is
// valid until the next one is read, its lists for good; they must not be changed.
func (r *Reader[T]) Read(d *Decoder, line []byte) (*T, error) {
	d.Scanner = Scanner{Line: line, Buf: d.Buf}
	if d.Peek() != '{' {
		return nil, ErrNotJSON
	}
	r.read(d, &r.event)
	d.End()
	return &r.event, d.Err
}

// name reads a text that comes again and again, such as executor ids, hosts and reasons.
// There is one copy of each.
func (d *Decoder) name() string {
	text := d.Text()
	if s, ok := d.names[string(text)]; ok {
		return s
	}
	s := string(text)
	d.names[s] = s
	return s
}

func (d *Decoder) text() string { return string(d.Text()) }

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
