package java

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// The hash codes and the order are those that Java 17 prints.
func TestJavaOrder(t *testing.T) {
	if h := StringHash("hello"); h != 99162322 {
		t.Error(h)
	}
	if h := StringHash("größe 🙂"); h != 175604244 {
		t.Error(h)
	}
	var set HashMap[string]
	for _, q := range strings.Fields("adhoc etl prod dev users reports studies hog sla ml night day batch stream") {
		set.Add(StringHash("root."+q), "root."+q)
	}
	want := "root.reports root.sla root.users root.hog root.batch root.ml root.day root.etl root.studies root.stream root.dev root.adhoc root.night root.prod"
	if got := strings.Join(set.Values(), " "); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	set.Remove("root.hog")
	if got := strings.Join(set.Values(), " "); got != strings.Replace(want, "root.hog ", "", 1) {
		t.Errorf("without root.hog: %s", got)
	}
}

// With a strict order the tree and the heap give the sorted order.
func TestStrictOrders(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 200 {
		values := r.Perm(n + 1)
		tree := TreeOrder(values, cmp.Compare[int])
		heap := NewPriorityQueue(cmp.Compare[int])
		for _, v := range values {
			heap.Push(v)
		}
		slices.Sort(values)
		if !slices.Equal(tree, values) {
			t.Fatalf("tree of %d: %v", n+1, tree)
		}
		for _, v := range values {
			if got := heap.Pop(); got != v {
				t.Fatalf("heap of %d: %d, want %d", n+1, got, v)
			}
		}
	}
}
