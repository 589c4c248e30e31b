package fit

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

type request struct {
	number int
	need   Need
}

func byNumber(a, b *request) int { return cmp.Compare(a.number, b.number) }

// Requests come and go in any order. What the line finds is what a look at all of them
// finds.
func TestALineFindsTheFirstThatFits(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	line, plain := NewLine(byNumber), []*request{}
	for range 20_000 {
		if i := random.IntN(60); i < len(plain) && random.IntN(2) == 0 {
			if !line.Remove(plain[i]) {
				t.Fatalf("request %d was not in the line", plain[i].number)
			}
			plain = slices.Delete(plain, i, i+1)
		} else {
			r := &request{random.IntN(1 << 30), Need{random.Int64N(10), random.Int64N(10)}}
			line.Insert(r, r.need)
			plain = append(plain, r)
			slices.SortFunc(plain, byNumber)
		}
		if !slices.Equal(line.All(), plain) {
			t.Fatal("the line has other requests, or in another order")
		}
		room, after := Need{random.Int64N(10), random.Int64N(10)}, &request{number: random.IntN(1 << 30)}
		var first, next *request
		least, before := Unlimited, Unlimited
		for _, r := range slices.Backward(plain) {
			least = least.Min(r.need)
			if r.number < after.number {
				before = before.Min(r.need)
			}
			if r.need.In(room) {
				first = r
				if r.number > after.number {
					next = r
				}
			}
		}
		if got, _ := line.First(TooLarge(room)); got != first {
			t.Fatalf("found %v first, not %v", got, first)
		}
		if got, _ := line.After(after, TooLarge(room)); got != next {
			t.Fatalf("found %v next, not %v", got, next)
		}
		if got := line.LeastBefore(after); got != before {
			t.Fatalf("requests before %d need at least %v, not %v", after.number, got, before)
		}
		if line.Least() != least || line.Len() != len(plain) {
			t.Fatalf("%d requests that need at least %v, not %d and %v", line.Len(), line.Least(), len(plain), least)
		}
	}
}

func TestRoomsFindTheNextNodeWithRoom(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		var rooms Rooms
		plain := make([]Need, 1+random.IntN(70))
		for i := range plain {
			plain[i] = none
		}
		for range 100 {
			i := random.IntN(len(plain))
			plain[i] = Need{random.Int64N(10), random.Int64N(10)}
			rooms.Set(i, plain[i])
			if random.IntN(4) == 0 {
				plain[i] = none
				rooms.Close(i)
			}
			need, from := Need{random.Int64N(10), random.Int64N(10)}, random.IntN(len(plain)+1)
			want := slices.IndexFunc(plain[from:], func(free Need) bool { return need.In(free) })
			if want >= 0 {
				want += from
			}
			if got := rooms.Next(from, need); got != want {
				t.Fatalf("found node %d, not %d", got, want)
			}
		}
	}
}

// A hundred times as many requests or nodes that do not fit cost a search little more.
func TestSearchesLookAtFew(t *testing.T) {
	for _, n := range []int{1000, 100_000} {
		line, rooms := NewLine(byNumber), Rooms{}
		for i := range n {
			need := Need{int64(10 + i%7), int64(100 + i%13)}
			if i == n-2 {
				need = Need{3, 3}
			}
			line.Insert(&request{i, need}, need)
			rooms.Set(i, Need{int64(i % 7), int64(i % 13)})
		}
		rooms.Set(n-2, Need{20, 20})
		if r, ok := line.First(TooLarge(Need{5, 5})); !ok || r.number != n-2 || line.looks > 120 {
			t.Errorf("of %d requests it looked at %d and found %v", n, line.looks, r)
		}
		if i := rooms.Next(1, Need{15, 15}); i != n-2 || rooms.looks > 60 {
			t.Errorf("of %d nodes it looked at %d and found %d", n, rooms.looks, i)
		}
	}
}
