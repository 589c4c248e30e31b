package cluster

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"dynalloc/internal/note"
	"dynalloc/internal/spec"
	"dynalloc/replay/cluster/manager"
)

// A Cluster is the nodes that the applications share, and the manager that allocates
// them. Its text form is "standalone,nodes=4,cores=32,memory=64g,startup=4s".
type Cluster struct {
	Manager  string           // one of Managers
	Settings manager.Settings // of the manager; nil: its defaults
	Pools    []Pool           // at least one
	Startup  time.Duration    // from the grant of an executor to its registration; negative: drawn from the times of a replay
	Locality bool             // tasks wait for the nodes that they preferred, as far as the log shows which
	Assumed  bool             // not given but assumed from the logs; see [Assume]
	Notes    []note.Note      // on settings in its files that are not modeled
}

// mostNodes is the largest number of nodes; a larger one is taken for a typing mistake.
const mostNodes = 100_000

// A Pool is nodes of one kind.
type Pool struct {
	Name  string // type of machine; may be empty
	Nodes int
	Label string // YARN's node label or Kubernetes' node pool; empty: none
	manager.Resources
	Price float64 // of one node for an hour, in any currency; 0: not known
}

// Uniform is a standalone cluster of nodes of one kind, on which start-up times are
// drawn from the times of a replay. Memory is in MiB.
func Uniform(nodes, cores int, memoryMB int64) Cluster {
	return Cluster{Manager: "standalone", Startup: -1, Pools: []Pool{{Nodes: nodes, Resources: manager.Resources{Cores: cores, MemoryMB: memoryMB}}}}
}

// Nodes returns the cluster's nodes, pool by pool.
func (c *Cluster) Nodes() []manager.Node {
	var nodes []manager.Node
	next := map[string]int{} // by name of pool; only looked up
	for _, p := range c.Pools {
		for range p.Nodes {
			name := cmp.Or(p.Name, "node") + "-" + strconv.Itoa(next[p.Name])
			nodes = append(nodes, manager.Node{Name: name, Type: p.Name, Label: p.Label, Resources: p.Resources})
			next[p.Name]++
		}
	}
	return nodes
}

// Capacity returns the number of cores of all nodes.
func (c *Cluster) Capacity() int {
	n := 0
	for _, p := range c.Pools {
		n += p.Nodes * p.Cores
	}
	return n
}

// OpenFiles reads the files that the cluster's settings name, and adds to Notes the
// settings in them that are not modeled; open opens one by its name. If the settings
// name no files, Parse has done this already.
func (c *Cluster) OpenFiles(open func(name string) (io.ReadCloser, error)) error {
	err := c.checkPools()
	if err == nil {
		c.Settings = c.settings()
		c.Notes, err = c.Settings.Load(c.Nodes(), open)
	}
	return err
}

// Parse reads a cluster's text form: nodes= (default 1), cores= and memory= of a
// node, which must be given; startup= (default: drawn from the times of a replay);
// locality=inferred has tasks wait for the nodes that they preferred; and the
// settings of the manager (Parse of its Settings). If these name files, OpenFiles
// must follow. An error says what was expected.
func Parse(text string) (Cluster, error) {
	c, err := parse(text)
	if err != nil {
		err = fmt.Errorf("cluster %q: %w", text, err)
	}
	return c, err
}

func parse(text string) (c Cluster, err error) {
	s, err := spec.Parse(text)
	if err != nil {
		return c, err
	}
	manages := find(s.Name)
	if manages == nil {
		return c, fmt.Errorf("the manager %q is not known; expected one of %s, as in standalone,nodes=4,cores=32,memory=64g", s.Name, strings.Join(Managers(), ", "))
	}
	d := s.Decoder()
	c = Cluster{
		Manager: s.Name, Settings: manages.settings(), Startup: d.Duration("startup", -1),
		Pools:    []Pool{{Nodes: d.Int("nodes", 1), Resources: manager.Resources{Cores: d.Int("cores", 0), MemoryMB: d.MiB("memory", 0)}}},
		Locality: d.Choice("locality", "none", "none", "inferred") == "inferred",
	}
	c.Settings.Parse(d)
	if err := d.Done(); err != nil {
		return c, err
	}
	err = c.OpenFiles(func(string) (io.ReadCloser, error) { return nil, manager.ErrNotRead })
	if errors.Is(err, manager.ErrNotRead) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	return c, c.Check()
}

// Check returns what is wrong with a cluster; nil if it can be used.
func (c *Cluster) Check() error {
	_, err := c.NewManager(0)
	return err
}

func (c *Cluster) checkPools() error {
	if len(c.Pools) == 0 {
		return errors.New("it has no nodes")
	}
	nodes := 0
	for _, p := range c.Pools {
		of := ""
		if p.Name != "" {
			of = p.Name + ": "
		}
		switch {
		case p.Nodes < 1:
			return fmt.Errorf("%snodes=%d: expected at least 1", of, p.Nodes)
		case p.Nodes > mostNodes:
			return fmt.Errorf("%snodes=%d: expected at most %d", of, p.Nodes, mostNodes)
		case p.Cores < 1:
			return fmt.Errorf("%scores=%d: expected the cores of one node, at least 1", of, p.Cores)
		case p.MemoryMB < 1:
			return fmt.Errorf("%smemory=%dm: expected the memory of one node, such as 64g", of, p.MemoryMB)
		}
		if nodes += p.Nodes; nodes > mostNodes {
			return fmt.Errorf("it has %d nodes or more; expected at most %d", nodes, mostNodes)
		}
	}
	return nil
}

// String is the cluster's text form. A cluster with nodes of several kinds has none
// and gets a summary. The caveat of its manager is added.
func (c Cluster) String() string {
	var text strings.Builder
	text.WriteString(c.Manager)
	for _, p := range c.Pools {
		if p.Name != "" {
			text.WriteString("," + p.Name)
		}
		fmt.Fprintf(&text, ",nodes=%d,cores=%d,memory=%s", p.Nodes, p.Cores, spec.FormatMiB(p.MemoryMB))
	}
	if c.Startup >= 0 {
		text.WriteString(",startup=" + spec.FormatDuration(c.Startup))
	}
	if own := c.settings().String(); own != "" {
		text.WriteString("," + own)
	}
	if c.Locality {
		text.WriteString(",locality=inferred")
	}
	if caveat := c.Traits().Caveat; caveat != "" {
		text.WriteString(" (" + caveat + ")")
	}
	return text.String()
}

// Flag is the flag of the command line that gives the cluster, after a blank. An assumed
// one has none: it follows from the log, and its pools may have no short form.
func (c Cluster) Flag() string {
	if c.Assumed {
		return ""
	}
	return fmt.Sprintf(" --cluster '%s'", c)
}

// Short describes the cluster in few words, for a picture: its text form if that is
// short, else its size. It includes the caveat of String.
func (c Cluster) Short() string {
	own, caveat := c.settings().Short(), c.Traits().Caveat
	if own == "" && caveat == "" && len(c.Pools) == 1 {
		return c.String()
	}
	nodes := 0
	for _, p := range c.Pools {
		nodes += p.Nodes
	}
	text := fmt.Sprintf("%s, %d nodes, %d cores", c.Manager, nodes, c.Capacity())
	for _, more := range []string{own, caveat} {
		if more != "" {
			text += ", " + more
		}
	}
	return text
}
