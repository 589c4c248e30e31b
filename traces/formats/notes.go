package formats

import "dynalloc/internal/note"

// refused is the problem of a file of which no workload can be made.
var refused = note.Declare("file-refused", "error")

// Notes on the assumptions of the mappings, for each file. Reports must show them.
var (
	withoutSettings = note.Declare("format-without-settings", "file")
	alibaba2017Note = note.Declare("format-alibaba-2017", "file")
	alibaba2018Note = note.Declare("format-alibaba-2018", "file")
	wtaNote         = note.Declare("format-wta", "file")
	swimNote        = note.Declare("format-swim", "file")
	decimaNote      = note.Declare("format-decima", "file", "executors")
)

// What a reader of an SWF log must know. jobs counts those that a note is about, of is
// how many the log has.
var (
	swfRigidJobs      = note.Declare("swf-rigid-jobs", "file")
	swfMachine        = note.Declare("swf-machine", "file", "processors")
	swfMachineUnknown = note.Declare("swf-machine-unknown", "file", "largest")
	swfWithoutWaits   = note.Declare("swf-without-waits", "file", "jobs", "of")
	swfNegativeRun    = note.Declare("swf-negative-run-time", "file", "jobs", "of")
	swfNoProcessors   = note.Declare("swf-no-processors", "file", "jobs", "of")
	swfNegativeSubmit = note.Declare("swf-negative-submit", "file", "jobs", "of")
	swfTooLarge       = note.Declare("swf-too-large", "file", "jobs", "of")
)
