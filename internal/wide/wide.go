// Package wide has amounts of resources over time, wide enough for every cluster.
//
// The one file is wide.go: [Time].
package wide

import (
	"fmt"
	"math"
	"math/bits"
	"time"
)

// A Time is a time multiplied by a number of cores, executors, nodes or MiB, or a sum of
// such products: core-time, executor-time, node-time, memory-time. It counts nanoseconds
// in 128 bits, signed: a million cores for ten years take 2^88 of them, and a million
// executors of 4 GiB 2^100. In the 64 bits of a time.Duration, 292 core-years are too
// many. The only way to make one is a method of this package, so that no product is
// computed in 64 bits. Times can be compared with ==. The zero value is no time.
type Time struct {
	high int64
	low  uint64
}

// Of is a time multiplied by a number.
func Of(d time.Duration, n int64) Time {
	high, low := bits.Mul64(uint64(d), uint64(n))
	// Two's complement: the product of the bit patterns has the other factor too much in
	// its upper half for each negative factor.
	if d < 0 {
		high -= uint64(n)
	}
	if n < 0 {
		high -= uint64(d)
	}
	return Time{int64(high), low}
}

// Plus is the sum of two times.
func (t Time) Plus(u Time) Time {
	low, carry := bits.Add64(t.low, u.low, 0)
	return Time{t.high + u.high + int64(carry), low}
}

// Minus is the difference of two times.
func (t Time) Minus(u Time) Time {
	low, borrow := bits.Sub64(t.low, u.low, 0)
	return Time{t.high - u.high - int64(borrow), low}
}

// Add adds d multiplied by n.
func (t *Time) Add(d time.Duration, n int64) { *t = t.Plus(Of(d, n)) }

// Sum is the sum of times.
func Sum(parts ...Time) (sum Time) {
	for _, p := range parts {
		sum = sum.Plus(p)
	}
	return sum
}

// Sign is -1, 0 or 1.
func (t Time) Sign() int {
	switch {
	case t.high < 0:
		return -1
	case t == Time{}:
		return 0
	}
	return 1
}

// Cmp is -1, 0 or 1 if t is less than, equal to or more than u.
func (t Time) Cmp(u Time) int { return t.Minus(u).Sign() }

// Nanoseconds is the time as the nearest floating-point number.
func (t Time) Nanoseconds() float64 {
	if t.high < 0 {
		return -Time{}.Minus(t).Nanoseconds()
	}
	return math.Ldexp(float64(t.high), 64) + float64(t.low)
}

// Seconds is the time in seconds, exact to the last digit of a floating-point number
// where whole milliseconds are.
func (t Time) Seconds() float64 {
	if d, ok := t.duration(); ok {
		return d.Seconds()
	}
	return t.Nanoseconds() / 1e9
}

// Hours is the time in hours.
func (t Time) Hours() float64 {
	if d, ok := t.duration(); ok {
		return d.Hours()
	}
	return t.Nanoseconds() / 3.6e12
}

// Milliseconds is the time in whole milliseconds, rounded towards zero. Times beyond
// 2^63 milliseconds, 292 million core-years, become the largest number.
func (t Time) Milliseconds() int64 {
	if t.high < 0 {
		return -Time{}.Minus(t).Milliseconds()
	}
	const unit = uint64(time.Millisecond)
	if uint64(t.high) >= unit/2 {
		return math.MaxInt64
	}
	ms, _ := bits.Div64(uint64(t.high), t.low, unit)
	return int64(ms)
}

// Each is a time divided by a number above 0, rounded towards zero: the mean of as many
// times. It must fit in a Duration.
func (t Time) Each(n int64) time.Duration {
	if t.high < 0 {
		return -Time{}.Minus(t).Each(n)
	}
	each, _ := bits.Div64(uint64(t.high), t.low, uint64(n))
	return time.Duration(each)
}

// duration is the time as a Duration, if it fits.
func (t Time) duration() (d time.Duration, ok bool) {
	d = time.Duration(t.low)
	return d, t.high == int64(d)>>63
}

// String is the form of a time.Duration, such as 1h2m3s, or seconds with a unit if the
// time is longer than a Duration can be.
func (t Time) String() string {
	if d, ok := t.duration(); ok {
		return d.String()
	}
	return fmt.Sprintf("%.6gs", t.Seconds())
}
