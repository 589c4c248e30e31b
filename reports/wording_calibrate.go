package reports

import "dynalloc/internal/note"

// calibrateWordings are the sentences for the notes of package replay/calibrate.
var calibrateWordings = map[note.Kind]string{
	"time-learned":          "{cause} {time} ({low} to {high}, from {samples} in the logs).",
	"time-default":          "{cause} {time} ({low} to {high}, default).",
	"time-given-by-cluster": "{cause} {time} (given by the cluster).",
}
