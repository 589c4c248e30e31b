package policies

import "math/bits"

// indexSet is a set of small numbers, such as task indexes and partitions. A nil
// set is empty.
type indexSet struct {
	words []uint64
	n     int
}

// indexSets are sets that nobody uses.
type indexSets struct{ free []*indexSet }

// with adds i to a set, which may be nil, and returns the set.
func (f *indexSets) with(s *indexSet, i, size int) *indexSet {
	if n := len(f.free); s == nil && n > 0 {
		s, f.free = f.free[n-1], f.free[:n-1]
	}
	return s.with(i, size)
}

// give takes back a set that nobody uses any more.
func (f *indexSets) give(s *indexSet) {
	if s != nil && len(s.words) <= mostFreeWords {
		clear(s.words)
		s.n = 0
		f.free = append(f.free, s)
	}
}

// mostFreeWords is the size up to which sets are used again: clearing a large one would take
// as long as making one.
const mostFreeWords = 1024

// with adds i and returns the set; a nil set is replaced by a new one with space for
// numbers below size.
func (s *indexSet) with(i, size int) *indexSet {
	if s == nil {
		s = &indexSet{words: make([]uint64, (max(size, i+1)+63)/64)}
	}
	for i/64 >= len(s.words) {
		s.words = append(s.words, 0)
	}
	word, bit := &s.words[i/64], uint64(1)<<(i%64)
	s.n += bits.OnesCount64(bit &^ *word)
	*word |= bit
	return s
}

func (s *indexSet) remove(i int) {
	if s == nil || i/64 >= len(s.words) {
		return
	}
	word, bit := &s.words[i/64], uint64(1)<<(i%64)
	s.n -= bits.OnesCount64(bit & *word)
	*word &^= bit
}

func (s *indexSet) len() int {
	if s == nil {
		return 0
	}
	return s.n
}

func (s *indexSet) has(i int) bool {
	return s != nil && i/64 < len(s.words) && s.words[i/64]&(1<<(i%64)) != 0
}
