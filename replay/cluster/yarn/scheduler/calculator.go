package scheduler

import (
	"cmp"
	"math"
)

// A Calculator compares and rounds resources like one of YARN's two resource
// calculators. The DefaultResourceCalculator looks at memory only and gives any memory
// one core. The DominantResourceCalculator looks at the dominant share, which is the
// larger one of a resource's shares of the cluster's memory and cores. Some results are
// in single precision, as in YARN, because the last bit may decide which queue comes
// first. Steps have at least 1 of each kind that counts.
//
// Source: DefaultResourceCalculator and DominantResourceCalculator in
// org.apache.hadoop.yarn.util.resource.
type Calculator struct {
	Dominant bool
}

// each is a resource with an amount for each kind that the calculator counts.
func (c Calculator) each(amount func(Kind) int64) Resource {
	memory := amount(Memory)
	switch {
	case c.Dominant:
		return Resource{memory, int(amount(Cores))}
	case memory > 0:
		return Resource{memory, 1}
	}
	return Resource{MemoryMB: memory}
}

// Compare is negative, 0 or positive as a is less than, equal to or more than b in
// this cluster. In an empty cluster, where there are no shares, the dominant
// calculator counts a resource as more only if no kind of it is less.
func (c Calculator) Compare(cluster, a, b Resource) int {
	switch {
	case !c.Dominant:
		return cmp.Compare(a.MemoryMB, b.MemoryMB)
	case a == b:
		return 0
	case cluster == Resource{}:
		memory, cores := cmp.Compare(a.MemoryMB, b.MemoryMB), cmp.Compare(a.Cores, b.Cores)
		if memory*cores < 0 {
			return 0
		}
		return cmp.Or(memory, cores)
	}
	dominantA, otherA := shares(cluster, a)
	dominantB, otherB := shares(cluster, b)
	return cmp.Or(cmp.Compare(dominantA, dominantB), cmp.Compare(otherA, otherB))
}

// shares are the dominant share of a resource and its other share.
func shares(cluster, r Resource) (dominant, other float64) {
	memory := share(r.MemoryMB, cluster.MemoryMB)
	cores := share(int64(r.Cores), int64(cluster.Cores))
	return max(memory, cores), min(memory, cores)
}

func share(amount, cluster int64) float64 {
	if cluster == 0 {
		return math.Inf(1)
	}
	return float64(amount) / float64(cluster)
}

// DominantShare is the larger share of the cluster, of the kinds that it has any of.
func DominantShare(cluster, r Resource) float64 {
	dominant := 0.0
	if cluster.MemoryMB != 0 {
		dominant = max(dominant, share(r.MemoryMB, cluster.MemoryMB))
	}
	if cluster.Cores != 0 {
		dominant = max(dominant, share(int64(r.Cores), int64(cluster.Cores)))
	}
	return dominant
}

// Min is the resource that compares as less, a if neither does.
func (c Calculator) Min(cluster, a, b Resource) Resource {
	if c.Compare(cluster, a, b) <= 0 {
		return a
	}
	return b
}

// Max is the resource that compares as more, a if neither does.
func (c Calculator) Max(cluster, a, b Resource) Resource {
	if c.Compare(cluster, a, b) >= 0 {
		return a
	}
	return b
}

// Fits reports whether a resource fits into another one.
func (c Calculator) Fits(small, big Resource) bool {
	return small.MemoryMB <= big.MemoryMB && (!c.Dominant || small.Cores <= big.Cores)
}

// AnyPositive reports whether the amount of any kind is above 0.
func (c Calculator) AnyPositive(r Resource) bool {
	return r.MemoryMB > 0 || c.Dominant && r.Cores > 0
}

// AnyUsedUp reports whether the amount of any kind is 0 or less.
func (c Calculator) AnyUsedUp(r Resource) bool {
	return r.MemoryMB <= 0 || c.Dominant && r.Cores <= 0
}

// Containers is the number of containers of a size that fit into the available
// resources. Kinds of which a container takes nothing are ignored.
func (c Calculator) Containers(available, size Resource) int64 {
	n := int64(math.MaxInt32)
	if size.MemoryMB > 0 {
		n = available.MemoryMB / size.MemoryMB
	}
	if c.Dominant && size.Cores > 0 {
		n = min(n, int64(available.Cores/size.Cores))
	}
	return n
}

// Divide is the dominant share of a over that of b, or the ratio of their memory.
func (c Calculator) Divide(cluster, a, b Resource) float32 {
	if !c.Dominant {
		return quotient(a.MemoryMB, b.MemoryMB)
	}
	return float32(DominantShare(cluster, a) / DominantShare(cluster, b))
}

// Ratio is the largest ratio of a kind of a to that of b.
func (c Calculator) Ratio(a, b Resource) float32 {
	memory := quotient(a.MemoryMB, b.MemoryMB)
	if !c.Dominant {
		return memory
	}
	return max(0, memory, quotient(int64(a.Cores), int64(b.Cores)))
}

func quotient(a, b int64) float32 {
	if a == 0 && b == 0 {
		return 0
	}
	return float32(a) / float32(b)
}

// DivideUp divides and rounds up. A division by 0 gives nothing.
func (c Calculator) DivideUp(r Resource, by float32) Resource {
	return c.each(func(k Kind) int64 {
		if by == 0 {
			return 0
		}
		return Truncate(math.Ceil(float64(float32(k.Of(r)) / by)))
	})
}

// DivideUpBy divides by a whole number and rounds up.
func (c Calculator) DivideUpBy(r Resource, by int64) Resource {
	return c.each(func(k Kind) int64 { return (k.Of(r) + by - 1) / by })
}

// RoundUp is the next multiple of the step that is not below r.
func (c Calculator) RoundUp(r, step Resource) Resource {
	return c.each(func(k Kind) int64 { return roundUp(k.Of(r), k.Of(step)) })
}

// RoundDown is the next multiple of the step that is not above r.
func (c Calculator) RoundDown(r, step Resource) Resource {
	return c.each(func(k Kind) int64 { return k.Of(r) / k.Of(step) * k.Of(step) })
}

func roundUp(amount, step int64) int64 { return (amount + step - 1) / step * step }

// MultiplyUp multiplies and rounds up to the step. The memory-only calculator rounds
// the product to the nearest number, the dominant one rounds it up.
func (c Calculator) MultiplyUp(r Resource, by float64, step Resource) Resource {
	return c.each(func(k Kind) int64 {
		product := float64(float64(k.Of(r)) * by)
		if c.Dominant {
			return roundUp(Truncate(math.Ceil(float64(float32(product)))), k.Of(step))
		}
		return roundUp(Truncate(product+0.5), k.Of(step))
	})
}

// MultiplyEachUp multiplies each kind by its own factor and rounds up, the
// memory-only calculator to the nearest number.
func (c Calculator) MultiplyEachUp(r Resource, factors [2]float64) Resource {
	return c.each(func(k Kind) int64 {
		product := float64(float64(k.Of(r)) * factors[k])
		if c.Dominant {
			return Truncate(math.Ceil(product))
		}
		return Truncate(product + 0.5)
	})
}

// MultiplyDown multiplies and rounds down to the step.
func (c Calculator) MultiplyDown(r Resource, by float64, step Resource) Resource {
	return c.RoundDown(r.Times(by), step)
}

// Normalize is the size of the container that is given for a request: at least the
// smallest one, at most the largest one, and a multiple of the step.
func (c Calculator) Normalize(r, smallest, largest, step Resource) Resource {
	return c.each(func(k Kind) int64 {
		return min(roundUp(max(k.Of(r), k.Of(smallest)), k.Of(step)), k.Of(largest))
	})
}
