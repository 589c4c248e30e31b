package yarn

import (
	"dynalloc/replay/cluster/manager"
	"dynalloc/replay/cluster/yarn/scheduler"
	"fmt"
	"time"
)

// A trial is an empty cluster on which it is tried out what fits: nothing stays.
type trial struct {
	scheduler scheduler.Scheduler
	nodes     []manager.Node
	known     map[string]error // by what was tried
	now       time.Duration
	apps      int
}

// Fits says why an application would be refused, or would not even get its master
// or one executor of each profile from the empty cluster.
func (m *Manager) Fits(a manager.App) error {
	x := newMaster(a)
	key := fmt.Sprint(x.request, x.sizes)
	err, known := m.trial.known[key]
	if !known {
		err = m.trial.run(x)
		m.trial.known[key] = err
	}
	return err
}

func (t *trial) run(x *master) error {
	a := x.request
	a.ID = t.apps
	t.now += time.Second
	if err := t.scheduler.Submit(t.now, a); err != nil {
		return fmt.Errorf("YARN refuses it: %w", err)
	}
	t.apps++
	defer func() { t.scheduler.Finish(t.now, a.ID) }()
	if _, ok := t.assigned(a.ID); !ok {
		return fmt.Errorf("its application master of %d cores and %d MiB gets no container in queue %s of the empty cluster (%s); give the nodes or the queue more or the master less",
			a.Master.Cores, a.Master.MemoryMB, a.Queue, t.largest())
	}
	for p, size := range x.sizes {
		t.scheduler.Ask(t.now, a.ID, scheduler.Request{Priority: p, Size: size, Count: 1})
		c, ok := t.assigned(a.ID)
		if !ok {
			return fmt.Errorf("an executor of %d cores and %d MiB gets no container in queue %s of the empty cluster (%s); give the nodes or the queue more or the executors less",
				size.Cores, size.MemoryMB, a.Queue, t.largest())
		}
		t.scheduler.Complete(t.now, c)
	}
	return nil
}

// assigned waits for the next container of an application, through as many
// heartbeats as it can take until a node with a label serves others.
func (t *trial) assigned(app int) (int, bool) {
	rounds := 3
	for _, n := range t.nodes {
		if n.Label != "" {
			rounds++
		}
	}
	for range rounds {
		t.now += time.Second
		t.scheduler.Preempt(t.now)
		for i := range t.nodes {
			for _, c := range t.scheduler.NodeUpdate(t.now, i) {
				if c.App == app && !c.Reserved {
					return c.Container, true
				}
			}
		}
	}
	return 0, false
}

func (t *trial) largest() string {
	var most scheduler.Resource
	for _, n := range t.nodes {
		most = most.Max(scheduler.NewResource(n.MemoryMB, n.Cores))
	}
	return fmt.Sprintf("the largest node has %d cores and %d MiB", most.Cores, most.MemoryMB)
}
