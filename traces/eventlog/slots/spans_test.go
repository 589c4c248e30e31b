package slots

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Executors come and go, some never; those that lived from one moment to another are the
// same that a look at all of them finds.
func TestSpansAreFoundAsByLookingAtAll(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		number := r.IntN(40)
		var from, to []int64
		for range number {
			from = append(from, r.Int64N(100))
			to = append(to, from[len(from)-1]+r.Int64N(30))
			if r.IntN(8) == 0 {
				to[len(to)-1] = 0
			}
		}
		s := NewSpans(number, func(i int) (int64, int64) { return from[i], to[i] })
		begin, end := r.Int64N(110), r.Int64N(110)
		var want []int
		for i := range number {
			if from[i] <= begin && (to[i] == 0 || to[i] >= end) {
				want = append(want, i)
			}
		}
		slices.SortStableFunc(want, func(x, y int) int { return int(from[x] - from[y]) })
		if got := slices.Collect(s.Across(begin, end)); !slices.Equal(got, want) {
			t.Fatalf("%v to %v across %d and %d: %v, want %v", from, to, begin, end, got, want)
		}
		for first := range s.Across(begin, end) {
			if first != want[0] {
				t.Fatalf("the first is %d, want %d", first, want[0])
			}
			break
		}
	}
}
