package formats

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"dynalloc/internal/spark"
	"dynalloc/traces"
)

// newApp is an application of a source that does not know Spark. An executor is what
// Spark requests on YARN if nothing is set: one core, spark.executor.memory 1g, the
// minimum of spark.executor.memoryOverhead. So there are as many executors as tasks
// that run at one time; a policy's cores and memory make them larger. Dynamic
// allocation is on with Spark's defaults, together with the shuffle service that it
// needs to remove executors without loss.
func newApp(id, class string, cores int) *traces.Application {
	return &traces.Application{
		ID: id, Name: id, Class: class,
		Properties: spark.Properties{"spark.dynamicAllocation.enabled": "true", "spark.shuffle.service.enabled": "true"},
		Profiles: []traces.Profile{{
			Cores: cores, TaskCPUs: cores, MemoryMB: spark.DefaultHeapMB, OverheadMB: spark.OverheadMB(spark.DefaultHeapMB),
		}},
	}
}

// A stage is a stage of an application as a record gives it.
type stage struct {
	line        int    // of the file
	app         string // the application's id
	submit      time.Duration
	name        string        // unique in the application if another stage reads it
	after       []string      // names of the stages that it reads
	count       int           // of tasks
	each        time.Duration // work of each task, if all are equal
	tasks       []traces.Task // else
	cores       int           // of one task
	class       string
	user, queue string

	placed, visiting bool // see parentsFirst
}

// setTasks gives a stage equal tasks.
func (s *stage) setTasks(count float64, each time.Duration) error {
	switch {
	case !(count >= 1 && count <= traces.MaxTasks):
		return fmt.Errorf("expected 1 to %d tasks in a stage, found %v", int(traces.MaxTasks), count)
	case each < 0 || each > traces.MaxTask:
		return fmt.Errorf("expected a duration of each task from 0 to %d days, found %v", int(traces.MaxTask/(24*time.Hour)), each)
	}
	s.count, s.each = int(count), each
	return nil
}

// equalTasks makes the tasks of stages of which only their number and mean duration
// are known. Stages with the same duration share them, so that records with millions
// of tasks fit in memory: nothing changes the tasks of a workload.
type equalTasks map[time.Duration][]traces.Task

func (e equalTasks) of(n int, each time.Duration) []traces.Task {
	have := e[each]
	if len(have) < n {
		task := traces.Task{Run: int32(each.Milliseconds()), Host: -1}
		have = slices.Repeat([]traces.Task{task}, max(n, min(2*len(have), traces.MaxTasks)))
		e[each] = have
	}
	return have[:n:n]
}

// application makes one application of its stages. If the record says which stage
// reads which, they are one job. Else each submit time is one job, with stages that run
// at the same time.
func (e equalTasks) application(stages []stage, path string) (*traces.Application, error) {
	graph := slices.ContainsFunc(stages, func(s stage) bool { return len(s.after) > 0 })
	if graph {
		var err error
		if stages, err = parentsFirst(stages, path); err != nil {
			return nil, err
		}
	} else {
		slices.SortStableFunc(stages, func(x, y stage) int { return cmp.Compare(x.submit, y.submit) })
	}
	first := &stages[0]
	start, cores := first.submit, 1
	index := map[string]int{}
	for i, s := range stages {
		start, cores = min(start, s.submit), max(cores, s.cores)
		index[s.name] = i
	}
	a := newApp(first.app, first.class, cores)
	a.User, a.Queue, a.Submit = first.user, first.queue, start
	for i, s := range stages {
		if i == 0 || !graph && s.submit != stages[i-1].submit {
			gap := s.submit - start
			if graph {
				gap = 0
			}
			a.Jobs = append(a.Jobs, traces.Job{ID: len(a.Jobs), Cue: traces.Cue{After: -1, Gap: gap}})
		}
		made := traces.Stage{ID: i, Name: s.name, Tasks: s.tasks}
		if made.Tasks == nil {
			made.Tasks = e.of(s.count, s.each)
		}
		made.Pack(len(made.Tasks))
		for _, parent := range s.after {
			made.Parents = append(made.Parents, index[parent])
			a.Stages[index[parent]].Map = true
		}
		slices.Sort(made.Parents)
		made.Parents = slices.Compact(made.Parents)
		a.Stages = append(a.Stages, made)
		j := &a.Jobs[len(a.Jobs)-1]
		j.Stages = append(j.Stages, i)
	}
	return a, nil
}

// parentsFirst orders stages so that each is after all stages that it reads, and else
// as the file has them.
func parentsFirst(stages []stage, path string) ([]stage, error) {
	index := map[string]int{}
	for i, s := range stages {
		if _, twice := index[s.name]; twice {
			return nil, traces.LineError(path, s.line, "expected each stage of application %s once, found %q again", s.app, s.name)
		}
		index[s.name] = i
	}
	ordered := make([]stage, 0, len(stages))
	var place func(s *stage) error
	place = func(s *stage) error {
		if s.placed {
			return nil
		}
		s.visiting = true
		for _, name := range slices.Backward(s.after) {
			parent, ok := index[name]
			switch {
			case !ok:
				return traces.LineError(path, s.line, "stage %q of application %s reads stage %q, which is not there", s.name, s.app, name)
			case stages[parent].visiting && !stages[parent].placed:
				return traces.LineError(path, s.line, "stage %q of application %s reads itself by way of stage %q", s.name, s.app, name)
			}
			if err := place(&stages[parent]); err != nil {
				return err
			}
		}
		s.placed = true
		ordered = append(ordered, *s)
		return nil
	}
	for i := range stages {
		if err := place(&stages[i]); err != nil {
			return nil, err
		}
	}
	return ordered, nil
}
