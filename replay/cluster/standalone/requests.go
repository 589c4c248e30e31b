package standalone

import (
	"cmp"

	"dynalloc/replay/cluster/fit"
	"dynalloc/replay/cluster/manager"
)

// Requests that wait are numbered in the order in which the Master looks at them.
type requests struct{ waiting *fit.Line[int] }

func newRequests() requests { return requests{fit.NewLine(cmp.Compare[int])} }

// need is what is needed of a worker, as lines and rooms have it.
func need(r manager.Resources) fit.Need { return fit.Need{int64(r.Cores), r.MemoryMB} }

// want says whether a request waits.
func (r *requests) want(of manager.Resources, number int, waits bool) {
	if waits {
		r.waiting.Insert(number, need(of))
	} else {
		r.waiting.Remove(number)
	}
}

// next returns the first request after a number that waits and has room on a worker; -1
// if there is none.
func (r *requests) next(w *workers, after int) int {
	skip := fit.TooLarge(w.rooms.Most())
	for {
		number, ok := r.waiting.After(after, skip)
		if !ok {
			return -1
		}
		if w.rooms.Next(0, r.waiting.Need(number)) >= 0 {
			return number
		}
		after = number // no one worker has room for both its cores and its memory
	}
}
