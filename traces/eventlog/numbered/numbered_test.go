package numbered

import (
	"slices"
	"testing"
)

// Stages come in order, again, and with ids that lie far apart; each keeps its value, and
// they are listed by id.
func TestValuesAreFoundByNumber(t *testing.T) {
	var table Table[int]
	if table.Get(3) != nil {
		t.Error("an empty table has a value")
	}
	ids := []int{3, 4, 5, 1 << 30, 0, 31, 32, 100, 99}
	kept := map[int]*int{}
	for _, id := range ids {
		kept[id] = table.Add(id)
		*kept[id] = id
	}
	for _, id := range ids {
		if got := table.Get(id); got != kept[id] || *got != id {
			t.Errorf("number %d has another value", id)
		}
	}
	for _, id := range []int{-1, -40, 1, 98, 64, 1<<30 + 1, 1 << 29} {
		if table.Get(id) != nil {
			t.Errorf("number %d has a value", id)
		}
	}
	var listed []int
	for id, value := range table.All() {
		if listed = append(listed, id); *value != id {
			t.Errorf("number %d is listed with the value of %d", id, *value)
		}
	}
	slices.Sort(ids)
	if !slices.Equal(listed, ids) || table.Len() != len(ids) {
		t.Errorf("%v are listed, %d of them", listed, table.Len())
	}
}
