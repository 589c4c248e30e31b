package source

import "dynalloc/internal/note"

// What can be wrong with the parts of a log, and with the logs of one application.
var (
	withoutStatus     = note.Declare("log-without-appstatus", "log")
	firstPartsMissing = note.Declare("log-first-parts-missing", "part", "number")
	partsMissing      = note.Declare("log-parts-missing", "part", "number", "before")
	partsLate         = note.Declare("log-parts-late", "part", "before", "minutes", "rollover")
	partEmpty         = note.Declare("log-part-empty", "part")
	partTwice         = note.Declare("log-part-twice", "part", "other")
	copiedLog         = note.Declare("log-copied", "copy")
	sharedID          = note.Declare("log-shares-id", "id", "applications")
	earlierAttempt    = note.Declare("log-of-earlier-attempt", "attempt", "log", "held", "counts")
)
