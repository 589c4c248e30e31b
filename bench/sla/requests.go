package sla

import (
	"slices"
	"time"

	"dynalloc/replay"
	"dynalloc/traces"
)

// A Request is what a user or a trigger asks of an application: a micro-batch of a
// stream, else the jobs of one SQL execution, else one job.
type Request struct {
	Batch   bool          // it is a micro-batch
	Latency time.Duration // from its time of the clock, or its submission, to the end of its last job; -1: it did not end
	Delay   time.Duration // by which its first job was submitted after it was due
}

// Late reports whether the request started after it was due, because the one before it
// still ran, or did not end.
func (r *Request) Late() bool { return r.Delay > 0 || r.Latency < 0 }

// ReplayedRequests measures the requests of an application in a replay.
func ReplayedRequests(a *traces.Application, r *replay.AppResult) []Request {
	return requestsOf(a, r.Submit+a.EarlierAttempts, func(j int) (from, to time.Duration, ended bool) {
		return r.Jobs[j].Start, r.Jobs[j].End, r.Completed(j)
	})
}

// RecordedRequests measures the requests of an application in its recording.
func RecordedRequests(a *traces.Application) []Request {
	return requestsOf(a, 0, func(j int) (from, to time.Duration, ended bool) {
		if j >= len(a.Recorded.Jobs) {
			return 0, 0, false
		}
		return a.Recorded.Jobs[j].Start, a.Recorded.Jobs[j].End, a.Recorded.Jobs[j].End >= 0
	})
}

// requestsOf measures requests. start is the time from which the application's times of
// the clock count; job says when a job was submitted and ended.
func requestsOf(a *traces.Application, start time.Duration, job func(j int) (from, to time.Duration, ended bool)) []Request {
	type key struct{ stream, id string }
	list, begins := make([]Request, 0, len(a.Jobs)), make([]time.Duration, 0, len(a.Jobs))
	at := map[key]int{}
	for j := range a.Jobs {
		of := &a.Jobs[j]
		id := key{of.Stream, of.Batch}
		if of.Stream == "" {
			id.id = of.Execution
		}
		from, to, ended := job(j)
		k, known := at[id]
		if !known || id == (key{}) { // a job of no execution is a request by itself
			k = len(list)
			if id != (key{}) {
				at[id] = k
			}
			due, begin := from, from // a closed loop has no time at which it is due
			if of.Cue.At > 0 {
				due, begin = of.Cue.Time(0, start), start+of.Cue.At
			}
			list, begins = append(list, Request{Batch: of.Stream != "", Delay: max(0, from-due)}), append(begins, begin)
		}
		switch r := &list[k]; {
		case !ended:
			r.Latency = -1
		case r.Latency >= 0:
			r.Latency = max(r.Latency, to-begins[k])
		}
	}
	return list
}

// Response is the time that the deadline of an application bounds, if it is not its
// turnaround: the 95 % quantile of the latencies of its requests where the clock stops the
// application, so that its turnaround says nothing. Otherwise it is 0.
func Response(a *traces.Application, requests []Request) time.Duration {
	if a.Until == 0 {
		return 0
	}
	var took []float64
	for i := range requests {
		if requests[i].Latency >= 0 {
			took = append(took, requests[i].Latency.Seconds())
		}
	}
	slices.Sort(took)
	return quantileTime(took)
}

// idealResponse is the response with unlimited executors that are there from the start.
func idealResponse(a *traces.Application) time.Duration {
	if a.Until == 0 {
		return 0
	}
	_, ends := traces.IdealSchedule(a)
	starts := make([]time.Duration, len(a.Jobs))
	for j := range a.Jobs {
		c := a.Jobs[j].Cue
		after := a.EarlierAttempts
		if c.After >= 0 {
			after = ends[c.After]
		}
		starts[j] = c.Time(after, a.EarlierAttempts)
	}
	return Response(a, requestsOf(a, a.EarlierAttempts, func(j int) (from, to time.Duration, ended bool) { return starts[j], ends[j], true }))
}
