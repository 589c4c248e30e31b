package fifo

import (
	"dynalloc/internal/note"
	"dynalloc/replay/cluster/yarn/hadoop"
	"dynalloc/replay/cluster/yarn/scheduler"
	"fmt"
	"slices"
	"time"
)

// FifoConfig is the configuration of the FIFO scheduler: the least and the
// largest size of a container. It has one queue, and no file of queues.
type Config struct {
	Minimum, Maximum scheduler.Resource
}

// Read reads a yarn-site.xml. A note names each property that is not modeled.
func Read(site hadoop.File) (c *Config, notes []note.Note, err error) {
	defer hadoop.Catch(&err)
	p := hadoop.ReadProperties(site)
	c = &Config{}
	c.Minimum, c.Maximum = p.ContainerSizes(scheduler.Resource{MemoryMB: 1})
	p.CheckClass("FifoScheduler")
	p.NoteUnused()
	return c, p.Notes, nil
}

// Fifo is YARN's FIFO scheduler: at each heartbeat of a node, each application
// gets as many containers as have room, by arrival. It counts memory only, and
// gives each container one core. Queues and users do not matter; nothing is
// reserved or preempted.
//
// Source: org.apache.hadoop.yarn.server.resourcemanager.scheduler.fifo.FifoScheduler
// of Hadoop 3.4.
type Scheduler struct {
	conf       *Config
	nodes      []*schedulerNode
	apps       []*application // by identifier
	containers []*container   // by identifier, from 1; nil: ended
}

type schedulerNode struct {
	id    int
	total scheduler.Resource
	free  int64 // MiB
}

type application struct {
	id       int
	asks     []scheduler.Request // by priority
	live     []int               // its containers, ended ones too
	masterUp bool
}

type container struct {
	node *schedulerNode
	size int64 // MiB
}

// New makes a FIFO scheduler without nodes.
func New(c *Config) *Scheduler { return &Scheduler{conf: c} }

// AddNode takes in a node. The FIFO scheduler knows no labels.
func (s *Scheduler) AddNode(_ time.Duration, n scheduler.Node) {
	s.nodes = append(s.nodes, &schedulerNode{id: n.ID, total: n.Total, free: n.Total.MemoryMB})
}

// RemoveNode ends a node and its containers.
func (s *Scheduler) RemoveNode(_ time.Duration, node int) {
	for i, c := range s.containers {
		if c != nil && c.node.id == node {
			s.containers[i] = nil
		}
	}
	s.nodes = slices.DeleteFunc(s.nodes, func(n *schedulerNode) bool { return n.id == node })
}

// Submit takes in an application and asks for its master.
func (s *Scheduler) Submit(now time.Duration, a scheduler.App) error {
	if a.Label != "" {
		return fmt.Errorf("application %d asks for nodes labeled %q: the FIFO scheduler knows no labels", a.ID, a.Label)
	}
	if most := s.largest(); !a.Master.FitsIn(most) {
		return fmt.Errorf("application %d: its master of %d MiB and %d cores is larger than the largest container, %d MiB and %d cores",
			a.ID, a.Master.MemoryMB, a.Master.Cores, most.MemoryMB, most.Cores)
	}
	s.apps = append(s.apps, &application{id: a.ID})
	slices.SortStableFunc(s.apps, func(a, b *application) int { return a.id - b.id })
	s.Ask(now, a.ID, scheduler.Request{Priority: scheduler.MasterPriority, Size: a.Master, Count: 1})
	return nil
}

// largest is the largest container: as configured, and not larger than the
// largest node in memory and in cores.
func (s *Scheduler) largest() scheduler.Resource {
	if len(s.nodes) == 0 {
		return s.conf.Maximum
	}
	var node scheduler.Resource
	for _, n := range s.nodes {
		node = node.Max(n.total)
	}
	return s.conf.Maximum.Min(node)
}

func (s *Scheduler) app(id int) *application {
	i, ok := slices.BinarySearchFunc(s.apps, id, func(a *application, id int) int { return a.id - id })
	if !ok {
		return nil
	}
	return s.apps[i]
}

// Ask sets what an application still wants at a priority. A request for more than
// the largest container is not taken in.
func (s *Scheduler) Ask(_ time.Duration, app int, r scheduler.Request) {
	a := s.app(app)
	if a == nil || !r.Size.FitsIn(s.largest()) {
		return
	}
	r.Size = scheduler.Calculator{}.Normalize(r.Size, s.conf.Minimum, s.largest(), s.conf.Minimum)
	a.asks = slices.DeleteFunc(a.asks, func(x scheduler.Request) bool { return x.Priority == r.Priority })
	if r.Count > 0 {
		a.asks = append(a.asks, r)
		slices.SortStableFunc(a.asks, func(x, y scheduler.Request) int { return x.Priority - y.Priority })
	}
}

// NodeUpdate fills a node: of each application, by priority, as many containers
// as have room. An application stops at the first priority of which none has room.
func (s *Scheduler) NodeUpdate(_ time.Duration, node int) (out []scheduler.Allocation) {
	i := slices.IndexFunc(s.nodes, func(n *schedulerNode) bool { return n.id == node })
	if i < 0 {
		return nil
	}
	n := s.nodes[i]
	for _, a := range s.apps {
		if n.free < s.conf.Minimum.MemoryMB {
			break
		}
		for j := range a.asks {
			x := &a.asks[j]
			count := int(min(int64(x.Count), n.free/x.Size.MemoryMB))
			if count <= 0 {
				break
			}
			for range count {
				s.containers = append(s.containers, &container{node: n, size: x.Size.MemoryMB})
				a.live = append(a.live, len(s.containers))
				n.free -= x.Size.MemoryMB
				out = append(out, scheduler.Allocation{
					Container: len(s.containers), App: a.id, Node: node, Priority: x.Priority, Size: x.Size, Master: !a.masterUp,
				})
				a.masterUp = true
			}
			x.Count -= count
		}
		a.asks = slices.DeleteFunc(a.asks, func(x scheduler.Request) bool { return x.Count == 0 })
	}
	return out
}

// Complete ends a container.
func (s *Scheduler) Complete(_ time.Duration, container int) {
	if container >= 1 && container <= len(s.containers) && s.containers[container-1] != nil {
		c := s.containers[container-1]
		c.node.free += c.size
		s.containers[container-1] = nil
	}
}

// Finish ends an application with all its containers and requests.
func (s *Scheduler) Finish(now time.Duration, app int) {
	a := s.app(app)
	if a == nil {
		return
	}
	for _, c := range a.live {
		s.Complete(now, c)
	}
	s.apps = slices.DeleteFunc(s.apps, func(a *application) bool { return a.id == app })
}

// Preempt does nothing.
func (s *Scheduler) Preempt(time.Duration) []scheduler.Kill { return nil }
