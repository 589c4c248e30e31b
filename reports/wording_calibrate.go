package reports

import "dynalloc/internal/note"

// calibrateWordings are the sentences for the notes of package replay/calibrate.
var calibrateWordings = map[note.Kind]string{}
