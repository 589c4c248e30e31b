package yarn

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"dynalloc/replay/cluster/manager"
)

// Schedulers are the names of YARN's schedulers.
var Schedulers = []string{"capacity", "fair", "fifo"}

// A Config is a resource manager's: a scheduler and its files. The zero value is
// the capacity scheduler with one queue.
type Config struct {
	Scheduler string // one of Schedulers; empty: capacity
	// Queues and Site are the names of the files that Load reads: a
	// capacity-scheduler.xml or fair-scheduler.xml, and a yarn-site.xml; empty: none.
	// Without the latter a container may be as large as the largest node.
	Queues, Site string
	Shared       []string // node labels whose idle nodes serve requests without label

	capacity *CapacityConfig
	fair     *FairConfig
	fifo     *FifoConfig
}

// defaultQueue is the capacity scheduler's queue file where none is given: one
// queue, also for applications that were submitted to another.
const defaultQueue = `<configuration>
<property><name>yarn.scheduler.capacity.root.queues</name><value>default</value></property>
<property><name>yarn.scheduler.capacity.root.default.capacity</name><value>100</value></property>
<property><name>yarn.scheduler.capacity.queue-mappings</name><value>u:%user:default</value></property>
<property><name>yarn.scheduler.capacity.queue-mappings-override.enable</name><value>true</value></property>
</configuration>`

// oneFairQueue is the fair scheduler's: without a placement rule each user would
// have a queue of his own, and one called root none at all.
const oneFairQueue = `<allocations><queue name="default"/>
<queuePlacementPolicy><rule name="default" queue="default"/></queuePlacementPolicy></allocations>`

// Load reads the files for a cluster of these nodes; open opens one by its name.
// Each warning names a file, a line and something there that is not modeled. An
// error is one line.
func (c *Config) Load(nodes []manager.Node, open func(name string) (io.ReadCloser, error)) (warnings []string, err error) {
	if c.Scheduler == "" {
		c.Scheduler = Schedulers[0]
	}
	if !slices.Contains(Schedulers, c.Scheduler) {
		return nil, fmt.Errorf("scheduler: want one of %s, not %q", strings.Join(Schedulers, ", "), c.Scheduler)
	}
	if c.Scheduler == "fifo" && c.Queues != "" {
		return nil, errors.New("the FIFO scheduler has no queue file")
	}
	read := func(name, otherwise string, parse func(io.Reader, string) ([]string, error)) {
		if err != nil {
			return
		}
		var text io.Reader = strings.NewReader(otherwise)
		if name != "" {
			file, failed := open(name)
			if failed != nil {
				err = failed
				return
			}
			defer file.Close()
			text = file
		}
		var more []string
		more, err = parse(text, name)
		if name != "" {
			warnings = append(warnings, more...)
		}
	}
	site := largestContainer(nodes)
	switch c.Scheduler {
	case "capacity":
		read(c.Queues, defaultQueue, func(r io.Reader, name string) (w []string, err error) {
			c.capacity, w, err = ReadCapacity(r, name)
			return w, err
		})
		read(c.Site, site, func(r io.Reader, name string) (w []string, err error) {
			c.capacity, w, err = c.capacity.ReadSite(r, name)
			return w, err
		})
	case "fair":
		read(c.Queues, oneFairQueue, func(r io.Reader, name string) (w []string, err error) {
			c.fair, w, err = ReadFair(r, name)
			return w, err
		})
		read(c.Site, site, func(r io.Reader, name string) (w []string, err error) {
			c.fair, w, err = c.fair.ReadSite(r, name)
			return w, err
		})
	case "fifo":
		read(c.Site, site, func(r io.Reader, name string) (w []string, err error) {
			c.fifo, w, err = ReadFifo(r, name)
			return w, err
		})
	}
	return warnings, err
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

// Manager makes a manager of these nodes, for which the configuration was loaded.
func (c *Config) Manager(nodes []manager.Node) *Manager {
	var o Options
	fresh := func() Scheduler { return NewFifo(c.fifo) }
	switch c.Scheduler {
	case "capacity":
		if p := c.capacity.preemption; p != nil {
			o.Rounds = time.Duration(p.interval) * time.Millisecond
		}
		fresh = func() Scheduler { return NewCapacity(c.capacity, c.Shared...) }
	case "fair":
		o.Rounds = c.fair.UpdateInterval()
		fresh = func() Scheduler { return NewFair(c.fair) }
	}
	return New(nodes, fresh, o)
}

// Loaded says whether Load has read what the configuration names.
func (c *Config) Loaded() bool { return c.capacity != nil || c.fair != nil || c.fifo != nil }

// String is the configuration for people: "scheduler=fair,queues=fair-scheduler.xml".
func (c *Config) String() string {
	text := "scheduler=" + c.Scheduler
	if c.Queues != "" {
		text += ",queues=" + c.Queues
	}
	if c.Site != "" {
		text += ",site=" + c.Site
	}
	return text
}
