package slots

import (
	"math"
	"slices"
	"sort"
	"sync"
)

// A Times is moments in ms since 1970, four bytes each if they lie within seven weeks.
type Times struct {
	base  int64
	short [][]uint32 // since base, in blocks that are full but for the last
	long  []int64    // all of them, if they lie further apart; else nil
}

// blockBits is the logarithm of the number of moments in a block. A list of one block wastes
// memory as it grows; blocks do not.
const blockBits = 13

// Add adds a moment.
func (t *Times) Add(at int64) {
	if t.long == nil {
		if len(t.short) == 0 {
			t.base, t.short = at-1<<31, make([][]uint32, 1, 4)
		}
		if since := at - t.base; since == int64(uint32(since)) {
			last := &t.short[len(t.short)-1]
			if len(*last) == 1<<blockBits {
				t.short = append(t.short, make([]uint32, 0, 1<<blockBits))
				last = &t.short[len(t.short)-1]
			}
			*last = append(*last, uint32(since))
			return
		}
		long := make([]int64, t.Len(), t.Len()+1)
		for i := range long {
			long[i] = t.At(i)
		}
		t.short, t.long = nil, long
	}
	t.long = append(t.long, at)
}

// Len is how many there are.
func (t *Times) Len() int {
	if n := len(t.short); n > 0 {
		return (n-1)<<blockBits + len(t.short[n-1])
	}
	return len(t.long)
}

// At is the moment at an index.
func (t *Times) At(i int) int64 {
	if t.long != nil {
		return t.long[i]
	}
	return t.base + int64(t.short[i>>blockBits][i&(1<<blockBits-1)])
}

// Sort sorts them.
func (t *Times) Sort() {
	switch {
	case t.long != nil:
		slices.Sort(t.long)
	case len(t.short) == 1:
		sortNumbers(t.short[0])
	case len(t.short) > 1:
		memory := numbers.Get().(*[]uint32)
		all := (*memory)[:0]
		for _, block := range t.short {
			all = append(all, block...)
		}
		*memory = all
		sortNumbers(all)
		for _, block := range t.short {
			all = all[copy(block, all):]
		}
		numbers.Put(memory)
	}
}

// Before is how many are before a moment. They must be sorted.
func (t *Times) Before(at int64) int {
	return sort.Search(t.Len(), func(i int) bool { return t.At(i) >= at })
}

// numbers is memory for sorting.
var numbers = sync.Pool{New: func() any { return new([]uint32) }}

// sortNumbers sorts numbers by 11 of their bits at a time, which for times of tasks, most of
// them close together, takes a fifth of the time of comparing them.
func sortNumbers(n []uint32) {
	const bits = 11
	if len(n) < 256 || slices.IsSorted(n) {
		slices.Sort(n)
		return
	}
	low := slices.Min(n)
	reach := slices.Max(n) - low
	memory := numbers.Get().(*[]uint32)
	*memory = slices.Grow((*memory)[:0], len(n))
	defer numbers.Put(memory)
	from, to := n, (*memory)[:len(n)]
	for shift := 0; shift < 32 && reach>>shift > 0; shift += bits {
		var starts [1<<bits + 1]int
		for _, x := range from {
			starts[(x-low)>>shift&(1<<bits-1)+1]++
		}
		for i := range starts[1:] {
			starts[i+1] += starts[i]
		}
		for _, x := range from {
			at := &starts[(x-low)>>shift&(1<<bits-1)]
			to[*at] = x
			*at++
		}
		from, to = to, from
	}
	copy(n, from)
}

// never is after all times.
const never = math.MaxInt64

// A cursor goes through sorted times.
type cursor struct {
	times *Times
	at    int
}

// pass takes the times until one off and returns how many they are.
func (c *cursor) pass(until int64) int {
	from := c.at
	for c.at < c.times.Len() && c.times.At(c.at) <= until {
		c.at++
	}
	return c.at - from
}

// next is the next time, after all times if there is none.
func (c *cursor) next() int64 {
	if c.at == c.times.Len() {
		return never
	}
	return c.times.At(c.at)
}

// earliest is the earliest of what comes next.
func earliest(cursors []cursor) int64 {
	at := int64(never)
	for i := range cursors {
		at = min(at, cursors[i].next())
	}
	return at
}

// A merger goes through many sorted times in their order. It holds a part of them at a time.
type merger struct {
	cursors []cursor
	until   int64 // the end of the part
	step    int64
	part    Times
	now     cursor // in part
}

// merge merges times.
func merge(times []*Times) *merger {
	m := &merger{}
	const partSize = 1 << 16
	count, last := 0, int64(0)
	for _, t := range times {
		if n := t.Len(); n > 0 {
			m.cursors = append(m.cursors, cursor{times: t})
			count, last = count+n, max(last, t.At(n-1))
		}
	}
	if first := earliest(m.cursors); first < never {
		m.step = (last-first)/int64(count/partSize+1) + 1
		m.until = first
	}
	m.fill()
	return m
}

// fill goes on to the next part that is not empty.
func (m *merger) fill() {
	m.part = Times{}
	if first := earliest(m.cursors); first < never {
		m.until = max(m.until, first) + m.step
		for i := range m.cursors {
			for c := &m.cursors[i]; c.next() < m.until; c.at++ {
				m.part.Add(c.next())
			}
		}
	}
	m.part.Sort()
	m.now = cursor{times: &m.part}
}

// next is the next time, after all times if there is none.
func (m *merger) next() int64 { return m.now.next() }

// pass takes the next time off.
func (m *merger) pass() {
	if m.now.at++; m.now.at == m.part.Len() {
		m.fill()
	}
}
