package agenda

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// A thousand numbers come and go at random: the list has them in order, as a sorted slice
// does.
func TestAListKeepsItsOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	list, want := List[int]{Compare: cmp.Compare[int]}, []int(nil)
	for range 20_000 {
		x := r.IntN(1000)
		at, found := slices.BinarySearch(want, x)
		if r.IntN(3) > 0 {
			if list.Insert(x); !found {
				want = slices.Insert(want, at, x)
			}
		} else if list.Remove(x); found {
			want = slices.Delete(want, at, at+1)
		}
		if list.Len() != len(want) {
			t.Fatalf("%d values, want %d", list.Len(), len(want))
		}
	}
	if got := slices.Concat(list.Blocks()...); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	for _, x := range want {
		list.Remove(x)
	}
	if list.Len() > 0 || len(list.Blocks()) > 0 {
		t.Errorf("%v is left of an empty list", list.Blocks())
	}
}
