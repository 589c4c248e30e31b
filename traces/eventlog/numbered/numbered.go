// Package numbered keeps values by whole numbers in little memory (numbered.go).
package numbered

import (
	"iter"
	"maps"
	"slices"
)

// pageSize is how many numbers a page has: so few that numbers that lie far apart do not
// take much memory.
const pageSize = 32

// A Table has values by whole numbers from 0 on that mostly come one after another, such as
// Spark's ids of stages: the value of a number lies beside those of the numbers around it, so
// that a lookup takes as long in a large table as in a small one. The zero Table is empty.
type Table[T any] struct {
	pages map[int]*[pageSize]*T
	size  int
	at    int // the number of now
	now   *[pageSize]*T
	spare []T // memory of values to come
}

// page makes the page of a number the present one, nil if there is none.
func (t *Table[T]) page(number int) {
	if at := number / pageSize; t.now == nil || at != t.at {
		t.at, t.now = at, t.pages[at]
	}
}

// Get returns the value of a number, nil if it has none, as those below 0.
func (t *Table[T]) Get(number int) *T {
	if number < 0 {
		return nil
	}
	if t.page(number); t.now == nil {
		return nil
	}
	return t.now[number%pageSize]
}

// Add gives a number that has no value a zero value, and returns it.
func (t *Table[T]) Add(number int) *T {
	if t.page(number); t.now == nil {
		if t.pages == nil {
			t.pages = map[int]*[pageSize]*T{}
		}
		t.now = new([pageSize]*T)
		t.pages[t.at] = t.now
	}
	if len(t.spare) == 0 {
		t.spare = make([]T, min(t.size+1, pageSize))
	}
	value := &t.spare[0]
	t.spare = t.spare[1:]
	t.now[number%pageSize] = value
	t.size++
	return value
}

// Len is how many numbers have a value.
func (t *Table[T]) Len() int { return t.size }

// All ranges over the values in the order of their numbers.
func (t *Table[T]) All() iter.Seq2[int, *T] {
	return func(yield func(int, *T) bool) {
		for _, at := range slices.Sorted(maps.Keys(t.pages)) {
			for i, value := range t.pages[at] {
				if value != nil && !yield(at*pageSize+i, value) {
					return
				}
			}
		}
	}
}
