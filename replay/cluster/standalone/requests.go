package standalone

import (
	"github.com/tidwall/btree"

	"dynalloc/replay/cluster/manager"
)

// Requests are numbered in the order in which the Master looks at them. Those that
// need the same stand in one line: if no worker has room for one of a line, none has
// for the others.
type requests struct {
	byNeed map[manager.Resources]*line // only looked up
	lines  []*line                     // in which a request waits, in no order
}

// A line is the requests that need the same of a worker.
type line struct {
	need    manager.Resources
	waiting btree.Set[int] // numbers of the requests
	at      int            // in requests.lines
}

// want says whether a request waits.
func (r *requests) want(need manager.Resources, number int, waits bool) {
	l := r.byNeed[need]
	if l == nil {
		if r.byNeed == nil {
			r.byNeed = make(map[manager.Resources]*line)
		}
		l = &line{need: need}
		r.byNeed[need] = l
	}
	if waits {
		if l.waiting.Len() == 0 {
			l.at = len(r.lines)
			r.lines = append(r.lines, l)
		}
		l.waiting.Insert(number)
		return
	}
	if l.waiting.Delete(number); l.waiting.Len() == 0 {
		last := len(r.lines) - 1
		r.lines[l.at] = r.lines[last]
		r.lines[l.at].at = l.at
		r.lines = r.lines[:last]
	}
}

// next returns the first request from a number on that waits and has room on a worker;
// -1 if there is none.
func (r *requests) next(w *workers, from int) int {
	next := -1
	for _, l := range r.lines {
		if !w.room(l.need) {
			continue
		}
		l.waiting.Ascend(from, func(number int) bool {
			if next < 0 || number < next {
				next = number
			}
			return false
		})
	}
	return next
}
