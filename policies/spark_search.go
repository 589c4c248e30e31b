package policies

import (
	"slices"
	"time"
)

// Ladders of values: a search moves one step up or down.
var (
	idleLadder    = []time.Duration{3 * time.Second, 5 * time.Second, 10 * time.Second, 20 * time.Second, 30 * time.Second, 60 * time.Second, 120 * time.Second, 300 * time.Second}
	backlogLadder = []time.Duration{1 * time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second}
	ratioLadder   = []float64{0.25, 0.33, 0.5, 0.75, 1}
)

// sparkStart returns dynamic allocation with Spark's defaults and with a shorter idle
// timeout; in the third round, after the static sizes of the second, it returns each
// maximum: with few executors at first and with all of them, and these also with Spark's
// idle timeout.
func sparkStart(def Spec, sp Space) [][]Spec {
	rounds := [][]Spec{nil, nil, nil}
	for _, protection := range sp.Protections {
		def.Protection = protection
		short := def.with(func(a *Allocation) { a.Idle = 10 * time.Second })
		rounds[0] = append(rounds[0], def, short)
		for _, n := range sp.Sizes {
			full := def.with(func(a *Allocation) { a.Max, a.Initial = n, n })
			rounds[2] = append(rounds[2], short.with(func(a *Allocation) { a.Max = n }), full, full.with(func(a *Allocation) { a.Idle = short.Allocation.Idle }))
		}
	}
	return rounds
}

// sparkNeighbors are one step away on the ladder of one setting. A minimum that is as large
// as the maximum is left out: it is a fixed size.
func sparkNeighbors(s Spec, sp Space) []Spec {
	var list []Spec
	add := func(change func(*Allocation)) {
		if next := s.with(change); next.Allocation.Min < next.Allocation.Max && next.Allocation.Initial <= next.Allocation.Max {
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
