package lineage

import (
	"slices"
	"testing"

	"dynalloc/traces/eventlog/scan"
)

// A job lists a stage that reads the shuffle of RDD 1 and caches RDD 3, and a later job lists
// the same RDDs for another stage: one lineage. A stage that differs in anything has another.
func TestEqualRDDsAreOneLineage(t *testing.T) {
	rdds := func() []scan.RDD {
		return []scan.RDD{{ID: 2, Parents: []int64{1}}, {ID: 3, Parents: []int64{2}, Memory: true}}
	}
	var k Lineages
	first := rdds()
	l := k.Of(7, first)
	if !slices.Equal(l.Reads, []Read{{2, 1}}) || len(l.Caches) != 1 || l.Caches[0].ID != 3 || l.Barrier || !l.Has(2) || l.Has(1) {
		t.Errorf("it is %+v", l)
	}
	if k.Of(7, first) != l || k.Of(8, rdds()) != l || k.Of(7+64, rdds()) != l {
		t.Error("equal RDDs have several lineages")
	}
	for name, change := range map[string]func([]scan.RDD) []scan.RDD{
		"id":      func(r []scan.RDD) []scan.RDD { r[1].ID = 4; return r },
		"parent":  func(r []scan.RDD) []scan.RDD { r[0].Parents = []int64{0}; return r },
		"parents": func(r []scan.RDD) []scan.RDD { r[1].Parents = nil; return r },
		"storage": func(r []scan.RDD) []scan.RDD { r[1].Disk = true; return r },
		"barrier": func(r []scan.RDD) []scan.RDD { r[0].Barrier = true; return r },
		"number":  func(r []scan.RDD) []scan.RDD { return r[:1] },
	} {
		// The stage of the same number had other RDDs before.
		if other := k.Of(7, change(rdds())); other == l || other.Barrier != (name == "barrier") {
			t.Errorf("with another %s it is %+v", name, other)
		}
	}
}
