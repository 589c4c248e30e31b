package traces

import (
	"strings"
	"testing"
)

// An executor of eight cores runs eight tasks at a time, so two are of use for a stage of
// sixteen. With one GPU it runs one, and each of sixteen is of use.
func TestUsefulExecutorsHaveNoMoreSlotsThanCustomResourcesAllow(t *testing.T) {
	for words, want := range map[string]int{"cores=8": 2, "cores=8 slots=1": 16, "cores=8 cpus=4 slots=16": 8, "cores=4 cpus=8": 16} {
		w, err := ReadText(strings.NewReader("app etl "+words+"\n  job\n    stage tasks=16x10s\n"), "day.txt")
		if err != nil {
			t.Fatal(err)
		}
		if n := UsefulExecutors(w.Apps[0]); n != want {
			t.Errorf("%s: %d executors are of use, want %d", words, n, want)
		}
	}
}
