// Package lists uses the memory of lists again.
//
//   - lists.go: all of it
package lists

import "math/bits"

// Resized is a list of n zero values, in the memory of another if that suffices.
func Resized[T any](list []T, n int) []T {
	if cap(list) < n {
		return make([]T, n)
	}
	list = list[:n]
	clear(list)
	return list
}

// Extended is a list with one more value, which is what was there before in its memory.
func Extended[T any](list []T) ([]T, *T) {
	if n := len(list); n < cap(list) {
		list = list[:n+1]
	} else {
		var none T
		list = append(list, none)
	}
	return list, &list[len(list)-1]
}

// Free are lists that nobody uses, by the power of two that their memory holds.
type Free[T any] [mostPower + 1][][]T

// mostPower is that of the longest lists that are kept: what is done with the values of a
// longer one takes much more time than its memory does.
const mostPower = 16

// Take is a list of n times a value.
func (l *Free[T]) Take(n int, value T) []T {
	var list []T
	power := bits.Len(uint(max(n-1, 0)))
	switch {
	case power > mostPower:
		list = make([]T, n)
	case len(l[power]) == 0:
		list = make([]T, n, 1<<power)
	default:
		last := len(l[power]) - 1
		list, l[power] = l[power][last][:n], l[power][:last]
	}
	for i := range list {
		list[i] = value
	}
	return list
}

// Give takes back a list that nobody uses any more.
func (l *Free[T]) Give(list []T) {
	if power := bits.Len(uint(max(cap(list)-1, 0))); list != nil && power <= mostPower {
		l[power] = append(l[power], list)
	}
}
