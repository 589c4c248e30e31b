package sla

import (
	"encoding/json"
	"slices"
	"strings"

	"dynalloc/traces"
)

// Properties that carry tags.
const (
	yarnTags        = "spark.yarn.tags"                                  // nightly,eu
	kubernetesLabel = "spark.kubernetes.driver.label."                   // followed by the name of a label of the driver's pod
	databricksTags  = "spark.databricks.clusterUsageTags.clusterAllTags" // [{"key":"team","value":"finance"}]
)

// tagsOf returns the tags of an application, sorted: each tag of spark.yarn.tags
// ("nightly"), each label of the driver's pod and each tag of a Databricks cluster
// ("team=finance"), and every property with its value ("spark.app.tier=gold").
func tagsOf(a *traces.Application) []string {
	var tags []string
	for key, value := range a.Properties {
		tags = append(tags, key+"="+value)
		if label, ok := strings.CutPrefix(key, kubernetesLabel); ok {
			tags = append(tags, label+"="+value)
		}
	}
	for tag := range strings.SplitSeq(a.Properties[yarnTags], ",") {
		if tag = strings.TrimSpace(tag); tag != "" {
			tags = append(tags, tag)
		}
	}
	var given []struct{ Key, Value string }
	if json.Unmarshal([]byte(a.Properties[databricksTags]), &given) == nil {
		for _, t := range given {
			tags = append(tags, t.Key+"="+t.Value)
		}
	}
	slices.Sort(tags)
	return tags
}
