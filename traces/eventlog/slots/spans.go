package slots

import (
	"cmp"
	"iter"
	"math"
	"slices"
)

// Spans are times, such as the lives of executors, among which those around a moment are found
// without going through all others.
type Spans struct {
	all   []span
	leafs int
	until []int64 // by node of a binary tree over all, of which the children of i are 2i and 2i+1: the latest end
}

type span struct {
	from, to int64
	number   int
}

// NewSpans makes Spans of a number of times. An end of 0 means that it never ends.
func NewSpans(number int, times func(i int) (from, to int64)) *Spans {
	s := &Spans{leafs: 1}
	for i := range number {
		from, to := times(i)
		if to == 0 {
			to = math.MaxInt64
		}
		s.all = append(s.all, span{from, to, i})
	}
	slices.SortStableFunc(s.all, func(x, y span) int { return cmp.Compare(x.from, y.from) })
	for s.leafs < number {
		s.leafs *= 2
	}
	s.until = make([]int64, 2*s.leafs)
	for i := range s.until {
		s.until[i] = math.MinInt64
	}
	for i := range s.all {
		s.until[s.leafs+i] = s.all[i].to
	}
	for i := s.leafs - 1; i > 0; i-- {
		s.until[i] = max(s.until[2*i], s.until[2*i+1])
	}
	return s
}

// Across ranges over the numbers of those that begin at a moment or before and end at another
// one or after, in the order of their beginnings.
func (s *Spans) Across(begin, end int64) iter.Seq[int] {
	return func(yield func(int) bool) {
		s.visit(1, 0, s.leafs, begin, end, yield)
	}
}

// visit goes through a node of the tree, over all from first on. It reports whether to go on.
func (s *Spans) visit(node, first, leafs int, begin, end int64, yield func(int) bool) bool {
	switch {
	case first >= len(s.all) || s.all[first].from > begin:
		return false // and so do all after it
	case s.until[node] < end:
		return true
	case leafs == 1:
		return yield(s.all[first].number)
	}
	leafs /= 2
	return s.visit(2*node, first, leafs, begin, end, yield) && s.visit(2*node+1, first+leafs, leafs, begin, end, yield)
}
