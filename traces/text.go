package traces

import (
	"cmp"
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
// What else a workload holds has its place too, so that WriteText can write any
// of them; docs/FORMATS.md explains it: lines that begin with epoch, note, set,
// profile and hosts, more keys, and more parts of a task after a slash.
//
// An error names the line and what was expected.
func ReadText(r io.Reader, name string) (*Workload, error) {
	t := textReader{w: &Workload{Name: name}}
	err := EachLine(r, name, func(line string, n int) error {
		words, err := textWords(line)
		if err == nil {
			err = t.line(words)
		}
		if err != nil {
			return LineError(name, n, "%w", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, a := range t.w.Apps {
		for i := range a.Stages {
			for _, parent := range a.Stages[i].Parents {
				a.Stages[parent].Map = true
			}
		}
	}
	slices.SortStableFunc(t.w.Apps, func(a, b *Application) int { return cmp.Compare(a.Submit, b.Submit) })
	return t.w, nil
}

type textReader struct {
	w     *Workload
	app   *Application
	names map[string]int // stages by the names that as= gave
	inJob bool
}

func (t *textReader) line(words []textWord) error {
	if len(words) == 0 {
		return nil
	}
	if take := textLists[words[0].text]; take != nil {
		return take(t, words[1:])
	}
	line := spec.Spec{Name: words[0].text}
	var bare []string
	for _, word := range words[1:] {
		if key, value, ok := strings.Cut(word.text, "="); ok && !word.quoted {
			line.Args = append(line.Args, spec.Arg{Key: key, Value: value})
		} else {
			bare = append(bare, word.text)
		}
	}
	d := line.Decoder()
	switch {
	case line.Name == "app" && len(bare) == 1:
		t.startApp(bare[0], d)
		return d.Done()
	case line.Name == "app":
		return errors.New("expected: app NAME [key=value ...]")
	case t.app == nil:
		return fmt.Errorf("expected an app first, found %q", line.Name)
	case len(bare) > 0:
		return fmt.Errorf("%s takes key=value only, found %q", line.Name, bare[0])
	}
	var err error
	switch line.Name {
	case "job":
		j := Job{
			ID: d.Int("id", len(t.app.Jobs)), Pool: d.String("pool", ""), Group: d.String("group", ""),
			Execution: d.String("execution", ""), Failed: d.Bool("failed", false), Description: d.String("description", ""),
		}
		if j.Cue, err = t.cue(d); err == nil {
			err = t.lists(&j, d.String("lists", ""))
		}
		t.app.Jobs = append(t.app.Jobs, j)
		t.inJob = true
	case "stage":
		err = t.stage(d)
	case "profile":
		t.app.Profiles = append(t.app.Profiles, textProfile(d.Int("id", 0), d))
	case "unpersist":
		u := Unpersist{RDD: d.Int("rdd", 0)}
		u.Cue, err = t.cue(d)
		t.app.Unpersists = append(t.app.Unpersists, u)
	case "end":
		t.app.Tail = d.Duration("gap", 0)
	default:
		return fmt.Errorf("expected app, job, stage, profile, set, hosts, unpersist, end, note or epoch, found %q", line.Name)
	}
	if err != nil {
		return err
	}
	return d.Done()
}

// The properties that an app line says.
const (
	modeProperty        = "spark.scheduler.mode"
	speculationProperty = "spark.speculation"
	unset               = "unset" // value of a key on an app line whose property is not set
)

func (t *textReader) startApp(id string, d *spec.Decoder) {
	name := d.String("name", id)
	t.app = &Application{
		ID: id, Name: name, Class: d.String("class", Class(name)), User: d.String("user", ""), Queue: d.String("queue", ""),
		Submit: d.Duration("submit", 0), Setup: d.Duration("setup", 0), EarlierAttempts: d.Duration("earlier", 0),
		Attempt: d.String("attempt", ""), SparkVersion: d.String("spark", ""), Master: d.String("master", ""),
		Profiles:             []Profile{textProfile(0, d)},
		DriverOnExecutorHost: d.Has("beside"), DriverContenders: d.Float("beside", 0),
		Properties: map[string]string{},
	}
	for _, p := range []struct{ property, value string }{
		{modeProperty, d.Choice("mode", "FIFO", "FIFO", "FAIR", unset)},
		{speculationProperty, d.Choice("speculation", "false", "false", "true", unset)},
	} {
		if p.value != unset {
			t.app.Properties[p.property] = p.value
		}
	}
	t.names, t.inJob = map[string]int{}, false
	t.w.Apps = append(t.w.Apps, t.app)
}

func textProfile(id int, d *spec.Decoder) Profile {
	return Profile{
		ID: id, Cores: d.Int("cores", 1), MemoryMB: d.MiB("memory", 1024), OverheadMB: d.MiB("overhead", 0),
		TaskCPUs: d.Int("cpus", 1), Limit: d.Int("slots", 0),
	}
}

// lists has a job list stages that stand with earlier jobs.
func (t *textReader) lists(j *Job, text string) error {
	if text == "" {
		return nil
	}
	for name := range strings.SplitSeq(text, ",") {
		stage, ok := t.names[name]
		if !ok {
			return fmt.Errorf("lists=%s: no stage before this job says as=%s", brief(text), name)
		}
		t.list(j, stage)
	}
	slices.Sort(j.Stages)
	return nil
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
	index := len(a.Stages)
	s := Stage{ID: d.Int("id", index), Profile: d.Int("profile", 0), Map: d.Bool("map", false)}
	if reads := d.String("reads", ""); reads == "" {
		if n := len(j.Stages); n > 0 {
			s.Parents = []int{j.Stages[n-1]}
		}
	} else if reads != "none" {
		for _, name := range strings.Split(reads, ",") {
			parent, ok := t.names[name]
			if !ok {
				return fmt.Errorf("reads=%s: no stage before this one says as=%s", brief(reads), name)
			}
			s.Parents = append(s.Parents, parent)
			t.list(j, parent)
		}
	}
	if s.Name = d.String("as", ""); s.Name != "" {
		t.names[s.Name] = index
	}
	if d.Has("name") {
		s.Name = d.String("name", "")
	}
	if s.Profile < 0 || s.Profile >= len(a.Profiles) {
		return fmt.Errorf("profile=%d: the app has %d profiles before this line", s.Profile, len(a.Profiles))
	}
	var err error
	if s.Caches, err = parseCaches(d.String("cache", "")); err != nil {
		return err
	}
	if s.Tasks, err = parseTasks(d.String("tasks", "")); err != nil {
		return err
	}
	for _, task := range s.Tasks {
		for int(task.Host) >= len(a.Hosts) {
			a.Hosts = append(a.Hosts, hostName(len(a.Hosts)))
		}
	}
	s.Failures, err = parseFailures(d.String("fails", ""), len(s.Tasks))
	j.Stages = append(j.Stages, index)
	slices.Sort(j.Stages)
	a.Stages = append(a.Stages, s)
	return err
}

func hostName(n int) string { return "host-" + strconv.Itoa(n) }

// parseCaches reads "3", or "3,4:disk": RDDs that are kept in memory, on disk,
// in both or in none.
func parseCaches(text string) ([]CachedRDD, error) {
	if text == "" {
		return nil, nil
	}
	var caches []CachedRDD
	for one := range strings.SplitSeq(text, ",") {
		id, level, _ := strings.Cut(one, ":")
		n, err := strconv.ParseInt(id, 10, 32)
		c := CachedRDD{ID: int(n), Memory: level == "" || level == "both", Disk: level == "disk" || level == "both"}
		if err != nil || !c.Memory && !c.Disk && level != "none" {
			return nil, fmt.Errorf("cache=%s: expected RDD[:LEVEL][,...] with a level of disk, both or none, such as 3 or 3:disk", text)
		}
		caches = append(caches, c)
	}
	return caches, nil
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
