package eventlog

import (
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"dynalloc/traces"
)

// without drops the nth line that contains a text, all such lines if n is 0.
func without(lines []string, text string, n int) []string {
	seen := 0
	return slices.DeleteFunc(lines, func(line string) bool {
		if !strings.Contains(line, text) {
			return false
		}
		seen++
		return n == 0 || seen == n
	})
}

// findLine returns the index of the nth line that contains a text.
func findLine(lines []string, text string, n int) int {
	for i, line := range lines {
		if strings.Contains(line, text) {
			if n--; n == 0 {
				return i
			}
		}
	}
	panic("no such line: " + text)
}

var times = regexp.MustCompile(`1795[0-9]{9}`)

// shiftTimes moves all times of a line.
func shiftTimes(line string, ms int64) string {
	return times.ReplaceAllStringFunc(line, func(s string) string {
		n, _ := strconv.ParseInt(s, 10, 64)
		return strconv.FormatInt(n+ms, 10)
	})
}

// A good recording is damaged in many ways. Each is found, reported and graded.
func TestDamageIsGradedAndReported(t *testing.T) {
	const (
		taskEnd = `"SparkListenerTaskEnd"`
		appEnd  = `"SparkListenerApplicationEnd"`
	)
	for _, story := range []struct {
		name   string
		damage func(lines []string) []string
		grade  traces.Grade
		says   string // in the problems, as notes without wording
	}{
		{"nothing happened", func(l []string) []string { return l }, traces.Complete, ""},
		{"a blank line and a line end of Windows", func(l []string) []string {
			l[3] += "\r"
			return slices.Insert(l, 5, "  ")
		}, traces.Complete, ""},
		{"an editor put a byte order mark before it", func(l []string) []string {
			l[0] = "\ufeff" + l[0]
			return l
		}, traces.Complete, ""},
		{"a query plan of a megabyte", func(l []string) []string {
			return slices.Insert(l, 10, `{"Event":"org.apache.spark.sql.Plan","plan":"`+strings.Repeat("x", 1<<20)+`"}`)
		}, traces.Complete, ""},
		{"a query plan of a megabyte was cut", func(l []string) []string {
			return slices.Insert(l, 10, `{"Event":"org.apache.spark.sql.Plan","plan":"`+strings.Repeat("x", 1<<20))
		}, traces.Lossy, `log-bad-line part="log" line=11 error="the line ends inside a JSON object"`},
		{"the driver was killed while it wrote a megabyte", func(l []string) []string {
			return append(without(l, appEnd, 0), `{"Event":"org.apache.spark.sql.Plan","plan":"`+strings.Repeat("x", 1<<20))
		}, traces.Cut, `error="the line ends inside a JSON object"`},
		{"a job with a megabyte of properties", func(l []string) []string {
			at := findLine(l, "JobStart", 1)
			l[at] = strings.Replace(l[at], `"Properties":{`, `"Properties":{"a":"`+strings.Repeat("x", 1<<20)+`","b":"c"}, "Other":{`, 1)
			return l
		}, traces.Complete, ""},
		{"the driver was killed", func(l []string) []string { return without(l, appEnd, 0) }, traces.Cut, "log-without-end"},
		{"the driver was killed while it wrote a line", func(l []string) []string {
			at := findLine(l, taskEnd, 70)
			return append(l[:at:at], l[at][:100])
		}, traces.Cut, `error="the line ends inside a JSON object"`},
		{"a line was cut in the middle of the log", func(l []string) []string {
			l[39] = l[39][:len(l[39])/2]
			return l
		}, traces.Lossy, `line=40 error="the line ends inside a JSON object"`},
		{"a line was overwritten with zeros", func(l []string) []string {
			l[39] = strings.Repeat("\x00", 100)
			return l
		}, traces.Lossy, `line=40 error="not a JSON object"`},
		{"a line end was lost", func(l []string) []string {
			l[39] += l[40]
			return slices.Delete(l, 40, 41)
		}, traces.Lossy, `line=40 error="something follows the JSON object"`},
		{"half of a line was lost with its end", func(l []string) []string {
			l[39] = l[39][:80] + l[40]
			return slices.Delete(l, 40, 41)
		}, traces.Lossy, "line=40 "},
		{"an unknown event was cut", func(l []string) []string {
			return slices.Insert(l, 10, `{"Event":"org.apache.spark.Unheard","x":[1,`)
		}, traces.Lossy, `line=11 error="the line ends inside a JSON object"`},
		{"hundreds of lines are garbage", func(l []string) []string {
			for range 300 {
				l = slices.Insert(l, 10, "garbage")
			}
			return l
		}, traces.Lossy, "log-more-bad-lines lines=280"},
		{"a stage id is absurd", func(l []string) []string {
			at := findLine(l, taskEnd, 3)
			l[at] = strings.Replace(l[at], `"Stage ID":0`, `"Stage ID":-7`, 1)
			return l
		}, traces.Lossy, `error="Stage ID -7 is out of range"`},
		{"an executor without cores", func(l []string) []string {
			at := findLine(l, "ExecutorAdded", 1)
			l[at] = strings.Replace(l[at], `"Total Cores":2`, `"Total Cores":0`, 1)
			return l
		}, traces.Lossy, `error="an executor with Total Cores 0; expected 1 or more"`},
		{"a collector wrote the ends of tasks twice", func(l []string) []string {
			at := findLine(l, taskEnd, 7)
			return slices.Insert(l, at+3, l[at], l[at])
		}, traces.Lossy, "log-tasks-ended-twice tasks=2"},
		{"the end is of 1970", func(l []string) []string {
			at := findLine(l, appEnd, 1)
			l[at] = times.ReplaceAllString(l[at], "1")
			return l
		}, traces.Lossy, `log-end-unusable end="1970-01-01 00:00:00"`},
		{"the settings were dropped", func(l []string) []string { return without(l, "EnvironmentUpdate", 0) }, traces.Complete, "log-without-environment"},
		{"a task's end was dropped by a full queue", func(l []string) []string { return without(l, taskEnd, 7) },
			traces.Lossy, "log-tasks-missing stage=0 tasks=40 ended=39"},
		{"a stage's submission was dropped", func(l []string) []string { return without(l, "StageSubmitted", 2) },
			traces.Lossy, "log-stray-tasks tasks="},
		{"a stage's completion was dropped", func(l []string) []string { return without(l, "StageCompleted", 2) },
			traces.Lossy, "log-stages-without-end stages=1"},
		{"a job's start was dropped", func(l []string) []string { return without(l, "JobStart", 2) },
			traces.Lossy, "log-stages-without-job stages=2"},
		{"a job's end was dropped", func(l []string) []string { return without(l, "JobEnd", 2) }, traces.Lossy, "log-jobs-without-end jobs=1"},
		{"an executor's arrival was dropped", func(l []string) []string { return without(l, "ExecutorAdded", 2) },
			traces.Lossy, "log-executors-never-added executors=1"},
		{"the first lines were cut off", func(l []string) []string { return l[6:] }, traces.Lossy, "log-without-start"},
		{"the first job was cut out", func(l []string) []string {
			from, to := findLine(l, "JobStart", 1), findLine(l, "JobEnd", 1)
			return slices.Delete(l, from, to+1)
		}, traces.Lossy, "log-first-job-missing job=1 stage=3"},
		{"the clock was set back by a minute", func(l []string) []string {
			for i := 100; i < len(l); i++ {
				l[i] = shiftTimes(l[i], -60_000)
			}
			return l
		}, traces.Clock, "log-clock-set step="},
		{"a task ends before it starts", func(l []string) []string {
			at := findLine(l, taskEnd, 9)
			i := strings.Index(l[at], `"Finish Time"`)
			l[at] = l[at][:i] + shiftTimes(l[at][i:i+30], -30_000) + l[at][i+30:]
			return l
		}, traces.Clock, "log-clock-set step="},
		{"a time is beyond all calendars", func(l []string) []string {
			at := findLine(l, taskEnd, 9)
			l[at] = strings.Replace(l[at], `"Executor Run Time":`, `"Executor Run Time":9999999`, 1)
			return l
		}, traces.Lossy, "log-invalid-times times="},
	} {
		t.Run(story.name, func(t *testing.T) {
			lines := strings.Split(strings.TrimSpace(recordingText(t, "etl-ess10.zstd")), "\n")
			a, err := readLogText(strings.Join(story.damage(lines), "\n"))
			if err != nil {
				t.Fatal(err)
			}
			problems := fmt.Sprint(a.Log.Problems)
			if a.Log.Grade != story.grade || !strings.Contains(problems, story.says) {
				t.Errorf("graded %v, want %v and a problem that says %q:\n%s", a.Log.Grade, story.grade, story.says, problems)
			}
			if a.Recorded.End > 2*time.Minute {
				t.Errorf("it took %v", a.Recorded.End)
			}
			if story.says == "" && len(a.Log.Problems) > 0 {
				t.Errorf("problems of a good log: %s", problems)
			}
			if err := (&traces.Workload{Apps: []*traces.Application{a}}).Check(); err != nil {
				t.Error(err)
			}
		})
	}
}

// A log is refused only if no application can be made of what is left.
func TestUnreadableLogs(t *testing.T) {
	for text, says := range map[string]string{
		"":                               "it has no lines",
		"this is not a valid log file\n": "log:1: not a Spark event log: none of its lines could be read",
		`{"Event":"SparkListenerLogStart","Spark Version":"3"}`: "neither an ApplicationStart nor a job",
	} {
		_, err := readLogText(text)
		var unreadable *traces.LogError
		if !errors.As(err, &unreadable) || !strings.Contains(err.Error(), says) || !strings.HasPrefix(err.Error(), "log:") {
			t.Errorf("%q: %v, want one line that says %q", text, err, says)
		} else if unreadable.Log.Grade != traces.Unreadable {
			t.Errorf("%q: graded %v", text, unreadable.Log.Grade)
		}
	}
	if a, err := readLogText(fmt.Sprintf(`{"Event":"SparkListenerJobStart","Job ID":0,"Submission Time":%d}`, at(1))); err != nil || a.Log.Grade != traces.Lossy {
		t.Errorf("a job alone: %v, %v", a, err)
	}
}

// A log has a query plan of 64 MiB, which is passed over and not kept in memory.
func TestLongLinesThatAreNotNeededTakeNoMemory(t *testing.T) {
	plan := `{"Event":"org.apache.spark.sql.Plan","plan":"` + strings.Repeat("x", 64<<20) + "\"}\n"
	text := newLog("a").String() + plan + (&logBuilder{}).end(5).String()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	a, err := readLogText(text)
	runtime.ReadMemStats(&after)
	if err != nil || a.Log.Grade != traces.Complete || a.Log.Lines != 5 {
		t.Fatalf("%v, %+v", err, a)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > 8<<20 {
		t.Errorf("reading it took %d MiB", took>>20)
	}
}
