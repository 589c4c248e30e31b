// Package cluster describes what applications share: nodes, the manager that hands
// them out, and the faults that strike them. A cluster has a text form ([Parse]) and
// a YAML file ([Open]).
package cluster

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"dynalloc/internal/note"
	"dynalloc/internal/spark"
	"dynalloc/internal/spec"
	"dynalloc/policies"
	"dynalloc/replay/cluster/kubernetes"
	"dynalloc/replay/cluster/manager"
	"dynalloc/replay/cluster/standalone"
	"dynalloc/replay/cluster/yarn"
	"dynalloc/traces"
)

// A Cluster is what the applications share: its nodes, and the manager that
// hands them out. Its text form is
// "standalone,nodes=4,cores=32,memory=64g,startup=4s".
type Cluster struct {
	Manager    string        // one of Managers
	Pools      []Pool        // at least one
	Startup    time.Duration // grant to registration; negative: drawn from Times
	Locality   bool          // tasks wait for the nodes that they preferred, as far as the log lets one guess
	Assumed    bool          // not given but assumed from the logs: contention cannot be judged
	Standalone standalone.Options
	Kubernetes kubernetes.Options
	YARN       yarn.Config // see OpenFiles
	Notes      []note.Note // settings of its files that are not modeled
}

// mostNodes of one kind a cluster may have.
const mostNodes = 100_000

// Managers are the cluster managers that are modeled.
var Managers = []string{"standalone", "yarn", "kubernetes"}

// A Pool is nodes of one kind.
type Pool struct {
	Name  string // type of machine; may be empty
	Nodes int
	Label string // YARN's node label; empty: the default partition
	manager.Resources
	Price float64 // of one node for an hour, in any currency; 0: not known
}

// Uniform is a standalone cluster of nodes of one kind, whose start-up times
// are drawn from Times. Memory is in MiB.
func Uniform(nodes, cores int, memoryMB int64) Cluster {
	return Cluster{Manager: "standalone", Startup: -1, Pools: []Pool{{Nodes: nodes, Resources: manager.Resources{Cores: cores, MemoryMB: memoryMB}}}}
}

// Nodes are the cluster's nodes, pool by pool.
func (c *Cluster) Nodes() []manager.Node {
	var nodes []manager.Node
	for _, p := range c.Pools {
		for k := range p.Nodes {
			nodes = append(nodes, manager.Node{Name: fmt.Sprintf("%s-%d", cmp.Or(p.Name, "node"), k), Type: p.Name, Label: p.Label, Resources: p.Resources})
		}
	}
	return nodes
}

// Capacity is the cores of all nodes.
func (c *Cluster) Capacity() int {
	n := 0
	for _, p := range c.Pools {
		n += p.Nodes * p.Cores
	}
	return n
}

// NewManager makes the cluster's manager, with nothing running on it.
func (c *Cluster) NewManager(seed uint64) (manager.Manager, error) {
	switch c.Manager {
	case "kubernetes":
		return kubernetes.New(c.Kubernetes, c.Nodes(), seed)
	case "yarn":
		config := c.YARN
		if config.Loaded() {
			return config.Manager(c.Nodes()), nil
		}
		if _, err := config.Load(c.Nodes(), noFiles); err != nil {
			return nil, err
		}
		return config.Manager(c.Nodes()), nil
	}
	return standalone.New(c.Nodes(), c.Standalone), nil
}

// DriverSize returns what a driver takes on the cluster: managers differ in what
// they add to its heap.
func (c *Cluster) DriverSize(p spark.Properties, v spark.Version) spark.DriverSize {
	rule := spark.OverheadRule{}
	if c.Manager == "kubernetes" {
		rule = spark.Kubernetes
	}
	return rule.DriverSize(p, v)
}

func noFiles(name string) (io.ReadCloser, error) {
	return nil, fmt.Errorf("%s has not been read", name)
}

// OpenFiles reads the files that a cluster names, of which Notes then says what
// is not modeled; open opens one by its name. Parse has done it where none
// is named.
func (c *Cluster) OpenFiles(open func(name string) (io.ReadCloser, error)) error {
	if c.Manager != "yarn" {
		return nil
	}
	err := c.checkPools()
	if err != nil {
		return err
	}
	c.Notes, err = c.YARN.Load(c.Nodes(), open)
	return err
}

// Parse reads a cluster's text form. Nodes is 1 if not said; cores and
// memory of a node must be said; without startup, start-up times are drawn
// from Times; locality=inferred has tasks wait for the nodes that they
// preferred. Of a standalone cluster overhead=true counts what executors take
// beside their heap, spread=false fills a worker before the next is taken,
// workers= is the order in which they are tried, and defaultcores= the
// spark.cores.max of applications that set none. An error says what was expected.
func Parse(text string) (Cluster, error) {
	s, err := spec.Parse(text)
	if err != nil {
		return Cluster{}, fmt.Errorf("cluster %q: %w", text, err)
	}
	if !slices.Contains(Managers, s.Name) {
		return Cluster{}, fmt.Errorf("cluster %q: the manager %q is not known; expected one of %s, as in standalone,nodes=4,cores=32,memory=64g", text, s.Name, strings.Join(Managers, ", "))
	}
	d := s.Decoder()
	c := Cluster{
		Manager: s.Name, Startup: d.Duration("startup", -1),
		Pools:    []Pool{{Nodes: d.Int("nodes", 1), Resources: manager.Resources{Cores: d.Int("cores", 0), MemoryMB: d.MiB("memory", 0)}}},
		Locality: d.Choice("locality", "none", "none", "inferred") == "inferred",
	}
	if s.Name == "standalone" {
		c.Standalone = standalone.Options{
			Overhead: d.Bool("overhead", false), Packed: !d.Bool("spread", true), DefaultCores: d.Int("defaultcores", 0),
			Selection: standalone.Selection(d.Choice("workers", string(standalone.MostCores), standalone.Selections...)),
		}
	}
	if s.Name == "yarn" {
		c.YARN = yarn.Config{Scheduler: d.Choice("scheduler", yarn.Schedulers[0], yarn.Schedulers...), Queues: d.String("queues", ""), Site: d.String("site", "")}
	}
	if err := d.Done(); err != nil {
		return c, fmt.Errorf("cluster %q: %w", text, err)
	}
	if c.Manager == "yarn" && (c.YARN.Queues != "" || c.YARN.Site != "") {
		return c, c.checkPools()
	}
	if err := c.OpenFiles(nil); err != nil {
		return c, fmt.Errorf("cluster %q: %w", text, err)
	}
	if err := c.Check(); err != nil {
		return c, fmt.Errorf("cluster %q: %w", text, err)
	}
	return c, nil
}

// Check says what is missing of a cluster.
func (c *Cluster) Check() error {
	if err := c.checkPools(); err != nil {
		return err
	}
	_, err := c.NewManager(0)
	return err
}

func (c *Cluster) checkPools() error {
	if len(c.Pools) == 0 {
		return errors.New("it has no nodes")
	}
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
	}
	return nil
}

// Refuses says why a fleet cannot run on the cluster at all; nil if it can.
func (c *Cluster) Refuses(f policies.Fleet) error {
	if c.Manager != "kubernetes" {
		return nil
	}
	for _, r := range f.Rules {
		p := &r.Spec.Protection
		if err := kubernetes.CheckShuffle(!r.Spec.Recorded() && p.Service && !p.Unprotected); err != nil {
			return err
		}
	}
	return nil
}

// String is the cluster's text form; of one with nodes of several kinds, which
// has none, a summary. One that was never held against a real cluster says so.
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
	if c.Manager == "yarn" {
		text.WriteString("," + c.YARN.String())
	}
	if c.Standalone.Overhead {
		text.WriteString(",overhead=true")
	}
	if c.Standalone.Packed {
		text.WriteString(",spread=false")
	}
	if s := c.Standalone.Selection; s != "" && s != standalone.MostCores {
		text.WriteString(",workers=" + string(s))
	}
	if n := c.Standalone.DefaultCores; n > 0 {
		fmt.Fprintf(&text, ",defaultcores=%d", n)
	}
	if c.Locality {
		text.WriteString(",locality=inferred")
	}
	if c.Manager == "kubernetes" {
		text.WriteString(" (" + kubernetes.Note + ")")
	}
	return text.String()
}

// Short is the cluster in few words, for the margin of a picture: its text form if
// that is short, else how large it is. What String says of validation it says too.
func (c Cluster) Short() string {
	if c.Manager == "standalone" && len(c.Pools) == 1 {
		return c.String()
	}
	nodes := 0
	for _, p := range c.Pools {
		nodes += p.Nodes
	}
	text := fmt.Sprintf("%s, %d nodes, %d cores", c.Manager, nodes, c.Capacity())
	if c.Manager == "yarn" {
		text += ", " + c.YARN.Scheduler + " scheduler"
	}
	if c.Manager == "kubernetes" {
		text += ", " + kubernetes.Note
	}
	return text
}

// Assume makes up the cluster that the logs themselves show: the largest cores
// and memory that all applications held at one time, spread evenly over as many
// nodes as there were hosts, each with room for one executor of any kind at
// least. Whether applications would compete for a larger or a smaller one
// cannot be judged from it.
func Assume(w *traces.Workload) Cluster {
	cores, memory := 1, int64(1)
	for _, l := range traces.Levels(w.Apps...) {
		cores, memory = max(cores, l.Cores), max(memory, l.MemoryMB)
	}
	hosts := map[string]bool{} // only counted
	for _, a := range w.Apps {
		if a.Recorded != nil {
			for i := range a.Recorded.Executors {
				hosts[a.Recorded.Executors[i].Host] = true
			}
		}
	}
	nodes := max(1, len(hosts))
	cores = (cores + nodes - 1) / nodes
	memory = (memory + int64(nodes) - 1) / int64(nodes)
	for _, a := range w.Apps {
		for i := range a.Profiles {
			p := &a.Profiles[i]
			cores, memory = max(cores, p.Cores, p.TaskCPUs), max(memory, p.Memory())
		}
	}
	c := Uniform(nodes, cores, memory)
	c.Assumed = true
	return c
}
