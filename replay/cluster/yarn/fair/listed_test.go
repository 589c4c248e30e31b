package fair

import (
	"testing"
	"time"

	"dynalloc/replay/cluster/yarn/scheduler"
	"dynalloc/replay/cluster/yarn/scheduler/twins"
)

func fairConfig(t *testing.T, queues string, settings ...string) *Config {
	t.Helper()
	for i, of := range settings {
		settings[i] = "yarn.scheduler.fair." + of
	}
	config, _, err := Read(xmlFile("fair-scheduler.xml", "<allocations>"+queues+"</allocations>"), xmlFile("yarn-site.xml", siteXML(settings...)))
	if err != nil {
		t.Fatal(err)
	}
	return config
}

// Applications of several users and queues come, ask for containers of several sizes, get
// some, lose some to others, and end, on nodes of several sizes. A scheduler with lines
// of applications, and rounds in which only what has changed is counted, assigns, reserves
// and preempts the same as one that looks at all applications.
func TestLinesChangeNothing(t *testing.T) {
	const three = `<queue name="a"><weight>2</weight></queue><queue name="b"><maxResources>16384 mb, 16 vcores</maxResources></queue><queue name="c"><minResources>8192 mb, 8 vcores</minResources></queue>`
	for name, config := range map[string]*Config{
		"fair":         fairConfig(t, three),
		"few masters":  fairConfig(t, three+`<queueMaxAMShareDefault>0.2</queueMaxAMShareDefault>`),
		"drf":          fairConfig(t, three+`<defaultQueueSchedulingPolicy>drf</defaultQueueSchedulingPolicy>`),
		"equal drf":    fairConfig(t, `<queue name="a"/><queue name="b"/><queue name="c"/><defaultQueueSchedulingPolicy>drf</defaultQueueSchedulingPolicy>`),
		"fifo":         fairConfig(t, `<queue name="a"><schedulingPolicy>fifo</schedulingPolicy></queue><queue name="b"/><queue name="c"><schedulingPolicy>fifo</schedulingPolicy></queue>`),
		"size weights": fairConfig(t, three, "sizebasedweight=true"),
		"preemption":   fairConfig(t, three+`<defaultFairSharePreemptionTimeout>2</defaultFairSharePreemptionTimeout><defaultMinSharePreemptionTimeout>1</defaultMinSharePreemptionTimeout>`, "preemption=true", "preemption.cluster-utilization-threshold=0.3"),
		"one a beat":   fairConfig(t, three, "assignmultiple=false"),
		"running":      fairConfig(t, three+`<queueMaxAppsDefault>2</queueMaxAppsDefault>`),
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(40) {
				lines, plain := New(config), New(config)
				plain.plain = true
				twins.Compare(t, seed, []string{"root.a", "root.b", "root.c"}, lines, plain, func(s scheduler.Scheduler) any { return s.(*Scheduler).Shares() })
			}
		})
	}
}

// A thousand applications that have masters want more than a node has free. The node is
// offered to none but the last, which wants little.
func TestANodeIsOfferedToFewApplications(t *testing.T) {
	s := New(fairConfig(t, `<queue name="a"/><queueMaxAMShareDefault>-1</queueMaxAMShareDefault>`, "assignmultiple=true"))
	s.AddNode(0, scheduler.Node{ID: 0, Total: scheduler.NewResource(1100<<10, 1100)})
	s.AddNode(0, scheduler.Node{ID: 1, Total: scheduler.NewResource(8<<10, 8)})
	for app := range 1000 {
		if err := s.Submit(0, scheduler.App{ID: app, Queue: "root.a", User: "alice", Master: scheduler.NewResource(1024, 1)}); err != nil {
			t.Fatal(err)
		}
	}
	s.Preempt(0)
	for range 1000 {
		s.NodeUpdate(0, 0)
	}
	for app := range 1000 {
		size := scheduler.NewResource(int64(20+app%50)<<10, 1)
		if app == 999 {
			size.MemoryMB = 2 << 10
		}
		s.Ask(time.Second, app, scheduler.Request{Priority: 1, Size: size, Count: 1})
	}
	s.RemoveNode(time.Second, 0)
	s.Preempt(time.Second)
	before := s.offered
	got := s.NodeUpdate(time.Second, 1)
	if len(got) != 1 || got[0].App != 999 || s.offered-before > 3 {
		t.Errorf("the node was offered to %d applications and got %v, want one container of application 999", s.offered-before, got)
	}
}
