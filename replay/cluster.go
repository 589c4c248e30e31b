package replay

import (
	"fmt"
	"time"

	"dynalloc/internal/spec"
	"dynalloc/traces"
)

// A Cluster is what the applications share. Its text form is
// "standalone,nodes=4,cores=32,memory=64g,startup=4s".
type Cluster struct {
	Manager  string // "standalone"
	Nodes    int
	Cores    int           // of one node
	MemoryMB int64         // of one node, MiB
	Startup  time.Duration // grant to registration; negative: drawn from Times
	Overhead bool          // memory that executors take beside their heap counts; Spark's standalone Master does not count it
	Locality bool          // tasks wait for the nodes that they preferred, as far as the log lets one guess
	Assumed  bool          // not given but assumed from the logs: contention cannot be judged
}

// Capacity is the cores of all nodes.
func (c *Cluster) Capacity() int { return c.Nodes * c.Cores }

// ParseCluster reads a cluster's text form. Nodes is 1 if not said; cores and
// memory of a node must be said; without startup, start-up times are drawn
// from Times; overhead=true counts what executors take beside their heap, as
// YARN and Kubernetes do and the standalone Master does not; locality=inferred has tasks wait for the nodes that they preferred. An error says what was expected.
func ParseCluster(text string) (Cluster, error) {
	s, err := spec.Parse(text)
	if err != nil {
		return Cluster{}, fmt.Errorf("cluster %q: %w", text, err)
	}
	d := s.Decoder()
	c := Cluster{
		Manager: s.Name, Nodes: d.Int("nodes", 1), Cores: d.Int("cores", 0), MemoryMB: d.MiB("memory", 0), Startup: d.Duration("startup", -1),
		Overhead: d.Bool("overhead", false),
		Locality: d.Choice("locality", "none", "none", "inferred") == "inferred",
	}
	if s.Name != "standalone" {
		return c, fmt.Errorf("cluster %q: the manager %q is not known; expected standalone, as in standalone,nodes=4,cores=32,memory=64g", text, s.Name)
	}
	if err := d.Done(); err != nil {
		return c, fmt.Errorf("cluster %q: %w", text, err)
	}
	if err := c.check(); err != nil {
		return c, fmt.Errorf("cluster %q: %w", text, err)
	}
	return c, nil
}

func (c *Cluster) check() error {
	switch {
	case c.Nodes < 1:
		return fmt.Errorf("nodes=%d: expected at least 1", c.Nodes)
	case c.Cores < 1:
		return fmt.Errorf("cores=%d: expected the cores of one node, at least 1", c.Cores)
	case c.MemoryMB < 1:
		return fmt.Errorf("memory=%dm: expected the memory of one node, such as 64g", c.MemoryMB)
	}
	return nil
}

func (c Cluster) String() string {
	text := fmt.Sprintf("%s,nodes=%d,cores=%d,memory=%s", c.Manager, c.Nodes, c.Cores, spec.FormatMiB(c.MemoryMB))
	if c.Startup >= 0 {
		text += ",startup=" + spec.FormatDuration(c.Startup)
	}
	if c.Overhead {
		text += ",overhead=true"
	}
	if c.Locality {
		text += ",locality=inferred"
	}
	return text
}

// Assume makes up the cluster that the logs themselves show: the largest cores
// and memory that all applications held at one time, spread evenly over as many
// nodes as there were hosts, each with room for one executor of any kind at
// least. Whether applications would compete for a larger or a smaller one
// cannot be judged from it.
func Assume(w *traces.Workload) Cluster {
	c := Cluster{Manager: "standalone", Nodes: 1, Cores: 1, MemoryMB: 1, Startup: -1, Assumed: true}
	for _, l := range traces.Levels(w.Apps...) {
		c.Cores, c.MemoryMB = max(c.Cores, l.Cores), max(c.MemoryMB, l.MemoryMB)
	}
	hosts := map[string]bool{} // only counted
	for _, a := range w.Apps {
		if a.Recorded != nil {
			for i := range a.Recorded.Executors {
				hosts[a.Recorded.Executors[i].Host] = true
			}
		}
	}
	c.Nodes = max(1, len(hosts))
	c.Cores = (c.Cores + c.Nodes - 1) / c.Nodes
	c.MemoryMB = (c.MemoryMB + int64(c.Nodes) - 1) / int64(c.Nodes)
	for _, a := range w.Apps {
		for i := range a.Profiles {
			p := &a.Profiles[i]
			c.Cores, c.MemoryMB = max(c.Cores, p.Cores, p.TaskCPUs), max(c.MemoryMB, p.Memory())
		}
	}
	return c
}
