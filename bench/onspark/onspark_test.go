package onspark

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// The test program is also the worker and Spark's driver of tests: TestMain is told which.
const role = "ONSPARK_TEST_ROLE"

// slotsOf is how many slots the driver says that there are.
const slotsOf = "ONSPARK_TEST_SLOTS"

func TestMain(m *testing.M) {
	switch os.Getenv(role) {
	case "worker":
		work()
	case "driver":
		drive()
	default:
		os.Exit(m.Run())
	}
}

// work is a worker: it answers each request, and does as some of them say.
func work() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		switch request := lines.Text(); request {
		case "exit", "exit thrice":
			fmt.Fprintf(os.Stderr, "this request cannot be: %s\n", request)
			os.Exit(7)
		case "panic":
			panic("out of bounds")
		default:
			fmt.Printf("{\"about\":%q}\n", request)
		}
	}
}

// drive is a driver without Spark: it runs the tasks of a job in this process. Requests
// whose text says so make their job fail, lose or repeat their lines, or end the driver.
func drive() {
	conn, err := net.Dial("unix", os.Getenv("DYNALLOC_SOCKET"))
	if err != nil {
		panic(err)
	}
	in, out := bufio.NewReader(conn), json.NewEncoder(conn)
	line, _ := in.ReadBytes('\n')
	var first setup
	if err := json.Unmarshal(line, &first); err != nil {
		panic(err)
	}
	slots, err := strconv.Atoi(os.Getenv(slotsOf))
	if err != nil {
		slots = 4
	}
	out.Encode(map[string]any{"ready": true, "slots": slots, "arrow": first.Arrow, "version": "test"})
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		var j job
		if err := json.Unmarshal(line, &j); err != nil {
			panic(err)
		}
		answer := map[string]any{"job": j.Job, "slots": slots}
		var lines []string
		text := strings.Join(slices.Concat(j.Tasks...), "\n")
		switch {
		case strings.Contains(text, "end the driver") && once("ended"):
			return
		case strings.Contains(text, "kill executors"), strings.Contains(text, "no pyarrow") && j.Arrow:
			answer["error"] = "Job aborted due to stage failure"
			text = ""
		}
		var got bytes.Buffer
		if err := Guard(context.Background(), testWorker(), strings.NewReader(text), &got); err != nil {
			panic(err)
		}
		for line := range strings.Lines(got.String()) {
			switch line = strings.TrimSuffix(line, "\n"); {
			case strings.Contains(line, "twice"):
				lines = append(lines, line, line)
			case strings.Contains(line, "thrice"):
				lines = append(lines, line, line, line)
			case strings.Contains(line, "of another job"):
				lines = append(lines, line, "0"+strings.TrimLeft(line, "0123456789"))
			case strings.Contains(line, "differs"):
				lines = append(lines, line, line+" ")
			case strings.Contains(line, "lost") && once("lost"):
			default:
				lines = append(lines, line)
			}
		}
		answer["lines"] = lines
		out.Encode(answer)
	}
}

// once reports whether this is the first call with a name in a test.
func once(name string) bool {
	f, err := os.OpenFile(filepath.Join(os.Getenv("SPARK_HOME"), name), os.O_CREATE|os.O_EXCL, 0o600)
	f.Close()
	return err == nil
}

func testWorker() []string { return []string{"env", role + "=worker", os.Args[0]} }

// answered runs requests on a cluster of tests.
func answered(t *testing.T, requests ...string) ([]string, []Failure, Stats, error) {
	t.Helper()
	home := t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\nexec env %s=driver %s\n", role, shellLine(os.Args[:1]))
	if err := os.MkdirAll(filepath.Join(home, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "bin", "spark-submit"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("env"); err != nil {
		t.Skip("needs a POSIX system")
	}
	t.Setenv("SPARK_HOME", home)
	if testing.Short() && len(requests) > 100 {
		t.Skip("starts many processes")
	}
	answers := make([]string, len(requests))
	c := Cluster{Master: "spark://test:7077"}
	failures, stats, err := c.Do(t.Context(), requests, func(i int, line string) error {
		if answers[i] != "" {
			t.Errorf("request %d was answered twice", i)
		}
		answers[i] = line
		return nil
	})
	return answers, failures, stats, err
}

func numbered(n int, others ...string) []string {
	for i := range n {
		others = append(others, strconv.Itoa(i))
	}
	return others
}

// check compares answers with those of one process, except those of requests that fail.
func check(t *testing.T, requests, answers []string, failures ...int) {
	t.Helper()
	for i, request := range requests {
		want := fmt.Sprintf("{\"about\":%q}", request)
		if slices.Contains(failures, i) {
			want = ""
		}
		if answers[i] != want {
			t.Errorf("request %d: %q, want %q", i, answers[i], want)
		}
	}
}

func TestEveryRequestIsAnswered(t *testing.T) {
	requests := numbered(3000)
	answers, failures, stats, err := answered(t, requests...)
	if err != nil || len(failures) > 0 {
		t.Fatal(failures, err)
	}
	check(t, requests, answers)
	if stats.Jobs < 3 || stats.Jobs > 30 {
		t.Errorf("%d jobs: the requests are fast, so tasks should have grown", stats.Jobs)
	}
}

// Two requests end the worker each time. All others are answered, and the two come back
// with how the worker ended.
func TestRequestsThatAlwaysFailAreNamed(t *testing.T) {
	requests := numbered(50, "exit", "panic")
	answers, failures, stats, err := answered(t, requests...)
	if err != nil {
		t.Fatal(err)
	}
	check(t, requests, answers, 0, 1)
	if len(failures) != 2 || failures[0].Status != "exit status 7" || !strings.Contains(failures[0].Stderr, "this request cannot be") ||
		!strings.Contains(failures[1].Stderr, "out of bounds") || failures[0].Attempts != attempts {
		t.Errorf("failures: %+v", failures)
	}
	if stats.FailedJobs > 0 {
		t.Errorf("%d jobs failed: the guard should have kept them", stats.FailedJobs)
	}
}

// A request kills whatever executor has it, so that its job fails each time. The jobs are
// divided until it is alone.
func TestARequestThatFailsItsJobIsFound(t *testing.T) {
	requests := numbered(60, "1", "kill executors")
	answers, failures, stats, err := answered(t, requests...)
	if err != nil {
		t.Fatal(err)
	}
	check(t, requests, answers, 1)
	if len(failures) != 1 || failures[0].Request != 1 || !strings.Contains(failures[0].Status, "stage failure") {
		t.Errorf("failures: %+v after %d failed jobs", failures, stats.FailedJobs)
	}
}

// If all workers end at once, the input is wrong for all of them.
func TestWorkersThatNeverAnswerEndIt(t *testing.T) {
	_, _, stats, err := answered(t, slices.Repeat([]string{"exit"}, 1000)...)
	if err == nil || !strings.Contains(err.Error(), "this request cannot be") {
		t.Errorf("%v", err)
	}
	if stats.Tasks > 100 {
		t.Errorf("%d tasks were tried", stats.Tasks)
	}
}

func TestADriverThatEndsIsStartedAgain(t *testing.T) {
	requests := numbered(100, "end the driver")
	answers, failures, stats, err := answered(t, requests...)
	if err != nil || len(failures) > 0 || stats.Restarts != 1 {
		t.Fatal(failures, stats, err)
	}
	check(t, requests, answers)
}

func TestWithoutPyarrowTheProgramIsStartedBySQL(t *testing.T) {
	requests := numbered(40, "no pyarrow")
	answers, failures, stats, err := answered(t, requests...)
	if err != nil || len(failures) > 0 || !stats.Transform || stats.FailedJobs == 0 {
		t.Fatal(failures, stats, err)
	}
	check(t, requests, answers)
}

func TestAnswersThatAreLostOrComeTwice(t *testing.T) {
	requests := numbered(20, "lost", "twice")
	answers, failures, stats, err := answered(t, requests...)
	if err != nil || len(failures) > 0 || stats.Duplicates != 1 || stats.Missing != 1 {
		t.Fatal(failures, stats, err)
	}
	check(t, requests, answers)
	if _, _, _, err := answered(t, "1", "differs"); err == nil || !strings.Contains(err.Error(), "differs has two different answers") {
		t.Errorf("two different answers: %v", err)
	}
}

// A worker ends at a request, and Spark brings that line three times, with a job that loses
// the answer of another request. The first is still tried three times and named once, and
// the other is done again.
func TestAFailureThatComesSeveralTimesCountsOnce(t *testing.T) {
	requests := numbered(20, "exit thrice", "lost")
	answers, failures, stats, err := answered(t, requests...)
	if err != nil {
		t.Fatal(err)
	}
	check(t, requests, answers, 0)
	if len(failures) != 1 || failures[0].Request != 0 || failures[0].Attempts != attempts || stats.Missing != 1 {
		t.Errorf("failures: %+v, %d missing", failures, stats.Missing)
	}
}

// A job brings a line about a request of an earlier job: it is not taken for the answer.
func TestALineAboutARequestOfAnotherJob(t *testing.T) {
	requests := append(numbered(50), "of another job")
	if _, _, _, err := answered(t, requests...); err == nil || !strings.Contains(err.Error(), "request 0, which is not in the job") {
		t.Errorf("%v", err)
	}
}

// Spark says numbers of slots that cannot be, as from spark.default.parallelism.
func TestImpossibleNumbersOfSlots(t *testing.T) {
	for _, slots := range []int{math.MinInt, -1, 0, 1 << 31, 1 << 62, math.MaxInt} {
		t.Setenv(slotsOf, strconv.Itoa(slots))
		requests := numbered(50, "exit")
		answers, failures, _, err := answered(t, requests...)
		if err != nil || len(failures) != 1 {
			t.Errorf("%d slots: %v, %v", slots, failures, err)
		}
		check(t, requests, answers, 0)
	}
}

// A bundle holds files and folders, and opens at several places at once.
func TestBundle(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	files := map[string]string{"cluster.yaml": "nodes: 4\n", "logs/a/events_1": "{}\n", "logs/empty": ""}
	for name, text := range files {
		path := filepath.Join(from, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	paths := []string{filepath.Join(from, "cluster.yaml"), filepath.Join(from, "logs")}
	name, err := WriteBundle(to, paths)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := WriteBundle(to, paths); err != nil || again != name {
		t.Errorf("the same files in %s, %v; before in %s", again, err, name)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			b, err := OpenBundle(name)
			if err != nil {
				t.Error(err)
				return
			}
			for file, text := range files {
				at := b[paths[0]]
				if below, ok := strings.CutPrefix(file, "logs"); ok {
					at = b[paths[1]] + below
				}
				if got, err := os.ReadFile(at); err != nil || string(got) != text {
					t.Errorf("%s: %q, %v", file, got, err)
				}
			}
		})
	}
	all.Wait()
}
