package modelerror

import (
	"math"
	"slices"
	"time"

	"dynalloc/traces"
)

// A Shape is what the logs of some applications say about how hard they are to predict.
type Shape struct {
	Short    float64 // logarithm of 1 s over the median task time: short tasks pay more overhead
	Again    float64 // share of tasks that read cached blocks, or shuffle files of an earlier job, 0 to 1
	Computes float64 // share of jobs that are of SQL, whose tasks share processors, 0 to 1
	Starts   float64 // logarithm of 1 + the executors that one log shows starting; NaN: there is no log
	// Self is the logarithm of 0.5 % + the error of self-replays: what the replay cannot
	// reproduce it cannot predict. NaN: not known, which counts as the mean of what is known.
	Self  float64
	Brief float64 // logarithm of 1 min over the time that an application takes: seconds of chance weigh more in it
}

// features are the values of a shape in the order of the coefficients.
func (s Shape) features() []float64 {
	return []float64{s.Short, s.Again, s.Computes, s.Starts, s.Brief, s.Self}
}

// ShapeOf is the shape of applications taken together. They need not be recorded. self is
// the root mean square of the logarithms of replayed over recorded time in their
// self-replays, NaN if none is known.
func ShapeOf(apps []*traces.Application, self float64) Shape {
	var times []time.Duration
	tasks, again, jobs, sql, starts, logs := 0, 0, 0, 0, 0, 0
	length := time.Duration(0)
	for _, a := range apps {
		first := firstJobs(a)
		for i := range a.Stages {
			s := &a.Stages[i]
			for _, t := range s.All() {
				times = append(times, t.Work())
			}
			tasks += s.Size()
			earlier := func(parent int) bool { return first[parent] < first[i] }
			if len(s.Caches) > 0 || slices.ContainsFunc(s.Parents, earlier) {
				again += s.Size()
			}
		}
		jobs += len(a.Jobs)
		for _, j := range a.Jobs {
			if j.Execution != "" {
				sql++
			}
		}
		if a.Recorded != nil {
			logs++
			starts += len(a.Recorded.Executors)
			length += a.Recorded.End
		} else {
			length += traces.CriticalPath(a)
		}
	}
	if tasks == 0 {
		return Shape{Self: math.NaN()}
	}
	slices.Sort(times)
	median := max(times[len(times)/2], time.Millisecond)
	length = max(length/time.Duration(len(apps)), time.Second)
	return Shape{
		Short: math.Log(1 / median.Seconds()), Again: float64(again) / float64(tasks),
		Computes: float64(sql) / float64(max(1, jobs)), Starts: math.Log1p(float64(starts) / float64(logs)), // NaN without a log
		Brief: math.Log(1 / length.Minutes()), Self: math.Log(0.005 + self),
	}
}

// firstJobs is the first job of each stage.
func firstJobs(a *traces.Application) []int {
	first := make([]int, len(a.Stages))
	for j := len(a.Jobs) - 1; j >= 0; j-- {
		for _, s := range a.Jobs[j].Stages {
			first[s] = j
		}
	}
	return first
}
