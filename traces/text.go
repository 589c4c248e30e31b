package traces

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"dynalloc/internal/spec"
)

// ReadText reads a workload in the project's own readable form, for scenarios
// that a person follows by hand:
//
//	app etl cores=2 memory=4g submit=30s
//	  job
//	    stage tasks=12x10s
//	    stage tasks=2x5s,1x60s
//	  job gap=90s
//	    stage tasks=4x1s
//	  end gap=2s
//
// Indentation is free, # starts a comment. An app may say submit, setup, cores
// (of an executor), memory and overhead (of an executor; 1g and none), cpus (of
// a task), slots (most tasks that custom resources allow), user, queue, mode
// (FIFO or FAIR) and speculation (true or false). A job follows the one before it by gap, or the one named by
// after (its number in the app, from 0; -1 is the app's start); it may say
// pool. A stage reads the stage before it in its job unless reads names others
// (none, or a list of the names that as gives); tasks=4x10s@1 prefer host 1; fails=2:3s says that task 2 fails
// after three seconds before it succeeds (a list for more); cache=3 persists RDD 3 in
// memory. unpersist rdd=3 takes after and gap as a job does; end says by gap how
// long after its last job the driver stops.
//
// An error names the line and what was expected.
func ReadText(r io.Reader, name string) (*Workload, error) {
	t := textReader{w: &Workload{Name: name}}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line, _, _ := strings.Cut(lines.Text(), "#")
		if err := t.line(strings.Fields(line)); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for _, a := range t.w.Apps {
		for i := range a.Stages {
			for _, parent := range a.Stages[i].Parents {
				a.Stages[parent].Map = true
			}
		}
	}
	slices.SortStableFunc(t.w.Apps, func(a, b *Application) int { return int(a.Submit - b.Submit) })
	return t.w, nil
}

type textReader struct {
	w     *Workload
	app   *Application
	names map[string]int // stages by the names that as= gave
	inJob bool
}

func (t *textReader) line(words []string) error {
	if len(words) == 0 {
		return nil
	}
	line := spec.Spec{Name: words[0]}
	var bare []string
	for _, word := range words[1:] {
		if key, value, ok := strings.Cut(word, "="); ok {
			line.Args = append(line.Args, spec.Arg{Key: key, Value: value})
		} else {
			bare = append(bare, word)
		}
	}
	d := line.Decoder()
	switch {
	case words[0] == "app" && len(bare) == 1:
		t.startApp(bare[0], d)
		return d.Done()
	case words[0] == "app":
		return errors.New("expected: app NAME [key=value ...]")
	case t.app == nil:
		return fmt.Errorf("expected an app first, found %q", words[0])
	case len(bare) > 0:
		return fmt.Errorf("%s takes key=value only, found %q", words[0], bare[0])
	}
	var err error
	switch words[0] {
	case "job":
		j := Job{ID: len(t.app.Jobs), Pool: d.String("pool", "")}
		j.Cue, err = t.cue(d)
		t.app.Jobs = append(t.app.Jobs, j)
		t.inJob = true
	case "stage":
		err = t.stage(d)
	case "unpersist":
		u := Unpersist{RDD: d.Int("rdd", 0)}
		u.Cue, err = t.cue(d)
		t.app.Unpersists = append(t.app.Unpersists, u)
	case "end":
		t.app.Tail = d.Duration("gap", 0)
	default:
		return fmt.Errorf("expected app, job, stage, unpersist or end, found %q", words[0])
	}
	if err != nil {
		return err
	}
	return d.Done()
}

func (t *textReader) startApp(name string, d *spec.Decoder) {
	t.app = &Application{
		ID: name, Name: name, Class: Class(name), User: d.String("user", ""), Queue: d.String("queue", ""),
		Submit: d.Duration("submit", 0), Setup: d.Duration("setup", 0),
		Properties: map[string]string{
			"spark.scheduler.mode": d.Choice("mode", "FIFO", "FIFO", "FAIR"),
			"spark.speculation":    strconv.FormatBool(d.Bool("speculation", false)),
		},
		Profiles: []Profile{{
			Cores: d.Int("cores", 1), MemoryMB: d.MiB("memory", 1024), OverheadMB: d.MiB("overhead", 0),
			TaskCPUs: d.Int("cpus", 1), Limit: d.Int("slots", 0),
		}},
	}
	t.names, t.inJob = map[string]int{}, false
	t.w.Apps = append(t.w.Apps, t.app)
}

// cue reads after and gap; what does not say after follows the job before it.
func (t *textReader) cue(d *spec.Decoder) (Cue, error) {
	jobs := len(t.app.Jobs)
	c := Cue{After: d.Int("after", jobs-1), Gap: d.Duration("gap", 0)}
	if c.After < -1 || c.After >= jobs {
		return c, fmt.Errorf("after=%d: the app has %d jobs before this line", c.After, jobs)
	}
	return c, nil
}

func (t *textReader) stage(d *spec.Decoder) error {
	if !t.inJob {
		return errors.New("stage without a job before it")
	}
	a := t.app
	j := &a.Jobs[len(a.Jobs)-1]
	s := Stage{ID: len(a.Stages)}
	if reads := d.String("reads", ""); reads == "" {
		if n := len(j.Stages); n > 0 {
			s.Parents = []int{j.Stages[n-1]}
		}
	} else if reads != "none" {
		for _, name := range strings.Split(reads, ",") {
			parent, ok := t.names[name]
			if !ok {
				return fmt.Errorf("reads=%s: no stage before this one says as=%s", reads, name)
			}
			s.Parents = append(s.Parents, parent)
			t.list(j, parent)
		}
	}
	if s.Name = d.String("as", ""); s.Name != "" {
		t.names[s.Name] = s.ID
	}
	if d.Has("cache") {
		s.Caches = []CachedRDD{{ID: d.Int("cache", 0), Memory: true}}
	}
	var err error
	if s.Tasks, err = parseTasks(d.String("tasks", "")); err != nil {
		return err
	}
	for _, task := range s.Tasks {
		for int(task.Host) >= len(a.Hosts) {
			a.Hosts = append(a.Hosts, fmt.Sprintf("host-%d", len(a.Hosts)))
		}
	}
	s.Failures, err = parseFailures(d.String("fails", ""), len(s.Tasks))
	j.Stages = append(j.Stages, s.ID)
	slices.Sort(j.Stages)
	a.Stages = append(a.Stages, s)
	return err
}

// parseFailures reads "2:3s,2:4s".
func parseFailures(text string, tasks int) ([]Failure, error) {
	if text == "" {
		return nil, nil
	}
	var failures []Failure
	for _, one := range strings.Split(text, ",") {
		task, after, ok := strings.Cut(one, ":")
		n, err := strconv.Atoi(task)
		d, err2 := spec.ParseDuration(after, time.Second)
		if !ok || err != nil || err2 != nil || n < 0 || n >= tasks || d < 0 {
			return nil, fmt.Errorf("fails=%s: expected TASK:DURATION[,...] with a task of the stage, such as 2:3s", text)
		}
		failures = append(failures, Failure{Task: n, Work: d})
	}
	return failures, nil
}

// list has a job list a stage and all that it reads; it skips what is done.
func (t *textReader) list(j *Job, stage int) {
	if slices.Contains(j.Stages, stage) {
		return
	}
	j.Stages = append(j.Stages, stage)
	for _, parent := range t.app.Stages[stage].Parents {
		t.list(j, parent)
	}
}

// parseTasks reads "12x10s,1x60s".
func parseTasks(text string) ([]Task, error) {
	var tasks []Task
	for _, group := range strings.Split(text, ",") {
		group, host, prefers := strings.Cut(group, "@")
		task := Task{Host: -1}
		if prefers {
			n, err := strconv.ParseUint(host, 10, 8)
			if err != nil {
				return nil, fmt.Errorf("tasks=%s: expected the number of a host after @, such as 4x10s@1", text)
			}
			task.Host, task.Locality = int16(n), NodeLocal
		}
		count, each, ok := strings.Cut(group, "x")
		n, err := strconv.Atoi(count)
		d, err2 := spec.ParseDuration(each, time.Second)
		if !ok || err != nil || err2 != nil || n < 1 || n > 1e6 || d < 0 {
			return nil, fmt.Errorf("tasks=%s: expected COUNTxDURATION[,...], such as 12x10s", text)
		}
		task.Run = int32(d.Milliseconds())
		tasks = append(tasks, slices.Repeat([]Task{task}, n)...)
	}
	return tasks, nil
}
