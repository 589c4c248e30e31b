package sentences

import "dynalloc/internal/note"

// policiesNotes are the sentences for the notes of package policies.
var policiesNotes = map[note.Kind]string{
	"policy-not-deployable":        "Policy {policy}: it knows the demand in advance, so it is a reference, not a deployable policy and not a bound.",
	"policy-initial-below-minimum": "Policy {policy}: spark.dynamicAllocation.initialExecutors ({initial}) is below spark.dynamicAllocation.minExecutors ({minimum}): the larger counts.",
	"policy-initial-above-maximum": "Policy {policy}: spark.dynamicAllocation.initialExecutors ({initial}) is above spark.dynamicAllocation.maxExecutors ({maximum}): " +
		"standalone starts such an application, YARN and Kubernetes refuse it.",
	"policy-tracking-with-decommission": "Policy {policy}: spark.dynamicAllocation.shuffleTracking.enabled with spark.decommission.enabled: " +
		"executors that hold shuffle files may not be released in time.",
	"policy-tracking-with-remote-shuffle": "Policy {policy}: spark.dynamicAllocation.shuffleTracking.enabled with a remote shuffle service: " +
		"Spark holds executors for shuffle files that they do not have; set it to false.",
	"policy-decommission-without-migration": "Policy {policy}: spark.decommission.enabled without spark.storage.decommission.enabled: " +
		"Spark starts, but loses shuffle files whenever an executor is removed.",
	"rules-oldest":       "Logs of Spark {version} are replayed with the rules of Spark {rules}, the oldest known ones.",
	"rules-newest":       "Logs of Spark {version} are replayed with the rules of Spark {rules}, the newest known ones.",
	"policy-unprotected": "Policy {policy}: nothing protects shuffle files: Spark itself would refuse to start.",
}
