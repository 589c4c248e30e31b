package replay

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dynalloc/internal/golden"
	"dynalloc/internal/wide"
	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/replay/cluster/yarn"
	"dynalloc/replay/latency"
	"dynalloc/replay/random"
	"dynalloc/traces"
)

// TestDigestsArePinned compares replays with the digests in
// testdata/digests.golden. A change that should leave behavior alone leaves the
// file alone; a change of behavior rewrites it with -update, and its diff shows
// which replays are affected.
//
// The file has one line for each run of each story in testdata, and one line for
// each random workload, with a column for each policy and each manager. The
// figures of the stories are in the stories themselves, so their lines hold only
// the digest of the events; the columns of the random workloads cover the figures
// too, see fingerprint.
func TestDigestsArePinned(t *testing.T) {
	golden.Check(t, "digests.golden", []byte(storyDigests(t)+randomDigests(t)))
}

// storyDigests returns a line for each run of each story.
func storyDigests(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var lines strings.Builder
	for _, file := range files {
		s := readStory(t, file)
		for _, number := range s.numbers() {
			r := s.run(t, number)
			cluster, _, _ := strings.Cut(r.config.Cluster.String(), " (") // without a note on validation
			name := strings.TrimSuffix(filepath.Base(file), ".txtar")
			fmt.Fprintf(&lines, "%s, run%s: %s on %s: %s\n", name, number, r.policy, cluster, storyDigest(s.workload, r))
		}
	}
	return lines.String()
}

func storyDigest(w *traces.Workload, r run) string {
	f, err := policies.ParseFleet(r.policy)
	if err != nil {
		return "refused"
	}
	played, err := Run(w, f, r.config)
	if err != nil {
		return "fails"
	}
	return fmt.Sprintf("%d events, ends %s, %012x", played.Events, played.End, played.Digest>>16)
}

// pinnedPolicies are the ways in which shuffle files are protected.
var pinnedPolicies = []struct{ name, spec string }{
	{"static", "static,n=3"},
	{"service", "spark,idle=2s,cached=9s"},
	{"tracking", "spark,idle=2s,shuffle=tracking,tracking-timeout=20s"},
	{"decommission", "spark,idle=2s,shuffle=decommission"},
}

// pinnedManagers are the managers other than standalone, each with its queues or
// priorities in use.
var pinnedManagers = []struct {
	name    string
	cluster func(t *testing.T, r *rand.Rand, w *traces.Workload) cluster.Cluster
}{
	{"capacity", yarnCluster("capacity", capacityQueues)},
	{"fair", yarnCluster("fair", fairQueues)},
	{"fifo", yarnCluster("fifo", "")},
	{"kubernetes", func(_ *testing.T, r *rand.Rand, w *traces.Workload) cluster.Cluster { return spotCluster(r, w) }},
}

// pinnedWorkloads is how many random workloads are pinned.
const pinnedWorkloads = 200

// randomDigests returns a line for each random workload: a fingerprint of each
// policy on a standalone cluster, then one of all policies together for each other
// manager.
func randomDigests(t *testing.T) string {
	t.Helper()
	var lines strings.Builder
	for seed := uint64(1); seed <= pinnedWorkloads; seed++ {
		fmt.Fprintf(&lines, "random %d:", seed)
		for _, p := range pinnedPolicies {
			w, c := pinnedRun(t, seed)
			c.Cluster.Manager = "standalone"
			fmt.Fprintf(&lines, " %s=%08x", p.name, fingerprint(t, w, p.spec, c))
		}
		for _, m := range pinnedManagers {
			var all uint64
			for _, p := range pinnedPolicies {
				if m.name == "kubernetes" && p.name == "service" {
					continue // Spark has no external shuffle service on Kubernetes
				}
				w, c := pinnedRun(t, seed)
				locality := c.Cluster.Locality
				c.Cluster = m.cluster(t, rand.New(rand.NewPCG(seed, 3)), w)
				c.Cluster.Locality = locality
				all = random.Mix(all, uint64(fingerprint(t, w, p.spec, c)))
			}
			fmt.Fprintf(&lines, " %s=%08x", m.name, uint32(all))
		}
		lines.WriteString("\n")
	}
	return lines.String()
}

// pinnedRun makes a random workload and a configuration without a manager. In
// every other one tasks fail, prefer nodes and are speculated; in half of each,
// executors and drivers that start on a node share its processors.
func pinnedRun(t *testing.T, seed uint64) (*traces.Workload, Config) {
	t.Helper()
	w, _, c := randomRun(seed)
	if seed%2 == 0 {
		enrich(w, &c, seed)
	}
	if seed%4 < 2 {
		c.Times.Processors, c.Times.GC = 1000+latency.Processors(seed%5)*250, 30*time.Second
		c.Times.DriverProcessors, c.Times.DriverWork = 1250, 450*time.Millisecond
		for i := range c.Times.By {
			c.Times.By[i].Contention, c.Times.By[i].MaxOthers = 0.3, 1+i
		}
		for i, a := range w.Apps {
			a.DriverOnExecutorHost = i%2 == 0
		}
	}
	c.Faults = randomFaults(t, seed/2)
	return w, c
}

// fingerprint replays a workload and folds the digest of its events, the figures of
// each application and the attribution into 32 bits.
func fingerprint(t *testing.T, w *traces.Workload, policy string, c Config) uint32 {
	t.Helper()
	c.Attribute = true
	r, err := Run(w, fleet(t, policy), c)
	if err != nil {
		t.Fatalf("%s under %s on %s: %v", w.Name, policy, c.Cluster, err)
	}
	d := random.Mix(random.Mix(r.Digest, uint64(r.Events)), uint64(r.End))
	fold := func(times ...time.Duration) {
		for _, v := range times {
			d = random.Mix(d, uint64(v))
		}
	}
	sums := func(times ...wide.Time) {
		for _, v := range times {
			fold(time.Duration(v.Milliseconds()) * time.Millisecond)
		}
	}
	sums(r.Provided)
	sums(r.Nodes...)
	for i := range r.Apps {
		a := &r.Apps[i]
		fold(a.Began, a.Asked, a.Granted, a.Registered, a.FirstTask, a.End)
		sums(a.Wait, a.Recomputed, a.Discarded)
		for _, job := range a.Jobs {
			fold(job.Start, job.End)
		}
		for _, n := range []int{a.Grants, a.Removals, a.Rerun, a.Lost, a.Preempted, a.Peak} {
			d = random.Mix(d, uint64(n))
		}
		l := &a.Ledger
		sums(l.Starting, l.Busy, l.Idle, l.Leaving)
		fold(time.Duration(l.Memory.Milliseconds()))
		sums(l.Executor)
		fold(a.Attribution.Turnaround[:]...)
		sums(a.Attribution.Cores[:]...)
		sums(a.Attribution.Executors[:]...)
		fold(a.Attribution.Waves, a.Attribution.RampUp)
	}
	return uint32(d)
}

// yarnCluster makes clusters with two queues, between which applications alternate.
func yarnCluster(scheduler, queues string) func(t *testing.T, r *rand.Rand, w *traces.Workload) cluster.Cluster {
	return func(t *testing.T, r *rand.Rand, w *traces.Workload) cluster.Cluster {
		t.Helper()
		for i, a := range w.Apps {
			a.Queue = []string{"hogs", "reports"}[i%2]
		}
		c := cluster.Uniform(2+r.IntN(3), 4+r.IntN(8), 16384)
		config := &yarn.Config{Scheduler: scheduler, Site: "site.xml"}
		if queues != "" {
			config.Queues = "queues.xml"
		}
		c.Manager, c.Settings = "yarn", config
		if err := c.OpenFiles(archived(map[string]string{"queues.xml": queues, "site.xml": preemptingSite})); err != nil {
			t.Fatal(err)
		}
		return c
	}
}

const capacityQueues = `<configuration>
<property><name>yarn.scheduler.capacity.root.queues</name><value>hogs,reports</value></property>
<property><name>yarn.scheduler.capacity.root.hogs.capacity</name><value>30</value></property>
<property><name>yarn.scheduler.capacity.root.hogs.user-limit-factor</name><value>4</value></property>
<property><name>yarn.scheduler.capacity.root.reports.capacity</name><value>70</value></property>
<property><name>yarn.scheduler.capacity.root.reports.user-limit-factor</name><value>2</value></property>
</configuration>`

const fairQueues = `<allocations>
<queue name="hogs"/>
<queue name="reports"><weight>3</weight><minResources>8192 mb, 4 vcores</minResources></queue>
<defaultQueueSchedulingPolicy>drf</defaultQueueSchedulingPolicy>
<defaultMinSharePreemptionTimeout>10</defaultMinSharePreemptionTimeout>
<defaultFairSharePreemptionTimeout>20</defaultFairSharePreemptionTimeout>
</allocations>`

const preemptingSite = `<configuration>
<property><name>yarn.resourcemanager.scheduler.monitor.enable</name><value>true</value></property>
<property><name>yarn.scheduler.fair.preemption</name><value>true</value></property>
<property><name>yarn.scheduler.maximum-allocation-mb</name><value>16384</value></property>
</configuration>`
