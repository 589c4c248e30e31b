package yarn

import (
	"fmt"
	"math"
)

func (r Resource) String() string { return fmt.Sprintf("%d MiB and %d cores", r.MemoryMB, r.Cores) }

func (r Resource) plus(o Resource) Resource {
	return Resource{r.MemoryMB + o.MemoryMB, r.Cores + o.Cores}
}

func (r Resource) minus(o Resource) Resource {
	return Resource{r.MemoryMB - o.MemoryMB, r.Cores - o.Cores}
}

// times multiplies both components and rounds down.
func (r Resource) times(by float64) Resource {
	return Resource{truncate(float64(r.MemoryMB) * by), int(truncate(float64(r.Cores) * by))}
}

func (r Resource) least(o Resource) Resource {
	return Resource{min(r.MemoryMB, o.MemoryMB), min(r.Cores, o.Cores)}
}

func (r Resource) most(o Resource) Resource {
	return Resource{max(r.MemoryMB, o.MemoryMB), max(r.Cores, o.Cores)}
}

// orNothing has no component below zero.
func (r Resource) orNothing() Resource { return r.most(Resource{}) }

// truncate drops the fraction. What is not a number is 0, as in YARN's language.
func truncate(v float64) int64 {
	switch {
	case math.IsNaN(v):
		return 0
	case v >= math.MaxInt64:
		return math.MaxInt64
	case v <= math.MinInt64:
		return math.MinInt64
	}
	return int64(v)
}

// roundedUp is the multiple of step next above a, and 0 if there is no step.
func roundedUp(a, step int64) int64 {
	if step == 0 {
		return 0
	}
	return (a + step - 1) / step * step
}

func roundedDown(a, step int64) int64 { return a / step * step }

// A calculator compares and rounds resources the way one of YARN's two does:
// DefaultResourceCalculator looks at memory only, DominantResourceCalculator at
// the larger share of a cluster. Shares are single-precision, as there, where
// the last bit may decide whose turn it is.
type calculator struct {
	dominant bool
}

// ofMemory is a resource of YARN's memory-only calculator: any memory comes with
// one core.
func ofMemory(mb int64) Resource {
	if mb > 0 {
		return Resource{mb, 1}
	}
	return Resource{MemoryMB: mb}
}

// compare is below, at or above 0 as a is less than, like or more than b.
func (c calculator) compare(cluster, a, b Resource) int {
	if !c.dominant {
		return sign(float64(a.MemoryMB - b.MemoryMB))
	}
	if a == b {
		return 0
	}
	if cluster == (Resource{}) {
		more := a.MemoryMB > b.MemoryMB || a.Cores > b.Cores
		less := a.MemoryMB < b.MemoryMB || a.Cores < b.Cores
		switch {
		case more == less:
			return 0
		case more:
			return 1
		}
		return -1
	}
	aMost, aLeast := shares(cluster, a)
	bMost, bLeast := shares(cluster, b)
	switch {
	case aMost > bMost:
		return 1
	case aMost < bMost:
		return -1
	case aLeast > bLeast:
		return 1
	case aLeast < bLeast:
		return -1
	}
	return 0
}

func sign(v float64) int {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

func share(of, cluster int64) float64 {
	if cluster == 0 {
		return math.Inf(1)
	}
	return float64(of) / float64(cluster)
}

// shares are the dominant share and the other one.
func shares(cluster, r Resource) (most, least float64) {
	memory := share(r.MemoryMB, cluster.MemoryMB)
	cores := share(int64(r.Cores), int64(cluster.Cores))
	if cores > memory {
		return cores, memory
	}
	return memory, cores
}

func (c calculator) lesser(cluster, a, b Resource) Resource {
	if c.compare(cluster, a, b) <= 0 {
		return a
	}
	return b
}

func (c calculator) greater(cluster, a, b Resource) Resource {
	if c.compare(cluster, a, b) >= 0 {
		return a
	}
	return b
}

func (c calculator) fits(small, big Resource) bool {
	return small.MemoryMB <= big.MemoryMB && (!c.dominant || small.Cores <= big.Cores)
}

func (c calculator) anyAboveZero(r Resource) bool {
	return r.MemoryMB > 0 || c.dominant && r.Cores > 0
}

func (c calculator) anyZeroOrBelow(r Resource) bool {
	return r.MemoryMB <= 0 || c.dominant && r.Cores <= 0
}

// times says how often one fits into what is available.
func (c calculator) times(available, one Resource) int64 {
	if !c.dominant {
		if one.MemoryMB == 0 {
			return 0
		}
		return available.MemoryMB / one.MemoryMB
	}
	n := int64(math.MaxInt32)
	if one.MemoryMB != 0 {
		n = min(n, available.MemoryMB/one.MemoryMB)
	}
	if one.Cores != 0 {
		n = min(n, int64(available.Cores/one.Cores))
	}
	return n
}

func quotient(a, b int64) float32 {
	if a == 0 && b == 0 {
		return 0
	}
	return float32(a) / float32(b)
}

// divide is the ratio of the larger share of a to the larger share of b.
func (c calculator) divide(cluster, a, b Resource) float32 {
	if !c.dominant {
		return quotient(a.MemoryMB, b.MemoryMB)
	}
	return float32(largestShare(cluster, a) / largestShare(cluster, b))
}

// largestShare leaves out what the cluster has nothing of.
func largestShare(cluster, r Resource) float64 {
	most := 0.0
	if cluster.MemoryMB != 0 {
		most = max(most, share(r.MemoryMB, cluster.MemoryMB))
	}
	if cluster.Cores != 0 {
		most = max(most, share(int64(r.Cores), int64(cluster.Cores)))
	}
	return most
}

// ratio is the largest ratio of a component of a to that of b.
func (c calculator) ratio(a, b Resource) float32 {
	of := quotient(a.MemoryMB, b.MemoryMB)
	if c.dominant {
		of = max(0, of, quotient(int64(a.Cores), int64(b.Cores)))
	}
	return of
}

func (c calculator) divideUp(r Resource, by float32) Resource {
	up := func(a int64) int64 {
		if by == 0 {
			return 0
		}
		return truncate(math.Ceil(float64(float32(a) / by)))
	}
	if !c.dominant {
		return ofMemory(up(r.MemoryMB))
	}
	return Resource{up(r.MemoryMB), int(up(int64(r.Cores)))}
}

func (c calculator) roundUp(r, step Resource) Resource {
	if !c.dominant {
		return ofMemory(roundedUp(r.MemoryMB, step.MemoryMB))
	}
	if step.MemoryMB != 0 {
		r.MemoryMB = roundedUp(r.MemoryMB, step.MemoryMB)
	}
	if step.Cores != 0 {
		r.Cores = int(roundedUp(int64(r.Cores), int64(step.Cores)))
	}
	return r
}

func (c calculator) roundDown(r, step Resource) Resource {
	if step.MemoryMB != 0 {
		r.MemoryMB = roundedDown(r.MemoryMB, step.MemoryMB)
	}
	if !c.dominant {
		return ofMemory(r.MemoryMB)
	}
	if step.Cores != 0 {
		r.Cores = int(roundedDown(int64(r.Cores), int64(step.Cores)))
	}
	return r
}

// multiplyUp multiplies and rounds up to the step.
func (c calculator) multiplyUp(r Resource, by float64, step Resource) Resource {
	if !c.dominant {
		return ofMemory(roundedUp(truncate(float64(r.MemoryMB)*by+0.5), step.MemoryMB))
	}
	up := func(v, step int64) int64 {
		a := truncate(math.Ceil(float64(float32(float64(v) * by))))
		if step != 0 {
			a = roundedUp(a, step)
		}
		return a
	}
	return Resource{up(r.MemoryMB, step.MemoryMB), int(up(int64(r.Cores), int64(step.Cores)))}
}

// multiplyEachUp multiplies each component by a factor of its own and rounds up.
func (c calculator) multiplyEachUp(r Resource, memory, cores float64) Resource {
	if !c.dominant {
		return ofMemory(truncate(float64(r.MemoryMB)*memory + 0.5))
	}
	return Resource{truncate(math.Ceil(float64(r.MemoryMB) * memory)), int(truncate(math.Ceil(float64(r.Cores) * cores)))}
}

// multiplyDown multiplies and rounds down to the step.
func (c calculator) multiplyDown(r Resource, by float64, step Resource) Resource {
	return c.roundDown(r.times(by), step)
}

// normalize is the size of a container that is asked for: at least the least, at
// most the most, and a multiple of the step.
func (c calculator) normalize(r, least, most, step Resource) Resource {
	memory := func() int64 {
		by := step.MemoryMB
		if by == 0 {
			by = least.MemoryMB
		}
		return min(roundedUp(max(r.MemoryMB, least.MemoryMB), by), most.MemoryMB)
	}
	if !c.dominant {
		return ofMemory(memory())
	}
	up := func(v, least, most, step int64) int64 {
		v = max(v, least)
		if step != 0 {
			v = roundedUp(v, step)
		}
		return min(v, most)
	}
	return Resource{
		up(r.MemoryMB, least.MemoryMB, most.MemoryMB, step.MemoryMB),
		int(up(int64(r.Cores), int64(least.Cores), int64(most.Cores), int64(step.Cores))),
	}
}
