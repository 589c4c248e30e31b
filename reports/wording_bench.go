package reports

import "dynalloc/internal/note"

// benchWordings are the sentences for the notes of package bench and the packages below it.
var benchWordings = map[note.Kind]string{}
