package eventlog

import (
	"strings"
	"testing"
	"time"

	"dynalloc/traces"
)

// Reading a log of any content does not panic, and an application that it gives keeps
// all structural rules.
func FuzzReadLog(f *testing.F) {
	s := testStage{id: 0, tasks: 2, rdds: "0 1<0"}
	r := testStage{id: 1, tasks: 1, parents: []int{0}, rdds: "2<1"}
	small := newLog("a").executor("1", 2, 1).job(0, 1, `"spark.scheduler.pool":"p"`, s, r).ran(s, "ShuffleMapTask", 0, 1).
		ran(r, "ResultTask", 2, 3).jobEnd(0, 4).add(`{"Event":"SparkListenerUnpersistRDD","RDD ID":7}`).
		add(`{"Event":"SparkListenerExecutorRemoved","Timestamp":%d,"Executor ID":"1","Removed Reason":"x"}`, at(9)).end(10).String()
	f.Add(small)
	f.Add(strings.ReplaceAll(small, "17000000", "-1700000"))
	f.Add(strings.ReplaceAll(small, `"Number of Tasks":2`, `"Number of Tasks":2147483648`))
	f.Add(strings.ReplaceAll(small, `"Stage ID":1`, `"Stage ID":0`))
	f.Add(strings.ReplaceAll(small, `"Parent IDs":[0]`, `"Parent IDs":[1,-3,0,99999999999]`))
	f.Add(strings.ReplaceAll(small, `"Total Cores":2`, `"Total Cores":-2147483649`))
	f.Add(strings.ReplaceAll(small, "Completion Time", "Submission Time"))
	f.Add(strings.ReplaceAll(small, "Job ID", "job"))
	f.Add(`{"Event":"SparkListenerResourceProfileAdded","Resource Profile Id":2147483647,"Executor Resource Requests":{"gpu":{"Amount":1e300},"cores":{"Amount":-1}},"Task Resource Requests":{"gpu":{"Amount":1e-300}}}` + "\n" + small)
	f.Add(`{"Event":"SparkListenerEnvironmentUpdate","Spark Properties":{"spark.task.cpus":"2147483647","spark.executor.memory":"9e9","spark.executor.cores":"x"}}` + "\n" + small)
	f.Fuzz(func(t *testing.T, text string) {
		a, err := readLogText(text)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("an error of several lines: %q", err)
			}
			return
		}
		if err := (&traces.Workload{Apps: []*traces.Application{a}}).Check(); err != nil {
			t.Error(err)
		}
		traces.CriticalPath(a)
		traces.TotalWork(a)
	})
}

// Huge ids, counts and sizes in a log do not make its reader take memory.
func TestHugeNumbersTakeNoMemory(t *testing.T) {
	s := testStage{id: 1 << 30, tasks: 1<<31 - 1, rdds: "0"}
	l := newLog("a").executor("1", 1<<31-1, 1).job(1<<31-1, 1, "", s).submit(s, 1<<31-1, 1)
	l.task(testTask{id: 1 << 60, stage: s.id, index: 1<<31 - 1, partition: 1<<31 - 1, kind: "ResultTask", reason: "Success", from: 1, to: 2, run: 500})
	a := readBuilt(t, l.complete(s, 0, 3).jobEnd(1<<31-1, 3).end(4))
	if n := len(a.Stages[0].Tasks); n != 1 || a.Log.Grade != traces.Lossy {
		t.Errorf("%d tasks, graded %v: %v", n, a.Log.Grade, a.Log.Problems)
	}
}

// Before Spark 1.3 a log shows executors only by their block managers, and jobs have no
// times; before 1.4 stages have no parents.
func TestLogsOfSpark1AreRead(t *testing.T) {
	l := &logBuilder{}
	l.add(`{"Event":"SparkListenerBlockManagerAdded","Block Manager ID":{"Executor ID":"<driver>","Host":"d","Port":1},"Maximum Memory":1,"Timestamp":%d}`, at(0.5)).
		add(`{"Event":"SparkListenerApplicationStart","App Name":"old","Timestamp":%d,"User":"ann"}`, at(0)).
		add(`{"Event":"SparkListenerBlockManagerAdded","Block Manager ID":{"Executor ID":"3","Host":"h","Port":1},"Maximum Memory":1,"Timestamp":%d}`, at(2)).
		add(`{"Event":"SparkListenerJobStart","Job ID":0,"Stage IDs":[1,0]}`)
	for id, name := range []string{"ShuffleMapTask", "ResultTask"} {
		from := float64(3 + id)
		l.add(`{"Event":"SparkListenerStageSubmitted","Stage Info":{"Stage ID":%d,"Stage Name":"s","Number of Tasks":1,"RDD Info":[],"Submission Time":%d}}`, id, at(from)).
			add(`{"Event":"SparkListenerTaskEnd","Stage ID":%d,"Task Type":%q,"Task End Reason":{"Reason":"Success"},"Task Info":{"Task ID":%d,"Index":0,"Launch Time":%d,"Executor ID":"3","Host":"h","Finish Time":%d},"Task Metrics":{"Host Name":"h","Executor Run Time":700}}`,
				id, name, id, at(from), at(from+0.9)).
			add(`{"Event":"SparkListenerStageCompleted","Stage Info":{"Stage ID":%d,"Stage Name":"s","Number of Tasks":1,"RDD Info":[],"Completion Time":%d}}`, id, at(from+0.9))
	}
	l.add(`{"Event":"SparkListenerJobEnd","Job ID":0,"Job Result":{"Result":"JobSucceeded"}}`)
	a := readBuilt(t, l.end(6))
	if a.Log.Grade != traces.Complete || a.Setup != 500*time.Millisecond || a.ID != "log" {
		t.Errorf("%s graded %v, set up in %v: %v", a.ID, a.Log.Grade, a.Setup, a.Log.Problems)
	}
	if len(a.Stages) != 2 || len(a.Stages[1].Parents) != 1 {
		t.Errorf("stages %+v", a.Stages)
	}
	if j := a.Recorded.Jobs[0]; j.Start != 3*time.Second || j.End != 4900*time.Millisecond {
		t.Errorf("the job ran from %v to %v", j.Start, j.End)
	}
	if x := a.Recorded.Executors; len(x) != 1 || x[0].Added != 2*time.Second || x[0].Host != "h" {
		t.Errorf("executors %+v", x)
	}
}

// The driver takes the time from ApplicationStart to its block manager to set up. If
// that is more than ten minutes, one of the two times is wrong and none is used.
func TestTheTimeToSetUpIsAtMostTenMinutes(t *testing.T) {
	for _, c := range []struct {
		registered float64 // the driver's block manager, in seconds
		want       time.Duration
	}{{2.5, 2500 * time.Millisecond}, {600, 10 * time.Minute}, {601, 0}} {
		l := newLog("a").add(`{"Event":"SparkListenerBlockManagerAdded","Block Manager ID":{"Executor ID":"driver","Host":"d","Port":1},"Maximum Memory":1,"Timestamp":%d}`, at(c.registered))
		if a := readBuilt(t, l.end(900)); a.Setup != c.want {
			t.Errorf("registered after %g s: set up in %v, want %v", c.registered, a.Setup, c.want)
		}
	}
}

// A log without Spark properties has an executor of resource profile 3. Spark has such
// executors only under dynamic allocation, so that this was on.
func TestAnExecutorWithAProfileImpliesDynamicAllocation(t *testing.T) {
	s := testStage{id: 0, tasks: 1}
	plain := newLog("app").executor("1", 4, 5).job(0, 10, "", s).ran(s, "ResultTask", 0, 10).jobEnd(0, 11).end(12).String()
	for text, want := range map[string]bool{plain: false, strings.Replace(plain, `"Total Cores":4`, `"Total Cores":4,"Resource Profile Id":3`, 1): true} {
		a, err := readLogText(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.Properties.DynamicAllocation(); got != want {
			t.Errorf("dynamic allocation: %v, want %v in\n%s", got, want, text)
		}
	}
}

// Spark 3.0 logs no resource profile. Executors of four cores have one GPU, of which each
// task takes a half: two tasks run at a time.
func TestGPUsOfPropertiesLimitTasks(t *testing.T) {
	l := newLog("a").add(`{"Event":"SparkListenerEnvironmentUpdate","Spark Properties":{"spark.executor.cores":"4","spark.executor.resource.gpu.amount":"1","spark.task.resource.gpu.amount":"0.5","spark.executor.resource.gpu.discoveryScript":"/x"}}`)
	s := testStage{id: 0, tasks: 1}
	a := readBuilt(t, l.executor("1", 4, 0).job(0, 1, "", s).ran(s, "ResultTask", 0, 1).jobEnd(0, 3).end(4))
	if got := a.Profiles[0].Limit; got != 2 {
		t.Errorf("%d tasks can share the resources of an executor, want 2", got)
	}
}
