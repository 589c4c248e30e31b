package capacity

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dynalloc/internal/note"
	"dynalloc/replay/cluster/yarn/hadoop"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A capacityStory drives a capacity scheduler by hand. Containers are 1 GiB and a
// core unless said otherwise, and so are masters.
type capacityStory struct {
	*Scheduler
	t   *testing.T
	now time.Duration
}

// newCapacityStory starts with nodes 0, 1, ... of the given memory in GiB, and as many
// cores; settings are name=value below yarn.scheduler.capacity, or from the root
// with a leading slash.
func newCapacityStory(t *testing.T, nodes []int, settings ...string) *capacityStory {
	t.Helper()
	config, notes, err := Read(file("capacity-scheduler.xml", capacityFile(settings...)), hadoop.File{})
	if err != nil {
		t.Fatal(err)
	}
	if len(notes) > 0 {
		t.Fatal(notes)
	}
	s := &capacityStory{Scheduler: New(config, "shared"), t: t}
	for i, gib := range nodes {
		s.AddNode(0, scheduler.Node{ID: i, Total: gibs(gib)})
	}
	return s
}

// file is a configuration file with this text.
func file(name, text string) hadoop.File {
	return hadoop.File{Name: name, Text: strings.NewReader(text)}
}

func capacityFile(settings ...string) string {
	var b strings.Builder
	b.WriteString("<configuration>\n")
	for _, of := range settings {
		name, value, _ := strings.Cut(of, "=")
		if rooted, ok := strings.CutPrefix(name, "/"); ok {
			name = rooted
		} else {
			name = "yarn.scheduler.capacity." + name
		}
		fmt.Fprintf(&b, "<property><name>%s</name><value>%s</value></property>\n", name, value)
	}
	b.WriteString("</configuration>\n")
	return b.String()
}

func gibs(n int) scheduler.Resource { return scheduler.NewResource(int64(n)<<10, n) }

// submit takes in an application with a master of 1 GiB.
func (s *capacityStory) submit(id int, queue, user string) {
	s.t.Helper()
	s.now += time.Second
	if err := s.Submit(s.now, scheduler.App{ID: id, Queue: queue, User: user, Master: gibs(1)}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *capacityStory) ask(app, count int) {
	s.Ask(s.now, app, scheduler.Request{Priority: 1, Size: gibs(1), Count: count})
}

// heartbeats lets every node send a heartbeat in turn, rounds times. It returns which
// application got each container, with M for a master and R for a reservation.
func (s *capacityStory) heartbeats(rounds int) string {
	var got []string
	for range rounds {
		s.now += time.Second
		for node := range len(s.nodes) {
			for _, a := range s.NodeUpdate(s.now, node) {
				of := fmt.Sprint(a.App)
				switch {
				case a.Reserved:
					of += "R"
				case a.Master:
					of += "M"
				}
				got = append(got, of)
			}
		}
	}
	return strings.Join(got, " ")
}

// has is how many containers an application has, its master included.
func (s *capacityStory) has(app int) int { return len(s.apps[app].containers) }

func (s *capacityStory) want(got, want string) {
	s.t.Helper()
	if got != want {
		s.t.Errorf("got %q, want %q", got, want)
	}
}

func TestQueuesShareByUse(t *testing.T) {
	s := newCapacityStory(t, []int{10}, "root.queues=a,b", "root.a.capacity=70", "root.b.capacity=30",
		"maximum-am-resource-percent=1", "root.a.user-limit-factor=10", "root.b.user-limit-factor=10")
	s.submit(0, "a", "alice")
	s.submit(1, "b", "bob")
	s.ask(0, 20)
	s.ask(1, 20)
	s.want(s.heartbeats(12), "0M 1M 0 0 1 0 0 1 0 0")
}

// The examples of the documentation of the capacity scheduler,
// https://hadoop.apache.org/docs/stable/hadoop-yarn/hadoop-yarn-site/CapacityScheduler.html

// With minimum-user-limit-percent 25 each of two users gets at most half of the queue,
// each of three a third, and each of four or more a quarter. The limit is compared with
// what a user has before a container is assigned, so one more may be.
func TestUserLimitShrinksToItsMinimum(t *testing.T) {
	for users, limit := range map[int]int{2: 60, 3: 40, 4: 30, 5: 30} {
		s := newCapacityStory(t, []int{120}, "root.queues=a", "root.a.capacity=100",
			"root.a.minimum-user-limit-percent=25", "maximum-am-resource-percent=1")
		for i := range users {
			s.submit(i, "a", fmt.Sprint("user", i))
		}
		s.heartbeats(users)
		for i := range users {
			s.ask(i, 200)
		}
		s.heartbeats(200)
		var got []int
		total := 0
		for i := range users {
			got = append(got, s.has(i))
			total += s.has(i)
		}
		if slices.Max(got) > limit+1 || slices.Max(got) < limit || total != 120 {
			t.Errorf("%d users got %v of 120 GiB, want no more than %d", users, got, limit)
		}
	}
}

// With user-limit-factor 1 a single user uses no more than the queue's capacity, even if
// the rest of the cluster is idle.
func TestOneUserStaysWithinTheCapacity(t *testing.T) {
	for factor, want := range map[string]int{"1": 30, "2": 60, "10": 100, "-1": 100} {
		s := newCapacityStory(t, []int{100}, "root.queues=a,b", "root.a.capacity=30", "root.b.capacity=70", "root.a.user-limit-factor="+factor)
		s.submit(0, "a", "alice")
		s.heartbeats(1)
		s.ask(0, 500)
		s.heartbeats(500)
		// One more fits, as the limit is looked at before a container and not after.
		if got := s.has(0); got != min(want+1, 100) {
			t.Errorf("with the factor %s the user got %d GiB, want %d", factor, got, min(want+1, 100))
		}
	}
}

// Applications may use more than their queue's capacity if resources are free, up to
// its maximum-capacity.
func TestQueuesAreElasticUpToTheirMaximum(t *testing.T) {
	s := newCapacityStory(t, []int{100}, "root.queues=a,b", "root.a.capacity=30", "root.a.maximum-capacity=50", "root.b.capacity=70", "root.a.user-limit-factor=10")
	s.submit(0, "a", "alice")
	s.heartbeats(1)
	s.ask(0, 500)
	s.heartbeats(500)
	if got := s.has(0); got != 50 {
		t.Errorf("the queue has %d GiB, want its maximum of 50", got)
	}
}

// Capacities may be absolute resources, such as [memory=10240,vcores=12].
func TestAbsoluteCapacitiesAreGuaranteed(t *testing.T) {
	s := newCapacityStory(t, []int{20}, "root.queues=a,b", "root.a.capacity=[memory=10240,vcores=12]", "root.b.capacity=[memory=10Gi,vcores=8]")
	for path, want := range map[string]scheduler.Resource{"root.a": scheduler.NewResource(10240, 12), "root.b": scheduler.NewResource(10240, 8)} {
		if got := s.queues[path].share("").guaranteed; got != want {
			t.Errorf("%s is guaranteed %v, want %v", path, got, want)
		}
	}
	// With half of the nodes everyone gets half.
	s.RemoveNode(0, 0)
	s.AddNode(0, scheduler.Node{ID: 1, Total: gibs(10)})
	if got, want := s.queues["root.a"].share("").guaranteed, (scheduler.NewResource(5120, 6)); got != want {
		t.Errorf("root.a is guaranteed %v on half of the nodes, want %v", got, want)
	}
}

// Queues with weights divide the queue above in proportion to them.
func TestWeightsDivideTheQueueAbove(t *testing.T) {
	s := newCapacityStory(t, []int{60}, "root.queues=a,b", "root.a.capacity=1w", "root.b.capacity=2w",
		"root.b.queues=c,d", "root.b.c.capacity=3w", "root.b.d.capacity=1w")
	for path, want := range map[string]int64{"root.a": 20, "root.b": 40, "root.b.c": 30, "root.b.d": 10} {
		if got := s.queues[path].share("").guaranteed.MemoryMB; got-want<<10 > 1 || want<<10-got > 1 {
			t.Errorf("%s is guaranteed %d MiB, want %d GiB", path, got, want)
		}
	}
}

// maximum-am-resource-percent limits how many applications run at once.
func TestMastersHaveAShare(t *testing.T) {
	s := newCapacityStory(t, []int{100}, "root.queues=a", "root.a.capacity=100", "root.a.maximum-am-resource-percent=0.05")
	for i := range 8 {
		s.submit(i, "a", "alice")
	}
	s.want(s.heartbeats(10), "0M 1M 2M 3M 4M")
	s.Finish(s.now, 2)
	s.want(s.heartbeats(3), "5M")
}

// A queue refuses applications beyond its maximum-applications, and all of them if its
// state is STOPPED.
func TestQueuesRefuse(t *testing.T) {
	s := newCapacityStory(t, []int{10}, "root.queues=a,b,p", "root.a.capacity=50", "root.a.maximum-applications=1", "root.b.capacity=50", "root.b.state=STOPPED",
		"root.p.capacity=0", "root.p.queues=b", "root.p.b.capacity=0")
	s.submit(0, "root.a", "alice")
	for queue, want := range map[string]string{
		"root.a": "the queue root.a already has 1 applications, no more than 1 are allowed",
		"root.b": "the queue root.b is stopped",
		"b":      "there is more than one queue b: name it by its path, such as root.b",
		"root":   "the queue root has queues below it, so it takes no applications",
		"none":   "there is no queue none",
	} {
		if err := s.Submit(0, scheduler.App{ID: 1, Queue: queue, User: "bob", Master: gibs(1)}); err == nil || err.Error() != want {
			t.Errorf("the queue %s said %v, want %s", queue, err, want)
		}
	}
	s.Finish(0, 0)
	if err := s.Submit(0, scheduler.App{ID: 1, Queue: "root.a", User: "bob", Master: gibs(9)}); err == nil || !strings.Contains(err.Error(), "larger than the largest container") {
		t.Errorf("a master of 9 GiB: %v", err)
	}
}

// The example of the documentation of node labels: four nodes of 24 GB and one
// with the label gpu, which only two of three queues may use,
// https://hadoop.apache.org/docs/stable/hadoop-yarn/hadoop-yarn-site/NodeLabel.html
func TestLabelsDivideTheCluster(t *testing.T) {
	const gpu = ".accessible-node-labels"
	s := newCapacityStory(t, []int{24, 24, 24, 24}, "root.queues=engineering,marketing,sales",
		"root.accessible-node-labels=*", "root"+gpu+".gpu.capacity=100",
		"root.engineering.capacity=33", "root.marketing.capacity=34", "root.sales.capacity=33",
		"root.engineering"+gpu+"=gpu", "root.marketing"+gpu+"=gpu", "root.sales"+gpu+"= ",
		"root.engineering"+gpu+".gpu.capacity=50", "root.marketing"+gpu+".gpu.capacity=50",
		"root.engineering.default-node-label-expression=gpu", "maximum-am-resource-percent=1")
	s.AddNode(0, scheduler.Node{ID: 4, Label: "gpu", Total: gibs(24)})
	for path, want := range map[string]int64{"root.engineering": 12, "root.marketing": 12, "root.sales": 0} {
		if got := s.queues[path].share("gpu").guaranteed.MemoryMB >> 10; got != want {
			t.Errorf("%s is guaranteed %d GiB with the label, want %d", path, got, want)
		}
		if got := s.queues[path].share("").guaranteed.MemoryMB >> 10; got < 31 || got > 32 {
			t.Errorf("%s is guaranteed %d GiB without label, want a third of 96", path, got)
		}
	}
	// Engineering goes to the labeled node by default, sales never.
	s.submit(0, "engineering", "alice")
	s.submit(1, "sales", "bob")
	if err := s.Submit(s.now, scheduler.App{ID: 2, Queue: "sales", User: "bob", Label: "gpu", Master: gibs(1)}); err == nil {
		t.Error("sales may use the label")
	}
	for node := range 5 {
		for _, a := range s.NodeUpdate(s.now, node) {
			if (a.Node == 4) != (a.App == 0) {
				t.Errorf("application %d got node %d", a.App, a.Node)
			}
		}
	}
	if s.has(0) != 1 || s.has(1) != 1 {
		t.Errorf("masters: %d and %d", s.has(0), s.has(1))
	}
}

// Idle nodes of a shared label serve requests without label, after these have let every
// node pass without a container, but never an application master.
func TestSharedNodesServeOthersLast(t *testing.T) {
	s := newCapacityStory(t, []int{2}, "root.queues=a", "root.a.capacity=100", "root.a.accessible-node-labels.shared.capacity=100", "root.a.user-limit-factor=10")
	s.AddNode(0, scheduler.Node{ID: 1, Label: "shared", Total: gibs(4)})
	s.submit(0, "a", "alice")
	s.want(s.heartbeats(1), "0M")
	s.ask(0, 3)
	// One on the node without label; then two heartbeats that pass, and the rest.
	var got []int
	for range 6 {
		for node := range 2 {
			for range s.NodeUpdate(s.now, node) {
				got = append(got, node)
			}
		}
	}
	if want := []int{0, 1, 1}; !slices.Equal(got, want) {
		t.Errorf("containers on the nodes %v, want %v", got, want)
	}
}

// A queue of higher priority is served first while both are below their capacity.
func TestPriorityOfQueues(t *testing.T) {
	s := newCapacityStory(t, []int{8}, "root.queues=a,b", "root.a.capacity=50", "root.b.capacity=50", "root.b.priority=1",
		"root.ordering-policy=priority-utilization", "maximum-am-resource-percent=1", "root.a.user-limit-factor=10", "root.b.user-limit-factor=10")
	s.submit(0, "a", "alice")
	s.submit(1, "b", "bob")
	s.ask(0, 10)
	s.ask(1, 10)
	s.want(s.heartbeats(10), "1M 1 1 1 0M 0 0 0")
}

// Inside a queue the first application is served until it wants no more; in the
// fair order the one that has least.
func TestOrderInsideAQueue(t *testing.T) {
	for policy, want := range map[string]string{"fifo": "0M 1M 0 0 0 1 1", "fair": "0M 1M 0 1 0 1 0"} {
		s := newCapacityStory(t, []int{20}, "root.queues=a", "root.a.capacity=100", "root.a.ordering-policy="+policy, "maximum-am-resource-percent=1")
		s.submit(0, "a", "alice")
		s.submit(1, "a", "alice")
		got := s.heartbeats(2)
		s.ask(0, 3)
		s.ask(1, 2)
		s.want(got+" "+s.heartbeats(8), want)
	}
}

// A container that does not fit now reserves a node, and gets it when it does.
func TestReservationWaitsForANode(t *testing.T) {
	s := newCapacityStory(t, []int{4, 4}, "root.queues=a", "root.a.capacity=100", "root.a.user-limit-factor=10", "maximum-am-resource-percent=1")
	s.submit(0, "a", "alice")
	s.submit(1, "a", "alice")
	s.heartbeats(1)
	s.ask(0, 4)
	s.want(s.heartbeats(2), "0 0 0 0")
	s.Ask(s.now, 1, scheduler.Request{Priority: 1, Size: gibs(2), Count: 1})
	s.want(s.heartbeats(2), "1R")
	s.Complete(s.now, 3)
	s.want(s.heartbeats(2), "1")
}

// A reservation elsewhere is given up when a node has room at once.
func TestReservationIsGivenUpForRoomElsewhere(t *testing.T) {
	s := newCapacityStory(t, []int{3, 3}, "root.queues=a", "root.a.capacity=100", "root.a.user-limit-factor=10", "maximum-am-resource-percent=1")
	s.submit(0, "a", "alice")
	s.submit(1, "a", "alice")
	s.heartbeats(1)
	s.ask(0, 2)
	s.want(s.heartbeats(1), "0 0")
	s.Ask(s.now, 1, scheduler.Request{Priority: 1, Size: gibs(2), Count: 1})
	s.want(s.heartbeats(1), "1R")
	if s.nodes[0].reserved == nil {
		t.Fatal("the first node is not reserved")
	}
	s.Complete(s.now, 4) // on the second node
	s.NodeUpdate(s.now, 1)
	if s.nodes[0].reserved != nil || len(s.nodes[1].containers) != 2 {
		t.Errorf("reserved: %v, containers on the other node: %d", s.nodes[0].reserved != nil, len(s.nodes[1].containers))
	}
}

// The monitor takes containers back for a queue that has less than its guarantee: the
// newest first, no application master, and a part of the total in each round. They are
// marked first, and killed 15 s later.
func TestPreemptionBetweenQueues(t *testing.T) {
	s := newCapacityStory(t, []int{100}, "root.queues=a,b", "root.a.capacity=50", "root.b.capacity=50", "root.a.user-limit-factor=10",
		"/yarn.resourcemanager.scheduler.monitor.enable=true")
	s.submit(0, "a", "alice")
	s.heartbeats(1)
	s.ask(0, 99)
	s.heartbeats(99)
	s.submit(1, "b", "bob")
	// What waits is the master of 1 GiB; 0.2 of it is rounded up to a container.
	first := s.Preempt(s.now)
	if len(first) != 1 || first[0] != (scheduler.Kill{Container: 100, App: 0}) {
		t.Fatalf("marked %v, want the newest container", first)
	}
	if early := s.Preempt(s.now + 14*time.Second); len(early) != 0 {
		t.Errorf("%v after 14 s, want nothing new", early)
	}
	late := s.Preempt(s.now + 15*time.Second)
	if len(late) != 1 || late[0] != (scheduler.Kill{Container: 100, App: 0, Now: true}) {
		t.Errorf("%v after 15 s, want the newest container killed", late)
	}
	s.want(s.heartbeats(1), "1M")
	s.ask(1, 49)
	// Of 49 GiB a round goes for a tenth of the cluster, and takes 0.2 of that.
	if got := s.Preempt(s.now); len(got) != 2 {
		t.Errorf("%v in one round, want 2 containers", got)
	}
}

// Without the monitor, or where a queue disables it, nothing is preempted.
func TestPreemptionCanBeDisabled(t *testing.T) {
	for _, setting := range []string{"/yarn.resourcemanager.scheduler.monitor.enable=false", "root.a.disable_preemption=true"} {
		s := newCapacityStory(t, []int{10}, "root.queues=a,b", "root.a.capacity=50", "root.b.capacity=50", "root.a.user-limit-factor=10",
			"/yarn.resourcemanager.scheduler.monitor.enable=true", setting)
		s.submit(0, "a", "alice")
		s.heartbeats(1)
		s.ask(0, 20)
		s.heartbeats(20)
		s.submit(1, "b", "bob")
		if got := s.Preempt(s.now); len(got) != 0 {
			t.Errorf("with %s: %v", setting, got)
		}
	}
}

// Queue mappings place applications that name no queue.
func TestQueueMappings(t *testing.T) {
	s := newCapacityStory(t, []int{10}, "root.queues=a,bob", "root.a.capacity=50", "root.bob.capacity=50", "queue-mappings=u:alice:a,u:%user:%user")
	s.submit(0, "", "alice")
	s.submit(1, "default", "bob")
	s.submit(2, "root.a", "bob")
	for app, want := range map[int]string{0: "root.a", 1: "root.bob", 2: "root.a"} {
		if got := s.apps[app].queue.config.path; got != want {
			t.Errorf("application %d is in %s, want %s", app, got, want)
		}
	}
}

// Each error names the file, the line and what is expected there.
func TestCapacityFilesThatAreWrong(t *testing.T) {
	for _, c := range []struct {
		settings string
		want     string
	}{
		{"", "c.xml:1: expected yarn.scheduler.capacity.root.queues with the names of the first queues"},
		{"root.queues=a,a", `c.xml:2: yarn.scheduler.capacity.root.queues is "a,a", expected the names of the queues below, each once, separated by commas`},
		{"root.queues=a root.a.capacity=60", `c.xml:2: yarn.scheduler.capacity.root.queues is "a", expected queues whose capacities add up to 100, not 60.000004`},
		{"root.queues=a root.a.capacity=much", `c.xml:3: yarn.scheduler.capacity.root.a.capacity is "much", expected percent, a weight such as 3w, or [memory=<MiB>,vcores=<n>]`},
		{"root.queues=a root.a.capacity=101", `c.xml:3: yarn.scheduler.capacity.root.a.capacity is "101", expected a number from 0 to 100`},
		{"root.queues=a root.a.capacity=[memory=1x]", `c.xml:3: yarn.scheduler.capacity.root.a.capacity is "[memory=1x]", expected [memory=<MiB>,vcores=<n>]; memory may have a unit such as Gi`},
		{"root.queues=a,b root.a.capacity=100 root.b.capacity=1w", `c.xml:2: yarn.scheduler.capacity.root.queues is "a,b", expected queues with capacities all in percent, all as weights, or all as absolute resources`},
		{"root.queues=a root.a.capacity=100 root.a.state=PAUSED", `c.xml:4: yarn.scheduler.capacity.root.a.state is "PAUSED", expected RUNNING or STOPPED`},
		{"root.queues=a root.a.capacity=100 root.a.ordering-policy=lifo", `c.xml:4: yarn.scheduler.capacity.root.a.ordering-policy is "lifo", expected fifo or fair; other orders of applications are not modeled`},
		{"resource-calculator=org.example.Mine", `c.xml:2: yarn.scheduler.capacity.resource-calculator is "org.example.Mine", expected the class DefaultResourceCalculator or DominantResourceCalculator`},
		{"/yarn.scheduler.minimum-allocation-mb=9000", "c.xml:2: expected a minimum-allocation of at least 1 MiB and 1 cores and at most the maximum-allocation of 8192 MiB and 4 cores, found 9000 MiB and 1 cores"},
	} {
		_, _, err := Read(file("c.xml", capacityFile(strings.Fields(c.settings)...)), hadoop.File{})
		if err == nil || err.Error() != c.want {
			t.Errorf("%s:\ngot  %v\nwant %s", c.settings, err, c.want)
		}
	}
}

// Every setting that is not modeled has a note.
func TestCapacityFileWarnings(t *testing.T) {
	text := capacityFile("root.queues=a", "root.a.capacity=100", "root.a.acl_submit_applications=alice", "root.a.max-parallel-apps=3",
		"schedule-asynchronously.enable=true", "node-locality-delay=40", "queue-mappings=g:staff:a", "root.a.acl_administer_queue=*")
	_, got, err := Read(file("c.xml", text), hadoop.File{})
	if err != nil {
		t.Fatal(err)
	}
	want := []note.Note{
		hadoop.GroupsNotModeled.With("c.xml", 8, "g:staff:a"),
		hadoop.NotModeled.With("c.xml", 4, "yarn.scheduler.capacity.root.a.acl_submit_applications"),
		hadoop.NotModeled.With("c.xml", 5, "yarn.scheduler.capacity.root.a.max-parallel-apps"),
		hadoop.NotModeled.With("c.xml", 6, "yarn.scheduler.capacity.schedule-asynchronously.enable"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	site := capacityFile("/yarn.scheduler.maximum-allocation-mb=4096", "/yarn.nodemanager.resource.memory-mb=1", "/yarn.resourcemanager.scheduler.autocorrect=1")
	c, got, err := Read(file("c.xml", text), file("yarn-site.xml", site))
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, hadoop.NotModeled.With("yarn-site.xml", 4, "yarn.resourcemanager.scheduler.autocorrect"))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("with the site: %s", diff)
	}
	if c.largest.MemoryMB != 4096 {
		t.Errorf("the largest container has %d MiB, want what yarn-site.xml says", c.largest.MemoryMB)
	}
}

// FuzzReadCapacity reads any file without a panic. With a file that it accepts the
// scheduler runs.
func FuzzReadCapacity(f *testing.F) {
	f.Add(capacityFile("root.queues=a,b", "root.a.capacity=70", "root.b.capacity=30"))
	f.Add(capacityFile("root.queues=a,b", "root.a.capacity=1w", "root.b.capacity=2w", "root.b.ordering-policy=fair"))
	f.Add(capacityFile("root.queues=a", "root.a.capacity=[memory=10Gi,vcores=8]", "root.a.maximum-capacity=[memory=20480,vcores=9]"))
	f.Add(capacityFile("root.queues=a", "root.a.capacity=100", "root.a.accessible-node-labels=x", "root.a.accessible-node-labels.x.capacity=100"))
	f.Add("<configuration><property><name>a</name></property></configuration>")
	f.Fuzz(func(t *testing.T, text string) {
		c, _, err := Read(file("c.xml", text), hadoop.File{})
		if err != nil {
			if strings.Contains(err.Error(), "\n") || !strings.HasPrefix(err.Error(), "c.xml:") {
				t.Errorf("not one line with a place: %q", err)
			}
			return
		}
		s := New(c)
		s.AddNode(0, scheduler.Node{ID: 0, Total: gibs(16)})
		app := 0
		for path, q := range s.queues {
			if q.leaf != nil && s.Submit(0, scheduler.App{ID: app, Queue: path, User: "alice", Master: scheduler.NewResource(1, 1)}) == nil {
				app++
			}
		}
		for range 3 {
			s.NodeUpdate(0, 0)
			s.Preempt(0)
		}
	})
}
