package traces

import (
	"cmp"
	"slices"
	"time"

	"dynalloc/internal/wide"
)

// CriticalPath is the least time from an application's start to its end, on any cluster
// and under any policy: the longest chain of driver time, times of the clock, and stages,
// in which a stage takes as long as its longest task. An application takes this time with
// unlimited executors that are there from the start, so no replay without random task
// times is faster.
func CriticalPath(a *Application) time.Duration {
	_, jobs := IdealSchedule(a)
	last := time.Duration(0)
	for _, end := range jobs {
		last = max(last, end-a.EarlierAttempts)
	}
	return a.EarlierAttempts + max(last+a.Tail, a.Until)
}

// A StageSpan is when a stage runs, from the application's start.
type StageSpan struct {
	Ready    time.Duration // the output of all stages that it reads is there, and the driver lets its tasks start
	End      time.Duration // its longest task has ended
	Computed bool          // false: no job needs it
}

// IdealSchedule returns when each stage runs and each job ends with unlimited executors
// that are there from the start, from the application's start.
func IdealSchedule(a *Application) (stages []StageSpan, jobEnds []time.Duration) {
	s := idealSchedule{app: a, stages: make([]StageSpan, len(a.Stages))}
	followers := make([][]int, len(a.Jobs)+1) // of each job, by its index + 1; index 0 is the application's start
	for i := range a.Jobs {
		after := a.Jobs[i].Cue.After
		followers[after+1] = append(followers[after+1], i)
	}
	// Jobs start in the order of their times, then their indexes: the first that needs a
	// stage computes it, and later ones find it done or running.
	type start struct {
		at  time.Duration
		job int
	}
	var pending []start // sorted
	submit := func(after int, from time.Duration) {
		for _, i := range followers[after+1] {
			next := start{a.Jobs[i].Cue.Time(from, a.EarlierAttempts), i}
			at, _ := slices.BinarySearchFunc(pending, next, func(x, y start) int {
				return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.job, y.job))
			})
			pending = slices.Insert(pending, at, next)
		}
	}
	jobEnds = make([]time.Duration, len(a.Jobs))
	submit(-1, a.EarlierAttempts)
	for len(pending) > 0 {
		next := pending[0]
		pending = pending[1:]
		jobEnds[next.job] = s.job(next.job, next.at)
		submit(next.job, jobEnds[next.job])
	}
	return s.stages, jobEnds
}

type idealSchedule struct {
	app    *Application
	stages []StageSpan
}

// job returns when a job ends that starts at a time.
func (s *idealSchedule) job(job int, at time.Duration) time.Duration {
	stages := s.app.Jobs[job].Stages
	read := make(map[int]bool, len(stages)) // by another stage of the job
	for _, i := range stages {
		for _, parent := range s.app.Stages[i].Parents {
			read[parent] = true
		}
	}
	end := at
	for _, i := range stages {
		if !read[i] {
			end = max(end, s.stage(i, at))
		}
	}
	return end + s.app.Jobs[job].Tail
}

// stage returns when a stage's output is there if a job needs it from a time on.
func (s *idealSchedule) stage(i int, at time.Duration) time.Duration {
	if s.stages[i].Computed {
		return s.stages[i].End
	}
	ready := at
	for _, parent := range s.app.Stages[i].Parents {
		ready = max(ready, s.stage(parent, at))
	}
	ready += s.app.Stages[i].Delay + s.app.Stages[i].Launch
	longest := longest(&s.app.Stages[i], (*Task).Work)
	s.stages[i] = StageSpan{Ready: ready, End: ready + longest, Computed: true}
	return ready + longest
}

// TotalWork is the core time of an application's tasks: the sum of their work times the
// cores that each holds (spark.task.cpus of its profile). Scheduling, failures and lost
// output can only add to it.
func TotalWork(a *Application) wide.Time {
	var sum wide.Time
	for i := range a.Stages {
		cores := int64(max(1, a.Profiles[a.Stages[i].Profile].TaskCPUs))
		for _, t := range a.Stages[i].All() {
			sum.Add(t.Work(), cores)
		}
	}
	return sum
}
