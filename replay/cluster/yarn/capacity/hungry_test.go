package capacity

import (
	"testing"

	"dynalloc/replay/cluster/yarn/hadoop"
	"dynalloc/replay/cluster/yarn/scheduler"
	"dynalloc/replay/cluster/yarn/scheduler/twins"
)

// Applications of several users come, ask for containers of several sizes, get some, and
// end, on nodes of several sizes. A scheduler that finds those that can use a node in
// lines assigns and reserves the same as one that offers each node to all in turn.
func TestLinesChangeNothing(t *testing.T) {
	oneQueue := []string{"root.queues=a", "root.a.capacity=100", "maximum-am-resource-percent=1"}
	for name, settings := range map[string][]string{
		"one queue":    oneQueue,
		"few masters":  {"root.queues=a", "root.a.capacity=100", "maximum-am-resource-percent=0.3", "root.a.minimum-user-limit-percent=25"},
		"user limits":  append(oneQueue, "root.a.minimum-user-limit-percent=25", "root.a.user-limit-factor=0.5"),
		"fair order":   append(oneQueue, "root.a.ordering-policy=fair"),
		"weights":      append(oneQueue, "root.a.ordering-policy=fair", "root.a.ordering-policy.fair.enable-size-based-weight=true"),
		"cores":        append(oneQueue, "resource-calculator=org.apache.hadoop.yarn.util.resource.DominantResourceCalculator"),
		"no look":      append(oneQueue, "reservations-continue-look-all-nodes=false"),
		"three queues": {"root.queues=a,b,c", "root.a.capacity=50", "root.b.capacity=30", "root.c.capacity=20", "root.a.maximum-capacity=60", "root.b.user-limit-factor=2", "maximum-am-resource-percent=0.5"},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(60) {
				config, _, err := Read(file("capacity-scheduler.xml", capacityFile(settings...)), hadoop.File{})
				if err != nil {
					t.Fatal(err)
				}
				lines, inTurn := New(config), New(config)
				inTurn.inTurn = true
				twins.Compare(t, seed, []string{"a", "b", "c"}[:len(lines.root.children)], lines, inTurn, func(scheduler.Scheduler) any { return nil })
			}
		})
	}
}

// A thousand applications wait for what no node has. A node that could serve none of them
// is not offered to each: the last one, which wants little, is found at once.
func TestANodeIsOfferedToFewApplications(t *testing.T) {
	s := newCapacityStory(t, []int{64, 4000}, "root.queues=a", "root.a.capacity=100", "maximum-am-resource-percent=1")
	for app := range 1000 {
		s.submit(app, "a", "alice")
	}
	s.NodeUpdate(s.now, 1)
	for range 1000 {
		s.NodeUpdate(s.now, 1)
	}
	for app := range 1000 {
		size := gibs(70 + app%50)
		if app == 999 {
			size = gibs(2)
		}
		s.Ask(s.now, app, scheduler.Request{Priority: 1, Size: size, Count: 1})
	}
	offered := s.queues["root.a"].leaf.offered
	got := s.NodeUpdate(s.now, 0)
	if len(got) != 1 || got[0].App != 999 {
		t.Fatalf("the node got %v, want a container of application 999", got)
	}
	if n := s.queues["root.a"].leaf.offered - offered; n > 3 {
		t.Errorf("the node was offered to %d applications", n)
	}
}
