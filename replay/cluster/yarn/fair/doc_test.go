package fair

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dynalloc/replay/cluster/yarn/scheduler"
)

// What YARN's documentation says of the fair scheduler, sentence by sentence, in
// the order of the page:
// https://hadoop.apache.org/docs/r3.4.1/hadoop-yarn/hadoop-yarn-site/FairScheduler.html.

var gig = scheduler.NewResource(1024, 1)

// When a single application runs, it has the whole cluster. When others come, they
// get what becomes free, until all have the same.
func TestFairDocOneAppThenMany(t *testing.T) {
	s := newFairStory(t, `<allocations><queue name="q"/></allocations>`)
	s.addNodes(3, 8*1024, 100)
	s.submit("first", "q", "ann", gig, 100)
	s.run(20)
	s.expectRunning(map[string]int{"first": 24})
	s.submit("second", "q", "ann", gig, 100)
	s.submit("third", "q", "bob", gig, 100)
	for c := 24; c > 1; c-- { // all but the master, one a second
		s.s.Complete(s.now, c)
		s.running["first"]--
		s.run(1)
	}
	s.run(10)
	s.expectRunning(map[string]int{"first": 8, "second": 8, "third": 8})
}

// minResources: a queue below its minimum is offered a node before any other.
// Of two such queues, the one that has the smaller part of its minimum is first.
func TestFairDocMinimumFirst(t *testing.T) {
	s := newFairStory(t, `<allocations>
		<queue name="a"><minResources>8192 mb, 0 vcores</minResources></queue>
		<queue name="b"><minResources>2048 mb, 0 vcores</minResources></queue>
		<queue name="heavy"><weight>100</weight></queue>
	</allocations>`)
	s.addNodes(1, 16*1024, 16)
	s.submit("heavy", "heavy", "cyd", gig, 100)
	s.submit("a", "a", "ann", gig, 100)
	s.submit("b", "b", "bob", gig, 100)
	s.run(10)
	// a has 0, 1/8, ... of its minimum, b 0, 1/2.
	want := []string{"a", "b", "a", "a", "a", "b", "a", "a", "a", "a"}
	if diff := cmp.Diff(want, s.order); diff != "" {
		t.Error(diff)
	}
	s.run(10)
	s.expectRunning(map[string]int{"a": 8, "b": 2, "heavy": 6})
}

// maxResources: no container is assigned that would put the queue, or one above
// it, over the limit. A percentage is of the cluster.
func TestFairDocMaximum(t *testing.T) {
	s := newFairStory(t, `<allocations>
		<queue name="up">
			<maxResources>50%</maxResources>
			<queue name="a"><maxResources>4096 mb, 100 vcores</maxResources></queue>
			<queue name="b"/>
		</queue>
	</allocations>`)
	s.addNodes(2, 12*1024, 12)
	s.submit("a", "up.a", "ann", gig, 100)
	s.submit("b", "up.b", "bob", gig, 100)
	s.run(40)
	s.expectRunning(map[string]int{"a": 4, "b": 8})
}

// maxContainerAllocation: the largest container that a queue gives, or its parent.
func TestFairDocLargestContainer(t *testing.T) {
	s := newFairStory(t, `<allocations>
		<queue name="up"><maxContainerAllocation>2048 mb, 2 vcores</maxContainerAllocation><queue name="a"/></queue>
	</allocations>`)
	s.addNodes(1, 8*1024, 8)
	s.submit("small", "up.a", "ann", scheduler.NewResource(2048, 2), 1)
	s.submit("large", "up.a", "ann", scheduler.NewResource(2049, 1), 1) // never taken in
	s.run(10)
	s.expectRunning(map[string]int{"small": 2, "large": 1})
	err := s.s.Submit(s.now, scheduler.App{ID: 2, Queue: "up.a", User: "ann", Master: scheduler.NewResource(4096, 1)})
	if err == nil || !strings.Contains(err.Error(), "larger than the largest container of 2048 MiB and 2 cores") {
		t.Error(err)
	}
}

// maxChildResources: the limit of queues that the file does not declare.
func TestFairDocChildOfParent(t *testing.T) {
	s := newFairStory(t, `<allocations>
		<queue name="users" type="parent"><maxChildResources>4096 mb,4 vcores</maxChildResources></queue>
		<queuePlacementPolicy>
			<rule name="nestedUserQueue"><rule name="default" queue="users"/></rule>
		</queuePlacementPolicy>
	</allocations>`)
	s.addNodes(1, 12*1024, 12)
	s.submit("ann's", "whatever", "ann.smith", gig, 100)
	s.run(20)
	s.expectRunning(map[string]int{"ann's": 4})
	if q := s.s.(*Scheduler).queue("users.ann_dot_smith"); q == nil {
		t.Error("the user's queue is not there: periods are to be replaced")
	}
}

// maxRunningApps of a queue, of a user and of all users: more applications do not
// fail, they wait until earlier ones end.
func TestFairDocRunningApps(t *testing.T) {
	s := newFairStory(t, `<allocations>
		<queue name="a"><maxRunningApps>2</maxRunningApps></queue>
		<queue name="b"/>
		<user name="bob"><maxRunningApps>1</maxRunningApps></user>
		<userMaxAppsDefault>3</userMaxAppsDefault>
	</allocations>`)
	s.addNodes(2, 8*1024, 8)
	for _, name := range []string{"a1", "a2", "a3"} {
		s.submit(name, "a", "ann", gig, 0)
	}
	s.submit("b1", "b", "bob", gig, 0)
	s.submit("b2", "b", "bob", gig, 0)
	s.submit("b3", "b", "ann", gig, 0)
	s.submit("b4", "b", "ann", gig, 0)
	s.run(10)
	s.expectRunning(map[string]int{"a1": 1, "a2": 1, "b1": 1, "b3": 1})
	s.finish("a1")
	s.run(5)
	s.expectRunning(map[string]int{"a2": 1, "a3": 1, "b1": 1, "b3": 1})
	s.finish("b1")
	s.run(5)
	s.expectRunning(map[string]int{"a2": 1, "a3": 1, "b2": 1, "b3": 1})
}

// maxAMShare: application masters use at most this part of the queue's fair share, by
// default half of it; -1 is no limit. The policy fair shares no cores, so for these it is
// a part of those that are free, of which there are plenty here.
func TestFairDocMasters(t *testing.T) {
	for share, want := range map[string]int{"": 4, "<maxAMShare>0.3</maxAMShare>": 2, "<maxAMShare>1.0</maxAMShare>": 8, "<maxAMShare>-1.0</maxAMShare>": 8} {
		s := newFairStory(t, `<allocations><queue name="q">`+share+`</queue></allocations>`)
		s.addNodes(1, 8*1024, 100)
		for i := range 10 {
			s.submit(fmt.Sprint(i), "q", "ann", gig, 0)
		}
		s.run(20)
		if len(s.running) != want {
			t.Errorf("with %q, %d masters run, want %d", share, len(s.running), want)
		}
	}
}

// weight: a queue of weight 0 gets something after all others have.
func TestFairDocWeightZero(t *testing.T) {
	s := newFairStory(t, `<allocations>
		<queue name="some"><maxAMShare>-1</maxAMShare></queue>
		<queue name="none"><weight>0</weight><maxAMShare>-1</maxAMShare></queue>
	</allocations>`)
	s.addNodes(1, 8*1024, 8)
	s.submit("none", "none", "bob", gig, 100)
	s.submit("some", "some", "ann", gig, 5)
	s.run(20)
	if want := []string{"some", "some", "some", "some", "some", "some", "none", "none"}; !slices.Equal(s.order, want) {
		t.Error(s.order)
	}
}

// schedulingPolicy fifo: earlier applications are preferred, later ones run in
// what is left over. The node still has room for the second's small containers
// where the first's large ones do not fit.
func TestFairDocFifoPolicy(t *testing.T) {
	s := newFairStory(t, `<allocations><queue name="q"><schedulingPolicy>fifo</schedulingPolicy></queue></allocations>`,
		"yarn.scheduler.reservation-threshold.increment-multiple=100") // no node is reserved
	s.addNodes(1, 12*1024, 12)
	s.submit("first", "q", "ann", scheduler.NewResource(4096, 4), 2)
	s.now++
	s.submit("second", "q", "bob", gig, 100)
	s.run(20)
	if want := []string{"first", "first", "first", "second", "second", "second"}; !slices.Equal(s.order, want) {
		t.Error(s.order)
	}
}

// schedulingPolicy drf: all get the same part of the cluster of the resource that they
// need most of. The example is that of the paper by Ghodsi and others (NSDI 2011): with 18
// cores and 36 GiB, one application's containers of 1 core and 4 GiB get two thirds of
// the memory, and the other's of 3 cores and 1 GiB two thirds of the cores. The cluster
// here has room for the masters besides.
func TestFairDocDominantResource(t *testing.T) {
	s := newFairStory(t, `<allocations><defaultQueueSchedulingPolicy>drf</defaultQueueSchedulingPolicy><queue name="q"><maxAMShare>-1</maxAMShare></queue></allocations>`)
	s.addNodes(1, 38*1024, 20)
	s.submit("memory", "q", "ann", scheduler.NewResource(4096, 1), 100)
	s.submit("cores", "q", "bob", scheduler.NewResource(1024, 3), 100)
	s.run(30)
	s.expectRunning(map[string]int{"memory": 7, "cores": 5})
}

// Preemption: a queue below its minimum for minSharePreemptionTimeout takes
// containers of others. They are marked, and killed after waitTimeBeforeKill.
func TestFairDocMinimumPreempts(t *testing.T) {
	s := newFairStory(t, `<allocations>
		<queue name="hog"/>
		<queue name="sla"><minResources>4096 mb, 4 vcores</minResources><minSharePreemptionTimeout>3</minSharePreemptionTimeout></queue>
	</allocations>`, "yarn.scheduler.fair.preemption=true")
	s.addNodes(1, 8*1024, 8)
	s.submit("hog", "hog", "ann", gig, 100)
	s.run(10)
	s.expectRunning(map[string]int{"hog": 8})
	s.submit("report", "sla", "bob", gig, 3)
	s.run(30)
	want := []string{
		"12s hog: container 2 marked",
		"12s hog: container 3 marked",
		"12s hog: container 4 marked",
		"12s hog: container 5 marked",
		"27s hog: container 2 killed",
		"27s hog: container 3 killed",
		"27s hog: container 4 killed",
		"27s hog: container 5 killed",
	}
	if diff := cmp.Diff(want, s.events); diff != "" {
		t.Error(diff)
	}
	s.expectRunning(map[string]int{"hog": 4, "report": 4})
}

// Preemption: an application below the threshold of its fair share for
// fairSharePreemptionTimeout takes containers of others, but not of a queue with
// allowPreemptionFrom false, nor below the others' fair share.
func TestFairDocFairSharePreempts(t *testing.T) {
	s := newFairStory(t, `<allocations>
		<defaultFairSharePreemptionTimeout>2</defaultFairSharePreemptionTimeout>
		<defaultFairSharePreemptionThreshold>1.0</defaultFairSharePreemptionThreshold>
		<queue name="hog"/>
		<queue name="safe"><allowPreemptionFrom>false</allowPreemptionFrom></queue>
		<queue name="late"/>
	</allocations>`, "yarn.scheduler.fair.preemption=true", "yarn.scheduler.fair.waitTimeBeforeKill=1000", "yarn.scheduler.fair.waitTimeBeforeNextStarvationCheck=0")
	s.addNodes(1, 18*1024, 18)
	s.submit("hog", "hog", "ann", gig, 8)
	s.submit("safe", "safe", "cyd", gig, 8)
	s.run(20)
	s.expectRunning(map[string]int{"hog": 9, "safe": 9})
	s.submit("late", "late", "bob", gig, 100)
	s.run(60)
	s.expectRunning(map[string]int{"hog": 6, "safe": 9, "late": 3})
}

// preemption.cluster-utilization-threshold: below it, nothing is preempted.
func TestFairDocUtilization(t *testing.T) {
	file := `<allocations>
		<defaultFairSharePreemptionTimeout>0</defaultFairSharePreemptionTimeout>
		<queue name="hog"/><queue name="late"/>
	</allocations>`
	for threshold, marked := range map[string]bool{"0.9": false, "0.8": true} {
		s := newFairStory(t, file, "yarn.scheduler.fair.preemption=true",
			"yarn.scheduler.fair.preemption.cluster-utilization-threshold="+threshold, "yarn.scheduler.maximum-allocation-mb=16384")
		s.addNodes(2, 8*1024, 8)
		s.submit("hog", "hog", "ann", scheduler.NewResource(2560, 1), 4) // 1 + 4 * 3 GiB of 16
		s.run(10)
		s.submit("late", "late", "bob", scheduler.NewResource(5120, 1), 1) // the master fits
		s.run(10)
		if got := slices.ContainsFunc(s.events, func(e string) bool { return strings.HasSuffix(e, "marked") }); got != marked {
			t.Errorf("threshold %s of 0.875 used: marked %v, want %v: %q", threshold, got, marked, s.events)
		}
	}
}

// sizebasedweight: applications are weighed by the logarithm to base 2 of one plus
// the memory that they ask for.
func TestFairDocSizeBasedWeight(t *testing.T) {
	s := newFairStory(t, `<allocations><queue name="q"/></allocations>`, "yarn.scheduler.fair.sizebasedweight=true")
	s.submit("small", "q", "ann", gig, 0)
	s.s.Preempt(0)
	if w := s.s.(*Scheduler).apps[0].weight; w < 10.0013 || w > 10.0015 { // log2(1025)
		t.Error(w)
	}
}

// assignmultiple: about half of what a node has free is assigned in one
// heartbeat; with dynamic.max.assign off, max.assign containers.
func TestFairDocAssignMultiple(t *testing.T) {
	for site, want := range map[string]int{
		"": 1,
		"yarn.scheduler.fair.assignmultiple=true":                                        9, // up to and with the one that passes half
		"yarn.scheduler.fair.assignmultiple=true dynamic.max.assign=false":               16,
		"yarn.scheduler.fair.assignmultiple=true dynamic.max.assign=false max.assign=3":  3,
		"yarn.scheduler.fair.assignmultiple=false dynamic.max.assign=false max.assign=3": 1,
		"yarn.scheduler.fair.assignmultiple=true dynamic.max.assign=true max.assign=3":   9,
	} {
		lines := strings.Fields(site)
		for i := 1; i < len(lines); i++ {
			lines[i] = "yarn.scheduler.fair." + lines[i]
		}
		s := newFairStory(t, `<allocations><queue name="q"><maxAMShare>-1</maxAMShare></queue></allocations>`, lines...)
		s.addNodes(1, 16*1024, 16)
		for i := range 16 {
			s.submit(fmt.Sprint(i), "q", "ann", gig, 0)
		}
		s.run(1)
		if len(s.order) != want {
			t.Errorf("%q: %d containers in a heartbeat, want %d", site, len(s.order), want)
		}
	}
}

// increment-allocation: sizes are rounded up.
func TestFairDocIncrement(t *testing.T) {
	for site, want := range map[string]scheduler.Resource{
		"": scheduler.NewResource(2048, 3),
		"yarn.resource-types.memory-mb.increment-allocation=512":                                                       scheduler.NewResource(1536, 3),
		"yarn.resource-types.memory-mb.increment-allocation=1Gi yarn.resource-types.memory-mb.minimum-allocation=2049": scheduler.NewResource(3072, 3),
		"yarn.scheduler.increment-allocation-mb=400 yarn.scheduler.increment-allocation-vcores=2":                      scheduler.NewResource(1600, 4),
		"yarn.scheduler.minimum-allocation-mb=3000 yarn.scheduler.increment-allocation-mb=1000":                        scheduler.NewResource(3000, 3),
	} {
		s := newFairStory(t, `<allocations><queue name="q"/></allocations>`, strings.Fields(site)...)
		s.addNodes(1, 8*1024, 8)
		s.submit("app", "q", "ann", scheduler.NewResource(1500, 3), 1)
		s.run(2)
		if got := s.granted[2].Size; got != want {
			t.Errorf("%q: 1500 MiB and 3 cores become %v, want %v", site, got, want)
		}
	}
}

// An application's queue may be named with or without "root.", be created when the
// application is submitted, be replaced by the user's or by "default", or be refused.
func TestFairDocPlacement(t *testing.T) {
	const file = `<allocations><queue name="known"/><queue name="parent"><queue name="leaf"/></queue>%s</allocations>`
	for _, c := range []struct {
		policy, site, queue, want string // want: "" is a refusal
	}{
		{"", "", "known", "root.known"},
		{"", "", "root.known", "root.known"},
		{"", "", "new", "root.new"},
		{"", "", "new.below", "root.new.below"},
		{"", "", "default", "root.first_dot_last"},
		{"", "yarn.scheduler.fair.user-as-default-queue=false", "default", "root.default"},
		{"", "yarn.scheduler.fair.allow-undeclared-pools=false", "new", "root.default"},
		{"", "yarn.scheduler.fair.allow-undeclared-pools=false", "known", "root.known"},
		{"", "", "parent", ""},
		{"", "", "known.below", ""},
		{"", "", ".new", ""},
		{"", "", "new.", ""},
		{"", "", "a..b", ""},
		{`<rule name="specified" create="false"/><rule name="reject"/>`, "", "new", ""},
		{`<rule name="specified" create="false"/><rule name="reject"/>`, "", "known", "root.known"},
		{`<rule name="specified" create="false"/><rule name="default" queue="fallback"/>`, "", "new", "root.fallback"},
		{`<rule name="user"/>`, "", "known", "root.first_dot_last"},
		{`<rule name="user" create="false"/><rule name="default"/>`, "", "known", "root.default"},
		{`<rule name="nestedUserQueue"><rule name="specified" create="false"/></rule><rule name="reject"/>`, "", "parent", "root.parent.first_dot_last"},
		{`<rule name="nestedUserQueue"><rule name="specified" create="false"/></rule><rule name="reject"/>`, "", "known", ""},
	} {
		policy := c.policy
		if policy != "" {
			policy = "<queuePlacementPolicy>" + policy + "</queuePlacementPolicy>"
		}
		s := newFairStory(t, fmt.Sprintf(file, policy), strings.Fields(c.site)...)
		got := ""
		if err := s.s.Submit(0, scheduler.App{ID: 0, Queue: c.queue, User: "first.last", Master: gig}); err == nil {
			got = s.s.(*Scheduler).apps[0].queue.name
		}
		if got != c.want {
			t.Errorf("%s %s: queue %q comes to %q, want %q", c.policy, c.site, c.queue, got, c.want)
		}
	}
}
