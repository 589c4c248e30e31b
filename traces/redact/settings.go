package redact

import (
	"regexp"
	"slices"
	"strings"

	"dynalloc/internal/spark"
)

// settings keeps the Spark properties that decide about allocation: those that begin
// like one of keptSettings and whose value is a number, a time, a size or a truth value.
// A user can set a key beyond them to anything.
var settings = members(func(_ *redactor, key string) field { return field{key, settingRule(key)} })

var keptSettings = []string{
	"spark.cores.max", "spark.deploy.", "spark.decommission.", "spark.default.parallelism", "spark.driver.cores", "spark.driver.memory",
	"spark.dynamicAllocation.", "spark.executor.cores", "spark.executor.instances", "spark.executor.memory", "spark.executor.heartbeatInterval",
	"spark.executor.decommission.", "spark.executor.pyspark.memory", "spark.executor.resource.", "spark.cleaner.", "spark.excludeOnFailure.", "spark.files.maxPartitionBytes",
	"spark.kubernetes.allocation.", "spark.kubernetes.memoryOverheadFactor", "spark.locality.", "spark.memory.", "spark.scheduler.mode", "spark.scheduler.barrier.",
	"spark.scheduler.minRegisteredResourcesRatio", "spark.scheduler.maxRegisteredResourcesWaitingTime", "spark.shuffle.", "spark.speculation",
	"spark.sql.adaptive.", "spark.sql.shuffle.partitions", "spark.sql.files.maxPartitionBytes", "spark.stage.", "spark.standalone.",
	"spark.storage.decommission.", "spark.storage.replication.", "spark.task.", "spark.yarn.executor.memoryOverhead", "spark.network.timeout",
}

// settingRule is what is kept of the value of a property.
func settingRule(key string) text {
	switch key {
	case "spark.app.name":
		return (*redactor).appName
	case "spark.app.id":
		return unless(appID, "id")
	case "spark.yarn.queue", "spark.kubernetes.scheduler.volcano.queue":
		return unless(defaultPool, "queue")
	case "spark.master":
		return masterRule
	case spark.ShuffleManager, spark.ShuffleDataIO:
		return shuffleClass
	}
	known := slices.ContainsFunc(keptSettings, func(prefix string) bool { return strings.HasPrefix(key, prefix) })
	return func(_ *redactor, value string) string {
		if known && plainSetting.MatchString(value) {
			return value
		}
		return ""
	}
}

// shuffleClass keeps the public names of classes that write shuffle files. Of others it
// keeps whether they write to a remote service.
func shuffleClass(r *redactor, class string) string {
	switch {
	case strings.HasPrefix(class, "org.apache.spark."):
		return class
	case spark.Properties{spark.ShuffleManager: class}.RemoteShuffle():
		return "org.apache.spark.shuffle.RssShuffleManager"
	}
	return r.pseudonym("shuffle", class)
}

var placelessMaster = regexp.MustCompile(`^(yarn|yarn-client|yarn-cluster|local(\[[0-9*,]+\])?|local-cluster\[[0-9, ]+\])$`)

// masterRule keeps the kind of a master, and not its address.
func masterRule(r *redactor, master string) string {
	if placelessMaster.MatchString(master) {
		return master
	}
	scheme, _, found := strings.Cut(master, "://")
	if !found || !sparkWord.MatchString(scheme) && scheme != "k8s" {
		return r.pseudonym("master", master)
	}
	return scheme + "://" + r.pseudonym("master", master)
}
