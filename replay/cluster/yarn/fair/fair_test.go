package fair

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dynalloc/replay/cluster/yarn/hadoop"
	"dynalloc/replay/cluster/yarn/scheduler"
)

var _ scheduler.Scheduler = (*Scheduler)(nil)

// A story drives a scheduler: each node sends a heartbeat each second, after a
// round of the update thread.
type story struct {
	t       *testing.T
	s       scheduler.Scheduler
	now     time.Duration
	nodes   int
	apps    []string                     // names, by identifier
	running map[string]int               // containers, by application's name
	granted map[int]scheduler.Allocation // by container
	events  []string                     // what happened, in order
	order   []string                     // the applications, as they got containers

}

func newFairStory(t *testing.T, queues string, site ...string) *story {
	t.Helper()
	c, notes, err := Read(xmlFile("fair-scheduler.xml", queues), xmlFile("yarn-site.xml", siteXML(site...)))
	if err != nil || len(notes) > 0 {
		t.Fatal(notes, err)
	}
	return &story{t: t, s: New(c), running: map[string]int{}, granted: map[int]scheduler.Allocation{}}
}

// xmlFile is a configuration file with this text.
func xmlFile(name, text string) hadoop.File {
	return hadoop.File{Name: name, Text: strings.NewReader(text)}
}

// siteXML is a yarn-site.xml of lines "name=value".
func siteXML(lines ...string) string {
	var b strings.Builder
	b.WriteString("<configuration>\n")
	for _, l := range lines {
		name, value, _ := strings.Cut(l, "=")
		fmt.Fprintf(&b, "<property><name>%s</name><value>%s</value></property>\n", name, value)
	}
	b.WriteString("</configuration>\n")
	return b.String()
}

func (s *story) addNodes(n int, memoryMB int64, cores int) {
	for range n {
		s.s.AddNode(s.now, scheduler.Node{ID: s.nodes, Total: scheduler.NewResource(memoryMB, cores)})
		s.nodes++
	}
}

// submit brings an application with a master of 1 GiB that wants count
// containers of the size.
func (s *story) submit(name, queue, user string, size scheduler.Resource, count int) {
	s.t.Helper()
	id := len(s.apps)
	if err := s.s.Submit(s.now, scheduler.App{ID: id, Queue: queue, User: user, Master: scheduler.NewResource(1024, 1)}); err != nil {
		s.t.Fatal(err)
	}
	s.apps = append(s.apps, name)
	s.s.Ask(s.now, id, scheduler.Request{Priority: 1, Size: size, Count: count})
}

func (s *story) run(seconds int) {
	for range seconds {
		for _, k := range s.s.Preempt(s.now) {
			what := "marked"
			if k.Now {
				what = "killed"
				s.running[s.apps[k.App]]--
				delete(s.granted, k.Container)
			}
			s.events = append(s.events, fmt.Sprintf("%v %s: container %d %s", s.now, s.apps[k.App], k.Container, what))
		}
		for n := range s.nodes {
			for _, a := range s.s.NodeUpdate(s.now, n) {
				name := s.apps[a.App]
				if a.Reserved {
					s.events = append(s.events, fmt.Sprintf("%v %s: reserves node %d", s.now, name, a.Node))
					continue
				}
				s.granted[a.Container] = a
				s.order = append(s.order, name)
				s.running[name]++
			}
		}
		s.now += time.Second
	}
}

// finish ends an application.
func (s *story) finish(name string) {
	for id, x := range s.apps {
		if x == name {
			s.s.Finish(s.now, id)
			delete(s.running, name)
		}
	}
}

func (s *story) expectRunning(want map[string]int) {
	s.t.Helper()
	if diff := cmp.Diff(want, s.running); diff != "" {
		s.t.Errorf("at %v, containers (-want +got):\n%s", s.now, diff)
	}
}

// A queue of twice the weight is given twice the memory, while both want more.
func TestFairWeights(t *testing.T) {
	s := newFairStory(t, `<allocations>
		<queue name="reports"><weight>2</weight></queue>
		<queue name="studies"/>
	</allocations>`)
	s.addNodes(3, 8*1024, 8)
	s.submit("report", "reports", "ann", scheduler.NewResource(1024, 1), 100)
	s.submit("study", "studies", "bob", scheduler.NewResource(1024, 1), 100)
	s.run(30)
	s.expectRunning(map[string]int{"report": 16, "study": 8})
	want := []Share{
		{Queue: "root", Fair: scheduler.NewResource(24576, 24)},
		{Queue: "root.reports", Fair: scheduler.Resource{MemoryMB: 16384}},
		{Queue: "root.studies", Fair: scheduler.Resource{MemoryMB: 8192}},
	}
	if diff := cmp.Diff(want, s.s.(*Scheduler).Shares()); diff != "" {
		t.Error(diff)
	}
}

// One queue may use what the other does not want. When the other wants it again, it
// gets what becomes free; without preemption nothing is taken from the first.
func TestFairElasticity(t *testing.T) {
	s := newFairStory(t, `<allocations><queue name="a"/><queue name="b"/></allocations>`)
	s.addNodes(2, 8*1024, 8)
	s.submit("first", "a", "ann", scheduler.NewResource(1024, 1), 100)
	s.run(20)
	s.expectRunning(map[string]int{"first": 16})
	s.submit("second", "b", "bob", scheduler.NewResource(1024, 1), 100)
	s.run(5)
	s.expectRunning(map[string]int{"first": 16})
	for c := 16; c > 10; c-- {
		s.s.Complete(s.now, c)
		s.running["first"]--
	}
	s.run(10)
	s.expectRunning(map[string]int{"first": 10, "second": 6})
}
