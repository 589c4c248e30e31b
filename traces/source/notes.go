package source

import (
	"dynalloc/internal/note"
	"dynalloc/traces"
)

// Skipped is a file or a folder that was found and not read.
type Skipped struct {
	Path string // for messages, like eventlog.Log.Path
	Why  traces.Note
	// Failed is true if the file should have been read: the user named it, it could
	// not be opened, or it is an archive or a log that is damaged throughout. It is
	// false for files that are not expected to be logs, such as hidden ones.
	Failed bool
}

// Usual reports whether such files are beside event logs in ordinary folders, as checksums
// are, so that nobody has to be told.
func (s Skipped) Usual() bool {
	switch s.Why.Kind {
	case checksumFile, hiddenFile, hadoopMarker, sameFolder, sameFile, replaced, samePart:
		return true
	}
	return false
}

// Why a file or a folder is skipped.
var (
	checksumFile    = note.Declare("skipped-checksum")
	hiddenFile      = note.Declare("skipped-hidden")
	hadoopMarker    = note.Declare("skipped-hadoop-marker")
	notRegular      = note.Declare("skipped-not-regular")
	brokenLink      = note.Declare("skipped-broken-link")
	folderLink      = note.Declare("skipped-folder-link")
	sameFolder      = note.Declare("skipped-same-folder", "other")
	sameFile        = note.Declare("skipped-same-file", "other")
	foreignWorkload = note.Declare("skipped-foreign-workload", "format")
	empty           = note.Declare("skipped-empty")
	noEvents        = note.Declare("skipped-no-events")
	utf16File       = note.Declare("skipped-utf16")
	statusAlone     = note.Declare("skipped-status-alone")
	replaced        = note.Declare("skipped-replaced", "by")
	samePart        = note.Declare("skipped-same-part", "other")
	linkInArchive   = note.Declare("skipped-link-in-archive")
	nestedArchive   = note.Declare("skipped-nested-archive")
	encrypted       = note.Declare("skipped-encrypted")
	compressedZip   = note.Declare("skipped-compressed-zip")
	damagedArchive  = note.Declare("skipped-damaged-archive", "error")
	cannotOpen      = note.Declare("skipped-cannot-open", "error")
	cannotRead      = note.Declare("skipped-cannot-read", "error")
	cannotList      = note.Declare("skipped-cannot-list", "error")
	cannotStore     = note.Declare("skipped-cannot-store", "error")
	cutInFirstBlock = note.Declare("skipped-cut-in-first-block", "codec")
	damagedFile     = note.Declare("skipped-damaged", "codec", "error")
)

// What can be wrong with the parts of a log, and with the logs of one application.
var (
	withoutStatus     = note.Declare("log-without-appstatus", "log")
	firstPartsMissing = note.Declare("log-first-parts-missing", "part", "number")
	partsMissing      = note.Declare("log-parts-missing", "part", "number", "before")
	partsLate         = note.Declare("log-parts-late", "part", "before", "minutes", "rollover")
	partEmpty         = note.Declare("log-part-empty", "part")
	partTwice         = note.Declare("log-part-twice", "part", "other")
	copiedLog         = note.Declare("log-copied", "copy")
	isCopy            = note.Declare("log-is-copy", "original")
	copiesLeftOut     = note.Declare("logs-copied", "count", "copies")
	sharedID          = note.Declare("log-shares-id", "id", "applications")
	earlierAttempt    = note.Declare("log-of-earlier-attempt", "attempt", "log", "held", "counts")
)
