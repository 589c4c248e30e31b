// Package sentences has the sentence for each kind of note that packages below reports
// make. Package reports words its own notes itself, and fills in the arguments of all.
//
// Files:
//
//   - doc.go: all tables as one;
//   - traces.go and arrivals.go: notes on logs and workloads, and on what starts jobs;
//   - policies.go, cluster.go, calibrate.go and bench.go: notes of the packages so named
//     and of those below them.
package sentences

import (
	"maps"

	"dynalloc/internal/note"
)

// All returns the sentence for each kind of note.
func All() map[note.Kind]string {
	all := map[note.Kind]string{}
	for _, table := range []map[note.Kind]string{tracesNotes, arrivalsNotes, policiesNotes, clusterNotes, calibrateNotes, benchNotes} {
		maps.Copy(all, table)
	}
	return all
}
