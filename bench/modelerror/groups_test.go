package modelerror

import (
	"slices"
	"testing"
)

// The features and the prior were chosen with the same workloads that they are measured on.
// So whole groups of similar workloads are left out, too: those of SQL, those of sleeping
// tasks on an idle machine, and those of one mechanism each on a busy machine. Of a group that
// nothing similar is known of, intervals contain the error of fewer workloads than of one
// workload that is left out alone: docs/STATISTICS.md says so.
func TestErrorsOfGroupsThatAreLeftOutAreCovered(t *testing.T) {
	groups := [][]string{
		{"tpch", "sql-dash"},
		{"bursty", "cache", "concurrent", "etl", "fanout", "reuse"},
		{"memory", "unprotected", "profiles", "steps", "spread", "locality"},
		{"big"},
	}
	for f, figure := range []func(*Workload) float64{TimeOf, ExecutorsOf} {
		inside, of := 0, 0
		for _, group := range groups {
			var others []Workload
			for _, w := range Evidence {
				if !slices.Contains(group, w.Name) {
					others = append(others, w)
				}
			}
			for _, w := range Evidence {
				if !slices.Contains(group, w.Name) {
					continue
				}
				half := Predict(others, w.Shape, figure).HalfWidth(0.95)
				of++
				if figure(&w) <= half {
					inside++
				}
				t.Logf("figure %d of %s: an error of %.3f, interval ± %.3f", f, w.Name, figure(&w), half)
			}
		}
		t.Logf("figure %d: %d of %d workloads inside", f, inside, of)
		if want := []int{12, 15}[f]; inside < want {
			t.Errorf("figure %d: only %d of %d workloads are inside", f, inside, of)
		}
	}
}
