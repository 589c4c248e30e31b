package bench

import (
	"slices"
	"strings"
	"testing"

	"dynalloc/traces"
)

// There is one note for each Spark version that is older or newer than the known
// ones and for each vendor's build, and none for other logs.
func TestRuleNotes(t *testing.T) {
	w := &traces.Workload{}
	for _, version := range []string{"4.1.4", "2.4.8", "2.4.8", "3.3.0-amzn-0", "9.9.0", ""} {
		w.Apps = append(w.Apps, &traces.Application{SparkVersion: version})
	}
	w.Apps = append(w.Apps, &traces.Application{Properties: map[string]string{"spark.databricks.clusterUsageTags.clusterName": "x"}})
	got := ruleNotes(w)
	for _, want := range []string{`rules-oldest version="2.4.8" rules="3.0"`, `rules-newest version="9.9.0" rules="4.3"`, "Amazon EMR", "Databricks"} {
		if !slices.ContainsFunc(got, func(n Note) bool { return strings.Contains(n.String(), want) }) {
			t.Errorf("no note says %q; there are %q", want, got)
		}
	}
	if len(got) != 4 {
		t.Errorf("%d notes, want 4: %q", len(got), got)
	}
}
