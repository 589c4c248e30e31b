package fit

import "math"

// A Need is an amount of each of two kinds of resource, such as processors and memory.
// The units are the caller's.
type Need [2]int64

// Unlimited is more than any amount.
var Unlimited = Need{math.MaxInt64, math.MaxInt64}

// In reports whether the need fits in a room: no kind of it is more.
func (n Need) In(room Need) bool { return n[0] <= room[0] && n[1] <= room[1] }

// Min is the smaller amount of each kind.
func (n Need) Min(o Need) Need { return Need{min(n[0], o[0]), min(n[1], o[1])} }

// Max is the larger amount of each kind.
func (n Need) Max(o Need) Need { return Need{max(n[0], o[0]), max(n[1], o[1])} }
