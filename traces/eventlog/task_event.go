package eventlog

// A taskEvent is what a workload needs of a TaskStart or TaskEnd line. Times are
// milliseconds since 1970 by the driver's clock; durations are milliseconds that the
// executor measured.
type taskEvent struct {
	Stage, StageAttempt int64
	Type                string // "ShuffleMapTask" or "ResultTask"
	Reason              string // "Success", or why it failed

	Info    taskInfo
	Metrics taskMetrics
}

type taskInfo struct {
	ID, Index, Launch, Finish, Getting int64
	Partition                          int64 // -1 before Spark 3.3
	Executor, Host, Locality           string
	Speculative                        bool
}

type taskMetrics struct {
	Run, Deserialize, Result int64
	RemoteRead, LocalRead    int64 // shuffle bytes
	Written                  int64 // shuffle bytes
}

// An interner keeps one copy of each short string that comes again and again, such
// as executor ids, hosts and reasons.
type interner map[string]string

func (in interner) get(text []byte) string {
	if s, ok := in[string(text)]; ok {
		return s
	}
	s := string(text)
	in[s] = s
	return s
}

// read reads a TaskStart or TaskEnd line.
func (e *taskEvent) read(s *scanner, in interner) error {
	*e = taskEvent{Info: taskInfo{Partition: -1}}
	if s.peek() != '{' {
		return errNotJSON
	}
	for key := s.firstKey(); key != nil; key = s.nextKey() {
		switch string(key) {
		case "Stage ID":
			e.Stage = s.int()
		case "Stage Attempt ID":
			e.StageAttempt = s.int()
		case "Task Type":
			e.Type = in.get(s.text())
		case "Task End Reason":
			e.readReason(s, in)
		case "Task Info":
			e.Info.read(s, in)
		case "Task Metrics":
			e.Metrics.read(s)
		default:
			s.skip()
		}
	}
	s.end()
	return s.err
}

func (e *taskEvent) readReason(s *scanner, in interner) {
	for key := s.firstKey(); key != nil; key = s.nextKey() {
		if string(key) == "Reason" {
			e.Reason = in.get(s.text())
		} else {
			s.skip()
		}
	}
}

func (i *taskInfo) read(s *scanner, in interner) {
	for key := s.firstKey(); key != nil; key = s.nextKey() {
		switch string(key) {
		case "Task ID":
			i.ID = s.int()
		case "Index":
			i.Index = s.int()
		case "Partition ID":
			i.Partition = s.int()
		case "Launch Time":
			i.Launch = s.int()
		case "Finish Time":
			i.Finish = s.int()
		case "Getting Result Time":
			i.Getting = s.int()
		case "Executor ID":
			i.Executor = in.get(s.text())
		case "Host":
			i.Host = in.get(s.text())
		case "Locality":
			i.Locality = in.get(s.text())
		case "Speculative":
			i.Speculative = s.bool()
		default:
			s.skip()
		}
	}
}

// read reads the task's metrics and, within them, the shuffle metrics of both
// directions, whose keys differ.
func (m *taskMetrics) read(s *scanner) {
	for key := s.firstKey(); key != nil; key = s.nextKey() {
		switch string(key) {
		case "Executor Run Time":
			m.Run = s.int()
		case "Executor Deserialize Time":
			m.Deserialize = s.int()
		case "Result Serialization Time":
			m.Result = s.int()
		case "Shuffle Read Metrics", "Shuffle Write Metrics":
			m.readShuffle(s)
		default:
			s.skip()
		}
	}
}

func (m *taskMetrics) readShuffle(s *scanner) {
	for key := s.firstKey(); key != nil; key = s.nextKey() {
		switch string(key) {
		case "Remote Bytes Read":
			m.RemoteRead = s.int()
		case "Local Bytes Read":
			m.LocalRead = s.int()
		case "Shuffle Bytes Written":
			m.Written = s.int()
		default:
			s.skip()
		}
	}
}
