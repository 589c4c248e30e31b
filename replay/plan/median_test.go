package plan

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// Times come in any order: the median is that of all of them in order.
func TestTheMedianIsThatOfTheSortedTimes(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		var m Median
		var sorted []time.Duration
		for range 100 {
			d := time.Duration(random.IntN(50))
			m.Add(d)
			at, _ := slices.BinarySearch(sorted, d)
			sorted = slices.Insert(sorted, at, d)
			if want := sorted[(len(sorted)-1)/2]; m.Value() != want || m.Len() != len(sorted) {
				t.Fatalf("the median of %v is %v, not %v", sorted, want, m.Value())
			}
		}
	}
}
