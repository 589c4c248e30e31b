package stopwatch

import (
	"slices"
	"testing"
	"time"
)

// Two works are measured in three rounds: they take turns, and sleeping is not work.
func TestWorksTakeTurns(t *testing.T) {
	var order []string
	medians := Medians(3,
		func() { order = append(order, "sleep"); time.Sleep(20 * time.Millisecond) },
		func() {
			order = append(order, "work")
			for end := Processor() + 20*time.Millisecond; Processor() < end; {
			}
		})
	if want := []string{"sleep", "work", "sleep", "work", "sleep", "work"}; !slices.Equal(order, want) {
		t.Errorf("the works ran as %v, want %v", order, want)
	}
	if medians[0] >= medians[1] {
		t.Errorf("sleeping took %v of a processor, working 20ms took %v", medians[0], medians[1])
	}
}

// Memory that is used is counted, and stays counted when it is free.
func TestPeakMemory(t *testing.T) {
	const size = 64 << 20
	before := PeakMemory()
	block := make([]byte, size)
	for i := range block {
		block[i] = 1
	}
	if got := PeakMemory(); got < size || got < before {
		t.Errorf("%d bytes after %d were used, %d before", got, len(block), before)
	}
}
