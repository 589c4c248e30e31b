package yarn

import "dynalloc/internal/note"

// Notes about settings of configuration files that change nothing in a replay.
var (
	notModeled             = note.Declare("yarn-not-modeled", "file", "line", "setting")
	reservationsNotModeled = note.Declare("yarn-reservations-not-modeled", "file", "line", "setting")
	accessNotModeled       = note.Declare("yarn-access-not-modeled", "file", "line", "setting", "queue")
	groupsNotModeled       = note.Declare("yarn-groups-not-modeled", "file", "line", "setting")
	monitorNotModeled      = note.Declare("yarn-monitor-not-modeled", "file", "line", "setting")
	otherScheduler         = note.Declare("yarn-other-scheduler", "file", "line", "class", "scheduler")
	elementIgnored         = note.Declare("yarn-element-ignored", "file", "line", "element", "parent")
	percentageIgnored      = note.Declare("yarn-percentage-ignored", "file", "line", "element", "queue")
	minimumAboveMaximum    = note.Declare("yarn-minimum-above-maximum", "file", "line", "queue")
	coresNotGiven          = note.Declare("yarn-cores-not-given", "file", "line", "element")
	intervalNegative       = note.Declare("yarn-interval-negative", "file", "line", "setting", "default")
	queueNameInvalid       = note.Declare("yarn-queue-name-invalid", "file", "line", "queue")
	nestedRuleIgnored      = note.Declare("yarn-nested-rule-ignored", "file", "line")
	parentRuleIgnored      = note.Declare("yarn-parent-rule-ignored", "file", "line", "rule")
	queueNotCreated        = note.Declare("yarn-queue-not-created", "file", "line", "queue", "policy")
	queueDeclaredTwice     = note.Declare("yarn-queue-declared-twice", "file", "line", "queue")
)
