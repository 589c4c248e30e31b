package bench

import (
	"fmt"
	"slices"
	"strings"

	"dynalloc/policies"
	"dynalloc/traces"
)

// ruleNotes says under which version's rules applications are replayed where
// that is not their own, and whose allocator is another than Apache Spark's.
func ruleNotes(w *traces.Workload) []string {
	var notes []string
	for _, a := range w.Apps {
		if note := policies.VersionNote(a.SparkVersion); note != "" {
			notes = append(notes, note)
		}
		if vendor := vendorOf(a); vendor != "" {
			notes = append(notes, fmt.Sprintf("%s changes how Spark allocates executors: its logs are replayed with the rules of Apache Spark, which differ from what ran.", vendor))
		}
	}
	slices.Sort(notes)
	return slices.Compact(notes)
}

// vendorOf names the vendor of a Spark that is known to allocate executors by
// rules of its own; empty if there is none.
func vendorOf(a *traces.Application) string {
	if strings.Contains(a.SparkVersion, "-amzn-") {
		return "Amazon EMR"
	}
	for _, p := range []struct{ key, vendor string }{
		{"spark.databricks.", "Databricks"}, {"spark.dataproc.", "Google Dataproc"},
	} {
		for key := range a.Properties {
			if strings.HasPrefix(key, p.key) {
				return p.vendor
			}
		}
	}
	return ""
}
