package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// wideLog is the log of an application with many executors and one task.
func wideLog(executors int) string {
	const stage = `{"Stage ID":0,"Stage Attempt ID":0,"Stage Name":"s","Number of Tasks":1,"Parent IDs":[],"RDD Info":[]`
	var b strings.Builder
	fmt.Fprintf(&b, `{"Event":"SparkListenerLogStart","Spark Version":"3.5.1"}
{"Event":"SparkListenerEnvironmentUpdate","Spark Properties":{"spark.master":"yarn","spark.executor.instances":"%d"}}
{"Event":"SparkListenerApplicationStart","App Name":"wide","App ID":"app-wide","Timestamp":1700000000000,"User":"ann"}
`, executors)
	for i := range executors {
		fmt.Fprintf(&b, `{"Event":"SparkListenerExecutorAdded","Timestamp":1700000001000,"Executor ID":"%d","Executor Info":{"Host":"h%d","Total Cores":4}}`+"\n", i+1, i+1)
	}
	b.WriteString(`{"Event":"SparkListenerJobStart","Job ID":0,"Submission Time":1700000002000,"Stage Infos":[` + stage + `}],"Stage IDs":[0],"Properties":{}}
{"Event":"SparkListenerStageSubmitted","Stage Info":` + stage + `,"Submission Time":1700000002000},"Properties":{}}
{"Event":"SparkListenerTaskEnd","Stage ID":0,"Stage Attempt ID":0,"Task Type":"ResultTask","Task End Reason":{"Reason":"Success"},"Task Info":{"Task ID":0,"Index":0,"Attempt":0,"Partition ID":0,"Launch Time":1700000002000,"Executor ID":"1","Host":"h1","Locality":"PROCESS_LOCAL","Speculative":false,"Getting Result Time":0,"Finish Time":1700000003000,"Failed":false,"Killed":false},"Task Metrics":{"Executor Run Time":900}}
{"Event":"SparkListenerStageCompleted","Stage Info":` + stage + `,"Completion Time":1700000003000}}
{"Event":"SparkListenerJobEnd","Job ID":0,"Completion Time":1700000003000,"Job Result":{"Result":"JobSucceeded"}}
{"Event":"SparkListenerApplicationEnd","Timestamp":1700000003000}
`)
	return b.String()
}

// An application had 600 executors of four slots. Where one application may have 1,000 events
// and some for its work, a replay of its log is given up, in every command that does one; the
// application is named, the rest is answered, and the status says so.
func TestSelfReplaysObeyLimits(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"wide": wideLog(600), "small": strings.ReplaceAll(wideLog(2), "wide", "small")} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	for _, command := range []string{"inspect wide small", "validate --self wide small"} {
		args := strings.Fields(command)
		if _, stderr, status := ranWith(t, args...); status != statusDone || stderr != "" {
			t.Errorf("%s: status %d, standard error %q", command, status, stderr)
		}
		stdout, stderr, status := ranWith(t, append(args, "--limit", "events=1000")...)
		if status != statusPartly || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "wide: no self-replay: ") {
			t.Errorf("%s with a limit: status %d, standard error %q", command, status, stderr)
		}
		if !strings.Contains(stdout, "small ") {
			t.Errorf("%s with a limit does not show the other application:\n%s", command, stdout)
		}
	}
	impossible := strings.Replace(wideLog(2), `"spark.executor.instances":"2"`, `"spark.executor.instances":"2147483647"`, 1)
	if err := os.WriteFile("impossible", []byte(impossible), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, stderr, status := ranWith(t, "validate", "--self", "impossible", "small"); status != statusPartly || !strings.Contains(stderr, "impossible: no self-replay: spark.executor.instances is 2147483647") {
		t.Errorf("impossible: status %d, standard error %q", status, stderr)
	}
}
