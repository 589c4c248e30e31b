package yarn

import "math"

// unbounded is no limit at all.
var unbounded = Resource{MemoryMB: math.MaxInt64, Cores: math.MaxInt}

// reservedOnly is what an assignment reports that only reserved the node.
var reservedOnly = Resource{MemoryMB: -1}

// within says whether all of r is within o.
func (r Resource) within(o Resource) bool { return r.MemoryMB <= o.MemoryMB && r.Cores <= o.Cores }

// timesUp multiplies both components and rounds up.
func (r Resource) timesUp(by float64) Resource {
	return Resource{truncate(math.Ceil(float64(r.MemoryMB) * by)), int(truncate(math.Ceil(float64(r.Cores) * by)))}
}
