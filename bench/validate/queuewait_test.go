package validate

import (
	"cmp"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"dynalloc/internal/logtest"
	"dynalloc/replay/cluster"
)

// Applications really shared a standalone cluster of 16 cores. In the replay of each
// fleet with its recorded start-up times every application waits as long for its
// first executor as it really did, within 10 % or 2 s, and in the same order;
// applications less than 0.2 s apart may change places.
func TestFleetsWaitAsTheyDid(t *testing.T) {
	cluster, err := cluster.Parse("standalone,nodes=1,cores=16,memory=32g")
	if err != nil {
		t.Fatal(err)
	}
	folders := []string{"../builtin/recordings/fleet-static", "../builtin/recordings/fleet-dra", "../builtin/recordings/fleet-mixed", kept + "pair-static", kept + "pair-dyn"}
	more, err := filepath.Glob("../../../shared/recordings/*-*")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range append(folders, more...) {
		t.Run(folder, func(t *testing.T) {
			w := logtest.Read(t, folder)
			v, err := Run(t.Context(), w, w, Options{Startup: StartupGranted, Cluster: &cluster})
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range v.Apps {
				if off := math.Abs(a.Predicted.QueueWait - a.Recorded.QueueWait); !(off <= max(2, 0.1*a.Recorded.QueueWait)) {
					t.Errorf("%s waited %.1f s for its first executor, replayed %.1f s", a.Recorded.Name, a.Recorded.QueueWait, a.Predicted.QueueWait)
				}
			}
			inOrder := slices.SortedFunc(slices.Values(v.Apps), func(x, y Comparison) int {
				return cmp.Compare(x.Recorded.FirstExecutor, y.Recorded.FirstExecutor)
			})
			for i, early := range inOrder {
				for _, late := range inOrder[i+1:] {
					if late.Recorded.FirstExecutor-early.Recorded.FirstExecutor > 0.2 && late.Predicted.FirstExecutor < early.Predicted.FirstExecutor {
						t.Errorf("%s got its first executor before %s, replayed after it", early.Recorded.Name, late.Recorded.Name)
					}
				}
			}
		})
	}
}
