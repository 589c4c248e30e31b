package sentences

import "dynalloc/internal/note"

// calibrateNotes are the sentences for the notes of package replay/calibrate.
var calibrateNotes = map[note.Kind]string{
	"time-learned":             "{cause} {time} ({low} to {high}, from {samples} in the logs).",
	"time-default":             "{cause} {time} ({low} to {high}, default).",
	"startups-waited-for-room": "{waited:%.0f} of the {of:start-up} in the logs took so long that their executors most likely waited for room, for which they count little in the start-up time.",
	"time-given-by-cluster":    "{cause} {time} (given by the cluster).",
}
