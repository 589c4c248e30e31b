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

// TaskMetrics is what its executor measured.
type TaskMetrics struct {
	Run, Deserialize, Result int64
	RemoteRead, LocalRead    int64 // shuffle bytes
	Written                  int64 // shuffle bytes
}

// An Interner keeps one copy of each short string that comes again and again, such
// as executor ids, hosts and reasons.
type Interner map[string]string

func (in Interner) get(text []byte) string {
	if s, ok := in[string(text)]; ok {
		return s
	}
	s := string(text)
	in[s] = s
	return s
}

// Read reads a TaskStart or TaskEnd line.
func (e *TaskEvent) Read(s *Scanner, in Interner) error {
	*e = TaskEvent{Info: TaskInfo{Partition: -1}}
	if s.Peek() != '{' {
		return ErrNotJSON
	}
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "Stage ID":
			e.Stage = s.Int()
		case "Stage Attempt ID":
			e.StageAttempt = s.Int()
		case "Task Type":
			e.Type = in.get(s.Text())
		case "Task End Reason":
			e.readReason(s, in)
		case "Task Info":
			e.Info.read(s, in)
		case "Task Metrics":
			e.Metrics.read(s)
		default:
			s.Skip()
		}
	}
	s.End()
	return s.Err
}

func (e *TaskEvent) readReason(s *Scanner, in Interner) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "Reason":
			e.Reason = in.get(s.Text())
		case "Block Manager Address":
			e.readBlamed(s, in)
		default:
			s.Skip()
		}
	}
}

// readBlamed reads the address of a failed fetch, which is null if it is not known.
func (e *TaskEvent) readBlamed(s *Scanner, in Interner) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		if string(key) == "Executor ID" {
			e.Blamed = in.get(s.Text())
		} else {
			s.Skip()
		}
	}
}

func (i *TaskInfo) read(s *Scanner, in Interner) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "Task ID":
			i.ID = s.Int()
		case "Index":
			i.Index = s.Int()
		case "Partition ID":
			i.Partition = s.Int()
		case "Launch Time":
			i.Launch = s.Int()
		case "Finish Time":
			i.Finish = s.Int()
		case "Getting Result Time":
			i.Getting = s.Int()
		case "Executor ID":
			i.Executor = in.get(s.Text())
		case "Host":
			i.Host = in.get(s.Text())
		case "Locality":
			i.Locality = in.get(s.Text())
		case "Speculative":
			i.Speculative = s.Bool()
		default:
			s.Skip()
		}
	}
}

// read reads the task's metrics and, within them, the shuffle metrics of both
// directions, whose keys differ.
func (m *TaskMetrics) read(s *Scanner) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "Executor Run Time":
			m.Run = s.Int()
		case "Executor Deserialize Time":
			m.Deserialize = s.Int()
		case "Result Serialization Time":
			m.Result = s.Int()
		case "Shuffle Read Metrics", "Shuffle Write Metrics":
			m.readShuffle(s)
		default:
			s.Skip()
		}
	}
}

func (m *TaskMetrics) readShuffle(s *Scanner) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "Remote Bytes Read":
			m.RemoteRead = s.Int()
		case "Local Bytes Read":
			m.LocalRead = s.Int()
		case "Shuffle Bytes Written":
			m.Written = s.Int()
		default:
			s.Skip()
		}
	}
}
