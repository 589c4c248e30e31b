package source

import (
	"fmt"
	"strings"
)

// oneJob is the log of one attempt of an application on YARN: one job of one task. It
// begins at Unix time 1,700,000,000 plus start, in seconds, and takes six seconds.
func oneJob(id, attempt string, start int64) string {
	const stage = `{"Stage ID":0,"Stage Attempt ID":0,"Stage Name":"s","Number of Tasks":1,"Parent IDs":[],"RDD Info":[{"RDD ID":0,"Parent IDs":[],"Storage Level":{"Use Disk":false,"Use Memory":false}}]`
	const text = `{"Event":"SparkListenerApplicationStart","App Name":"tale","App ID":"ID","Timestamp":@0,"User":"ann","App Attempt ID":"ATTEMPT"}
{"Event":"SparkListenerExecutorAdded","Timestamp":@1,"Executor ID":"1","Executor Info":{"Host":"h1","Total Cores":1}}
{"Event":"SparkListenerJobStart","Job ID":0,"Submission Time":@2,"Stage Infos":[` + stage + `}],"Stage IDs":[0],"Properties":{}}
{"Event":"SparkListenerStageSubmitted","Stage Info":` + stage + `,"Submission Time":@3},"Properties":{}}
{"Event":"SparkListenerTaskEnd","Stage ID":0,"Stage Attempt ID":0,"Task Type":"ResultTask","Task End Reason":{"Reason":"Success"},"Task Info":{"Task ID":0,"Index":0,"Attempt":0,"Partition ID":0,"Launch Time":@3,"Executor ID":"1","Host":"h1","Locality":"PROCESS_LOCAL","Speculative":false,"Getting Result Time":0,"Finish Time":@4,"Failed":false,"Killed":false},"Task Metrics":{"Executor Run Time":900}}
{"Event":"SparkListenerStageCompleted","Stage Info":` + stage + `,"Completion Time":@4}}
{"Event":"SparkListenerJobEnd","Job ID":0,"Completion Time":@5,"Job Result":{"Result":"JobSucceeded"}}
{"Event":"SparkListenerApplicationEnd","Timestamp":@6}
`
	words := []string{`"ID"`, fmt.Sprintf("%q", id), "ATTEMPT", attempt}
	for second := range int64(7) {
		words = append(words, fmt.Sprintf("@%d", second), fmt.Sprint((1_700_000_000+start+second)*1000))
	}
	return strings.NewReplacer(words...).Replace(text)
}

// emptyLog is the log of an application that did nothing.
func emptyLog(id string) string {
	return fmt.Sprintf(`{"Event":"SparkListenerLogStart","Spark Version":"3.5.1"}
{"Event":"SparkListenerApplicationStart","App Name":"tale","App ID":%q,"Timestamp":1700000000000,"User":"ann"}
{"Event":"SparkListenerEnvironmentUpdate","Spark Properties":{}}
{"Event":"SparkListenerApplicationEnd","Timestamp":1700000005000}
`, id)
}
