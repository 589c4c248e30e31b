package reports

import "dynalloc/internal/note"

// calibrateWordings are the sentences for the notes of package replay/calibrate.
var calibrateWordings = map[note.Kind]string{
	"time-learned":             "{cause} {time} (median of {samples} in the logs).",
	"time-default":             "{cause} {time} (default).",
	"time-default-few-samples": "{cause} {time} (default: the logs show only {samples}).",
	"time-given-by-cluster":    "{cause} {time} (given by the cluster).",
}
