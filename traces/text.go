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

	"dynalloc/internal/spark"
	"dynalloc/internal/spec"
)

// ReadText reads a workload in the native text form, for scenarios that a person writes:
//
//	app etl cores=2 memory=4g submit=30s
//	  job
//	    stage tasks=12x10s
//	    stage tasks=2x5s,1x60s
//	  job gap=90s
//	    stage tasks=4x1s
//	  end gap=2s
//
// Indentation is free; # starts a comment. The keys of the lines:
//
//   - app: submit, setup; cores, memory, overhead of an executor (1, 1g, and what Spark
//     adds); cpus of a task; slots, the most tasks that custom resources allow; user,
//     queue, mode (FIFO or FAIR), speculation (true or false)
//   - job: gap, the driver's time before it; after, the job that it follows by its number
//     in the app from 0, or -1 for the app's start (the job before it); at, the time after
//     the app's start before which it does not come; stream and batch, if it is a part of a
//     micro-batch; pool; tail, the driver's time from the end of its last task until it ends
//   - stage: tasks=4x10s@1, of which the host after @ is preferred; reads, a list of the
//     names that as gives, or none (the stage before it in its job); fails=2:3s@1, task 2
//     fails after 3 s, on the executor called 1, before it succeeds; cache=3, RDD 3 is
//     persisted in memory; delay, the driver's time until it submits the stage; launch,
//     its time from then until tasks start; barrier=true, all tasks start together
//   - unpersist: rdd, after, at and gap
//   - lost: executor, the place by age of an executor that is lost if a replay has the
//     recorded losses, 0 is the oldest; stage, by its name, and after, the time since it was
//     first submitted; host=true if its host is lost
//   - end: gap, the driver's time after its last job; at, the time after the app's start
//     before which it does not stop
//
// More lines (epoch, note, set, profile, hosts), more keys, and more parts of a task after
// a slash hold what else a workload has, so that [WriteText] can write any; docs/FORMATS.md
// explains them. An error says the line and what was expected.
func ReadText(r io.Reader, name string) (*Workload, error) {
	t := textReader{w: &Workload{Name: name}}
	err := EachLine(r, name, func(line string, _ int) error {
		words, err := textWords(line)
		if err != nil || len(words) == 0 {
			return err
		}
		return t.line(words)
	})
	if err != nil {
		return nil, err
	}
	for _, a := range t.w.Apps {
		for i := range a.Profiles {
			if p := &a.Profiles[i]; p.OverheadMB == overheadByRule {
				p.OverheadMB = sparkOverhead(a, p)
			}
		}
		for i := range a.Jobs {
			slices.Sort(a.Jobs[i].Stages)
		}
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
	w      *Workload
	app    *Application
	stages map[string]int // by the names that as= gave
	listed []int          // by stage: the latest job, from 1, that has it
	inJob  bool
}

func (t *textReader) line(words []textWord) error {
	if take := wordLines[words[0].text]; take != nil {
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
	d := fieldReader{line.Decoder()}
	take := fieldLines[line.Name]
	switch {
	case line.Name == "app" && len(bare) == 1:
		t.application(bare[0], d)
		return d.Done()
	case line.Name == "app":
		return errors.New("expected: app NAME [key=value ...]")
	case t.app == nil:
		return fmt.Errorf("expected an app first, found %q", line.Name)
	case len(bare) > 0:
		return fmt.Errorf("%s takes key=value only, found %q", line.Name, bare[0])
	case take == nil:
		return fmt.Errorf("expected app, job, stage, profile, set, hosts, unpersist, lost, excluded, end, note or epoch, found %q", line.Name)
	}
	return cmp.Or(take(t, d), d.Done())
}

// fieldLines are the lines below an app line that have keys and values.
var fieldLines = map[string]func(t *textReader, d fieldReader) error{
	"job":       (*textReader).job,
	"stage":     (*textReader).stage,
	"profile":   (*textReader).profile,
	"unpersist": (*textReader).unpersist,
	"lost":      (*textReader).lost,
	"excluded":  (*textReader).excluded,
	"end":       (*textReader).end,
}

func (t *textReader) application(id string, d fieldReader) {
	t.app = &Application{
		ID: id, Profiles: make([]Profile, 1), Properties: spark.Properties{},
		DriverOnExecutorHost: d.Has("beside"), DriverContenders: d.Float("beside", 0),
	}
	applicationFields(d, t.app, overheadByRule)
	for _, p := range appProperties {
		if value := d.Choice(p.key, p.values[0], append(slices.Clip(p.values), unset)...); value != unset {
			t.app.Properties[p.property] = value
		}
	}
	t.stages, t.listed, t.inJob = map[string]int{}, nil, false
	t.w.Apps = append(t.w.Apps, t.app)
}

// overheadByRule stands for an overhead that is not written, until all properties of the
// application are read.
const overheadByRule = -1

// sparkOverhead is the memory beside the heap of an executor by Spark's rule.
func sparkOverhead(a *Application, p *Profile) int64 {
	return a.Properties.ExecutorOverheadMB(spark.ParseVersion(a.SparkVersion), p.MemoryMB, 0)
}

func (t *textReader) profile(d fieldReader) error {
	p := Profile{ID: d.Int("id", 0)}
	profileFields(d, &p, overheadByRule)
	t.app.Profiles = append(t.app.Profiles, p)
	return nil
}

func (t *textReader) unpersist(d fieldReader) error {
	u := Unpersist{RDD: d.Int("rdd", 0)}
	cueFields(d, &u.Cue, len(t.app.Jobs))
	t.app.Unpersists = append(t.app.Unpersists, u)
	return t.checkCue(u.Cue)
}

// lost reads an executor that was lost.
func (t *textReader) lost(d fieldReader) error {
	l := Loss{Stage: -1}
	if name := d.String("stage", ""); name != "" {
		named, err := t.named("stage", name)
		if err != nil {
			return err
		}
		l.Stage = named[0]
	}
	lossFields(d, &l)
	t.app.Losses = append(t.app.Losses, l)
	return nil
}

func (t *textReader) excluded(d fieldReader) error {
	exclusionFields(d, &t.app.Excluded)
	return nil
}

func (t *textReader) end(d fieldReader) error {
	endFields(d, t.app)
	return nil
}

func (t *textReader) job(d fieldReader) error {
	j := Job{}
	jobFields(d, &j, len(t.app.Jobs))
	err := t.checkCue(j.Cue)
	if names := d.String("lists", ""); err == nil && names != "" {
		var listed []int
		listed, err = t.named("lists", names)
		for _, s := range listed {
			t.list(&j, len(t.app.Jobs)+1, s)
		}
		slices.Sort(j.Stages)
	}
	t.app.Jobs = append(t.app.Jobs, j)
	t.inJob = true
	return err
}

func (t *textReader) checkCue(c Cue) error {
	if jobs := len(t.app.Jobs); c.After < -1 || c.After >= jobs {
		return fmt.Errorf("after=%d: the app has %d jobs before this line", c.After, jobs)
	}
	return nil
}

// named returns the stages that a list of names means.
func (t *textReader) named(key, names string) ([]int, error) {
	var stages []int
	for name := range strings.SplitSeq(names, ",") {
		stage, ok := t.stages[name]
		if !ok {
			return nil, fmt.Errorf("%s=%s: no stage before this line says as=%s", key, brief(names), name)
		}
		stages = append(stages, stage)
	}
	return stages, nil
}

// list adds a stage, and the stages that it reads, to the job of a number from 1.
func (t *textReader) list(j *Job, number, stage int) {
	if t.listed[stage] == number {
		return
	}
	t.listed[stage] = number
	j.Stages = append(j.Stages, stage)
	for _, parent := range t.app.Stages[stage].Parents {
		t.list(j, number, parent)
	}
}

func (t *textReader) stage(d fieldReader) error {
	if !t.inJob {
		return errors.New("stage without a job before it")
	}
	a := t.app
	j := &a.Jobs[len(a.Jobs)-1]
	index := len(a.Stages)
	s := Stage{ID: d.Int("id", index), Name: d.String("as", ""), Profile: d.Int("profile", 0), Map: d.Bool("map", false), Barrier: d.Bool("barrier", false)}
	var err error
	switch reads := d.String("reads", ""); {
	case reads == "" && len(j.Stages) > 0:
		s.Parents = []int{j.Stages[len(j.Stages)-1]}
	case reads != "" && reads != "none":
		if s.Parents, err = t.named("reads", reads); err != nil {
			return err
		}
		for _, parent := range s.Parents {
			t.list(j, len(a.Jobs), parent)
		}
	}
	if s.Name != "" {
		t.stages[s.Name] = index
	}
	s.Name = d.String("name", s.Name)
	d.duration("delay", &s.Delay)
	d.duration("launch", &s.Launch)
	if s.Profile < 0 || s.Profile >= len(a.Profiles) {
		return fmt.Errorf("profile=%d: the app has %d profiles before this line", s.Profile, len(a.Profiles))
	}
	if s.Caches, err = parseList(d.String("cache", ""), parseCache); err != nil {
		return err
	}
	if s.Packed, err = parseTasks(d.String("tasks", "")); err != nil {
		return err
	}
	for _, task := range s.All() {
		for int(task.Host) >= len(a.Hosts) {
			a.Hosts = append(a.Hosts, hostName(len(a.Hosts)))
		}
	}
	if s.Size() <= mostPlain {
		s.Tasks, s.Packed = s.Unpacked(), nil
	}
	if s.Retries, err = parseList(d.String("retries", ""), parseRetry); err != nil {
		return err
	}
	if s.Copies, err = parseList(d.String("copies", ""), func(one string) (Copy, error) { return parseCopy(one, s.Size()) }); err != nil {
		return err
	}
	s.Failures, err = parseList(d.String("fails", ""), func(one string) (Failure, error) { return parseFailure(one, s.Size()) })
	j.Stages = append(j.Stages, index)
	t.listed = append(t.listed, len(a.Jobs))
	a.Stages = append(a.Stages, s)
	return err
}

func hostName(n int) string { return "host-" + strconv.Itoa(n) }

// parseList reads values with commas between them, none of an empty text.
func parseList[T any](text string, parse func(one string) (T, error)) (list []T, err error) {
	if text == "" {
		return nil, nil
	}
	for one := range strings.SplitSeq(text, ",") {
		value, err := parse(one)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	return list, nil
}

// cacheLevels are the storage levels of an RDD by their words.
var cacheLevels = map[string]CachedRDD{
	"": {Memory: true}, "disk": {Disk: true}, "both": {Memory: true, Disk: true}, "none": {},
}

// parseCache reads a persisted RDD: "3" in memory, or "3:disk".
func parseCache(text string) (CachedRDD, error) {
	id, word, _ := strings.Cut(text, ":")
	n, err := strconv.ParseInt(id, 10, 32)
	c, ok := cacheLevels[word]
	if err != nil || !ok {
		return c, fmt.Errorf("cache=%s: expected RDD[:LEVEL][,...] with a level of disk, both or none, such as 3 or 3:disk", text)
	}
	c.ID = int(n)
	return c, nil
}

// parseFailure reads a failure of one of a number of tasks: "2:3s", or "2:3s@1" with the
// number of its executor.
func parseFailure(text string, tasks int) (Failure, error) {
	run, number, placed := strings.Cut(text, "@")
	executor, err := 0, error(nil)
	if placed {
		executor, err = strconv.Atoi(number)
	}
	task, times, ok := parseTaskTimes(run, tasks, 1)
	if !ok || err != nil || placed && executor < 1 {
		return Failure{}, fmt.Errorf("fails=%s: expected TASK:DURATION[@EXECUTOR][,...] with a task of the stage and a number of the executor from 1, such as 2:3s or 2:3s@1", text)
	}
	return Failure{Task: task, Work: times[0], Executor: executor}, nil
}

// parseCopy reads a copy of one of a number of tasks: "2:5s:3s".
func parseCopy(text string, tasks int) (Copy, error) {
	task, times, ok := parseTaskTimes(text, tasks, 2)
	if !ok {
		return Copy{}, fmt.Errorf("copies=%s: expected TASK:AFTER:DURATION[,...] with a task of the stage, such as 2:5s:3s", text)
	}
	return Copy{Task: task, After: times[0], Work: times[1]}, nil
}

// parseRetry reads an attempt of a stage after the first: how long the task ran whose fetch
// failed before it, and the driver's time before it, "1500ms:4s".
func parseRetry(text string) (Retry, error) {
	times, ok := parseTimes(text, 2)
	if !ok {
		return Retry{}, fmt.Errorf("retries=%s: expected FETCH:DELAY[,...], such as 1500ms:4s", text)
	}
	return Retry{Fetch: times[0], Delay: times[1]}, nil
}

// parseTaskTimes reads the index of one of a number of tasks and a number of times, all
// separated by colons.
func parseTaskTimes(text string, tasks, number int) (task int, times []time.Duration, ok bool) {
	index, rest, _ := strings.Cut(text, ":")
	task, err := strconv.Atoi(index)
	times, ok = parseTimes(rest, number)
	return task, times, ok && err == nil && 0 <= task && task < tasks
}

// parseTimes reads a number of times with colons between them.
func parseTimes(text string, number int) (times []time.Duration, ok bool) {
	for word := range strings.SplitSeq(text, ":") {
		d, err := spec.ParseTime(word, time.Second)
		if err != nil || d < 0 {
			return nil, false
		}
		times = append(times, d)
	}
	return times, len(times) == number
}
