package kubernetes

import (
	"testing"
	"time"

	"dynalloc/internal/spark"
	"dynalloc/replay/cluster/manager"
)

// A manager that is served late plays then what it has missed.
func TestServedLate(t *testing.T) {
	none := time.Duration(0)
	node := manager.Node{Label: "auto", Resources: manager.Resources{Cores: 4, MemoryMB: 8192}}
	m, err := New(Options{Drivers: driversOutside, NodePools: []NodePool{{Name: "auto", Initial: new(int)}}, Autoscaler: &Autoscaler{UnneededTime: &none, DelayAfterAdd: &none}},
		[]manager.Node{node, node, node}, 1)
	if err != nil {
		t.Fatal(err)
	}
	etl := manager.App{ID: "etl", Properties: spark.Properties{"spark.kubernetes.allocation.batch.size": "2"}, Profiles: []manager.Profile{{Cores: 1, TaskCPUs: 1, HeapMB: 1024}}}
	m.Observe(manager.Event{Kind: manager.AppSubmitted, Submitted: &etl})
	m.Observe(manager.Event{Kind: manager.AppRegistered})
	m.Observe(manager.Event{Kind: manager.TotalAsked, Total: 12})
	granted, served := 0, 0
	for now := none; granted < 12 && now < 5*time.Minute; now += 1700 * time.Millisecond { // seldom on a whole second
		if m.Next() > now && served > 0 {
			continue
		}
		served++
		for _, a := range m.Serve(now) {
			if a.Kind == manager.PlaceExecutor {
				granted++
			}
		}
		if next := m.Next(); next <= now {
			t.Fatalf("served at %s, it wants to be served at %s", now, next)
		}
	}
	if granted != 12 {
		t.Errorf("%d of 12 executors came in five minutes", granted)
	}
}

// A spot node and one that stays are equally free: the driver goes to the one that
// stays, and an executor to the first.
func TestDriversAreNotPlacedOnSpotNodes(t *testing.T) {
	size := manager.Resources{Cores: 4, MemoryMB: 8192}
	m, err := New(Options{NodePools: []NodePool{{Name: "spot", Spot: &Spot{}}, {Name: "steady"}}},
		[]manager.Node{{Label: "spot", Resources: size}, {Label: "steady", Resources: size}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	etl := manager.App{ID: "etl", Driver: spark.Kubernetes.DriverSize(nil, spark.Version{}), Profiles: []manager.Profile{{Cores: 1, TaskCPUs: 1, HeapMB: 1024}}}
	m.Observe(manager.Event{Kind: manager.AppSubmitted, Submitted: &etl})
	actions := m.Serve(0)
	if len(actions) != 1 || actions[0].Kind != manager.PlaceDriver || actions[0].Node != 1 {
		t.Errorf("the driver is placed so: %+v; want node 1", actions)
	}
	m.Observe(manager.Event{Kind: manager.AppRegistered})
	m.Observe(manager.Event{Kind: manager.TotalAsked, Total: 1})
	if actions = m.Serve(0); len(actions) != 1 || actions[0].Kind != manager.PlaceExecutor || actions[0].Node != 0 {
		t.Errorf("the executor is placed so: %+v; want node 0", actions)
	}
}
