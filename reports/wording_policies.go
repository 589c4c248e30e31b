package reports

import "dynalloc/internal/note"

// policiesWordings are the sentences for the notes of package policies.
var policiesWordings = map[note.Kind]string{}
