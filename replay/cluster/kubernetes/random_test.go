package kubernetes

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"dynalloc/internal/spark"
	"dynalloc/replay/cluster/manager"
)

const randomClusters = 200

// A world is a random cluster with random applications and their events; it writes
// down the manager's actions.
type world struct {
	t     *testing.T
	m     *Manager
	apps  []manager.App
	gen   *rand.Rand
	log   strings.Builder
	steps []func(at time.Duration) // at steps[i] of times
	times []time.Duration
	ready map[int]bool
	want  map[int][]int // totals that wait for the registration
	alive map[int][]int // containers by application
	lost  map[int]bool
}

func pick[T any](g *rand.Rand, of ...T) T { return of[g.IntN(len(of))] }

func randomOptions(g *rand.Rand) Options {
	pointer := func(d time.Duration) *time.Duration { return &d }
	o := Options{
		Drivers: pick(g, driversInPods, driversOutside), ScoringStrategy: pick(g, leastAllocated, mostAllocated),
		PriorityClasses: []PriorityClass{{Name: "high", Value: 10, PreemptionPolicy: pick(g, "", never)}, {Name: "low", Value: -20}},
		Applications:    []Placement{{Class: "high", PriorityClassName: "high"}, {Class: "low", PriorityClassName: "low"}},
	}
	if g.IntN(3) == 0 {
		o.WatchDelay = time.Duration(g.IntN(40)) * 100 * time.Millisecond
		o.PodStartup = time.Duration(g.IntN(50)) * 100 * time.Millisecond
		o.TerminationDelay = time.Duration(g.IntN(100)) * 100 * time.Millisecond
	}
	if g.IntN(2) == 0 {
		cpu, pods := CPU(1000*(2+g.IntN(10))), 3+g.IntN(10)
		o.Namespaces = []Namespace{{Name: "a", ResourceQuota: &ResourceQuota{CPU: &cpu, Pods: &pods}}, {Name: "b"}}
	}
	if g.IntN(2) == 0 {
		var limit, lend *CPU
		if g.IntN(2) == 0 {
			n, l := CPU(1000*g.IntN(5)), CPU(1000*g.IntN(5))
			limit, lend = &n, &l
		}
		o.ClusterQueues = []ClusterQueue{{
			Name: "qa", Cohort: "all", Namespaces: []string{"a"}, QueueingStrategy: pick(g, "", strictFIFO),
			CPU:        &QueueQuota[CPU]{Nominal: CPU(1000 * (2 + g.IntN(8))), Borrowing: limit},
			Preemption: QueuePreemption{pick(g, never, lowerPriority, anyPriority), pick(g, never, lowerPriority, lowerOrNewer)},
		}, {
			Name: "qb", Cohort: "all", Namespaces: []string{"b"},
			CPU: &QueueQuota[CPU]{Nominal: CPU(1000 * (2 + g.IntN(8))), Lending: lend}, Pods: &QueueQuota[int]{Nominal: 2 + g.IntN(10)},
			Preemption: QueuePreemption{pick(g, never, lowerPriority, anyPriority), pick(g, never, lowerPriority, lowerOrNewer)},
		}}
		if o.Drivers == driversInPods && g.IntN(2) == 0 {
			o.ClusterQueues[0].Admission = admitApplication
		}
	}
	if o.Drivers == driversInPods && g.IntN(3) == 0 {
		o.GangScheduling = &GangScheduling{PlaceholderTimeout: pointer(time.Duration(5+g.IntN(60)) * time.Second)}
	}
	initial := 1
	o.NodePools = []NodePool{{Name: "pool", Initial: &initial, Provision: pointer(time.Duration(1+g.IntN(60)) * time.Second)}}
	if g.IntN(3) == 0 {
		o.NodePools[0].Spot = &Spot{MeanLifetime: time.Duration(1+g.IntN(5)) * time.Minute, Notice: time.Duration(g.IntN(60)) * time.Second}
	}
	if g.IntN(3) > 0 {
		o.Autoscaler = &Autoscaler{
			UnneededTime: pointer(time.Duration(g.IntN(100)) * time.Second), DelayAfterAdd: pointer(time.Duration(g.IntN(100)) * time.Second),
			Expander: pick(g, leastWaste, mostPods),
		}
	}
	return o
}

func newWorld(t *testing.T, seed uint64, plain bool) *world {
	g := rand.New(rand.NewPCG(seed, 1))
	w := &world{t: t, gen: g, ready: map[int]bool{}, want: map[int][]int{}, alive: map[int][]int{}, lost: map[int]bool{}}
	var nodes []manager.Node
	for range 1 + g.IntN(3) {
		nodes = append(nodes, manager.Node{Resources: manager.Resources{Cores: 2 + g.IntN(4), MemoryMB: 16384}})
	}
	for range 3 {
		nodes = append(nodes, manager.Node{Label: "pool", Resources: manager.Resources{Cores: 4, MemoryMB: 16384}})
	}
	var err error
	if w.m, err = New(randomOptions(g), nodes, seed); err != nil {
		t.Fatal(err)
	}
	w.m.plain = plain
	for i := range 2 + g.IntN(5) {
		properties := spark.Properties{"spark.executor.instances": fmt.Sprint(g.IntN(4))}
		if g.IntN(3) == 0 {
			properties["spark.kubernetes.allocation.maxPendingPods"] = fmt.Sprint(1 + g.IntN(4))
		}
		if g.IntN(2) == 0 {
			properties["spark.dynamicAllocation.executorIdleTimeout"] = fmt.Sprintf("%ds", g.IntN(30))
		}
		p := manager.Profile{Cores: 1 + g.IntN(2), TaskCPUs: 1, HeapMB: 1024}
		w.apps = append(w.apps, manager.App{
			Index: i, ID: fmt.Sprint("app", i), Class: pick(g, "high", "low", "plain"), Queue: pick(g, "a", "b"),
			Version: pick(g, spark.Version{Major: 3, Minor: 1}, spark.Version{Major: 3, Minor: 5}, spark.Version{Major: 4, Minor: 1}), Properties: properties, Driver: spark.DriverSize{Cores: 1, HeapMB: 1024, OverheadMB: 384}, Profiles: []manager.Profile{p, {Cores: 1, TaskCPUs: 1, HeapMB: 2048}},
		})
		w.script(i)
	}
	for range g.IntN(3) {
		node, at := g.IntN(len(nodes)), w.when(600)
		w.at(at, func(now time.Duration) {
			w.lost[node] = true
			w.m.Observe(manager.Event{At: now, Kind: manager.NodeLost, Node: node})
			w.drop(node)
		})
		w.at(at+w.when(100), func(now time.Duration) {
			w.lost[node] = false
			w.m.Observe(manager.Event{At: now, Kind: manager.NodeRestored, Node: node})
		})
	}
	order := make([]int, len(w.times))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return int(w.times[i] - w.times[j]) })
	steps, times := w.steps, w.times
	w.steps, w.times = nil, nil
	for _, i := range order {
		w.steps, w.times = append(w.steps, steps[i]), append(w.times, times[i])
	}
	return w
}

// when is a random time of so many seconds at most, often a whole one.
func (w *world) when(seconds int) time.Duration {
	if w.gen.IntN(2) == 0 {
		return time.Duration(w.gen.IntN(seconds)) * time.Second
	}
	return time.Duration(w.gen.IntN(seconds*1000)) * time.Millisecond
}

func (w *world) at(t time.Duration, f func(time.Duration)) {
	w.times, w.steps = append(w.times, t), append(w.steps, f)
}

// script is the life of an application.
func (w *world) script(i int) {
	start := w.when(200)
	w.at(start, func(now time.Duration) {
		if w.m.Fits(w.apps[i]) != nil {
			return
		}
		w.m.Observe(manager.Event{At: now, Kind: manager.AppSubmitted, App: i, Submitted: &w.apps[i]})
		if !w.m.RunsDriver(w.apps[i]) {
			w.register(now, i)
		}
	})
	for range 2 + w.gen.IntN(8) {
		profile, total := w.gen.IntN(2), w.gen.IntN(15)
		w.at(start+w.when(400), func(now time.Duration) {
			if w.ready[i] {
				w.m.Observe(manager.Event{At: now, Kind: manager.TotalAsked, App: i, Profile: profile, Total: total})
			} else {
				w.want[i] = append(w.want[i], profile, total)
			}
		})
	}
	for range w.gen.IntN(20) {
		k := w.gen.IntN(8)
		w.at(start+w.when(500), func(now time.Duration) {
			if k < len(w.alive[i]) {
				w.m.Observe(manager.Event{At: now, Kind: manager.ExecutorExited, App: i, Container: w.alive[i][k]})
				w.alive[i] = slices.Delete(w.alive[i], k, k+1)
			}
		})
	}
	w.at(start+300*time.Second+w.when(400), func(now time.Duration) {
		if w.m.appOf[i] != nil {
			w.m.Observe(manager.Event{At: now, Kind: manager.AppFinished, App: i})
		}
		w.ready[i], w.alive[i] = false, nil
	})
}

func (w *world) register(now time.Duration, i int) {
	w.ready[i] = true
	w.m.Observe(manager.Event{At: now, Kind: manager.AppRegistered, App: i})
	for q := w.want[i]; len(q) > 0; q = q[2:] {
		w.m.Observe(manager.Event{At: now, Kind: manager.TotalAsked, App: i, Profile: q[0], Total: q[1]})
	}
}

// drop forgets the executors of a node that is gone: those which the manager
// does not know any more.
func (w *world) drop(int) {
	for i := range w.apps {
		w.alive[i] = slices.DeleteFunc(w.alive[i], func(c int) bool { return w.m.executors[c] == nil })
	}
}

func (w *world) play() string {
	for {
		at := w.m.Next()
		if len(w.times) > 0 {
			at = min(at, w.times[0])
		}
		if at > 30*time.Minute {
			break
		}
		for len(w.times) > 0 && w.times[0] == at {
			step := w.steps[0]
			w.times, w.steps = w.times[1:], w.steps[1:]
			step(at)
		}
		for told := true; told; {
			told = w.act(at, w.m.Serve(at))
		}
		w.check(at)
		if next := w.m.Next(); next <= at {
			w.t.Fatalf("at %s the manager wants to be served at %s again", at, next)
		}
	}
	return w.log.String()
}

func (w *world) act(at time.Duration, actions []manager.Action) (told bool) {
	for _, a := range actions {
		fmt.Fprintf(&w.log, "%s %+v\n", at, a)
		switch a.Kind {
		case manager.PlaceDriver:
			w.register(at, a.App)
			told = true
		case manager.PlaceExecutor:
			w.alive[a.App] = append(w.alive[a.App], a.Container)
		case manager.Preempt:
			w.alive[a.App] = slices.DeleteFunc(w.alive[a.App], func(c int) bool { return c == a.Container })
		}
	}
	return told
}

// check compares the manager's accounts with the pods and workloads that they count.
func (w *world) check(at time.Duration) {
	used, pods := map[*namespace]Size{}, map[*namespace]int{}
	count := func(p *pod) {
		if p.inQuota {
			used[p.app.namespace] = used[p.app.namespace].plus(p.request)
			pods[p.app.namespace]++
		}
	}
	for i := range w.m.nodes {
		n := &w.m.nodes[i]
		free := n.size
		for _, p := range n.pods {
			free = free.minus(p.request)
			count(p)
			if p.pending() || p.node != i {
				w.t.Fatalf("at %s node %d lists a pod of node %d", at, i, p.node)
			}
		}
		if n.state == up && (free != n.free || free.CPU < 0 || free.Memory < 0) || n.state != up && len(n.pods) > 0 {
			w.t.Fatalf("at %s node %d has %s free by its account and %s by its %d pods", at, i, n.free, free, len(n.pods))
		}
	}
	for _, a := range w.m.apps {
		counts, unplaced := make([]int, len(a.Profiles)), make([]int, len(a.Profiles))
		for _, p := range a.pods {
			if p == nil {
				continue
			}
			counts[p.profile]++
			if p.pending() {
				unplaced[p.profile]++
			}
		}
		if !slices.Equal(counts, a.allocator.counts) || !slices.Equal(unplaced, a.allocator.pending) {
			w.t.Fatalf("at %s app %d has %v pods, %v of them pending, by its account, and %v and %v", at, a.Index, a.allocator.counts, a.allocator.pending, counts, unplaced)
		}
		for _, p := range slices.Concat(a.pods, a.placeholders, []*pod{a.driver}) {
			if p == nil || !p.pending() {
				continue
			}
			count(p)
			if gated := p.workload != nil && !p.workload.admitted; gated != (p.waiting == nil) {
				w.t.Fatalf("at %s a pending pod of app %d is gated: %t, and waits for a node: %t", at, a.Index, gated, p.waiting != nil)
			}
		}
	}
	for name, n := range w.m.namespaces {
		if n.used != used[n] || n.pods != pods[n] {
			w.t.Fatalf("at %s namespace %s has %s and %d pods by its account, %s and %d by its pods", at, name, n.used, n.pods, used[n], pods[n])
		}
		if q := n.quota; q != nil && (n.used.CPU > *q.CPU || n.pods > *q.Pods) {
			w.t.Fatalf("at %s namespace %s is over its quota", at, name)
		}
	}
	for _, q := range w.m.queues {
		var sum amounts
		for _, a := range w.m.apps {
			loads := []*workload{a.workload}
			if a.driver != nil {
				loads = append(loads, a.driver.workload)
			}
			for _, p := range a.pods {
				if p != nil {
					loads = append(loads, p.workload)
				}
			}
			for _, l := range loads {
				if l != nil && l.queue == q && l.admitted {
					for r := range sum {
						sum[r] += l.request[r]
					}
				}
			}
		}
		if sum != q.used {
			w.t.Fatalf("at %s queue %s has used %v by its account, %v by its workloads", at, q.Name, q.used, sum)
		}
		for r := range sum {
			if q.limited[r] && q.available(r, false) < 0 {
				w.t.Fatalf("at %s queue %s is over what it may use", at, q.Name)
			}
		}
	}
	for i := range w.apps {
		for _, c := range w.alive[i] {
			if p := w.m.executors[c]; p == nil || p.pending() || p.app.Index != i {
				w.t.Fatalf("at %s executor %d of app %d runs and the manager does not know it", at, c, i)
			}
		}
	}
}

func TestAccountsAgree(t *testing.T) {
	actions := 0
	for seed := range uint64(randomClusters) {
		actions += strings.Count(newWorld(t, seed, false).play(), "\n")
	}
	if actions < 10*randomClusters {
		t.Errorf("only %d actions in %d runs: nothing much was tested", actions, randomClusters)
	}
}

// TestElidingIsSound compares a run with one that plays each round and each scan, also
// those in which nothing can happen.
func TestElidingIsSound(t *testing.T) {
	for seed := range uint64(randomClusters) {
		if elided, every := newWorld(t, seed, false).play(), newWorld(t, seed, true).play(); elided != every {
			a, b := strings.Split(elided, "\n"), strings.Split(every, "\n")
			i := 0
			for i < len(a) && i < len(b) && a[i] == b[i] {
				i++
			}
			t.Fatalf("seed %d: action %d\nelided %s\nevery  %s", seed, i, a[min(i, len(a)-1)], b[min(i, len(b)-1)])
		}
	}
}

func TestSameSeedSameActions(t *testing.T) {
	for seed := range uint64(20) {
		once := newWorld(t, seed, false).play()
		if again := newWorld(t, seed, false).play(); again != once {
			t.Fatalf("seed %d: two runs of the same differ", seed)
		}
	}
}
