package scheduler

import (
	"fmt"
	"math"
)

// A Resource is an amount of memory and cores, of a container or a node.
type Resource struct {
	MemoryMB int64 // MiB
	Cores    int   // virtual cores
}

// Unbounded is no limit at all.
var Unbounded = Resource{MemoryMB: math.MaxInt64, Cores: math.MaxInt}

// NewResource is an amount of memory in MiB and of virtual cores.
func NewResource(memoryMB int64, cores int) Resource { return Resource{memoryMB, cores} }

func (r Resource) String() string { return fmt.Sprintf("%d MiB and %d cores", r.MemoryMB, r.Cores) }

// Plus adds memory and cores.
func (r Resource) Plus(o Resource) Resource {
	return Resource{r.MemoryMB + o.MemoryMB, r.Cores + o.Cores}
}

// Minus subtracts memory and cores; the result may be negative.
func (r Resource) Minus(o Resource) Resource {
	return Resource{r.MemoryMB - o.MemoryMB, r.Cores - o.Cores}
}

// Negative is what is added to subtract r.
func (r Resource) Negative() Resource { return Resource{-r.MemoryMB, -r.Cores} }

// Times multiplies memory and cores and rounds down.
func (r Resource) Times(by float64) Resource {
	return Resource{Truncate(float64(r.MemoryMB) * by), int(Truncate(float64(r.Cores) * by))}
}

// TimesUp multiplies memory and cores and rounds up.
func (r Resource) TimesUp(by float64) Resource {
	return Resource{Truncate(math.Ceil(float64(r.MemoryMB) * by)), int(Truncate(math.Ceil(float64(r.Cores) * by)))}
}

// Min is the smaller memory and the smaller number of cores.
func (r Resource) Min(o Resource) Resource {
	return Resource{min(r.MemoryMB, o.MemoryMB), min(r.Cores, o.Cores)}
}

// Max is the larger memory and the larger number of cores.
func (r Resource) Max(o Resource) Resource {
	return Resource{max(r.MemoryMB, o.MemoryMB), max(r.Cores, o.Cores)}
}

// NonNegative replaces negative memory or cores by 0.
func (r Resource) NonNegative() Resource { return r.Max(Resource{}) }

// FitsIn reports whether both the memory and the cores of r are at most those of o.
func (r Resource) FitsIn(o Resource) bool { return r.MemoryMB <= o.MemoryMB && r.Cores <= o.Cores }

// A Kind is one kind of resource.
type Kind int

// The kinds of resources that are modeled.
const (
	Memory Kind = iota // MiB
	Cores
)

// Of is the amount of one kind in a resource.
func (k Kind) Of(r Resource) int64 {
	if k == Memory {
		return r.MemoryMB
	}
	return int64(r.Cores)
}

// Set sets the amount of one kind.
func (k Kind) Set(r *Resource, amount int64) {
	if k == Memory {
		r.MemoryMB = amount
	} else {
		r.Cores = int(amount)
	}
}

// Truncate drops the fraction like Java's cast to long: NaN becomes 0, and a value that
// is too large becomes the largest number.
func Truncate(v float64) int64 {
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

// Sign is -1, 0 or 1. It is 0 for NaN, because YARN's schedulers compare with < and >,
// which are both false for NaN.
func Sign(v float64) int {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}
