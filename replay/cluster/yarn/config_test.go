package yarn

import (
	"testing"

	"dynalloc/replay/cluster/manager"
)

// Without a queue file there is one queue for all applications, whatever queue a log
// names and whoever submitted them. YARN's own fair scheduler would refuse a user called root.
func TestOneQueueTakesAll(t *testing.T) {
	nodes := []manager.Node{{Resources: manager.Resources{Cores: 8, MemoryMB: 32 << 10}}}
	for _, scheduler := range Schedulers {
		c := Config{Scheduler: scheduler}
		if _, err := c.Load(nodes, nil); err != nil {
			t.Fatalf("%s: %v", scheduler, err)
		}
		m, _ := c.New(nodes, 0)
		for _, a := range []manager.App{{User: "root"}, {User: "ann", Queue: "etl"}, {}} {
			a.Profiles = []manager.Profile{{Cores: 2, TaskCPUs: 1, HeapMB: 4 << 10, OverheadMB: 409}}
			if err := m.Fits(a); err != nil {
				t.Errorf("%s: user %q, queue %q: %v", scheduler, a.User, a.Queue, err)
			}
		}
	}
}
