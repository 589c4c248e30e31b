package scheduler

import (
	"cmp"
	"slices"
)

// A Request is the number of containers of one size that an application still wants.
type Request struct {
	Priority int // within the application; the lowest number is served first
	Size     Resource
	Count    int
}

// MasterPriority is the priority of the request for an application master.
const MasterPriority = 0

// Total is the sum of the sizes of all containers of the request.
func (r Request) Total() Resource {
	return Resource{r.Size.MemoryMB * int64(r.Count), r.Size.Cores * r.Count}
}

// Requests are the open requests of an application, at most one for each priority,
// sorted by priority.
type Requests []Request

// At is the request of a priority. Its count is 0 if there is none.
func (rs Requests) At(priority int) Request {
	for _, r := range rs {
		if r.Priority == priority {
			return r
		}
	}
	return Request{Priority: priority}
}

// Set replaces the request of a priority. One without containers is removed.
func (rs *Requests) Set(r Request) {
	i, found := slices.BinarySearchFunc(*rs, r.Priority, func(r Request, p int) int { return cmp.Compare(r.Priority, p) })
	if found {
		*rs = slices.Delete(*rs, i, i+1)
	}
	if r.Count > 0 {
		*rs = slices.Insert(*rs, i, r)
	}
}
