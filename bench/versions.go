package bench

import (
	"slices"
	"strings"

	"dynalloc/internal/note"
	"dynalloc/policies"
	"dynalloc/traces"
)

var vendorAllocation = note.Declare("vendor-allocation", "vendor")

// ruleNotes name the Spark versions whose applications are replayed by another
// version's rules, and the vendors whose builds allocate executors by rules of
// their own.
func ruleNotes(w *traces.Workload) []Note {
	var notes []Note
	for _, a := range w.Apps {
		notes = append(notes, policies.VersionNotes(a.SparkVersion)...)
		if vendor := vendorOf(a); vendor != "" {
			notes = append(notes, vendorAllocation.With(vendor))
		}
	}
	slices.SortFunc(notes, note.Compare)
	return slices.CompactFunc(notes, note.Equal)
}

// vendorOf names the vendor of a Spark build that is known to allocate executors
// by its own rules; empty if there is none.
func vendorOf(a *traces.Application) string {
	if strings.Contains(a.SparkVersion, "-amzn-") {
		return "Amazon EMR"
	}
	for _, p := range []struct{ prefix, vendor string }{
		{"spark.databricks.", "Databricks"}, {"spark.dataproc.", "Google Dataproc"},
	} {
		for key := range a.Properties {
			if strings.HasPrefix(key, p.prefix) {
				return p.vendor
			}
		}
	}
	return ""
}
