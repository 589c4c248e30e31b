// Package fifo is YARN's FIFO scheduler: at each heartbeat of a node, each
// application in the order of arrival gets as many containers as have room. It counts
// memory only, and gives each container one core. Queues and users do not matter;
// nothing is reserved or preempted.
//
// Source: org.apache.hadoop.yarn.server.resourcemanager.scheduler.fifo.FifoScheduler
// of Hadoop 3.4.
package fifo

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"dynalloc/internal/note"
	"dynalloc/replay/cluster/fit"
	"dynalloc/replay/cluster/yarn/hadoop"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A Config has the sizes of the smallest and the largest container. The scheduler
// has one queue, and no file of queues.
type Config struct {
	smallest, largest scheduler.Resource
}

// Read reads a yarn-site.xml. A note names each property that is not modeled.
func Read(site hadoop.File) (c *Config, notes []note.Note, err error) {
	defer hadoop.Catch(&err)
	p := hadoop.ReadProperties(site)
	c = &Config{}
	c.smallest, c.largest = p.ContainerSizes(scheduler.Resource{MemoryMB: 1})
	p.CheckClass("FifoScheduler")
	p.NoteUnused()
	return c, p.Notes, nil
}

// A Scheduler is YARN's FIFO scheduler.
type Scheduler struct {
	config        *Config
	nodes         map[int]*schedulerNode
	sizes         scheduler.NodeSizes
	rooms         fit.Rooms      // free memory
	apps          []*application // by identifier
	containers    map[int]*container
	lastContainer int
}

type schedulerNode struct {
	id   int
	free int64 // MiB
}

type application struct {
	id         int
	requests   scheduler.Requests
	containers []int // also those that have ended
	hasMaster  bool
}

type container struct {
	node *schedulerNode
	size int64 // MiB
}

// New makes a scheduler without nodes.
func New(c *Config) *Scheduler {
	return &Scheduler{config: c, nodes: map[int]*schedulerNode{}, containers: map[int]*container{}}
}

// AddNode takes in nodes. The FIFO scheduler knows no labels.
func (s *Scheduler) AddNode(_ time.Duration, nodes ...scheduler.Node) {
	for _, n := range nodes {
		s.nodes[n.ID] = &schedulerNode{id: n.ID, free: n.Total.MemoryMB}
		s.sizes.Set(n.ID, n.Total)
		s.rooms.Set(n.ID, fit.Need{n.Total.MemoryMB})
	}
}

// RemoveNode ends a node and its containers.
func (s *Scheduler) RemoveNode(_ time.Duration, node int) {
	maps.DeleteFunc(s.containers, func(_ int, c *container) bool { return c.node == s.nodes[node] })
	delete(s.nodes, node)
	s.rooms.Close(node)
	s.sizes.Remove(node)
}

// Submit takes in an application and asks for its master.
func (s *Scheduler) Submit(now time.Duration, a scheduler.App) error {
	if a.Label != "" {
		return fmt.Errorf("application %d asks for nodes labeled %q: the FIFO scheduler knows no labels", a.ID, a.Label)
	}
	if err := a.CheckMaster(s.sizes.Largest(s.config.largest)); err != nil {
		return err
	}
	s.apps = append(s.apps, &application{id: a.ID})
	slices.SortStableFunc(s.apps, func(a, b *application) int { return a.id - b.id })
	s.Ask(now, a.ID, scheduler.Request{Priority: scheduler.MasterPriority, Size: a.Master, Count: 1})
	return nil
}

func (s *Scheduler) app(id int) *application {
	i, ok := slices.BinarySearchFunc(s.apps, id, func(a *application, id int) int { return a.id - id })
	if !ok {
		return nil
	}
	return s.apps[i]
}

// Ask sets what an application still wants at a priority. A request for a container
// that is larger than the largest one is ignored.
func (s *Scheduler) Ask(_ time.Duration, app int, r scheduler.Request) {
	a := s.app(app)
	if a == nil || !r.Size.FitsIn(s.sizes.Largest(s.config.largest)) {
		return
	}
	r.Size = scheduler.Calculator{}.Normalize(r.Size, s.config.smallest, s.sizes.Largest(s.config.largest), s.config.smallest)
	a.requests.Set(r)
}

// NodeUpdate fills a node: each application is assigned as many containers as fit, by
// priority. An application stops at the first priority at which no container fits.
func (s *Scheduler) NodeUpdate(_ time.Duration, node int) (assigned []scheduler.Allocation) {
	n := s.nodes[node]
	if n == nil {
		return nil
	}
	for _, a := range s.apps {
		if n.free < s.config.smallest.MemoryMB {
			break
		}
		for j := range a.requests {
			x := &a.requests[j]
			count := int(min(int64(x.Count), n.free/x.Size.MemoryMB))
			if count <= 0 {
				break
			}
			for range count {
				s.lastContainer++
				s.containers[s.lastContainer] = &container{node: n, size: x.Size.MemoryMB}
				a.containers = append(a.containers, s.lastContainer)
				n.free -= x.Size.MemoryMB
				assigned = append(assigned, scheduler.Allocation{
					Container: s.lastContainer, App: a.id, Node: node, Priority: x.Priority, Size: x.Size, Master: !a.hasMaster,
				})
				a.hasMaster = true
			}
			x.Count -= count
		}
		a.requests = slices.DeleteFunc(a.requests, func(x scheduler.Request) bool { return x.Count == 0 })
	}
	s.rooms.Set(node, fit.Need{n.free})
	return assigned
}

// Useful is the first heartbeat of a node with room for the smallest container that is
// requested.
func (s *Scheduler) Useful(from, n int) int {
	least := int64(math.MaxInt64)
	for _, a := range s.apps {
		if len(a.requests) > 0 {
			least = min(least, a.requests[0].Size.MemoryMB)
		}
	}
	need := fit.Need{max(least, s.config.smallest.MemoryMB)}
	return scheduler.FirstBeat(from, n, func(node int) int { return s.rooms.Next(node, need) })
}

// Passed has nothing to do: no heartbeats are counted.
func (s *Scheduler) Passed(int, int) {}

// Silence has nothing to do, either.
func (s *Scheduler) Silence(int) {}

// Steady is forever: what does not fit now does not fit later.
func (s *Scheduler) Steady() int { return math.MaxInt }

// Complete ends a container.
func (s *Scheduler) Complete(_ time.Duration, container int) {
	if c := s.containers[container]; c != nil {
		c.node.free += c.size
		s.rooms.Set(c.node.id, fit.Need{c.node.free})
		delete(s.containers, container)
	}
}

// Finish ends an application with all its containers and requests.
func (s *Scheduler) Finish(now time.Duration, app int) {
	a := s.app(app)
	if a == nil {
		return
	}
	for _, c := range a.containers {
		s.Complete(now, c)
	}
	s.apps = slices.DeleteFunc(s.apps, func(a *application) bool { return a.id == app })
}

// Preempt does nothing: the FIFO scheduler does not preempt.
func (s *Scheduler) Preempt(time.Duration) []scheduler.Kill { return nil }
