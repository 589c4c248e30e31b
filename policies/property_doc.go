package policies

import (
	"strconv"
	"strings"
)

// Doc says in one line what the value of a setting of a snippet means; empty: no policy sets
// the property.
func (l Line) Doc() string {
	if l.Key == "spark.dynamicAllocation.enabled" {
		if l.Value == "false" {
			return "the number of executors is fixed"
		}
		return "the driver asks for executors and gives them back while it runs"
	}
	for _, k := range kinds {
		for _, s := range k.Settings {
			if s.Property != l.Key {
				continue
			}
			if l.Value == "false" && s.Off != "" {
				return s.Off
			}
			doc, _, _ := strings.Cut(s.Doc, " (default") // the default of a spec need not be Spark's
			if l.Unlimited() {
				doc += ": no limit"
			}
			return doc
		}
	}
	return ""
}

// Unlimited reports whether the value is the largest that Spark can have.
func (l Line) Unlimited() bool {
	return strings.TrimSuffix(l.Value, "s") == strconv.Itoa(unlimited) || l.Value == noTrackingTimeout
}
