package yarn

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"dynalloc/internal/note"
	"dynalloc/internal/spec"
	"dynalloc/replay/cluster/manager"
	"dynalloc/replay/cluster/yarn/capacity"
	"dynalloc/replay/cluster/yarn/fair"
	"dynalloc/replay/cluster/yarn/fifo"
	"dynalloc/replay/cluster/yarn/hadoop"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// Example has a documented cluster, and the help of its settings.
//
//go:embed example
var Example embed.FS

// Schedulers are the names of YARN's schedulers.
var Schedulers = []string{"capacity", "fair", "fifo"}

// A Config is the configuration of a resource manager: a scheduler and its files. The
// zero value is the capacity scheduler with one queue.
type Config struct {
	Scheduler string `yaml:"scheduler"` // one of Schedulers; empty: capacity
	// Queues and Site are the names of the files that Load reads: a
	// capacity-scheduler.xml or fair-scheduler.xml, and a yarn-site.xml; empty: none.
	// Without the latter a container may be as large as the largest node.
	Queues string   `yaml:"queues"`
	Site   string   `yaml:"site"`
	Shared []string `yaml:"shared-labels"` // node labels whose idle nodes serve requests without label

	capacity *capacity.Config
	fair     *fair.Config
	fifo     *fifo.Config
}

// oneQueue has the default queue file of each scheduler: one queue, which also takes
// applications that were submitted to another queue. Without the placement rule, the
// fair scheduler would create a queue for each user, and refuse a user called root.
var oneQueue = map[string]string{
	"capacity": `<configuration>
<property><name>yarn.scheduler.capacity.root.queues</name><value>default</value></property>
<property><name>yarn.scheduler.capacity.root.default.capacity</name><value>100</value></property>
<property><name>yarn.scheduler.capacity.queue-mappings</name><value>u:%user:default</value></property>
<property><name>yarn.scheduler.capacity.queue-mappings-override.enable</name><value>true</value></property>
</configuration>`,
	"fair": `<allocations><queue name="default"/>
<queuePlacementPolicy><rule name="default" queue="default"/></queuePlacementPolicy></allocations>`,
}

// Parse reads scheduler=, queues= and site=.
func (c *Config) Parse(d *spec.Decoder) {
	c.Scheduler = d.Choice("scheduler", Schedulers[0], Schedulers...)
	c.Queues, c.Site = d.String("queues", ""), d.String("site", "")
}

// Load reads the files for a cluster of these nodes; open opens one by its name.
// Each note is about a file, a line and something there that is not modeled. An
// error is one line.
func (c *Config) Load(nodes []manager.Node, open func(name string) (io.ReadCloser, error)) (notes []note.Note, err error) {
	c.Scheduler = cmp.Or(c.Scheduler, Schedulers[0])
	if !slices.Contains(Schedulers, c.Scheduler) {
		return nil, fmt.Errorf("scheduler: expected one of %s, found %q", strings.Join(Schedulers, ", "), c.Scheduler)
	}
	if c.Scheduler == "fifo" && c.Queues != "" {
		return nil, errors.New("the FIFO scheduler has no queue file")
	}
	queues := hadoop.File{Text: strings.NewReader(oneQueue[c.Scheduler])}
	site := hadoop.File{Text: strings.NewReader(largestContainer(nodes))}
	for _, f := range []struct {
		name string
		to   *hadoop.File
	}{{c.Queues, &queues}, {c.Site, &site}} {
		if f.name == "" {
			continue
		}
		text, err := open(f.name)
		if err != nil {
			return nil, err
		}
		defer text.Close()
		*f.to = hadoop.File{Name: f.name, Text: text}
	}
	switch c.Scheduler {
	case "capacity":
		c.capacity, notes, err = capacity.Read(queues, site)
	case "fair":
		c.fair, notes, err = fair.Read(queues, site)
	case "fifo":
		c.fifo, notes, err = fifo.Read(site)
	}
	return notes, err
}

// largestContainer is a yarn-site.xml that lets a container be as large as the
// largest node.
func largestContainer(nodes []manager.Node) string {
	memory, cores := int64(1), 1
	for _, n := range nodes {
		memory, cores = max(memory, n.MemoryMB), max(cores, n.Cores)
	}
	return fmt.Sprintf(`<configuration>
<property><name>yarn.scheduler.minimum-allocation-mb</name><value>%d</value></property>
<property><name>yarn.scheduler.maximum-allocation-mb</name><value>%d</value></property>
<property><name>yarn.scheduler.maximum-allocation-vcores</name><value>%d</value></property>
</configuration>`, min(1024, memory), memory, cores)
}

// New makes a manager of these nodes. If the configuration names files, Load must have
// read them.
func (c *Config) New(nodes []manager.Node, _ uint64) (manager.Manager, error) {
	if c.capacity == nil && c.fair == nil && c.fifo == nil {
		loaded := *c // c may be shared with other replays
		if _, err := loaded.Load(nodes, func(name string) (io.ReadCloser, error) {
			return nil, fmt.Errorf("%s: %w", name, manager.ErrNotRead)
		}); err != nil {
			return nil, err
		}
		c = &loaded
	}
	rounds := time.Duration(0)
	newScheduler := func() scheduler.Scheduler { return fifo.New(c.fifo) }
	switch c.Scheduler {
	case "capacity":
		rounds = c.capacity.PreemptionInterval()
		newScheduler = func() scheduler.Scheduler { return capacity.New(c.capacity, c.Shared...) }
	case "fair":
		rounds = c.fair.UpdateInterval()
		newScheduler = func() scheduler.Scheduler { return fair.New(c.fair) }
	}
	return New(nodes, newScheduler, rounds), nil
}

// String is the configuration for people: "scheduler=fair,queues=fair-scheduler.xml".
func (c *Config) String() string {
	text := "scheduler=" + cmp.Or(c.Scheduler, Schedulers[0])
	if c.Queues != "" {
		text += ",queues=" + c.Queues
	}
	if c.Site != "" {
		text += ",site=" + c.Site
	}
	return text
}

// Short names the scheduler.
func (c *Config) Short() string { return c.Scheduler + " scheduler" }
