package eventlog

import (
	"fmt"
	"strings"
	"testing"
)

// A job fails at once because Spark refuses its barrier stage of four tasks; the log has
// the stage in the job's start, and no task of it.
func TestARefusedBarrierJobIsKept(t *testing.T) {
	for message, want := range map[string]string{
		"[SPARK-24942]: Barrier execution mode does not support dynamic resource allocation for now.":                                                                `log-barrier-refused job=1 tasks=4 exception="BarrierJobRunWithDynamicAllocationException"`,
		"[SPARK-24819]: Barrier execution mode does not allow run a barrier stage that requires more slots than the total number of slots in the cluster currently.": `log-barrier-refused job=1 tasks=4 exception="BarrierJobSlotsNumberCheckFailed"`,
		"Job 1 cancelled": `log-barrier-never-ran job=1 tasks=4`,
	} {
		work := testStage{id: 0, tasks: 1}
		l := newLog("a").executor("1", 1, 0).job(0, 1, "", work).submit(work, 0, 1)
		l.task(testTask{id: 0, stage: 0, kind: "ResultTask", reason: "Success", from: 1, to: 2, run: 900}).complete(work, 0, 2).jobEnd(0, 2)
		l.add(`{"Event":"SparkListenerJobStart","Job ID":1,"Submission Time":%d,"Stage IDs":[1],"Stage Infos":[{"Stage ID":1,"Stage Attempt ID":0,"Stage Name":"train","Number of Tasks":4,"RDD Info":[{"RDD ID":9,"Parent IDs":[],"Barrier":true}],"Parent IDs":[]}]}`, at(3))
		l.add(`{"Event":"SparkListenerJobEnd","Job ID":1,"Completion Time":%d,"Job Result":{"Result":"JobFailed","Exception":{"Message":%q}}}`, at(3), message)
		a := readBuilt(t, l.end(4))
		if n := a.Jobs[1].BarrierSlots; n != 4 || a.FailsAgain() || !a.FailedAsRecorded() {
			t.Errorf("%s: %d slots, fails again: %v", message, n, a.FailsAgain())
		}
		if got := fmt.Sprint(a.Log.Problems); !strings.Contains(got, want) {
			t.Errorf("problems %s, want %s", got, want)
		}
	}
}
