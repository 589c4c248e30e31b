package yarn

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"dynalloc/replay/cluster/yarn/scheduler"
)

// newScenario makes the random scenario of a seed. Kind is the scheduler; empty: any.
// Each feature is off in many scenarios, so that a difference shows which one is wrong.
func newScenario(seed uint64, kind string) scenario {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 0)), site: map[string]string{}}
	if kinds := []string{"capacity", "fair", "capacity", "fair", "fifo"}; kind == "" {
		kind = kinds[seed%uint64(len(kinds))]
	}
	g.cluster()
	s := scenario{id: fmt.Sprintf("%s-%d", kind, seed)}
	var queues []string
	switch kind {
	case "capacity":
		queues = g.capacity(&s)
	case "fair":
		if g.oneIn(2) {
			queues = g.wideFair(&s)
		} else {
			queues = g.fair(&s)
		}
	default:
		queues = []string{"default"}
	}
	s.files = append(s.files, scriptFile{siteName, configuration(g.site, g.order)})
	s.files = append(s.files, scriptFile{scriptName, g.script(kind, queues)})
	return s
}

type generator struct {
	*rand.Rand
	site   map[string]string
	order  []string // of the site's names
	nodes  []scheduler.Resource
	label  []string           // by node; empty: none
	most   scheduler.Resource // of a node
	labels []string
	crowd  bool // applications want more than there is, so that some are preempted
	lines  []string
	now    int // ms

	resized bool // applications change the sizes that they ask for
}

func (g *generator) oneIn(n int) bool { return g.IntN(n) == 0 }

func pick[T any](g *generator, from ...T) T { return from[g.IntN(len(from))] }

// set sets a property of yarn-site.xml.
func (g *generator) set(name string, value any) {
	if _, ok := g.site[name]; !ok {
		g.order = append(g.order, name)
	}
	g.site[name] = fmt.Sprint(value)
}

// configuration writes a Hadoop configuration, one line for each property.
func configuration(values map[string]string, order []string) []string {
	lines := []string{"<configuration>"}
	for _, name := range order {
		lines = append(lines, fmt.Sprintf("<property><name>%s</name><value>%s</value></property>", name, values[name]))
	}
	return append(lines, "</configuration>")
}

// cluster chooses nodes and the sizes of containers.
func (g *generator) cluster() {
	size := func() scheduler.Resource {
		return scheduler.Resource{MemoryMB: pick(g, int64(4096), 8192, 10000, 12288, 16384, 24576), Cores: pick(g, 4, 6, 8, 16)}
	}
	same, equal := size(), g.oneIn(2)
	for range 1 + g.IntN(5) {
		r := same
		if !equal {
			r = size()
		}
		g.nodes = append(g.nodes, r)
		g.label = append(g.label, "")
		g.most.MemoryMB = max(g.most.MemoryMB, r.MemoryMB)
		g.most.Cores = max(g.most.Cores, r.Cores)
	}
	if g.oneIn(2) {
		g.set("yarn.scheduler.minimum-allocation-mb", pick(g, 256, 512, 1000, 2048))
	}
}

// capacity writes a capacity-scheduler.xml and returns its leaves.
func (g *generator) capacity(s *scenario) []string {
	values, order := map[string]string{}, []string{}
	set := func(name string, value any) {
		values[name] = fmt.Sprint(value)
		order = append(order, name)
	}
	const all = "yarn.scheduler.capacity."
	if g.oneIn(3) {
		set(all+"resource-calculator", "org.apache.hadoop.yarn.util.resource.DominantResourceCalculator")
	}
	if g.oneIn(3) {
		set(all+"per-node-heartbeat.maximum-offswitch-assignments", pick(g, 1, 2, 5))
	}
	if g.oneIn(5) {
		set(all+"per-node-heartbeat.multiple-assignments-enabled", pick(g, true, false))
		set(all+"per-node-heartbeat.maximum-container-assignments", pick(g, -1, 1, 3))
	}
	if g.oneIn(2) {
		set(all+"maximum-am-resource-percent", pick(g, "0.05", "0.1", "0.3", "0.5", "1"))
	} else {
		set(all+"maximum-am-resource-percent", "1")
	}
	if g.oneIn(6) {
		set(all+"reservations-continue-look-all-nodes", false)
	}
	if g.oneIn(4) {
		g.set("yarn.cluster.max-application-priority", 5)
	}
	if g.oneIn(2) {
		g.crowd = g.oneIn(2)
		g.set("yarn.resourcemanager.scheduler.monitor.enable", true)
		const preemption = "yarn.resourcemanager.monitor.capacity.preemption."
		set(preemption+"max_wait_before_kill", pick(g, 0, 5000, 15000))
		if g.oneIn(2) {
			set(preemption+"total_preemption_per_round", pick(g, "0.1", "0.3", "1"))
			set(preemption+"natural_termination_factor", pick(g, "0.2", "0.5", "1"))
			set(preemption+"max_ignored_over_capacity", pick(g, "0", "0.1", "0.3"))
		} else {
			set(preemption+"total_preemption_per_round", 1)
			set(preemption+"natural_termination_factor", 1)
		}
		if g.oneIn(4) {
			set(preemption+"preemption-to-balance-queue-after-satisfied.enabled", true)
			set(preemption+"preemption-to-balance-queue-after-satisfied.max-wait-before-kill", pick(g, 0, 5000))
		}
		if g.oneIn(4) {
			set(preemption+"additional_res_balance_based_on_reserved_containers", true)
		}
		if g.oneIn(4) {
			set(preemption+"conservative-drf", true)
		}
		if g.oneIn(3) {
			set(preemption+"intra-queue-preemption.enabled", true)
			set(preemption+"intra-queue-preemption.preemption-order-policy", pick(g, "userlimit_first", "priority_first"))
			set(preemption+"intra-queue-preemption.minimum-threshold", pick(g, "0", "0.5"))
			set(preemption+"intra-queue-preemption.max-allowable-limit", pick(g, "0.2", "1"))
		}
	}
	if g.oneIn(5) {
		g.partition()
		for _, label := range g.labels {
			set(all+"root.accessible-node-labels."+label+".capacity", 100)
		}
	}
	limits := g.oneIn(2) && !g.crowd
	byPriority, uneven := g.oneIn(6), g.oneIn(3)
	var leaves []string
	var tree func(path string, depth int)
	tree = func(path string, depth int) {
		n := 1 + g.IntN(3)
		if depth == 0 {
			n = 1 + g.IntN(4)
		}
		var names []string
		for i := range n {
			names = append(names, string(rune('a'+i)))
			if depth > 0 {
				names[i] = path[strings.LastIndex(path, ".")+1:] + fmt.Sprint(i+1)
			}
		}
		set(all+path+".queues", strings.Join(names, ","))
		if byPriority {
			set(all+path+".ordering-policy", "priority-utilization")
		}
		capacity := g.parts(n, uneven)
		labeled := map[string][]string{}
		for _, label := range g.labels {
			labeled[label] = g.parts(n, uneven)
		}
		for i, name := range names {
			child := path + "." + name
			set(all+child+".capacity", capacity[i])
			if g.oneIn(3) {
				set(all+child+".maximum-capacity", pick(g, "100", "80", "60", "50"))
			}
			if byPriority {
				set(all+child+".priority", g.IntN(3))
			}
			for _, label := range g.labels {
				if labeled[label][i] == "0" {
					continue
				}
				set(all+child+".accessible-node-labels."+label+".capacity", labeled[label][i])
				if g.oneIn(4) {
					set(all+child+".default-node-label-expression", label)
				}
			}
			if g.oneIn(10) {
				set(all+child+".disable_preemption", true)
			}
			if depth < 2 && g.oneIn(4) {
				tree(child, depth+1)
				continue
			}
			leaves = append(leaves, child)
			if limits {
				if g.oneIn(2) {
					set(all+child+".user-limit-factor", pick(g, "0.5", "1", "2", "10"))
				}
				switch g.IntN(6) {
				case 0, 1, 2:
					set(all+child+".minimum-user-limit-percent", pick(g, 25, 33, 50, 100))
				case 3:
					set(all+child+".minimum-user-limit-percent", pick(g, 25, 50))
					set(all+child+".user-settings.ann.weight", pick(g, "0.5", "2"))
				}
			} else {
				set(all+child+".user-limit-factor", 100)
			}
			if g.oneIn(4) {
				set(all+child+".ordering-policy", "fair")
				if g.oneIn(3) {
					set(all+child+".ordering-policy.fair.enable-size-based-weight", true)
				}
			}
			if g.oneIn(10) {
				set(all+child+".maximum-applications", 1+g.IntN(3))
			}
			if g.oneIn(10) {
				set(all+child+".maximum-allocation-mb", pick(g, 2048, 4096))
			}
		}
	}
	tree("root", 0)
	s.files = append(s.files, scriptFile{capacityName, configuration(values, order)})
	return leaves
}

// partition gives some nodes labels.
func (g *generator) partition() {
	g.set("yarn.node-labels.enabled", true)
	g.labels = []string{"x", "y"}[:1+g.IntN(2)]
	for i := range g.label {
		if g.oneIn(2) {
			g.label[i] = pick(g, g.labels...)
		}
	}
	for i, label := range g.label {
		if label == "x" && g.oneIn(2) || label == "y" {
			g.label[i] = label
		}
	}
}

// parts are n percentages with a sum of 100.
func (g *generator) parts(n int, uneven bool) []string {
	if !uneven {
		left, parts := 100, []string{}
		for i := range n {
			p := left
			if i < n-1 {
				p = 10 * max(1, g.IntN(max(1, (left-10*(n-1-i))/10))+1)
			}
			left -= p
			parts = append(parts, fmt.Sprint(p))
		}
		return parts
	}
	left, parts := 1000, []string{}
	for i := range n {
		p := left
		if i < n-1 {
			p = 1 + g.IntN(left-(n-1-i))
		}
		left -= p
		parts = append(parts, fmt.Sprintf("%d.%d", p/10, p%10))
	}
	return parts
}

// fair writes a fair-scheduler.xml and returns its leaves.
func (g *generator) fair(s *scenario) []string {
	const site = "yarn.scheduler.fair."
	if g.oneIn(3) {
		g.set(site+"assignmultiple", true)
		if g.oneIn(2) {
			g.set(site+"dynamic.max.assign", false)
			g.set(site+"max.assign", pick(g, 1, 2, 4, -1))
		}
	}
	if g.oneIn(5) {
		g.set(site+"sizebasedweight", true)
	}
	if g.oneIn(4) {
		g.set("yarn.resource-types.memory-mb.increment-allocation", pick(g, "256", "512", "1000"))
	}
	preempts := g.oneIn(2)
	if preempts {
		g.crowd = g.oneIn(2)
		g.set(site+"preemption", true)
		g.set(site+"waitTimeBeforeKill", pick(g, 0, 2000, 15000))
		g.set(site+"waitTimeBeforeNextStarvationCheck", pick(g, 1000, 10000))
		if g.oneIn(2) {
			g.set(site+"preemption.cluster-utilization-threshold", pick(g, "0", "0.5", "0.8"))
		}
		if g.oneIn(4) {
			g.set(site+"am.preemption", false)
		}
	}
	drf := g.oneIn(3)
	lines := []string{"<?xml version=\"1.0\"?>", "<allocations>"}
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	if drf {
		add("<defaultQueueSchedulingPolicy>drf</defaultQueueSchedulingPolicy>")
	}
	if g.oneIn(4) {
		add("<queueMaxAMShareDefault>%s</queueMaxAMShareDefault>", pick(g, "0.1", "0.3", "1.0", "-1.0"))
	}
	if g.oneIn(6) {
		add("<userMaxAppsDefault>%d</userMaxAppsDefault>", 1+g.IntN(3))
	}
	if preempts {
		add("<defaultFairSharePreemptionTimeout>%d</defaultFairSharePreemptionTimeout>", pick(g, 0, 1, 3))
		add("<defaultMinSharePreemptionTimeout>%d</defaultMinSharePreemptionTimeout>", pick(g, 0, 1, 5))
		add("<defaultFairSharePreemptionThreshold>%s</defaultFairSharePreemptionThreshold>", pick(g, "0.5", "0.8", "1"))
	}
	var leaves []string
	var tree func(path string, depth int)
	tree = func(path string, depth int) {
		n := 1 + g.IntN(3)
		for i := range n {
			name := string(rune('a' + i))
			if depth > 0 {
				name = path[strings.LastIndex(path, ".")+1:] + fmt.Sprint(i+1)
			}
			add("<queue name=%q>", name)
			if g.oneIn(3) {
				add("<weight>%s</weight>", pick(g, "0.5", "1.0", "2.0", "3.0"))
			}
			if g.oneIn(4) {
				add("<minResources>%d mb, %d vcores</minResources>", pick(g, 1024, 3000, 4096, 8192), pick(g, 0, 1, 2, 4))
			}
			if g.oneIn(5) {
				add("<maxResources>%d mb, %d vcores</maxResources>", pick(g, 4096, 9000, 16384), pick(g, 4, 8, 100))
			}
			if g.oneIn(8) {
				add("<maxRunningApps>%d</maxRunningApps>", 1+g.IntN(3))
			}
			if g.oneIn(10) {
				add("<allowPreemptionFrom>false</allowPreemptionFrom>")
			}
			if depth < 2 && g.oneIn(4) {
				tree(path+"."+name, depth+1)
			} else {
				leaves = append(leaves, path+"."+name)
				if g.oneIn(4) {
					add("<maxAMShare>%s</maxAMShare>", pick(g, "0.1", "0.3", "0.8"))
				}
				if g.oneIn(4) {
					policies := []string{"fair", "fifo"}
					if drf {
						policies = append(policies, "drf")
					}
					add("<schedulingPolicy>%s</schedulingPolicy>", pick(g, policies...))
				}
			}
			add("</queue>")
		}
	}
	tree("root", 0)
	add("</allocations>")
	s.files = append(s.files, scriptFile{fairName, lines})
	return leaves
}

func (g *generator) add(format string, args ...any) {
	g.lines = append(g.lines, fmt.Sprint(g.now, " ")+fmt.Sprintf(format, args...))
}

// script is what happens: applications come and go, ask for containers and give
// them back, nodes send heartbeats, and there are rounds of preemption.
func (g *generator) script(kind string, queues []string) []string {
	for i, n := range g.nodes {
		label := g.label[i]
		if label == "y" {
			label += ":shared"
		}
		g.add("node %d %d %d %s", i, n.MemoryMB, n.Cores, label)
	}
	often := 3 // of what happens at random, one in so many seconds
	if g.crowd {
		often = 2
	}
	users := []string{"ann", "bob", "cyd", "dan"}[:1+g.IntN(4)]
	seconds := 10 + g.IntN(30)
	apps, most := 0, 2+g.IntN(8)
	granted := 0
	priorities := g.oneIn(3)
	sizes := g.sizes()
	profiles := 1
	if g.oneIn(4) {
		profiles = 2
	}
	for second := range seconds {
		g.now = 1000 * second
		for apps < most && g.oneIn(3) || apps == 0 {
			label := "-"
			if len(g.labels) > 0 && g.oneIn(3) {
				label = pick(g, g.labels...)
			}
			priority := 0
			if priorities {
				priority = g.IntN(4)
			}
			master := scheduler.NewResource(pick(g, int64(512), 1024, 1024, 1408, 2048), pick(g, 1, 1, 1, 2))
			g.add("submit %d %s %s %d %s %d %d", apps, pick(g, queues...), pick(g, users...), priority, label, master.MemoryMB, master.Cores)
			g.ask(apps, 1+g.IntN(profiles), sizes)
			apps++
		}
		if g.oneIn(often) {
			g.ask(g.IntN(apps), 1+g.IntN(profiles), sizes)
		}
		for range g.IntN(3) {
			if granted > 0 {
				g.add("complete %d", 1+g.IntN(granted))
			}
		}
		if g.oneIn(12) {
			g.add("finish %d", g.IntN(apps))
		}
		if g.oneIn(60) && len(g.nodes) > 1 {
			g.add("lose %d", g.IntN(len(g.nodes)))
		}
		if kind == "fair" || kind == "capacity" && second%3 == 0 {
			g.now += 50
			g.add("preempt")
			if kind == "fair" && g.oneIn(4) {
				g.add("shares")
			}
		}
		for _, n := range g.Perm(len(g.nodes)) {
			g.now += 1 + g.IntN(100)
			if !g.oneIn(8) {
				g.add("update %d", n)
				granted++
			}
		}
	}
	return g.lines
}

// sizes are the sizes of containers, by profile.
func (g *generator) sizes() []scheduler.Resource {
	var sizes []scheduler.Resource
	for range 8 {
		r := scheduler.NewResource(pick(g, int64(1024), 1024, 1500, 2048, 2432, 4096, 8192), pick(g, 1, 1, 1, 2, 4))
		sizes = append(sizes, scheduler.NewResource(min(r.MemoryMB, g.most.MemoryMB), min(r.Cores, g.most.Cores)))
	}
	return sizes
}

// ask has an application want containers.
func (g *generator) ask(app, priority int, sizes []scheduler.Resource) {
	size := sizes[(2*app+priority)%len(sizes)]
	if g.resized {
		size = pick(g, sizes...)
	}
	g.add("ask %d %d %d %d %d", app, priority, size.MemoryMB, size.Cores, g.count())
}

func (g *generator) count() int {
	if g.crowd {
		return pick(g, 0, 5, 8, 20, 40)
	}
	return pick(g, 0, 1, 2, 3, 5, 8, 20)
}
