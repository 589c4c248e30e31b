package bench

import (
	"fmt"
	"testing"

	"dynalloc/traces"
)

// One of three applications has a barrier job whose work is in no log, another ran a
// barrier stage under dynamic allocation. Both are said.
func TestWhatIsNotKnownOfBarrierStagesIsSaid(t *testing.T) {
	apps := []*traces.Application{
		{Class: "train", Jobs: []traces.Job{{}, {Failed: true, BarrierSlots: 4}}},
		{Class: "vendor", DynamicBarriers: true},
		{Class: "etl", Jobs: []traces.Job{{Failed: true}}},
	}
	want := "[barrier-work-unknown count=1 of=3 classes=[train] barrier-under-dynamic-allocation count=1 of=3 classes=[vendor]]"
	if got := fmt.Sprint(BarrierNotes(apps)); got != want {
		t.Errorf("notes %s\nwant  %s", got, want)
	}
}
