package yarn

import (
	"fmt"
	"time"

	"dynalloc/replay/cluster/manager"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// An emptyCluster has its own scheduler, on which applications are tried one after the
// other. Each is removed after its trial.
type emptyCluster struct {
	scheduler scheduler.Scheduler
	nodes     []manager.Node
	known     map[string]error // answers by what was tried; only looked up
	now       time.Duration
	apps      int
}

// Fits returns why an application would be refused, or would not get its
// application master or one executor of each profile even from the empty cluster.
func (m *Manager) Fits(a manager.App) error {
	am := newAppMaster(a)
	key := fmt.Sprint(am.submission, am.sizes)
	err, known := m.empty.known[key]
	if !known {
		err = m.empty.try(am)
		m.empty.known[key] = err
	}
	return err
}

func (c *emptyCluster) try(am *appMaster) error {
	a := am.submission
	a.ID = c.apps
	c.now += time.Second
	if err := c.scheduler.Submit(c.now, a); err != nil {
		return fmt.Errorf("YARN refuses it: %w", err)
	}
	c.apps++
	defer func() { c.scheduler.Finish(c.now, a.ID) }()
	if _, ok := c.awaitContainer(a.ID); !ok {
		return fmt.Errorf("its application master of %s gets no container in queue %s of the empty cluster (%s); give the nodes or the queue more or the master less",
			a.Master, a.Queue, c.largestNode())
	}
	for p, size := range am.sizes {
		c.scheduler.Ask(c.now, a.ID, scheduler.Request{Priority: p, Size: size, Count: 1})
		container, ok := c.awaitContainer(a.ID)
		if !ok {
			return fmt.Errorf("an executor of %s gets no container in queue %s of the empty cluster (%s); give the nodes or the queue more or the executors less",
				size, a.Queue, c.largestNode())
		}
		c.scheduler.Complete(c.now, container)
	}
	return nil
}

// awaitContainer simulates heartbeats until an application is assigned a container. A
// node with a label serves requests without one only after as many heartbeats as there
// are nodes, so there is a round for each of those.
func (c *emptyCluster) awaitContainer(app int) (container int, ok bool) {
	rounds := 3
	for _, n := range c.nodes {
		if n.Label != "" {
			rounds++
		}
	}
	for range rounds {
		c.now += time.Second
		c.scheduler.Preempt(c.now) // the fair scheduler assigns only by the demand counted in its last round
		n := len(c.nodes)
		for i := c.scheduler.Useful(0, n); i >= 0 && i < n; i = c.scheduler.Useful(i+1, n) {
			for _, a := range c.scheduler.NodeUpdate(c.now, i) {
				if a.App == app && !a.Reserved {
					return a.Container, true
				}
			}
		}
	}
	return 0, false
}

func (c *emptyCluster) largestNode() string {
	var largest scheduler.Resource
	for _, n := range c.nodes {
		largest = largest.Max(scheduler.NewResource(n.MemoryMB, n.Cores))
	}
	return "the largest node has " + largest.String()
}
