package reports_test

import (
	"os"

	"dynalloc/internal/note"
	"dynalloc/reports"
)

// A new kind of result is one function that builds a document. Every format then has it.
func ExampleWrite() {
	nodes := &reports.Table{Key: "nodes", Left: 1, Columns: []reports.Column{{Head: "node", Key: "node"}, {Head: "cores\nbusy %", Key: "busy_share"}}}
	nodes.Rows = [][]reports.Cell{
		{{Text: "worker-1", Value: "worker-1"}, {Text: "82.5", Value: 0.825}},
		{{Text: "worker-2", Value: "worker-2"}, {Text: "7.1", Value: 0.071}},
	}
	d := &reports.Document{
		Schema:   "dynalloc.nodes/1",
		Title:    "Two nodes of one cluster",
		Facts:    []reports.Fact{{Key: "seed", Label: "seed", Value: 1}},
		Sections: []reports.Section{{Key: "nodes", Heading: "Nodes", Blocks: []reports.Block{nodes}}},
		Notes:    []note.Note{note.Plain("The driver ran on worker-1.")},
	}
	for _, format := range []string{"text", "json"} {
		if err := reports.Write(os.Stdout, format, d); err != nil {
			panic(err)
		}
	}
	// Output:
	// Two nodes of one cluster
	// seed: 1
	//
	// Nodes
	//
	//  node       cores
	//            busy %
	// ──────────────────
	//  worker-1    82.5
	//  worker-2     7.1
	//
	// Notes
	//
	// - The driver ran on worker-1.
	// {
	//  "schema": "dynalloc.nodes/1",
	//  "seed": 1,
	//  "nodes": [
	//   {
	//    "node": "worker-1",
	//    "busy_share": 0.825
	//   },
	//   {
	//    "node": "worker-2",
	//    "busy_share": 0.071
	//   }
	//  ],
	//  "notes": [
	//   {
	//    "kind": "plain-text",
	//    "args": {
	//     "text": "The driver ran on worker-1."
	//    },
	//    "text": "The driver ran on worker-1."
	//   }
	//  ],
	//  "checksum": "sha256:b76cf222453ed1c24936c3d44afd5567c1886b1ee8b91883b0e514b1d44313b8"
	// }
}
