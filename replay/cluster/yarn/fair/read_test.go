package fair

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dynalloc/internal/note"
	"dynalloc/replay/cluster/yarn/hadoop"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// docFile is the example of YARN's documentation without the <maxAMShare> of
// sample_queue, which YARN 3.4 itself refuses in a parent.
// https://hadoop.apache.org/docs/r3.4.1/hadoop-yarn/hadoop-yarn-site/FairScheduler.html
const docFile = `<?xml version="1.0"?>
<allocations>
  <queue name="sample_queue">
    <minResources>10000 mb,0vcores</minResources>
    <maxResources>90000 mb,0vcores</maxResources>
    <maxRunningApps>50</maxRunningApps>
    <weight>2.0</weight>
    <schedulingPolicy>fair</schedulingPolicy>
    <queue name="sample_sub_queue">
      <aclSubmitApps>charlie</aclSubmitApps>
      <minResources>5000 mb,0vcores</minResources>
    </queue>
    <queue name="sample_reservable_queue">
      <reservation></reservation>
    </queue>
  </queue>

  <queueMaxAMShareDefault>0.5</queueMaxAMShareDefault>
  <queueMaxResourcesDefault>40000 mb,0vcores</queueMaxResourcesDefault>

  <!-- Queue 'secondary_group_queue' is a parent queue and may have
       user queues under it -->
  <queue name="secondary_group_queue" type="parent">
  <weight>3.0</weight>
  <maxChildResources>4096 mb,4vcores</maxChildResources>
  </queue>

  <user name="sample_user">
    <maxRunningApps>30</maxRunningApps>
  </user>
  <userMaxAppsDefault>5</userMaxAppsDefault>

  <queuePlacementPolicy>
    <rule name="specified" />
    <rule name="primaryGroup" create="false" />
    <rule name="nestedUserQueue">
        <rule name="secondaryGroupExistingQueue" create="false" />
    </rule>
    <rule name="default" queue="sample_queue"/>
  </queuePlacementPolicy>
</allocations>
`

// The configuration has what the file says of each queue; every setting that is not
// modeled has a note.
func TestReadFair(t *testing.T) {
	c, notes, err := Read(xmlFile("fair-scheduler.xml", docFile), hadoop.File{})
	if err != nil {
		t.Fatal(err)
	}
	const name = "fair-scheduler.xml"
	want := []note.Note{ // elements are read in the order of the file, queues after all others
		hadoop.GroupsNotModeled.With(name, 35, "primaryGroup"),
		hadoop.GroupsNotModeled.With(name, 37, "secondaryGroupExistingQueue"),
		accessNotModeled.With(name, 10, "aclSubmitApps", "root.sample_queue.sample_sub_queue"),
		reservationsNotModeled.With(name, 14, "reservation"),
	}
	if diff := cmp.Diff(want, notes); diff != "" {
		t.Error(diff)
	}
	q := c.queue("root.sample_queue")
	if q.leaf || q.minResources != (scheduler.NewResource(10000, 0)) || q.maxResources.fixed != (scheduler.NewResource(90000, 0)) || *q.maxRunningApps != 50 || *q.weight != 2 || *q.policy != fairShare {
		t.Errorf("%+v", q)
	}
	s := New(c)
	for path, want := range map[string]scheduler.Resource{
		"root.sample_queue.sample_sub_queue": scheduler.NewResource(40000, 0), // the default, as it has none of its own
		"root.secondary_group_queue":         scheduler.NewResource(40000, 0),
	} {
		if got := s.byPath[path].maxShare; got != want {
			t.Errorf("%s may have %v, want %v", path, got, want)
		}
	}
	if q := s.createQueue("root.secondary_group_queue.ann", true); q.maxShare != (scheduler.NewResource(4096, 4)) {
		t.Errorf("a user's queue may have %v", q.maxShare)
	}
	if c.maxApps("sample_user") != 30 || c.maxApps("ann") != 5 {
		t.Error(c.maxAppsOfUser, c.userMaxApps)
	}
}

// The forms of a resource, in a cluster of 100,000 MiB and 50 cores.
func TestFairResources(t *testing.T) {
	for text, want := range map[string]scheduler.Resource{
		"4096 mb, 2 vcores":               scheduler.NewResource(4096, 2),
		"2vcores,4096MB":                  scheduler.NewResource(4096, 2),
		"4096.7 mb 2 vcores":              scheduler.NewResource(4096, 2),
		"50%":                             scheduler.NewResource(50000, 25),
		"50% memory, 12.5% cpu":           scheduler.NewResource(50000, 6),
		"20% cpu, 33.25% memory":          scheduler.NewResource(33250, 10),
		"memory-mb=4096, vcores=2":        scheduler.NewResource(4096, 2),
		"vcores=10%, memory-mb=50%":       scheduler.NewResource(50000, 5),
		"memory-mb=50%":                   scheduler.NewResource(50000, 50),
		"vcores=3":                        scheduler.NewResource(scheduler.Unbounded.MemoryMB, 3),
		"memory-mb=4096, vcores=2,,":      scheduler.NewResource(4096, 2),
		"vcores=99999999999, memory-mb=1": scheduler.NewResource(1, 1<<31-1),
	} {
		c, notes, err := Read(xmlFile("f.xml", "<allocations><queue name='q'><maxResources>"+text+"</maxResources></queue></allocations>"), hadoop.File{})
		if err != nil || notes != nil {
			t.Errorf("%q: %v %v", text, notes, err)
			continue
		}
		if got := c.queue("root.q").maxResources.of(scheduler.NewResource(100000, 50)); got != want {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	}
}

// YARN reads a maximum of memory alone as a maximum of no cores.
func TestFairMemoryAlone(t *testing.T) {
	c, notes, err := Read(xmlFile("f.xml", "<allocations>\n<queue name='q'><maxResources>memory-mb=4096</maxResources></queue></allocations>"), hadoop.File{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]note.Note{coresNotGiven.With("f.xml", 2, "maxResources")}, notes); diff != "" {
		t.Error(diff)
	}
	s := New(c)
	s.AddNode(0, scheduler.Node{Total: scheduler.NewResource(8192, 8)})
	if err := s.Submit(0, scheduler.App{Queue: "q", User: "ann", Master: gig}); err == nil {
		t.Error("an application was taken in where it may have no core")
	}
}

// A file that YARN would not start with is an error that says where, and what was
// expected.
func TestReadFairRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                      "f.xml:1: expected <allocations>, found the end of the file",
		"<allocations>":                         "f.xml:1: expected XML: unexpected EOF",
		"<queues/>":                             "f.xml:1: expected <allocations>, found <queues>",
		"<!DOCTYPE a>\n<allocations/>":          "f.xml:1: expected <allocations>, found a document type, which YARN does not take",
		"<allocations>\n<queue/></allocations>": "f.xml:2: expected a name of the queue, found none",
		"<allocations>\n<queue name='a.b'/></allocations>":                                                                   `f.xml:2: expected a name without a period, found "a.b"`,
		"<allocations><queue name='a'>\n<weight>heavy</weight></queue></allocations>":                                        `f.xml:2: expected a number in <weight>, found "heavy"`,
		"<allocations><queue name='a'>\n<weight/></queue></allocations>":                                                     "f.xml:2: expected a value in <weight>, found none",
		"<allocations><queue name='a'>\n<maxRunningApps>1.5</maxRunningApps></queue></allocations>":                          `f.xml:2: expected a whole number in <maxRunningApps>, found "1.5"`,
		"<allocations><queue name='a'>\n<minResources>1 gb</minResources></queue></allocations>":                             `f.xml:2: expected in <minResources> a resource like "4096 mb, 2 vcores", "50%" or "memory-mb=4096, vcores=2", found "1 gb"`,
		"<allocations><queue name='a'>\n<maxResources>gpu=1</maxResources></queue></allocations>":                            `f.xml:2: expected in <maxResources> a resource like "4096 mb, 2 vcores", "50%" or "memory-mb=4096, vcores=2", found "gpu=1"`,
		"<allocations><queue name='a'>\n<schedulingPolicy>lifo</schedulingPolicy></queue></allocations>":                     `f.xml:2: expected fair, drf or fifo in <schedulingPolicy>, found "lifo"`,
		"<allocations><queue name='a'>\n<maxAMShare>0.1</maxAMShare><queue name='b'/></queue></allocations>":                 "f.xml:2: expected no <maxAMShare> in queue root.a, which is a parent",
		"<allocations>\n<defaultQueueSchedulingPolicy>fifo</defaultQueueSchedulingPolicy></allocations>":                     "f.xml:2: expected fair or drf in <defaultQueueSchedulingPolicy>, found fifo, which is only for leaf queues",
		"<allocations><queue name='root'/>\n<queue name='a'/></allocations>":                                                 "f.xml:1: expected no other queue beside root, found 1",
		"<allocations>\n<queuePlacementPolicy><rule name='user' create='false'/></queuePlacementPolicy></allocations>":       `f.xml:2: expected a last rule that places all applications, like reject or default, found "user"`,
		"<allocations><queuePlacementPolicy><rule name='user'/>\n<rule name='reject'/></queuePlacementPolicy></allocations>": `f.xml:2: expected no rule after "user", which places all applications`,
		"<allocations><queuePlacementPolicy>\n<rule name='nobody'/></queuePlacementPolicy></allocations>":                    `f.xml:2: expected the name of a rule (specified, user, nestedUserQueue, primaryGroup, secondaryGroupExistingQueue, default, reject), found "nobody"`,
	} {
		_, _, err := Read(xmlFile("f.xml", text), hadoop.File{})
		if err == nil || err.Error() != want {
			t.Errorf("%s\n got %v\nwant %s", text, err, want)
		}
	}
}

// What YARN ignores is ignored, with a note.
func TestReadFairWarns(t *testing.T) {
	_, notes, err := Read(xmlFile("f.xml", `<allocations>
<queue name="a">
  <priority>3</priority>
  <minResources>10%</minResources>
  <queue name="b"><schedulingPolicy>drf</schedulingPolicy></queue>
</queue>
<queue name="c"><minResources>4096 mb, 1 vcores</minResources><maxResources>1024 mb, 1 vcores</maxResources></queue>
<reservation-planner>x</reservation-planner>
<preemption>true</preemption>
</allocations>`), hadoop.File{})
	if err != nil {
		t.Fatal(err)
	}
	want := []note.Note{
		reservationsNotModeled.With("f.xml", 8, "reservation-planner"),
		elementIgnored.With("f.xml", 9, "preemption", "allocations"),
		elementIgnored.With("f.xml", 3, "priority", "root.a"),
		percentageIgnored.With("f.xml", 4, "minResources", "root.a"),
		minimumAboveMaximum.With("f.xml", 7, "root.c"),
		queueNotCreated.With("f.xml", 5, "root.a.b", "drf"),
	}
	if diff := cmp.Diff(want, notes); diff != "" {
		t.Error(diff)
	}
}

// The properties of yarn-site.xml count. One that concerns scheduling and is not modeled
// has a note; others are left alone.
func TestReadFairSite(t *testing.T) {
	empty := "<allocations/>"
	c, notes, err := Read(xmlFile("f.xml", empty), xmlFile("yarn-site.xml", siteXML(
		"yarn.resourcemanager.scheduler.class=org.apache.hadoop.yarn.server.resourcemanager.scheduler.fair.FairScheduler",
		"yarn.scheduler.fair.allocation.file=/etc/hadoop/conf/fair-scheduler.xml",
		"yarn.scheduler.fair.preemption=true",
		"yarn.scheduler.fair.am.preemption.root.sla=false",
		"yarn.scheduler.fair.update-interval-ms=250",
		"yarn.scheduler.fair.continuous-scheduling-enabled=true",
		"yarn.scheduler.fair.locality.threshold.node=0.5",
		"yarn.nodemanager.local-dirs=/data",
	)))
	if err != nil {
		t.Fatal(err)
	}
	want := []note.Note{
		hadoop.NotModeled.With("yarn-site.xml", 7, "yarn.scheduler.fair.continuous-scheduling-enabled"),
		hadoop.NotModeled.With("yarn-site.xml", 8, "yarn.scheduler.fair.locality.threshold.node"),
	}
	if diff := cmp.Diff(want, notes); diff != "" {
		t.Error(diff)
	}
	if !c.preemption || c.mayPreemptMasters("root.sla") || !c.mayPreemptMasters("root.other") || c.UpdateInterval() != 250*time.Millisecond {
		t.Errorf("%+v", c.siteConfig)
	}
	for line, want := range map[string]string{
		"yarn.scheduler.fair.preemption=perhaps":      "yarn-site.xml:2: yarn.scheduler.fair.preemption",
		"yarn.scheduler.increment-allocation-mb=0":    "yarn-site.xml:1: expected an increment-allocation above 0",
		"yarn.scheduler.minimum-allocation-mb=10000":  "yarn-site.xml:2: expected a minimum-allocation of at least 0 MiB and 0 cores and at most the maximum-allocation of 8192 MiB and 4 cores, found 10000 MiB",
		"yarn.scheduler.fair.waitTimeBeforeKill=15 s": "yarn-site.xml:2: yarn.scheduler.fair.waitTimeBeforeKill",
	} {
		_, _, err := Read(xmlFile("f.xml", empty), xmlFile("yarn-site.xml", siteXML(line)))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", line, err, want)
		}
	}
}

// FuzzReadFair reads any file without a panic. With a file that it accepts a scheduler
// assigns no more than the whole cluster.
func FuzzReadFair(f *testing.F) {
	f.Add(docFile)
	f.Add(`<allocations><queue name="root"><schedulingPolicy>drf</schedulingPolicy><queue name="a"><weight>-1</weight><minResources>1 mb,1 vcores</minResources></queue></queue></allocations>`)
	f.Add(`<allocations><pool name="a"><maxResources>vcores=3</maxResources><maxContainerAllocation>1%</maxContainerAllocation></pool></allocations>`)
	f.Add(`<allocations><queuePlacementPolicy><rule name="specified"/><rule name="nestedUserQueue"><rule name="default" queue="a"/></rule></queuePlacementPolicy></allocations>`)
	f.Fuzz(func(t *testing.T, text string) {
		c, notes, err := Read(xmlFile("f.xml", text), hadoop.File{})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f.xml:") || strings.Contains(err.Error(), "\n") {
				t.Errorf("not one line with file and line: %q", err)
			}
			return
		}
		for _, w := range notes {
			if w.Arg("file") != "f.xml" {
				t.Errorf("a warning that does not name the file: %q", w)
			}
		}
		s := New(c)
		s.AddNode(0, scheduler.Node{Total: scheduler.NewResource(8192, 8)})
		for id, queue := range []string{"a", "default", "root.b.c"} {
			if s.Submit(0, scheduler.App{ID: id, Queue: queue, User: "ann", Master: gig}) == nil {
				s.Ask(0, id, scheduler.Request{Priority: 1, Size: scheduler.NewResource(3000, 1), Count: 2})
			}
		}
		var given scheduler.Resource
		for now := range 5 * time.Second / time.Second {
			s.Preempt(now * time.Second)
			for _, a := range s.NodeUpdate(now*time.Second, 0) {
				if !a.Reserved {
					given = given.Plus(a.Size)
				}
			}
		}
		if !given.FitsIn(scheduler.NewResource(8192, 8)) {
			t.Errorf("%v of 8192 MiB and 8 cores were given", given)
		}
	})
}
