package sentences

import "dynalloc/internal/note"

// calibrateNotes are the sentences for the notes of package replay/calibrate.
var calibrateNotes = map[note.Kind]string{
	"time-learned":          "{cause} {time} ({low} to {high}, from {samples} in the logs).",
	"time-default":          "{cause} {time} ({low} to {high}, default).",
	"time-given-by-cluster": "{cause} {time} (given by the cluster).",
}
