package policies

import (
	"slices"
	"time"
)

// Ladders of values: a search moves one step up or down.
var (
	idleLadder    = []time.Duration{1 * time.Second, 2 * time.Second, 3 * time.Second, 5 * time.Second, 10 * time.Second, 20 * time.Second, 30 * time.Second, 60 * time.Second, 120 * time.Second, 300 * time.Second}
	backlogLadder = []time.Duration{1 * time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second}
	ratioLadder   = []float64{0.25, 0.33, 0.5, 0.75, 1}
)

// sparkStart returns dynamic allocation with Spark's defaults and with shorter idle
// timeouts; in the third round, after the static sizes of the second, the short
// timeouts with each maximum.
func sparkStart(def Spec, sp Space) [][]Spec {
	idle := func(seconds int) Spec {
		return def.with(func(a *Allocation) { a.Idle = time.Duration(seconds) * time.Second })
	}
	rounds := [][]Spec{{def, idle(10), idle(3)}, nil, nil}
	for _, s := range rounds[0][1:] {
		for _, n := range sp.Sizes {
			rounds[2] = append(rounds[2], s.with(func(a *Allocation) { a.Max = n }))
		}
	}
	return rounds
}

// sparkNeighbors are one step away on the ladder of one setting.
func sparkNeighbors(s Spec, sp Space) []Spec {
	var list []Spec
	add := func(change func(*Allocation)) {
		if next := s.with(change); next.Allocation.Min <= next.Allocation.Max && next.Allocation.Initial <= next.Allocation.Max {
			list = append(list, next)
		}
	}
	a := s.Allocation
	fromZero := append([]int{0}, sp.Sizes...)
	for _, idle := range steps(idleLadder, a.Idle) {
		add(func(a *Allocation) { a.Idle = idle })
	}
	for _, n := range steps(append(slices.Clone(sp.Sizes), unlimited), a.Max) {
		add(func(a *Allocation) { a.Max = n })
	}
	for _, n := range steps(fromZero, a.Min) {
		add(func(a *Allocation) { a.Min = n })
	}
	for _, n := range steps(fromZero, a.Initial) {
		add(func(a *Allocation) { a.Initial = n })
	}
	for _, backlog := range steps(backlogLadder, a.Backlog) {
		add(func(a *Allocation) { a.Backlog, a.Sustained = backlog, backlog })
	}
	for _, sustained := range steps(backlogLadder, a.Sustained) {
		add(func(a *Allocation) { a.Sustained = sustained })
	}
	for _, ratio := range steps(ratioLadder, a.Ratio) {
		add(func(a *Allocation) { a.Ratio = ratio })
	}
	return list
}

// sparkCandidates returns dynamic allocation with Spark's defaults and with the usual
// changes: another idle timeout, a minimum, a maximum, more initial executors. The
// backlog timeout is the shortest that Spark accepts. For protections after the first,
// a few candidates are enough for a comparison.
func sparkCandidates(def Spec, sp Space) [][]Spec {
	most := sp.most()
	half, quarter, threeQuarters := max(1, most/2), max(1, most/4), max(1, 3*most/4)
	var list []Spec
	for i, protection := range sp.Protections {
		def.Protection = protection
		add := func(idle, min, initial, max int) {
			list = append(list, def.with(func(a *Allocation) {
				a.Idle, a.Min, a.Initial, a.Max = time.Duration(idle)*time.Second, min, initial, max
			}))
		}
		add(60, 0, 0, unlimited)
		add(10, 0, 0, unlimited)
		add(10, 0, 0, half)
		if i > 0 {
			continue
		}
		add(5, 0, 0, unlimited)
		add(10, 0, 0, quarter)
		add(10, 0, 0, threeQuarters)
		add(10, quarter, 0, unlimited)
		add(10, min(2, half), 0, half)
		add(10, 0, half, unlimited)
		add(10, 0, half, half)
		add(60, 0, 0, half)
	}
	return [][]Spec{list}
}

// sparkVariants returns the current settings with the shortest backlog timeout, and
// with other bounds.
func sparkVariants(now Spec, sp Space) []Spec {
	half := max(1, sp.most()/2)
	return []Spec{
		now.with(func(a *Allocation) { a.Backlog, a.Sustained = time.Second, time.Second }),
		now.with(func(a *Allocation) { a.Max = max(half, a.Min) }),
		now.with(func(a *Allocation) { a.Min = min(max(a.Min, 2), a.Max) }),
		now.with(func(a *Allocation) { a.Initial = min(max(a.Initial, half), a.Max) }),
	}
}
