package eventlog

import (
	"fmt"
	"testing"

	"dynalloc/traces"
)

// master sets the master URL of a log.
func (l *logBuilder) master(url string) *logBuilder {
	return l.add(`{"Event":"SparkListenerEnvironmentUpdate","Spark Properties":{"spark.master":%q}}`, url)
}

// In local mode the driver runs all tasks. How many at a time is what its ExecutorAdded
// says, else the master URL, else what the tasks themselves show.
func TestLocalModeAndItsCores(t *testing.T) {
	work := testStage{id: 0, tasks: 4}
	on := func(l *logBuilder, executor string) *logBuilder {
		l.job(0, 1, "", work).submit(work, 0, 1)
		for i := range 4 {
			l.task(testTask{id: i, stage: 0, index: i, partition: i, kind: "ResultTask", reason: "Success", executor: executor, from: 1, to: 2, run: 900})
		}
		return l.complete(work, 0, 2).jobEnd(0, 2).end(3)
	}
	for _, log := range []struct {
		name string
		log  *logBuilder
		want int
	}{
		{"local[*] of Spark 2 and later", on(newLog("a").master("local[*]").executor("driver", 12, 0.5), "driver"), 12},
		{"a single node of Databricks", on(newLog("a").master("local[*, 4]").executor("driver", 8, 0.5), "driver"), 8},
		{"local[3] of an old Spark", on(newLog("a").master("local[3]"), "<driver>"), 3},
		{"local[3,2], where the second number is of failures", on(newLog("a").master("local[3,2]"), "driver"), 3},
		{"local", on(newLog("a").master("local"), "localhost"), 1},
		{"local[*] of an old Spark, where no task waited", on(newLog("a").master("local[*]"), "localhost"), 4},
		{"a master that was removed from the log", on(newLog("a").executor("driver", 6, 0.5), "driver"), 6},
		{"no task, and nothing known", newLog("a").master("local[*]").end(3), 1},
		{"a cluster", on(newLog("a").master("yarn").executor("1", 12, 0.5), "1"), 0},
		{"local-cluster starts executors", on(newLog("a").master("local-cluster[2,1,1024]").executor("1", 1, 0.5), "1"), 0},
	} {
		a, err := readLogText(log.log.String())
		if err != nil {
			t.Errorf("%s: %v", log.name, err)
			continue
		}
		if a.LocalCores != log.want {
			t.Errorf("%s: the driver ran %d tasks at a time, want %d", log.name, a.LocalCores, log.want)
		}
		if a.LocalCores > 0 && (len(a.Recorded.Executors) > 1 || a.Log.Grade != traces.Complete) {
			t.Errorf("%s: executors %v, grade %v", log.name, a.Recorded.Executors, a.Log.Grade)
		}
	}
}

// A driver of two cores launches each next task 30 ms before it has noted the end of
// the one before in that slot, so three tasks overlap at times. It still has two slots.
func TestOverlapsInALogAreNoSlots(t *testing.T) {
	work := testStage{id: 0, tasks: 20}
	l := newLog("a").master("local[*]").job(0, 1, "", work).submit(work, 0, 1)
	for i := range 20 {
		from := 1 + float64(i/2)
		l.task(testTask{id: i, stage: 0, index: i, partition: i, kind: "ResultTask", reason: "Success", executor: "localhost", from: from, to: from + 1.03, run: 990})
	}
	a := readBuilt(t, l.complete(work, 0, 11.03).jobEnd(0, 11.03).end(12))
	if a.LocalCores != 2 {
		t.Errorf("%d slots, want 2: %s", a.LocalCores, fmt.Sprint(a.Stages[0].Tasks))
	}
}
