package yarn

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"dynalloc/internal/spark"
	"dynalloc/replay/cluster/manager"
	"dynalloc/replay/cluster/yarn/capacity"
	"dynalloc/replay/cluster/yarn/fair"
	"dynalloc/replay/cluster/yarn/fifo"
	"dynalloc/replay/cluster/yarn/hadoop"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A fakeDriver sends a manager the events of drivers at given times, serves it when it
// wants to be served, and writes down its actions.
type fakeDriver struct {
	*Manager
	t     *testing.T
	steps []step
	lines []string
	named []int // containers, in the order in which they were placed
	of    []int // their applications
}

// A ledger writes down what a scheduler assigned and reserved, and counts the containers
// that it assigned and those that ended.
type ledger struct {
	scheduler.Scheduler
	lines           []string
	assigned, ended int
}

func (l *ledger) NodeUpdate(now time.Duration, node int) []scheduler.Allocation {
	all := l.Scheduler.NodeUpdate(now, node)
	l.assigned += len(all)
	for _, a := range all {
		l.lines = append(l.lines, fmt.Sprintf("%6d %+v", now.Milliseconds(), a))
	}
	return all
}

func (l *ledger) Complete(now time.Duration, container int) {
	l.ended++
	l.Scheduler.Complete(now, container)
}

// A step is something that a driver does.
type step struct {
	at time.Duration
	do func(now time.Duration)
}

func (d *fakeDriver) at(at time.Duration, do func(now time.Duration)) {
	i, _ := slices.BinarySearchFunc(d.steps, at+1, func(s step, t time.Duration) int { return int(s.at - t) })
	d.steps = slices.Insert(d.steps, i, step{at, do})
}

// ms is a time of a story.
func ms(n int) time.Duration { return time.Duration(n) * time.Millisecond }

// submit submits an application, which registers as soon as its master is placed.
func (d *fakeDriver) submit(at int, a manager.App) {
	d.at(ms(at), func(now time.Duration) {
		if err := d.Fits(a); err != nil {
			d.t.Fatal(err)
		}
		d.Observe(manager.Event{At: now, Kind: manager.AppSubmitted, App: a.Index, Submitted: &a})
	})
}

func (d *fakeDriver) ask(at, app, total int) {
	d.at(ms(at), func(now time.Duration) {
		d.Observe(manager.Event{At: now, Kind: manager.TotalAsked, App: app, Total: total})
	})
}

// exit gives back the n-th executor that was placed.
func (d *fakeDriver) exit(at, n int) {
	d.at(ms(at), func(now time.Duration) {
		if n < len(d.named) {
			d.Observe(manager.Event{At: now, Kind: manager.ExecutorExited, App: d.of[n], Container: d.named[n]})
		}
	})
}

func (d *fakeDriver) finish(at, app int) {
	d.at(ms(at), func(now time.Duration) {
		if app < len(d.apps) && d.apps[app] != nil && d.apps[app].registered {
			d.Observe(manager.Event{At: now, Kind: manager.AppFinished, App: app})
		}
	})
}

// run goes on until a time, and returns what the manager did.
func (d *fakeDriver) run(until int) []string {
	d.t.Helper()
	for {
		now := d.Next()
		if len(d.steps) > 0 {
			now = min(now, d.steps[0].at)
		}
		if now > ms(until) {
			return d.lines
		}
		for len(d.steps) > 0 && d.steps[0].at == now {
			do := d.steps[0].do
			d.steps = d.steps[1:]
			do(now)
		}
		for _, a := range d.Serve(now) {
			switch a.Kind {
			case manager.PlaceDriver:
				d.note(now, "app %d starts on node %d", a.App, a.Node)
				d.at(now, func(now time.Duration) {
					if d.apps[a.App] != nil {
						d.Observe(manager.Event{At: now, Kind: manager.AppRegistered, App: a.App})
					}
				})
			case manager.PlaceExecutor:
				d.note(now, "executor %d of app %d starts on node %d", len(d.named), a.App, a.Node)
				d.named, d.of = append(d.named, a.Container), append(d.of, a.App)
			case manager.Preempt:
				d.note(now, "executor %d of app %d is taken", slices.Index(d.named, a.Container), a.App)
			}
		}
	}
}

func (d *fakeDriver) note(now time.Duration, format string, args ...any) {
	d.lines = append(d.lines, fmt.Sprintf("%6d ", now.Milliseconds())+fmt.Sprintf(format, args...))
}

// newStory is a cluster of nodes of 10 GiB and 10 cores with a scheduler.
func newStory(t *testing.T, nodes int, fresh func() scheduler.Scheduler, rounds time.Duration) *fakeDriver {
	var all []manager.Node
	for i := range nodes {
		all = append(all, manager.Node{Name: fmt.Sprint(i), Resources: manager.Resources{Cores: 10, MemoryMB: 10 << 10}})
	}
	return &fakeDriver{Manager: New(all, fresh, rounds), t: t}
}

// app is an application whose executors take 2 GiB in a container.
func app(index int, properties ...string) manager.App {
	a := manager.App{Index: index, User: "ann", Properties: spark.Properties{}, Profiles: []manager.Profile{{Cores: 1, TaskCPUs: 1, HeapMB: 1664, OverheadMB: 384}}}
	for i := 0; i < len(properties); i += 2 {
		a.Properties[properties[i]] = properties[i+1]
	}
	a.ClusterMode, a.Driver = a.Properties.ClusterMode(), spark.OverheadRule{}.DriverSize(a.Properties, spark.Version{})
	return a
}

// text is a configuration file with this content.
func text(name, content string) hadoop.File {
	return hadoop.File{Name: name, Text: strings.NewReader(content)}
}

func fifoOf(t *testing.T) func() scheduler.Scheduler {
	return func() scheduler.Scheduler {
		c, _, err := fifo.Read(text("yarn-site.xml", "<configuration/>"))
		if err != nil {
			t.Fatal(err)
		}
		return fifo.New(c)
	}
}

func capacityOf(t *testing.T, queues string) func() scheduler.Scheduler {
	return func() scheduler.Scheduler {
		c, _, err := capacity.Read(text("capacity-scheduler.xml", queues), hadoop.File{})
		if err != nil {
			t.Fatal(err)
		}
		return capacity.New(c)
	}
}

func fairOf(t *testing.T, queues, site string) func() scheduler.Scheduler {
	return func() scheduler.Scheduler {
		c, _, err := fair.Read(text("fair-scheduler.xml", queues), text("yarn-site.xml", site))
		if err != nil {
			t.Fatal(err)
		}
		return fair.New(c)
	}
}

// singleQueue is the file that YARN ships with, all of the cluster for one user.
const singleQueue = `<configuration>
<property><name>yarn.scheduler.capacity.root.queues</name><value>default</value></property>
<property><name>yarn.scheduler.capacity.root.default.capacity</name><value>100</value></property>
<property><name>yarn.scheduler.capacity.maximum-am-resource-percent</name><value>1</value></property>
</configuration>`

// queues is a configuration of the capacity scheduler with these properties.
func queues(properties ...string) string {
	var xml strings.Builder
	for _, p := range properties {
		name, value, _ := strings.Cut(p, "=")
		fmt.Fprintf(&xml, "<property><name>yarn.scheduler.capacity.%s</name><value>%s</value></property>\n", name, value)
	}
	return "<configuration>\n" + xml.String() + "</configuration>"
}

const twoQueues = `<configuration>
<property><name>yarn.scheduler.capacity.root.queues</name><value>a,b</value></property>
<property><name>yarn.scheduler.capacity.root.a.capacity</name><value>30</value></property>
<property><name>yarn.scheduler.capacity.root.a.user-limit-factor</name><value>10</value></property>
<property><name>yarn.scheduler.capacity.root.b.capacity</name><value>70</value></property>
<property><name>yarn.scheduler.capacity.root.b.user-limit-factor</name><value>10</value></property>
<property><name>yarn.scheduler.capacity.maximum-am-resource-percent</name><value>0.5</value></property>
<property><name>yarn.resourcemanager.scheduler.monitor.enable</name><value>true</value></property>
<property><name>yarn.resourcemanager.monitor.capacity.preemption.total_preemption_per_round</name><value>1</value></property>
<property><name>yarn.resourcemanager.monitor.capacity.preemption.natural_termination_factor</name><value>1</value></property>
<property><name>yarn.resourcemanager.monitor.capacity.preemption.max_wait_before_kill</name><value>5000</value></property>
</configuration>`

func same(t *testing.T, got []string, want ...string) {
	t.Helper()
	for i := range want {
		want[i] = fmt.Sprintf("%6s %s", want[i][:strings.Index(want[i], " ")], want[i][strings.Index(want[i], " ")+1:])
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("expected (-), and what happened (+):\n%s", diff)
	}
}

// A request is sent when the driver changes its total, at the earliest 200 ms after the
// last call. Nodes assign one container in each of their heartbeats, and the application
// master learns of them at its calls, which are 200, 400, 800, ... ms apart.
func TestMasterCallsAndNodesBeat(t *testing.T) {
	d := newStory(t, 2, capacityOf(t, singleQueue), 0)
	d.submit(300, app(0))
	d.ask(1050, 0, 5)
	same(t, d.run(20000),
		"500 app 0 starts on node 1",
		"1650 executor 0 of app 0 starts on node 1",
		"2450 executor 1 of app 0 starts on node 0",
		"4050 executor 2 of app 0 starts on node 1",
		"4050 executor 3 of app 0 starts on node 0",
		"4050 executor 4 of app 0 starts on node 1",
	)
}

// Heartbeats, rounds and calls that change nothing are elided. The manager's actions, and
// those of its scheduler, are the same as if all of them were played.
func TestEliding(t *testing.T) {
	const pools = `<allocations><queue name="a"/><queue name="b"><weight>2</weight></queue>
<defaultFairSharePreemptionTimeout>5</defaultFairSharePreemptionTimeout>
<defaultFairSharePreemptionThreshold>0.8</defaultFairSharePreemptionThreshold></allocations>`
	const preempting = `<configuration><property><name>yarn.scheduler.fair.preemption</name><value>true</value></property></configuration>`
	for _, kind := range []struct {
		name    string
		fresh   func() scheduler.Scheduler
		rounds  time.Duration
		preempt bool
	}{
		{"fifo", fifoOf(t), 0, false},
		{"capacity", capacityOf(t, twoQueues), 3 * time.Second, true},
		{"fair", fairOf(t, pools, preempting), 500 * time.Millisecond, true},
		{"capacity without preemption", capacityOf(t, twoQueues), 0, false},
		{"capacity with user limits", capacityOf(t, queues(`root.queues=a,b`, `root.a.capacity=60`, `root.a.minimum-user-limit-percent=25`, `root.b.capacity=40`, `root.b.maximum-capacity=70`, `maximum-am-resource-percent=0.4`)), 0, false},
		{"capacity in fair order", capacityOf(t, queues(`root.queues=a,b`, `root.a.capacity=90`, `root.a.ordering-policy=fair`, `root.b.capacity=10`, `root.b.ordering-policy=fair`, `root.b.ordering-policy.fair.enable-size-based-weight=true`, `maximum-am-resource-percent=0.6`)), 0, false},
		{"capacity by cores", capacityOf(t, queues(`root.queues=a,b`, `root.a.capacity=50`, `root.b.capacity=50`, `root.b.user-limit-factor=2`, `maximum-am-resource-percent=1`, `resource-calculator=org.apache.hadoop.yarn.util.resource.DominantResourceCalculator`)), 0, false},
		{"capacity without search", capacityOf(t, queues(`root.queues=a,b`, `root.a.capacity=50`, `root.b.capacity=50`, `maximum-am-resource-percent=1`, `reservations-continue-look-all-nodes=false`)), 0, false},
		{"fair without preemption", fairOf(t, pools, "<configuration/>"), 500 * time.Millisecond, false},
	} {
		t.Run(kind.name, func(t *testing.T) {
			taken := 0
			for seed := range uint64(150) {
				play := func(every bool) []string {
					r := rand.New(rand.NewPCG(seed, 1))
					d := newStory(t, 1+r.IntN(6), kind.fresh, kind.rounds)
					d.nodeExpiry = 20 * time.Second
					d.nothingElided = every
					book := &ledger{Scheduler: d.scheduler}
					d.scheduler = book
					apps := 1 + r.IntN(6)
					for i := range apps {
						come := r.IntN(40000)
						a := app(i, "spark.yarn.queue", []string{"a", "b"}[r.IntN(2)])
						a.User = []string{"ann", "bob", "eve"}[r.IntN(3)]
						a.Profiles[0].HeapMB += int64(r.IntN(4)) << 10
						a.Profiles[0].Cores += r.IntN(4)
						d.submit(come, a)
						for range 1 + r.IntN(5) {
							i, total := i, r.IntN(20)
							d.at(ms(come+r.IntN(60000)), func(now time.Duration) {
								if am := d.apps[i]; am != nil && am.registered {
									d.Observe(manager.Event{At: now, Kind: manager.TotalAsked, App: i, Total: total})
								}
							})
						}
						if r.IntN(2) == 0 {
							d.finish(come+20000+r.IntN(90000), i)
						}
					}
					for range r.IntN(12) {
						d.exit(r.IntN(120000), r.IntN(12))
					}
					if n := len(d.nodes); n > 1 && r.IntN(4) == 0 {
						lost, at := r.IntN(n), r.IntN(60000)
						d.at(ms(at), func(now time.Duration) { d.Observe(manager.Event{At: now, Kind: manager.NodeLost, Node: lost}) })
						d.at(ms(at+r.IntN(40000)), func(now time.Duration) { d.Observe(manager.Event{At: now, Kind: manager.NodeRestored, Node: lost}) })
					}
					lines := d.run(150000)
					d.catchUp(ms(150000))
					return append(lines, book.lines...)
				}
				elided := play(false)
				if diff := gocmp.Diff(play(true), elided); diff != "" {
					t.Fatalf("seed %d: every heartbeat (-) and elided (+) differ:\n%s", seed, diff)
				}
				for _, line := range elided {
					if strings.HasSuffix(line, "is taken") {
						taken++
					}
				}
			}
			if kind.preempt && taken == 0 {
				t.Error("nothing was ever preempted: that shows too little")
			}
		})
	}
}

// What an executor held is free when its node reports its end. Its application master
// releases it at its next call, here at 14 s, because a kill does not wake the master; the
// node is told then and reports at 15 s, and another master learns of the free room at 18 s.
func TestFreedWhenTheNodeReports(t *testing.T) {
	d := newStory(t, 1, fifoOf(t), 0)
	d.submit(0, app(0))
	d.ask(1000, 0, 4)
	d.submit(2000, app(1))
	d.ask(3000, 1, 1)
	d.at(ms(11000), func(now time.Duration) { d.Observe(manager.Event{At: now, Kind: manager.TotalAsked, Total: 3}) })
	d.exit(11300, 3)
	same(t, d.run(30000),
		"0 app 0 starts on node 0",
		"1200 executor 0 of app 0 starts on node 0",
		"1200 executor 1 of app 0 starts on node 0",
		"1200 executor 2 of app 0 starts on node 0",
		"1200 executor 3 of app 0 starts on node 0",
		"2000 app 1 starts on node 0",
		"18000 executor 4 of app 1 starts on node 0",
	)
}

// A container that was assigned while its request was being withdrawn is given
// back at the next call, and somebody else can have it.
func TestSurplusIsGivenBack(t *testing.T) {
	d := newStory(t, 1, capacityOf(t, singleQueue), 0)
	book := &ledger{Scheduler: d.scheduler}
	d.scheduler = book
	d.submit(0, app(0))
	d.ask(1900, 0, 1)
	d.ask(2050, 0, 0)
	same(t, d.run(60000), "0 app 0 starts on node 0")
	if book.assigned != 2 || book.ended != 1 {
		t.Errorf("%d containers were assigned and %d ended, expected the master's and one that was given back", book.assigned, book.ended)
	}
}

// If the resource manager has met a part of the requests and the application master does
// not know yet, a new total makes it request too many containers. It gives the surplus back.
func TestRequestsAreRepeated(t *testing.T) {
	d := newStory(t, 4, capacityOf(t, singleQueue), 0)
	book := &ledger{Scheduler: d.scheduler}
	d.scheduler = book
	d.submit(0, app(0))
	d.ask(1000, 0, 3)
	d.ask(2500, 0, 4)
	lines := d.run(60000)
	if len(lines) != 1+4 {
		t.Errorf("expected a master and 4 executors:\n%s", strings.Join(lines, "\n"))
	}
	if book.assigned != 1+6 {
		t.Errorf("%d containers were assigned, expected the master's, 4 and 2 of which the second request did not know", book.assigned)
	}
}

// A preempted executor is missing, so its master asks for another, although
// others took its place.
func TestPreemptedIsAskedForAgain(t *testing.T) {
	d := newStory(t, 1, capacityOf(t, twoQueues), 3*time.Second)
	d.submit(0, app(0, "spark.yarn.queue", "a"))
	d.ask(1000, 0, 4)
	d.submit(20000, app(1, "spark.yarn.queue", "b"))
	d.ask(30000, 1, 3)
	d.finish(60000, 1)
	lines := d.run(100000)
	taken, again := 0, 0
	for _, line := range lines {
		switch {
		case strings.HasSuffix(line, "of app 0 is taken"):
			taken++
		case taken > 0 && strings.Contains(line, "of app 0 starts"):
			again++
		}
	}
	if taken == 0 || again != taken {
		t.Errorf("%d executors were taken and %d came again:\n%s", taken, again, strings.Join(lines, "\n"))
	}
}

// A silent node counts as lost only ten minutes later: only then its executors are
// requested again.
func TestLostNodeCountsAsLostLater(t *testing.T) {
	d := newStory(t, 2, capacityOf(t, singleQueue), 0)
	d.submit(0, app(0))
	d.ask(1000, 0, 4)
	d.at(ms(8000), func(now time.Duration) { d.Observe(manager.Event{At: now, Kind: manager.NodeLost, Node: 1}) })
	lines := d.run(700000)
	if len(lines) < 6 {
		t.Fatal(lines)
	}
	var again []string
	for _, line := range lines[5:] {
		again = append(again, strings.Fields(line)[0])
	}
	for _, at := range again {
		if at < "608000" || at > "615000" {
			t.Errorf("an executor came again at %s ms, expected between 608000 and 615000:\n%s", at, strings.Join(lines, "\n"))
		}
	}
}

// A queue that may have one application refuses a second one until the first has ended.
func TestRefusedIsSubmittedAgain(t *testing.T) {
	one := strings.Replace(singleQueue, "</configuration>", "<property><name>yarn.scheduler.capacity.root.default.maximum-applications</name><value>1</value></property></configuration>", 1)
	d := newStory(t, 1, capacityOf(t, one), 0)
	d.submit(0, app(0))
	d.submit(1500, app(1))
	d.finish(10500, 0)
	same(t, d.run(30000),
		"0 app 0 starts on node 0",
		"11000 app 1 starts on node 0",
	)
}

func TestFits(t *testing.T) {
	large := app(0)
	large.Profiles[0].HeapMB = 10 << 10
	for _, c := range []struct {
		name string
		app  manager.App
		want string
	}{
		{"an unknown queue", app(0, "spark.yarn.queue", "x"), "YARN refuses it"},
		{"a large executor", large, "an executor of 10624 MiB and 1 cores gets no container in queue default of the empty cluster (the largest node has 10240 MiB and 10 cores); give the nodes or the queue more or the executors less"},
		{"a large driver", app(0, "spark.submit.deployMode", "cluster", "spark.driver.memory", "10g"), "YARN refuses it"},
		{"a driver that is left at home", app(0, "spark.driver.memory", "10g"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newStory(t, 2, capacityOf(t, singleQueue), 0)
			for range 2 { // known the second time
				err := d.Fits(c.app)
				if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)) {
					t.Errorf("got %v, expected %q", err, c.want)
				}
			}
		})
	}
}

// The sizes of application masters before YARN rounds them.
func TestMasterSize(t *testing.T) {
	for _, c := range []struct {
		version    string
		properties []string
		want       scheduler.Resource
	}{
		{"3.5.1", nil, scheduler.NewResource(512+384, 1)},
		{"3.5.1", []string{"spark.yarn.am.memory", "8g", "spark.yarn.am.cores", "2"}, scheduler.NewResource(8192+819, 2)},
		{"3.5.1", []string{"spark.yarn.am.memoryOverhead", "512"}, scheduler.NewResource(512+512, 1)},
		{"3.5.1", []string{"spark.submit.deployMode", "cluster"}, scheduler.NewResource(1024+384, 1)},
		{"3.5.1", []string{"spark.submit.deployMode", "cluster", "spark.driver.memory", "8g", "spark.driver.cores", "4"}, scheduler.NewResource(8192+819, 4)},
		{"3.5.1", []string{"spark.submit.deployMode", "cluster", "spark.driver.memory", "8g", "spark.driver.memoryOverhead", "2g"}, scheduler.NewResource(8192+2048, 1)},
		{"3.5.1", []string{"spark.submit.deployMode", "cluster", "spark.driver.memory", "8g", "spark.driver.memoryOverheadFactor", "0.25"}, scheduler.NewResource(8192+2048, 1)},
		{"3.2.0", []string{"spark.submit.deployMode", "cluster", "spark.driver.memory", "8g", "spark.driver.memoryOverheadFactor", "0.25"}, scheduler.NewResource(8192+819, 1)},
		{"4.0.0", []string{"spark.submit.deployMode", "cluster", "spark.driver.minMemoryOverhead", "600m"}, scheduler.NewResource(1024+600, 1)},
		{"3.5.1", []string{"spark.submit.deployMode", "cluster", "spark.driver.minMemoryOverhead", "600m"}, scheduler.NewResource(1024+384, 1)},
	} {
		a := app(0, c.properties...)
		a.Driver = spark.OverheadRule{}.DriverSize(a.Properties, spark.ParseVersion(c.version))
		if got := newAppMaster(a).submission.Master; got != c.want {
			t.Errorf("Spark %s with %v: a master of %v, expected %v", c.version, c.properties, got, c.want)
		}
	}
}
