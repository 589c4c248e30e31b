package rows

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Rows come back as they were added, however they differ, also if a block ends between them.
func TestRowsComeBack(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	var r Rows
	var p Packer
	var want []Row
	for range 30 {
		var some []Row
		for range 1 + random.IntN(500) {
			var row Row
			if len(want)+len(some) > 0 && random.IntN(3) > 0 {
				row = append(want, some...)[len(want)+len(some)-1]
			}
			for range random.IntN(4) {
				row[random.IntN(Width)] = [...]int64{0, 1, -1, math.MaxInt64, math.MinInt64, random.Int64N(1000)}[random.IntN(6)]
			}
			some = append(some, row)
		}
		p.Add(&r, len(some), func(i int) Row { return some[i] })
		want = append(want, some...)
	}
	i := 0
	r.All(func(row *Row) {
		if *row != want[i] {
			t.Fatalf("row %d is %v, want %v", i, *row, want[i])
		}
		i++
	})
	if i != len(want) || r.Len() != len(want) {
		t.Errorf("%d rows come back of %d, want %d", i, r.Len(), len(want))
	}
}
