package bench

import (
	"fmt"
	"math"

	"dynalloc/internal/note"
)

// SavesNoNode is the note that policies hold less than the base and cost as much, because
// the cluster is paid by the node and its nodes stay.
var SavesNoNode = note.Declare("saves-no-node", "policies", "base")

// nodeNotes name the policies whose executors take less core-time than the base's, on a
// cluster that costs by the node, while its nodes exist at least as long.
func (r *Results) nodeNotes() []Note {
	base := &r.Runs[0].All
	cost := base.Value("cost_nodes")
	var policies []string
	for i := range r.Runs[1:] {
		run := &r.Runs[i+1]
		if run.Problem != "" || !(run.All.Value("core_hours") < base.Value("core_hours")) || !(run.All.Value("cost_nodes") >= cost) || math.IsNaN(cost) {
			continue
		}
		policies = append(policies, fmt.Sprintf("%s (its executors are on at most %d of %d nodes, for %.2f node-hours)",
			run.Policy.Name, run.meter.Nodes.Most, len(r.Suite.Config.Cluster.Nodes()), run.meter.Nodes.Occupied.Hours()))
	}
	if len(policies) == 0 {
		return nil
	}
	return []Note{SavesNoNode.With(policies, r.Runs[0].Policy.Name)}
}
