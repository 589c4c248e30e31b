package reports

import "dynalloc/internal/note"

// tracesWordings are the sentences for the notes of package traces and the readers below it.
var tracesWordings = map[note.Kind]string{}
