package fifo

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dynalloc/replay/cluster/yarn/hadoop"
	"dynalloc/replay/cluster/yarn/scheduler"
)

var _ scheduler.Scheduler = (*Scheduler)(nil)

// The first application gets all containers that have room, in each heartbeat as many as
// fit. The next one, whose containers are smaller, gets what is left of a node. Only
// memory counts: a node of two cores holds three and more containers.
func TestFifo(t *testing.T) {
	const site = `<configuration>
<property><name>yarn.scheduler.minimum-allocation-mb</name><value>1000</value></property>
<property><name>yarn.scheduler.maximum-allocation-mb</name><value>10000</value></property>
</configuration>`
	c, notes, err := Read(hadoop.File{Name: "yarn-site.xml", Text: strings.NewReader(site)})
	if err != nil || notes != nil {
		t.Fatal(notes, err)
	}
	s := New(c)
	s.AddNode(0, scheduler.Node{ID: 0, Total: scheduler.NewResource(7500, 2)})
	for id := range 2 {
		if err := s.Submit(0, scheduler.App{ID: id, Queue: "any", User: "ann", Master: scheduler.NewResource(1000, 1)}); err != nil {
			t.Fatal(err)
		}
	}
	s.Ask(0, 0, scheduler.Request{Priority: 1, Size: scheduler.NewResource(2500, 2), Count: 10})
	s.Ask(0, 1, scheduler.Request{Priority: 1, Size: scheduler.NewResource(500, 1), Count: 10})
	one, three := scheduler.NewResource(1000, 1), scheduler.NewResource(3000, 1)
	want := []scheduler.Allocation{
		{Container: 1, App: 0, Size: one, Master: true},
		{Container: 2, App: 0, Priority: 1, Size: three},
		{Container: 3, App: 0, Priority: 1, Size: three},
	}
	if diff := cmp.Diff(want, s.NodeUpdate(0, 0)); diff != "" {
		t.Error(diff)
	}
	s.Complete(0, 2)
	s.Ask(0, 0, scheduler.Request{Priority: 1, Size: scheduler.NewResource(4000, 1), Count: 10})
	want = []scheduler.Allocation{
		{Container: 4, App: 1, Size: one, Master: true},
		{Container: 5, App: 1, Priority: 1, Size: one},
		{Container: 6, App: 1, Priority: 1, Size: one},
	}
	if diff := cmp.Diff(want, s.NodeUpdate(0, 0)); diff != "" {
		t.Error(diff)
	}
	s.Finish(0, 1)
	if got := s.NodeUpdate(0, 0); got != nil {
		t.Errorf("3500 MiB are free, and %v were found for 4000", got)
	}
	s.Complete(0, 3)
	want = []scheduler.Allocation{{Container: 7, App: 0, Priority: 1, Size: scheduler.NewResource(4000, 1)}}
	if diff := cmp.Diff(want, s.NodeUpdate(0, 0)); diff != "" {
		t.Error(diff)
	}
}
