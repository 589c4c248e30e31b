package kubernetes

import (
	"testing"
	"time"

	"dynalloc/replay/cluster/manager"
)

// Ten times as many nodes and applications cost the placement of a pod no more looks at
// nodes: those that are alike are looked at once.
func TestPodsArePlacedByFewLooks(t *testing.T) {
	perPod := func(n int) int {
		var nodes []manager.Node
		for range n {
			nodes = append(nodes, manager.Node{Resources: manager.Resources{Cores: 6, MemoryMB: 64 << 10}})
		}
		m, err := New(Options{Drivers: driversOutside}, nodes, 1)
		if err != nil {
			t.Fatal(err)
		}
		for i := range n {
			app := manager.App{Index: i, Profiles: []manager.Profile{{Cores: 4, TaskCPUs: 1, HeapMB: 1024, OverheadMB: 384}}}
			m.Observe(manager.Event{Kind: manager.AppSubmitted, App: i, Submitted: &app})
			m.Observe(manager.Event{Kind: manager.AppRegistered, App: i})
			m.Observe(manager.Event{Kind: manager.TotalAsked, App: i, Total: 2})
		}
		placed := 0
		for now := time.Duration(0); now < time.Minute && now != manager.Never; now = m.Next() {
			for _, a := range m.Serve(now) {
				if a.Kind == manager.PlaceExecutor {
					placed++
				}
			}
		}
		if placed != n {
			t.Fatalf("%d executors were placed on %d nodes with room for one each", placed, n)
		}
		return m.looks / placed
	}
	if few, many := perPod(100), perPod(1000); many > few+1 {
		t.Errorf("a pod cost %d looks at nodes with 100 nodes and %d with 1000", few, many)
	}
}
