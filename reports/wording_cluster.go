package reports

import "dynalloc/internal/note"

// clusterWordings are the sentences for the notes of package replay/cluster and its managers.
var clusterWordings = map[note.Kind]string{}
