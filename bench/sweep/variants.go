package sweep

import (
	"sync"

	"dynalloc/bench"
	"dynalloc/traces"
)

// A variant identifies the workload that a cell replays.
type variant struct {
	replica int
	load    Load
	seed    int
	window  Window
}

func (c *Cell) variant() variant { return variant{c.Replica, c.Load, c.Seed, c.Window} }

// variants makes the workloads that cells replay. One is kept while cells replay it, and the
// last one that was asked for.
type variants struct {
	base *bench.Prepared

	mu   sync.Mutex
	kept map[variant]*keptVariant
	last variant
}

type keptVariant struct {
	make  func() (*bench.Prepared, error)
	users int
}

// use returns a variant, and what to call when it is not used any more.
func (v *variants) use(of variant) (p *bench.Prepared, done func(), err error) {
	v.mu.Lock()
	k := v.kept[of]
	if k == nil {
		k = &keptVariant{make: sync.OnceValues(func() (*bench.Prepared, error) { return v.of(of) })}
		v.kept[of] = k
	}
	k.users++
	before := v.last
	v.last = of
	v.drop(before)
	v.mu.Unlock()
	p, err = k.make()
	return p, func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		k.users--
		v.drop(of)
	}, err
}

// drop forgets a variant that nothing uses.
func (v *variants) drop(of variant) {
	if k := v.kept[of]; k != nil && k.users == 0 && v.last != of {
		delete(v.kept, of)
	}
}

// of makes a variant: the load is changed, then the window cut, then the replica made, each
// with the cell's seed.
func (v *variants) of(x variant) (*bench.Prepared, error) {
	w, config := v.base.Suite.Workload, v.base.Suite.Config
	config.Seed = uint64(x.seed)
	from := make([]int, len(w.Apps))
	for i := range from {
		from[i] = i
	}
	changed := func(next *traces.Workload, of []int) {
		origin := make([]int, len(of))
		for i, k := range of {
			origin[i] = from[k]
		}
		w, from = next, origin
	}
	if x.load != 1 {
		scaled, of, err := traces.Scale(w, float64(x.load), config.Seed)
		if err != nil {
			return nil, err
		}
		changed(scaled, of)
	}
	if x.window != (Window{}) {
		cut, of, err := w.Cut(traces.Window(x.window))
		if err != nil {
			return nil, err
		}
		changed(cut, of)
	}
	if x.load != 1 || x.window != (Window{}) {
		config.Horizon = bench.Horizon(w)
	}
	if x.replica > 0 {
		shaken, of, varied := bench.Replica(w, config, bench.Shaking, x.replica)
		changed(shaken, of)
		config = varied
	}
	return v.base.With(w, from, config), nil
}
