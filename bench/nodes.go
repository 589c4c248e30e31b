package bench

import (
	"fmt"
	"math"
	"slices"

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

// WaitForRoom returns the classes and the policies for which executors were requested and
// not granted at once, sorted and in their order. Applications that Spark refuses do not
// count: more room would not help them.
func (r *Results) WaitForRoom() (classes, policies []string) {
	for i := range r.Runs {
		waits := false
		for k := range r.Runs[i].Apps {
			if a := &r.Runs[i].Apps[k]; a.Wait.Sign() > 0 && !a.Failure.Refused() {
				classes, waits = append(classes, a.Class), true
			}
		}
		if waits {
			policies = append(policies, r.Runs[i].Policy.Name)
		}
	}
	slices.Sort(classes)
	return slices.Compact(classes), policies
}

// SizesDiffer reports whether the mean executor of some application has other cores or
// other memory under another policy.
func (r *Results) SizesDiffer() bool {
	type size struct{ cores, memory float64 }
	first := map[int]size{} // by application; only looked up
	differ := func(x, y float64) bool { return math.Abs(x-y) > 1e-9*max(x, y) }
	for i := range r.Runs {
		for k := range r.Runs[i].Apps {
			a := &r.Runs[i].Apps[k]
			if a.Executors.Sign() <= 0 {
				continue
			}
			own := size{a.Held.Seconds() / a.Executors.Seconds(), a.Memory.Seconds() / a.Executors.Seconds()}
			other, known := first[k]
			if !known {
				first[k] = own
			} else if differ(own.cores, other.cores) || differ(own.memory, other.memory) {
				return true
			}
		}
	}
	return false
}
