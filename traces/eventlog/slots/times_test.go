package slots

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Times of tasks, some of them years apart or repeated, come back sorted, and several of
// them as one order, as sorting them as numbers of 64 bits has it.
func TestTimesComeBackInOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for _, reach := range []int64{1, 1000, 1 << 20, 1 << 31, 1 << 40} {
		var several []*Times
		var all []int64
		for range 5 {
			times := &Times{}
			var want []int64
			for range random.IntN(40_000) {
				at := 1_700_000_000_000 + random.Int64N(reach)
				times.Add(at)
				want = append(want, at)
			}
			times.Sort()
			slices.Sort(want)
			all = append(all, want...)
			several = append(several, times)
			for i, at := range want {
				if times.At(i) != at {
					t.Fatalf("reach %d: number %d of %d is %d, want %d", reach, i, times.Len(), times.At(i), at)
				}
			}
			if at := 1_700_000_000_000 + reach/2; times.Len() != len(want) || times.Before(at) != len(want)-len(slices.DeleteFunc(slices.Clone(want), func(x int64) bool { return x < at })) {
				t.Errorf("reach %d: %d of %d are before the middle", reach, times.Before(at), times.Len())
			}
		}
		slices.Sort(all)
		m := merge(several)
		for i, at := range all {
			if m.next() != at {
				t.Fatalf("reach %d: number %d of all is %d, want %d", reach, i, m.next(), at)
			}
			m.pass()
		}
		if m.next() != never {
			t.Errorf("reach %d: %d follows the last", reach, m.next())
		}
	}
}
