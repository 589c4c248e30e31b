package latency

import (
	"slices"
	"time"
)

// Requests remember when the executors of a profile were requested, as Spark's
// driver does for the Request Time in its log (CoarseGrainedSchedulerBackend.
// updateExecRequestTimes): a rising target adds requests, a falling one cancels the
// latest, and each granted executor answers the oldest.
type Requests struct {
	batches []requestBatch
	last    time.Duration // the latest request
}

// Clear forgets all requests.
func (q *Requests) Clear() { *q = Requests{batches: q.batches[:0]} }

// A requestBatch is a number of executors that were requested at one time.
type requestBatch struct {
	n  int
	at time.Duration
}

// Change updates the requests after the target has changed by delta.
func (q *Requests) Change(delta int, now time.Duration) {
	if delta > 0 {
		q.batches = append(q.batches, requestBatch{delta, now})
		q.last = now
	}
	for delta < 0 && len(q.batches) > 0 {
		b := &q.batches[len(q.batches)-1]
		back := min(-delta, b.n)
		b.n -= back
		delta += back
		if b.n == 0 {
			q.batches = q.batches[:len(q.batches)-1]
		}
	}
}

// Answer returns when the executor that is granted now was requested. An executor
// without an open request answers the latest one.
func (q *Requests) Answer() time.Duration {
	if len(q.batches) == 0 {
		return q.last
	}
	at := q.batches[0].at
	if q.batches[0].n--; q.batches[0].n == 0 {
		q.batches = slices.Delete(q.batches, 0, 1)
	}
	return at
}

// Registration is when the executor of an ordinal registers whose start-up time is given,
// and which was requested and granted at these times. Times from the application's start
// count from began. Executors beyond those that are known take their median, or else what
// is typical.
func Registration(known []GivenStartup, ordinal int, asked, granted, began, typical time.Duration) time.Duration {
	if known[0].FromGrant {
		asked = granted
	}
	if ordinal < len(known) {
		if known[ordinal].FromStart {
			asked = began
		}
		return asked + known[ordinal].Took
	}
	var took []time.Duration
	for _, g := range known {
		if !g.FromStart {
			took = append(took, g.Took)
		}
	}
	return asked + Median(took, typical)
}
