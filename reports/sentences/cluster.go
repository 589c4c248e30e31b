package sentences

import "dynalloc/internal/note"

// clusterNotes are the sentences for the notes of package replay/cluster and its managers.
var clusterNotes = map[note.Kind]string{
	"yarn-not-modeled":              "{file}:{line}: {setting} is not modeled.",
	"yarn-reservations-not-modeled": "{file}:{line}: <{setting}> is not modeled: no resources are reserved in advance.",
	"yarn-access-not-modeled":       "{file}:{line}: <{setting}> of queue {queue} is not modeled: every user may submit to every queue.",
	"yarn-groups-not-modeled":       "{file}:{line}: {setting} is not modeled: it places by the groups of users, which logs do not name.",
	"yarn-monitor-not-modeled":      "{file}:{line}: of {setting} only ProportionalCapacityPreemptionPolicy is modeled.",
	"yarn-other-scheduler":          "{file}:{line}: yarn.resourcemanager.scheduler.class is {class}, but the file is read for the {scheduler}.",
	"yarn-element-ignored":          "{file}:{line}: <{element}> is not known in {parent}, YARN ignores it.",
	"yarn-percentage-ignored":       "{file}:{line}: <{element}> of queue {queue} is a percentage, YARN ignores it.",
	"yarn-minimum-above-maximum":    "{file}:{line}: the <maxResources> of queue {queue} are less than its <minResources>: YARN uses the minimum.",
	"yarn-cores-not-given":          "{file}:{line}: <{element}> does not give vcores: YARN 3.4 reads that as 0 vcores, not as unlimited.",
	"yarn-interval-negative":        "{file}:{line}: {setting} is negative: YARN uses {default}.",
	"yarn-queue-name-invalid":       "{file}:{line}: {queue} is not the name of a queue: YARN uses root.default.",
	"yarn-nested-rule-ignored":      "{file}:{line}: a rule inside a parent rule: YARN ignores it.",
	"yarn-parent-rule-ignored":      "{file}:{line}: rule {rule} has more than one parent rule: the last one counts.",
	"yarn-queue-not-created":        "{file}:{line}: queue {queue} is not created: its parent's policy does not allow {policy} (drf only below drf, fifo only for leaves).",
	"yarn-queue-declared-twice":     "{file}:{line}: queue {queue} is declared twice, as a leaf and as a parent.",
}
