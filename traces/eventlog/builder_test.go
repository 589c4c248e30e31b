package eventlog

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"dynalloc/traces"
)

// A logBuilder is an event log written by a test: one application whose times are
// given in seconds from its start.
type logBuilder struct{ lines []string }

// testStart is when test logs begin, in ms since 1970.
const testStart = 1_700_000_000_000

func at(seconds float64) int64 { return testStart + int64(seconds*1000) }

func (l *logBuilder) add(format string, args ...any) *logBuilder {
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
	return l
}

func newLog(id string) *logBuilder {
	l := &logBuilder{}
	l.add(`{"Event":"SparkListenerLogStart","Spark Version":"3.5.1"}`)
	l.add(`{"Event":"SparkListenerApplicationStart","App Name":"test","App ID":%q,"Timestamp":%d,"User":"ann"}`, id, at(0))
	return l
}

func (l *logBuilder) executor(id string, cores int, added float64) *logBuilder {
	return l.add(`{"Event":"SparkListenerExecutorAdded","Timestamp":%d,"Executor ID":%q,"Executor Info":{"Host":"h1","Total Cores":%d}}`, at(added), id, cores)
}

// A testStage is a stage as JobStart and StageSubmitted describe it. Its RDDs
// are written "4<3": RDD 4, whose parent is RDD 3; "4!" is a barrier.
type testStage struct {
	id, tasks int
	parents   []int
	rdds      string
}

func (s testStage) info(attempt int, rest string) string {
	var rdds []string
	for _, r := range strings.Fields(s.rdds) {
		id, parents, _ := strings.Cut(r, "<")
		id, _, barrier := strings.Cut(id, "!")
		rdds = append(rdds, fmt.Sprintf(`{"RDD ID":%s,"Parent IDs":[%s],"Barrier":%t,"Storage Level":{"Use Disk":false,"Use Memory":false}}`, id, parents, barrier))
	}
	return fmt.Sprintf(`{"Stage ID":%d,"Stage Attempt ID":%d,"Stage Name":"s","Number of Tasks":%d,"Parent IDs":%s,"RDD Info":[%s]%s}`,
		s.id, attempt, s.tasks, strings.ReplaceAll(fmt.Sprint(s.parents), " ", ","), strings.Join(rdds, ","), rest)
}

func (l *logBuilder) job(id int, when float64, properties string, stages ...testStage) *logBuilder {
	var infos, ids []string
	for _, s := range stages {
		infos = append(infos, s.info(0, ""))
		ids = append(ids, fmt.Sprint(s.id))
	}
	return l.add(`{"Event":"SparkListenerJobStart","Job ID":%d,"Submission Time":%d,"Stage Infos":[%s],"Stage IDs":[%s],"Properties":{%s}}`,
		id, at(when), strings.Join(infos, ","), strings.Join(ids, ","), properties)
}

func (l *logBuilder) jobEnd(id int, when float64) *logBuilder {
	return l.add(`{"Event":"SparkListenerJobEnd","Job ID":%d,"Completion Time":%d,"Job Result":{"Result":"JobSucceeded"}}`, id, at(when))
}

func (l *logBuilder) submit(s testStage, attempt int, when float64) *logBuilder {
	return l.add(`{"Event":"SparkListenerStageSubmitted","Stage Info":%s,"Properties":{}}`,
		s.info(attempt, fmt.Sprintf(`,"Submission Time":%d`, at(when))))
}

func (l *logBuilder) complete(s testStage, attempt int, when float64) *logBuilder {
	return l.add(`{"Event":"SparkListenerStageCompleted","Stage Info":%s}`,
		s.info(attempt, fmt.Sprintf(`,"Completion Time":%d`, at(when))))
}

// A testTask is one end of a task. Without a partition (-1) it is of a Spark
// before 3.3, which has only the index.
type testTask struct {
	id, stage, attempt, index, partition int
	kind, reason, executor               string
	from, to                             float64
	run                                  int // ms
	copy                                 bool
}

func (l *logBuilder) task(t testTask) *logBuilder {
	partition := ""
	if t.partition >= 0 {
		partition = fmt.Sprintf(`"Partition ID":%d,`, t.partition)
	}
	if t.executor == "" {
		t.executor = "1"
	}
	return l.add(`{"Event":"SparkListenerTaskEnd","Stage ID":%d,"Stage Attempt ID":%d,"Task Type":%q,"Task End Reason":{"Reason":%q},`+
		`"Task Info":{"Task ID":%d,"Index":%d,"Attempt":0,%s"Launch Time":%d,"Executor ID":%q,"Host":"h1","Locality":"PROCESS_LOCAL","Speculative":%v,"Getting Result Time":0,"Finish Time":%d,"Failed":false,"Killed":false},`+
		`"Task Metrics":{"Executor Run Time":%d}}`,
		t.stage, t.attempt, t.kind, t.reason, t.id, t.index, partition, at(t.from), t.executor, t.copy, at(t.to), t.run)
}

// start adds the start of a task.
func (l *logBuilder) start(t testTask) *logBuilder {
	return l.add(`{"Event":"SparkListenerTaskStart","Stage ID":%d,"Stage Attempt ID":%d,"Task Info":{"Task ID":%d,"Index":%d,"Partition ID":%d,"Launch Time":%d,"Executor ID":"1","Host":"h1","Speculative":%v}}`,
		t.stage, t.attempt, t.id, t.index, t.partition, at(t.from), t.copy)
}

// ran adds the successful tasks of a whole stage, one second each.
func (l *logBuilder) ran(s testStage, kind string, firstID int, from float64) *logBuilder {
	l.submit(s, 0, from)
	for i := range s.tasks {
		l.task(testTask{id: firstID + i, stage: s.id, index: i, partition: i, kind: kind, reason: "Success", from: from, to: from + 1, run: 900})
	}
	return l.complete(s, 0, from+1)
}

func (l *logBuilder) end(when float64) *logBuilder {
	return l.add(`{"Event":"SparkListenerApplicationEnd","Timestamp":%d}`, at(when))
}

// String is the text of the log. Without an EnvironmentUpdate of its own, its driver had no
// properties.
func (l *logBuilder) String() string {
	text := strings.Join(l.lines, "\n") + "\n"
	if len(l.lines) > 1 && !strings.Contains(text, "EnvironmentUpdate") {
		text = strings.Replace(text, "\n", "\n{\"Event\":\"SparkListenerEnvironmentUpdate\",\"Spark Properties\":{}}\n", 1)
	}
	return text
}

// logFrom is a log of one part with a text.
func logFrom(text string) *Log {
	return &Log{Path: "log", Parts: []Part{{
		Name: "log",
		Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil },
	}}}
}

// readLogText reads a log from its text.
func readLogText(text string) (*traces.Application, error) { return Read(logFrom(text)) }

// readBuilt reads a log, which must be fit for a replay.
func readBuilt(t *testing.T, l *logBuilder) *traces.Application {
	t.Helper()
	a, err := readLogText(l.String())
	if err != nil {
		t.Fatal(err)
	}
	if err := (&traces.Workload{Apps: []*traces.Application{a}}).Check(); err != nil {
		t.Fatal(err)
	}
	return a
}
