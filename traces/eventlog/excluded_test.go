package eventlog

import (
	"testing"
	"time"

	"dynalloc/traces"
)

func (l *logBuilder) exclusion(event string, when float64, fields string) *logBuilder {
	return l.add(`{"Event":"org.apache.spark.scheduler.SparkListener%s","time":%d,%s}`, event, at(when), fields)
}

// excludedLog is a log of one stage, from 10 to 30 s, in which exclusions come in the
// middle. The application ends at 100 s.
func excludedLog(exclude func(l *logBuilder)) *logBuilder {
	s := testStage{id: 0, tasks: 1}
	l := newLog("app").executor("1", 2, 1).job(0, 10, "", s).submit(s, 0, 10)
	exclude(l)
	l.task(testTask{id: 0, kind: "ResultTask", reason: "Success", from: 10, to: 30, run: 19000})
	return l.complete(s, 0, 30).jobEnd(0, 40).end(100)
}

// What was excluded at once counts once: Spark 3.1 and later log each exclusion under its
// old name, too. An exclusion from a stage ends with it, one from the application when
// Spark says so, or never.
func TestExclusionsOfARecordedRunAreSummedUp(t *testing.T) {
	for name, c := range map[string]struct {
		exclude func(l *logBuilder)
		want    traces.Exclusions
		note    string
	}{
		"of both names, from a stage": {func(l *logBuilder) {
			l.exclusion("ExecutorBlacklistedForStage", 12, `"executorId":"1","taskFailures":2,"stageId":0,"stageAttemptId":0`)
			l.exclusion("ExecutorExcludedForStage", 12, `"executorId":"1","taskFailures":2,"stageId":0,"stageAttemptId":0`)
		}, traces.Exclusions{Executors: 1, Time: 18 * time.Second}, "log-excluded-executors"},
		"of a node, for good": {func(l *logBuilder) {
			l.exclusion("NodeExcluded", 20, `"hostId":"h1","executorFailures":2`)
		}, traces.Exclusions{Hosts: 1, Time: 80 * time.Second}, "log-excluded-nodes"},
		"side by side, until taken back": {func(l *logBuilder) {
			l.exclusion("ExecutorBlacklisted", 12, `"executorId":"1","taskFailures":2`)
			l.exclusion("ExecutorBlacklisted", 14, `"executorId":"2","taskFailures":2`)
			l.exclusion("NodeBlacklisted", 14, `"hostId":"h1","executorFailures":2`)
			l.exclusion("ExecutorUnblacklisted", 16, `"executorId":"1"`)
			l.exclusion("ExecutorUnblacklisted", 22, `"executorId":"2"`)
			l.exclusion("NodeUnblacklisted", 18, `"hostId":"h1"`)
		}, traces.Exclusions{Executors: 2, Hosts: 1, Time: 10 * time.Second}, "log-excluded-both"},
		"by a short name": {func(l *logBuilder) {
			l.add(`{"Event":"SparkListenerExecutorExcluded","time":%d,"executorId":"1","taskFailures":2}`, at(20))
		}, traces.Exclusions{Executors: 1, Time: 80 * time.Second}, "log-excluded-executors"},
		"of another attempt": {func(l *logBuilder) {
			l.exclusion("NodeExcludedForStage", 20, `"hostId":"h1","executorFailures":2,"stageId":0,"stageAttemptId":1`)
		}, traces.Exclusions{Hosts: 1, Time: 80 * time.Second}, "log-excluded-nodes"},
		"in another form": {func(l *logBuilder) {
			l.exclusion("NodeExcluded", 20, `"hostId":7`).exclusion("NodeExcluded", 20, `"node":"h1"`)
		}, traces.Exclusions{}, ""},
	} {
		a := readBuilt(t, excludedLog(c.exclude))
		kind := ""
		for _, n := range a.Log.Problems {
			kind += string(n.Kind)
		}
		if a.Excluded != c.want || kind != c.note || a.Log.Grade != traces.Complete {
			t.Errorf("%s: %+v, noted as %q and graded %v; want %+v and %q", name, a.Excluded, kind, a.Log.Grade, c.want, c.note)
		}
	}
}
