package yarn

import (
	"fmt"
	"strings"

	"dynalloc/replay/cluster/yarn/scheduler"
)

// wideFair writes a fair-scheduler.xml with more of what such a file may say
// than most do, for a larger cluster, and returns queues: its leaves, and some that
// it does not declare.
func (g *generator) wideFair(s *scenario) []string {
	f := wideFile{generator: g, preempts: g.oneIn(2), leaves: []string{"default", "root.made.up"}}
	more := 30
	if f.preempts {
		more = 4 // a cluster that can be full
	}
	for range g.IntN(more) {
		r := pick(g, g.nodes...)
		if g.oneIn(2) {
			r = scheduler.NewResource(int64(4096+g.IntN(20000)), 4+g.IntN(20))
		}
		g.nodes = append(g.nodes, r)
		g.label = append(g.label, "")
		g.most = g.most.Max(r)
	}
	for _, n := range g.nodes {
		f.total = f.total.Plus(n)
	}
	g.set("yarn.scheduler.maximum-allocation-mb", pick(g, 8192, 65536))
	g.set("yarn.scheduler.maximum-allocation-vcores", pick(g, 4, 32))
	g.resized = g.oneIn(3)
	f.site()
	f.file()
	s.files = append(s.files, scriptFile{fairName, f.lines})
	return f.leaves
}

// A wideFile is the file as it is written.
type wideFile struct {
	*generator
	total    scheduler.Resource // of the cluster
	preempts bool
	leaves   []string
	lines    []string
}

func (f *wideFile) add(format string, args ...any) {
	f.lines = append(f.lines, fmt.Sprintf(format, args...))
}

// maybe adds a line in one of n files.
func (f *wideFile) maybe(n int, format string, args ...any) {
	if f.oneIn(n) {
		f.add(format, args...)
	}
}

func (f *wideFile) site() {
	g := f.generator
	maybe := func(n int, name string, value any) {
		if g.oneIn(n) {
			g.set("yarn.scheduler."+name, value)
		}
	}
	maybe(4, "increment-allocation-mb", pick(g, 256, 512, 700))
	maybe(5, "increment-allocation-vcores", 2)
	maybe(2, "fair.assignmultiple", true)
	maybe(3, "fair.dynamic.max.assign", false)
	maybe(3, "fair.max.assign", pick(g, -1, 1, 2, 5))
	maybe(5, "fair.sizebasedweight", true)
	maybe(3, "fair.reservable-nodes", pick(g, "0", "0.05", "0.3", "1"))
	maybe(3, "reservation-threshold.increment-multiple", pick(g, 0, 1, 3))
	maybe(5, "fair.user-as-default-queue", pick(g, true, false))
	maybe(5, "fair.allow-undeclared-pools", pick(g, true, false))
	if f.preempts {
		g.set("yarn.scheduler.fair.preemption", true)
		maybe(2, "fair.preemption.cluster-utilization-threshold", pick(g, "0", "0.5", "0.9"))
		maybe(2, "fair.waitTimeBeforeKill", pick(g, 0, 1000, 3000))
		maybe(2, "fair.waitTimeBeforeNextStarvationCheck", pick(g, 0, 1000, 3000))
		maybe(4, "fair.am.preemption", false)
		maybe(4, "fair.am.preemption.root.a0", pick(g, true, false))
	}
}

func (f *wideFile) file() {
	g := f.generator
	f.add("<allocations>")
	drf := g.oneIn(2)
	if g.oneIn(3) {
		f.queue("", "root", 0, drf)
	} else {
		if drf {
			f.add("<defaultQueueSchedulingPolicy>drf</defaultQueueSchedulingPolicy>")
		}
		for i := range 1 + g.IntN(5) {
			f.queue("root.", fmt.Sprint(pick(g, "a", "b", "etl", "adhoc"), i), 1, drf)
		}
	}
	f.maybe(5, "<userMaxAppsDefault>%d</userMaxAppsDefault>", 1+g.IntN(5))
	f.maybe(5, "<queueMaxAppsDefault>%d</queueMaxAppsDefault>", 1+g.IntN(8))
	f.maybe(5, `<user name="ann"><maxRunningApps>%d</maxRunningApps></user>`, g.IntN(4))
	f.maybe(5, "<queueMaxAMShareDefault>%s</queueMaxAMShareDefault>", pick(g, "0.1", "0.8", "-1"))
	f.maybe(5, "<queueMaxResourcesDefault>%s</queueMaxResourcesDefault>", f.limit())
	if f.preempts {
		f.add("<defaultFairSharePreemptionTimeout>%d</defaultFairSharePreemptionTimeout>", g.IntN(5))
		f.maybe(2, "<defaultMinSharePreemptionTimeout>%d</defaultMinSharePreemptionTimeout>", g.IntN(5))
		f.maybe(2, "<defaultFairSharePreemptionThreshold>%s</defaultFairSharePreemptionThreshold>", pick(g, "0.3", "0.9", "1.0"))
	}
	if g.oneIn(3) {
		f.add("<queuePlacementPolicy>%s</queuePlacementPolicy>", pick(g,
			`<rule name="specified" create="false"/><rule name="user" create="false"/><rule name="reject"/>`,
			`<rule name="specified"/><rule name="nestedUserQueue"><rule name="default" queue="users"/></rule>`,
			`<rule name="specified" create="false"/><rule name="default" queue="fallback"/>`,
			`<rule name="nestedUserQueue"><rule name="specified" create="false"/></rule><rule name="user"/>`,
		))
	}
	f.add("</allocations>")
}

// limit is a resource in one of the forms that the file may have it.
func (f *wideFile) limit() string {
	g := f.generator
	memory, cores := f.total.MemoryMB/8+g.Int64N(f.total.MemoryMB), f.total.Cores/8+g.IntN(f.total.Cores)
	percent := func() int { return 10 + g.IntN(80) }
	switch g.IntN(6) {
	case 0:
		return fmt.Sprintf("%d%%", percent())
	case 1:
		return fmt.Sprintf("%d%% memory, %d.5%% cpu", percent(), percent())
	case 2:
		return fmt.Sprintf("vcores=%d%%, memory-mb=%d%%", percent(), percent())
	case 3:
		return fmt.Sprintf("memory-mb=%d, vcores=%d", memory, cores)
	case 4:
		if g.oneIn(2) {
			return fmt.Sprintf("vcores=%d", cores)
		}
	}
	return fmt.Sprintf("%d mb, %d vcores", memory, cores)
}

// queue writes a queue and those below it. Drf says whether its parent lets it be
// of that policy.
func (f *wideFile) queue(above, name string, depth int, drf bool) {
	g := f.generator
	leaf := depth > 0 && (depth > 2 || g.oneIn(2))
	path := above + name
	kind := ""
	if !leaf && g.oneIn(4) {
		kind = ` type="parent"`
	}
	f.add("<queue name=%q%s>", name, kind)
	if depth == 0 && drf {
		f.add("<schedulingPolicy>drf</schedulingPolicy>")
	} else if g.oneIn(2) {
		policies := []string{"fair"}
		if leaf {
			policies = append(policies, "fifo")
		}
		if drf {
			policies = append(policies, "drf")
		}
		policy := pick(g, policies...)
		drf = policy == "drf"
		f.add("<schedulingPolicy>%s</schedulingPolicy>", policy)
	}
	if depth > 0 {
		f.maybe(3, "<weight>%s</weight>", pick(g, "0", "0.1", "0.5", "1.5", "2", "3"))
		f.maybe(4, "<minResources>%d mb, %d vcores</minResources>", g.Int64N(f.total.MemoryMB/4), g.IntN(f.total.Cores/4+1))
		f.maybe(4, "<maxResources>%s</maxResources>", f.limit())
	}
	f.maybe(8, "<maxRunningApps>%d</maxRunningApps>", g.IntN(5))
	f.maybe(10, "<maxContainerAllocation>%d mb, %d vcores</maxContainerAllocation>", 1024*(1+g.IntN(8)), 1+g.IntN(4))
	if f.preempts {
		f.maybe(4, "<minSharePreemptionTimeout>%d</minSharePreemptionTimeout>", g.IntN(5))
		f.maybe(4, "<fairSharePreemptionTimeout>%d</fairSharePreemptionTimeout>", g.IntN(5))
		f.maybe(4, "<fairSharePreemptionThreshold>%s</fairSharePreemptionThreshold>", pick(g, "0.2", "0.5", "1"))
		f.maybe(8, "<allowPreemptionFrom>false</allowPreemptionFrom>")
	}
	if leaf {
		f.leaves = append(f.leaves, path)
		f.maybe(4, "<maxAMShare>%s</maxAMShare>", pick(g, "0.1", "0.3", "1.0", "-1.0"))
	} else {
		f.maybe(4, "<maxChildResources>%s</maxChildResources>", f.limit())
		for i := range 1 + g.IntN(3) {
			f.queue(path+".", fmt.Sprint(pick(g, "a", "b", "etl", "adhoc"), i), depth+1, drf)
		}
		if g.oneIn(4) {
			f.leaves = append(f.leaves, strings.TrimPrefix(path+".new", "root."))
		}
	}
	f.add("</queue>")
}
