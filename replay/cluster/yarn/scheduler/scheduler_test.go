package scheduler

import "testing"

// The memory-only calculator gives any memory one core; the dominant one rounds both.
// Neither goes below the smallest or above the largest container.
func TestRequestsAreRoundedUp(t *testing.T) {
	smallest, largest, step := Resource{1024, 1}, Resource{8192, 6}, Resource{512, 2}
	for _, c := range []struct{ asked, memoryOnly, dominant Resource }{
		{Resource{1, 1}, Resource{1024, 1}, Resource{1024, 2}},
		{Resource{1500, 3}, Resource{1536, 1}, Resource{1536, 4}},
		{Resource{9000, 7}, Resource{8192, 1}, Resource{8192, 6}},
	} {
		if got := (Calculator{}).Normalize(c.asked, smallest, largest, step); got != c.memoryOnly {
			t.Errorf("%s by memory: got %s, want %s", c.asked, got, c.memoryOnly)
		}
		if got := (Calculator{Dominant: true}).Normalize(c.asked, smallest, largest, step); got != c.dominant {
			t.Errorf("%s by both: got %s, want %s", c.asked, got, c.dominant)
		}
	}
}

// Whose dominant share is larger has more; with equal ones the other share decides. In
// an empty cluster there are no shares.
func TestResourcesAreComparedByDominantShare(t *testing.T) {
	cluster, dominant := Resource{10000, 10}, Calculator{Dominant: true}
	for _, c := range []struct {
		cluster, a, b Resource
		want          int
	}{
		{cluster, Resource{5000, 1}, Resource{1000, 6}, -1},
		{cluster, Resource{5000, 1}, Resource{2000, 5}, -1},
		{cluster, Resource{5000, 2}, Resource{5000, 1}, 1},
		{cluster, Resource{5000, 2}, Resource{2000, 5}, 0},
		{Resource{}, Resource{5000, 1}, Resource{1000, 6}, 0},
		{Resource{}, Resource{5000, 1}, Resource{1000, 1}, 1},
	} {
		if got := dominant.Compare(c.cluster, c.a, c.b); got != c.want {
			t.Errorf("%s and %s in a cluster of %s: got %d, want %d", c.a, c.b, c.cluster, got, c.want)
		}
		if got := dominant.Compare(c.cluster, c.b, c.a); got != -c.want {
			t.Errorf("%s and %s in a cluster of %s: got %d, want %d", c.b, c.a, c.cluster, got, -c.want)
		}
	}
}

// A request replaces the one of its priority, and one without containers removes it.
func TestRequestsAreReplaced(t *testing.T) {
	var requests Requests
	for _, r := range []Request{{Priority: 2, Count: 3}, {Priority: 1, Count: 1}, {Priority: 2, Count: 5}, {Priority: 1}} {
		requests.Set(r)
	}
	if len(requests) != 1 || requests.At(2).Count != 5 || requests.At(1).Count != 0 {
		t.Errorf("got %v, want 5 containers of priority 2", requests)
	}
}
