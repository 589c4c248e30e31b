package replay

import "time"

// An requestQueue remembers when the executors of a profile were asked for, as Spark's
// driver does for the Request Time in its log (CoarseGrainedSchedulerBackend.
// updateExecRequestTimes): a target that rises adds requests, one that falls
// takes back the latest, and each executor that comes answers the oldest.
type requestQueue struct {
	batches []requestBatch
	last    time.Duration // the latest request
}

// requestBatch is a number of executors that were asked for at one time.
type requestBatch struct {
	n  int
	at time.Duration
}

// change takes in that the target has moved by so many.
func (q *requestQueue) change(delta int, now time.Duration) {
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

// answer returns when the executor that comes now was asked for. One that
// nobody asks for any more was asked for with the latest request.
func (q *requestQueue) answer() time.Duration {
	if len(q.batches) == 0 {
		return q.last
	}
	at := q.batches[0].at
	if q.batches[0].n--; q.batches[0].n == 0 {
		q.batches = q.batches[1:]
	}
	return at
}
