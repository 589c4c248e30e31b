package traces

import (
	"container/heap"
	"time"
)

// CriticalPath is the least time from an application's start to its end, on
// any cluster and under any policy: the longest chain of driver time and
// stages, in which a stage takes as long as its longest task. It is the time
// that the application takes with endless executors that are there from the
// start, so no run of a replay without random task times can beat it.
func CriticalPath(a *Application) time.Duration {
	_, jobs := IdealSchedule(a)
	last := time.Duration(0)
	for _, end := range jobs {
		last = max(last, end-a.EarlierAttempts)
	}
	return a.EarlierAttempts + last + a.Tail
}

// A StageSpan is when a stage would run.
type StageSpan struct {
	Ready    time.Duration // all that it reads is there
	End      time.Duration // its longest task has ended
	Computed bool          // false: no job needs it
}

// IdealSchedule returns when each stage and each job of an application would run
// with endless executors that are there from the start, from the application's
// start.
func IdealSchedule(a *Application) (stages []StageSpan, jobEnds []time.Duration) {
	w := walk{app: a, stages: make([]StageSpan, len(a.Stages))}
	followers := make([][]int, len(a.Jobs)+1) // by predecessor + 1
	for i := range a.Jobs {
		after := a.Jobs[i].Cue.After
		followers[after+1] = append(followers[after+1], i)
	}
	// Jobs are taken in the order of their starts: the first that needs a stage
	// computes it, those that come later find it done or under way.
	ends := make([]time.Duration, len(a.Jobs))
	var due starts
	follow := func(after int, from time.Duration) {
		for _, i := range followers[after+1] {
			heap.Push(&due, start{i, from + a.Jobs[i].Cue.Gap})
		}
	}
	follow(-1, a.EarlierAttempts)
	for len(due) > 0 {
		s := heap.Pop(&due).(start)
		ends[s.job] = w.job(s.job, s.at)
		follow(s.job, ends[s.job])
	}
	return w.stages, ends
}

// walk is an application run with endless executors.
type walk struct {
	app    *Application
	stages []StageSpan
}

// job returns when a job ends that starts at the given time.
func (w *walk) job(job int, at time.Duration) time.Duration {
	stages := w.app.Jobs[job].Stages
	read := make(map[int]bool, len(stages)) // by another stage of the job
	for _, s := range stages {
		for _, parent := range w.app.Stages[s].Parents {
			read[parent] = true
		}
	}
	end := at
	for _, s := range stages {
		if !read[s] {
			end = max(end, w.stage(s, at))
		}
	}
	return end
}

// stage returns when a stage's output is there if it is wanted from a time on.
func (w *walk) stage(stage int, at time.Duration) time.Duration {
	if w.stages[stage].Computed {
		return w.stages[stage].End
	}
	s := &w.app.Stages[stage]
	ready, longest := at, time.Duration(0)
	for _, parent := range s.Parents {
		ready = max(ready, w.stage(parent, at))
	}
	for i := range s.Tasks {
		longest = max(longest, s.Tasks[i].Work())
	}
	w.stages[stage] = StageSpan{Ready: ready, End: ready + longest, Computed: true}
	return ready + longest
}

// start is a job that is due.
type start struct {
	job int
	at  time.Duration
}

// starts is a heap of jobs by time, then number.
type starts []start

func (s starts) Len() int { return len(s) }
func (s starts) Less(i, j int) bool {
	return s[i].at < s[j].at || s[i].at == s[j].at && s[i].job < s[j].job
}
func (s starts) Swap(i, j int) { s[i], s[j] = s[j], s[i] }
func (s *starts) Push(x any)   { *s = append(*s, x.(start)) }
func (s *starts) Pop() any {
	last := (*s)[len(*s)-1]
	*s = (*s)[:len(*s)-1]
	return last
}

// TotalWork is the core time that an application's tasks take: the sum of
// their work times the cores that each holds (spark.task.cpus of its profile).
// Scheduling, failures and lost output can only add to it.
func TotalWork(a *Application) time.Duration {
	var sum time.Duration
	for i := range a.Stages {
		var work time.Duration
		for k := range a.Stages[i].Tasks {
			work += a.Stages[i].Tasks[k].Work()
		}
		sum += work * time.Duration(max(1, a.Profiles[a.Stages[i].Profile].TaskCPUs))
	}
	return sum
}
