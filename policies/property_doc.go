package policies

import "strings"

// PropertyDoc says in one line what a property of Spark does that a snippet sets; empty:
// no policy sets it.
func PropertyDoc(property string) string {
	if property == "spark.dynamicAllocation.enabled" {
		return "whether the driver asks for executors and gives them back while it runs"
	}
	for _, k := range kinds {
		for _, s := range k.Settings {
			if s.Property == property {
				doc, _, _ := strings.Cut(s.Doc, " (default") // the default of a spec need not be Spark's
				return doc
			}
		}
	}
	return ""
}
