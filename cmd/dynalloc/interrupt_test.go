package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Every command that can take long ends soon after a signal, at whatever moment it comes:
// with one line, the status of the signal, and nothing half-written. What it wrote before
// is complete. The bound is generous, because machines of tests are busy.
func TestSignalsEndEveryCommand(t *testing.T) {
	if testing.Short() {
		t.Skip("runs each command several times as a process of its own")
	}
	const bound = 5 * time.Second
	in := t.TempDir()
	recordings, err := filepath.Abs("../../bench/builtin/recordings/fleet-dra")
	if err != nil {
		t.Fatal(err)
	}
	log, many, huge := largeLog(t, in), manyLogs(t, in), hugeWorkload(t, in)
	const on = " --cluster standalone,nodes=100,cores=16,memory=64g"
	for name, args := range map[string]string{
		"reading a large log":        "inspect " + log,
		"reading for a comparison":   "compare -o out " + log + on,
		"walking a folder":           "inspect " + many,
		"redacting":                  "redact -o out " + many,
		"replaying a huge workload":  "compare --policy static,n=50 -o out " + huge + on,
		"showing a huge replay":      "replay --policy static,n=50 " + huge + on,
		"advising":                   "advise --builtin day",
		"tuning":                     "tune --builtin day -o out",
		"comparing and drawing":      "compare --builtin day -o out",
		"making a workload":          "synth --span 2000h -o out " + recordings,
		"validating":                 "validate --self " + many,
		"learning times":             "calibrate -o out " + many,
		"replaying a line of events": "replay --builtin day --policy spark --tasks",
	} {
		t.Run(name, func(t *testing.T) {
			for k, after := range []time.Duration{50, 150, 400, 900, 1700} {
				signal := []syscall.Signal{syscall.SIGINT, syscall.SIGTERM}[k%2]
				where, temporary := t.TempDir(), t.TempDir()
				cmd := exec.Command("dynalloc", strings.Fields(args)...) // TestMain puts it into the PATH
				cmd.Dir, cmd.Env = where, append(os.Environ(), "TMPDIR="+temporary)
				var stderr bytes.Buffer
				cmd.Stdout, cmd.Stderr = io.Discard, &stderr
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				time.Sleep(after * time.Millisecond)
				sent := time.Now()
				if err := cmd.Process.Signal(signal); errors.Is(err, os.ErrProcessDone) {
					_ = cmd.Wait()
					return // the command takes less time than that
				}
				_ = cmd.Wait() // its error is the status
				took := time.Since(sent)
				status := cmd.ProcessState.ExitCode()
				complete := status == statusDone || status == statusPartly
				if took > bound {
					t.Errorf("%v after %v: it ended %v later", signal, after*time.Millisecond, took)
				}
				if cmd.ProcessState.Sys().(syscall.WaitStatus).Signaled() {
					continue // it had not set up anything
				}
				if !complete && status != 128+int(signal) {
					t.Errorf("%v after %v: status %d, standard error %q", signal, after*time.Millisecond, status, &stderr)
				}
				if want := "dynalloc: " + (interruption{signal}).Error() + "\n"; !complete && stderr.String() != want {
					t.Errorf("%v: standard error %q, want %q", signal, &stderr, want)
				}
				if left := filesIn(t, temporary); len(left) > 0 {
					t.Errorf("temporary files stay: %q", left)
				}
				if left := filesIn(t, where); !complete && len(left) > 0 {
					t.Errorf("files of a command that did not end stay: %q", left)
				}
			}
		})
	}
}

func filesIn(t *testing.T, dir string) (list []string) {
	t.Helper()
	if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if path != dir {
			list = append(list, path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return list
}

// recordedLog is the text of a small log.
const recordedLog = "../../traces/eventlog/testdata/recordings/etl-ess10.zstd"

// largeLog repeats a line of a log until reading takes long.
func largeLog(t *testing.T, dir string) string {
	var b bytes.Buffer
	b.WriteString(`{"Event":"SparkListenerLogStart","Spark Version":"4.1.0"}` + "\n")
	b.WriteString(`{"Event":"SparkListenerApplicationStart","App Name":"large","App ID":"app-1","Timestamp":1700000000000,"User":"u"}` + "\n")
	for i := range 2_000_000 {
		fmt.Fprintf(&b, `{"Event":"SparkListenerTaskStart","Stage ID":0,"Stage Attempt ID":0,"Task Info":{"Task ID":%d,"Index":%d,"Attempt":0,"Launch Time":1700000001000,"Executor ID":"1","Host":"h","Locality":"ANY","Speculative":false}}`+"\n", i, i)
	}
	path := filepath.Join(dir, "large")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// manyLogs is a folder of thousands of logs.
func manyLogs(t *testing.T, dir string) string {
	text, err := os.ReadFile(recordedLog)
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "many")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range 3000 {
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("app-%d", i)), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// hugeWorkload has one application of twenty million tasks. They are many and not long, so
// that a replay takes many seconds here and the application ends before the horizon of
// replays, even where it has one executor: the replay that no signal ends succeeds.
func hugeWorkload(t *testing.T, dir string) string {
	path := filepath.Join(dir, "huge.workload")
	text := "app huge cores=4 memory=1g\n" + strings.Repeat("  job\n    stage tasks=1000000x100ms\n", 20)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}
