package attribution

import (
	"time"

	"dynalloc/policies"
)

// Requests are, by number of executors, the last rise of a target above it.
type Requests []Request

// A Request is a rise of a target.
type Request struct {
	At  time.Duration
	Why policies.Reason
}

// Rise takes in a target that has risen.
func (r *Requests) Rise(from, to int, q Request) {
	for n := from; n < to; n++ {
		if n < len(*r) {
			(*r)[n] = q
		} else {
			*r = append(*r, q)
		}
	}
}

// Answered is the request that is answered by an executor beside so many others; otherwise
// if there was none.
func (r Requests) Answered(others int, otherwise Request) Request {
	if others < len(r) {
		return r[others]
	}
	return otherwise
}
