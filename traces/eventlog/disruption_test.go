package eventlog

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dynalloc/traces"
)

func (l *logBuilder) removed(id string, when float64, reason string) *logBuilder {
	return l.add(`{"Event":"SparkListenerExecutorRemoved","Timestamp":%d,"Executor ID":%q,"Removed Reason":%q}`, at(when), id, reason)
}

func (l *logBuilder) executorOn(host, id string, added float64) *logBuilder {
	return l.add(`{"Event":"SparkListenerExecutorAdded","Timestamp":%d,"Executor ID":%q,"Executor Info":{"Host":%q,"Total Cores":2}}`, at(added), id, host)
}

func (l *logBuilder) failed(s testStage, attempt int, from, to float64) *logBuilder {
	return l.add(`{"Event":"SparkListenerStageCompleted","Stage Info":%s}`,
		s.info(attempt, fmt.Sprintf(`,"Submission Time":%d,"Completion Time":%d,"Failure Reason":"FetchFailed"`, at(from), at(to))))
}

// stormLog is a log in which an executor is lost while the second stage reads what it
// wrote: a task fetches for a second, fails, and its attempt with it; five seconds later
// the first stage runs again, for two seconds, and then the second one.
func stormLog(reason string) *logBuilder {
	writes, reads := testStage{id: 0, tasks: 2}, testStage{id: 1, tasks: 1, parents: []int{0}}
	l := newLog("app").add(`{"Event":"SparkListenerEnvironmentUpdate","Spark Properties":{"spark.dynamicAllocation.enabled":"true"}}`)
	l.executorOn("h1", "1", 1).executorOn("h2", "2", 2)
	l.job(0, 10, "", writes, reads).submit(writes, 0, 10)
	for i, x := range []string{"1", "2"} {
		l.task(testTask{id: i, stage: 0, index: i, partition: i, kind: "ShuffleMapTask", reason: "Success", executor: x, from: 10, to: 12, run: 1900})
	}
	l.complete(writes, 0, 12).submit(reads, 0, 12)
	l.removed("2", 12.5, reason)
	l.task(testTask{id: 2, stage: 1, partition: 0, kind: "ResultTask", reason: "FetchFailed", from: 12, to: 13})
	last := len(l.lines) - 1
	l.lines[last] = strings.Replace(l.lines[last], `"Reason":"FetchFailed"`, `"Reason":"FetchFailed","Block Manager Address":{"Executor ID":"2","Host":"h2","Port":1}`, 1)
	l.failed(reads, 0, 12, 13)
	l.submit(writes, 1, 18.2)
	l.task(testTask{id: 3, stage: 0, attempt: 1, index: 0, partition: 1, kind: "ShuffleMapTask", reason: "Success", from: 18.2, to: 20.2, run: 1900})
	l.complete(writes, 1, 20.2).submit(reads, 1, 20.2)
	l.task(testTask{id: 4, stage: 1, attempt: 1, partition: 0, kind: "ResultTask", reason: "Success", from: 20.2, to: 23, run: 2800})
	return l.complete(reads, 1, 23).jobEnd(0, 23).end(24)
}

// The time in which nothing new was done is repeated work: a second of fetching, five of
// waiting and two of computing again.
func TestRepeatedWorkAfterALossIsAddedUp(t *testing.T) {
	a := readBuilt(t, stormLog("Container preempted by the scheduler"))
	want := traces.Disruptions{Executors: 1, Fetches: 1, Runs: 2, Attempts: 2, Repeated: 8200 * time.Millisecond}
	if got := a.Log.Disruptions; got != want {
		t.Errorf("disruptions %+v, want %+v", got, want)
	}
	if a.Log.Grade != traces.Disturbed {
		t.Errorf("graded %v, want disturbed", a.Log.Grade)
	}
	if want := []traces.Loss{{Stage: 1, After: 500 * time.Millisecond, Executor: 1}}; !slices.Equal(a.Losses, want) {
		t.Errorf("losses %+v, want %+v", a.Losses, want)
	}
	if want := []traces.Retry{{Delay: 5 * time.Second}}; !slices.Equal(a.Stages[0].Retries, want) {
		t.Errorf("the first stage was tried again %+v, want %+v", a.Stages[0].Retries, want)
	}
	if want := []traces.Retry{{Fetch: time.Second}}; !slices.Equal(a.Stages[1].Retries, want) {
		t.Errorf("the second stage was tried again %+v, want %+v", a.Stages[1].Retries, want)
	}
}

// The same work is repeated because the policy itself gave the executor back. A replay
// of the policy does so, too: the log is undisturbed.
func TestWhatFollowsFromThePolicyIsNoDisruption(t *testing.T) {
	for _, reason := range []string{
		"Executor killed by driver.", "Container container_1_2_3 exited from explicit termination request.",
		"Executor decommission: spark scale down", "removed", // by someone who took the words out of the log
	} {
		a := readBuilt(t, stormLog(reason))
		if got := a.Log.Disruptions; got != (traces.Disruptions{Attempts: got.Attempts}) || len(a.Losses) > 0 || a.Log.Grade != traces.Complete {
			t.Errorf("%s: graded %v, losses %v, disruptions %+v", reason, a.Log.Grade, a.Losses, got)
		}
	}
}

// The reasons of Spark's cluster managers for executors that nobody gave back.
func TestReasonsOfLosses(t *testing.T) {
	for _, reason := range []string{
		"Container marked as failed: container_1 on host: h2. Exit status: 137. Diagnostics: Container killed on request",
		"Container released on a *lost* node", "Container container_1 on host h2 was preempted.", "worker lost: 10.0.0.1:7078 got disassociated",
		"Executor heartbeat timed out after 125000 ms", "Remote RPC client disassociated. Likely due to containers exceeding thresholds, or network issues.",
		"Command exited with code 52", "Executor Process Lost", "The executor with id 2 exited with exit code 137(SIGKILL, possible container OOM).",
		"The executor with id 2 was deleted by a user or the framework.", "Executor decommission: spot instance interruption", "Slave lost",
	} {
		if a := readBuilt(t, stormLog(reason)); len(a.Losses) != 1 || a.Log.Disruptions.Repeated == 0 {
			t.Errorf("%s: %d losses, disruptions %+v", reason, len(a.Losses), a.Log.Disruptions)
		}
	}
}

// All executors of a host go within a second, one of another host stays. After the last
// job executors go because the application ends: these are no losses.
func TestAHostIsLostWithItsExecutors(t *testing.T) {
	s := testStage{id: 0, tasks: 1}
	l := newLog("app").executorOn("h1", "1", 1).executorOn("h2", "2", 1).executorOn("h2", "3", 2)
	l.job(0, 10, "", s).submit(s, 0, 10).removed("2", 12, "Executor Process Lost").removed("3", 12.9, "Executor Process Lost")
	l.task(testTask{id: 0, stage: 0, kind: "ResultTask", reason: "Success", from: 10, to: 20, run: 9900})
	l.complete(s, 0, 20).jobEnd(0, 20).removed("1", 20.5, "Executor Process Lost")
	a := readBuilt(t, l.end(21))
	want := []traces.Loss{{After: 2 * time.Second, Executor: 1, Host: true}, {After: 2900 * time.Millisecond, Executor: 1, Host: true}}
	if !slices.Equal(a.Losses, want) || a.Log.Disruptions.Hosts != 1 {
		t.Errorf("losses %+v of %d hosts, want %+v of one", a.Losses, a.Log.Disruptions.Hosts, want)
	}
	if notes := fmt.Sprint(a.Log.Problems); a.Log.Grade != traces.Complete || !strings.Contains(notes, "log-executors-missing time=8s total=21s executors=2") {
		t.Errorf("graded %v, noted %s; want complete, because no work was repeated, and two missing executors", a.Log.Grade, notes)
	}
}

// Tasks that wait without an executor starve, unless it is the first one that they wait
// for, or one that comes as fast as executors do after the policy gave all back.
func TestWaitsWithoutAnyExecutor(t *testing.T) {
	s := testStage{id: 0, tasks: 1}
	story := func(before func(l *logBuilder), came float64) *traces.Application {
		l := newLog("app")
		before(l)
		l.job(0, 10, "", s).submit(s, 0, 10)
		if came > 0 {
			l.executorOn("h1", "9", came)
			l.task(testTask{id: 0, stage: 0, kind: "ResultTask", reason: "Success", executor: "9", from: came, to: came + 1, run: 900})
			l.complete(s, 0, came+1).jobEnd(0, came+1)
		} else {
			l.add(`{"Event":"SparkListenerJobEnd","Job ID":0,"Completion Time":%d,"Job Result":{"Result":"JobFailed"}}`, at(610))
		}
		return readBuilt(t, l.end(620))
	}
	gone := func(reason string) func(*logBuilder) {
		return func(l *logBuilder) { l.executorOn("h1", "1", 1).removed("1", 5, reason) }
	}
	for _, c := range []struct {
		what   string
		before func(*logBuilder)
		came   float64
		want   time.Duration
	}{
		{"never an executor", func(*logBuilder) {}, 0, 10 * time.Minute},
		{"the first one after ten minutes", func(*logBuilder) {}, 610, 480 * time.Second},
		{"another one after a loss", gone("Executor Process Lost"), 40, 30 * time.Second},
		{"another one after a removal", gone("Executor killed by driver."), 40, 0},
		{"another one long after a removal", gone("Executor killed by driver."), 610, 480 * time.Second},
	} {
		a := story(c.before, c.came)
		if got := a.Log.Disruptions.Starved; got != c.want {
			t.Errorf("%s: tasks starved for %v, want %v", c.what, got, c.want)
		}
		if notes := fmt.Sprint(a.Log.Problems); c.want == 480*time.Second && !strings.Contains(notes, "log-long-without-executors waited=10m0s total=10m20s time=8m0s start=2m0s") {
			t.Errorf("%s: noted %s", c.what, notes)
		}
		if disturbed := a.Log.Grade == traces.Disturbed; disturbed != (c.want > 0) {
			t.Errorf("%s: graded %v", c.what, a.Log.Grade)
		}
	}
}
