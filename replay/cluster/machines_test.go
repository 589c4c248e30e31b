package cluster

import (
	"math/rand/v2"
	"slices"
	"testing"

	"dynalloc/replay/cluster/manager"
)

// Executors of random sizes come and go on machines of random sizes: each takes the machine
// that a look at all of them finds.
func TestExecutorsTakeTheFreestMachine(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	amount := func(most int) manager.Resources {
		return manager.Resources{Cores: random.IntN(most), MemoryMB: random.Int64N(int64(most))}
	}
	for range 200 {
		var m assumedMachines
		for range 1 + random.IntN(20) {
			m.size = append(m.size, amount(20))
		}
		m.setAll()
		for range 100 {
			r := amount(10)
			want, fits := 0, false
			for i, free := range m.free {
				enough := free.Cores >= r.Cores && free.MemoryMB >= r.MemoryMB
				if enough && !fits || enough == fits && free.Cores > m.free[want].Cores {
					want, fits = i, enough
				}
			}
			before := slices.Clone(m.free)
			got := m.take(r)
			if got != want {
				t.Fatalf("an executor of %v takes machine %d and not %d of %v", r, got, want, before)
			}
			if random.IntN(2) == 0 {
				m.release(got, r)
			}
		}
	}
}
