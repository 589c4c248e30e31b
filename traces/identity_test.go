package traces

import (
	"slices"
	"testing"
	"time"
)

// Applications are called by the shortest names that no two of them share.
func TestLabelsTellApplicationsApart(t *testing.T) {
	at := time.Date(2025, 11, 24, 10, 0, 0, 5e6, time.UTC)
	made := func(names ...string) *Workload {
		w := &Workload{}
		for _, name := range names {
			w.Apps = append(w.Apps, &Application{ID: "app-0", Name: name, User: "ann", Started: at})
		}
		return w
	}
	nightly := made("load", "load")
	nightly.Apps[1].ID = "app-1"
	moved := made("load", "load")
	moved.Apps[1].User = "bob"
	for _, c := range []struct {
		w    *Workload
		want []string
	}{
		{made("load", "clean"), []string{"load", "clean"}},
		{nightly, []string{"app-0", "app-1"}},
		{moved, []string{"app-0 load ann 2025-11-24T10:00:00.005", "app-0 load bob 2025-11-24T10:00:00.005"}},
		{made("load", "load"), []string{"app-0 load ann 2025-11-24T10:00:00.005 #0", "app-0 load ann 2025-11-24T10:00:00.005 #1"}},
	} {
		if got := c.w.Labels(); !slices.Equal(got, c.want) {
			t.Errorf("labels %q, want %q", got, c.want)
		}
	}
}
