package replay

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/replay/cluster/kubernetes"
	"dynalloc/replay/cluster/manager"
	"dynalloc/traces"
)

// onKubernetes makes random runs on a cluster with two steady nodes and a spot
// pool that grows and shrinks.
func onKubernetes(t *testing.T, relation func(t *testing.T, w *traces.Workload, f policies.Fleet, c Config)) {
	t.Helper()
	suitable := []string{
		"static,n=3", "spark,idle=3s,shuffle=tracking,tracking-timeout=10s", "spark,idle=2s,shuffle=tracking", "spark,idle=2s,shuffle=decommission", "spark,shuffle=none,min=1",
	}
	eachRandomRun(t, func(t *testing.T, w *traces.Workload, _ policies.Fleet, c Config) {
		r := rand.New(rand.NewPCG(c.Seed, 3))
		f := fleet(t, suitable[r.IntN(len(suitable))])
		c.Cluster = spotCluster(r, w)
		relation(t, w, f, c)
	})
}

// spotCluster makes a cluster with two steady nodes and a spot pool that grows and
// shrinks, on which every other application has a higher priority.
func spotCluster(r *rand.Rand, w *traces.Workload) cluster.Cluster {
	minute, second, quota := time.Minute, 20*time.Second, kubernetes.CPU(20_000)
	options := &kubernetes.Options{
		NodePools:       []kubernetes.NodePool{{Name: "spot", Provision: &second, Spot: &kubernetes.Spot{MeanLifetime: 3 * time.Minute, Notice: second}}},
		Autoscaler:      &kubernetes.Autoscaler{UnneededTime: &minute, DelayAfterAdd: &minute},
		PriorityClasses: []kubernetes.PriorityClass{{Name: "high", Value: 1}},
		Applications:    []kubernetes.Placement{{Class: "app-*", Namespace: "team"}, {Class: "urgent", PriorityClassName: "high"}},
		Namespaces:      []kubernetes.Namespace{{Name: "team", ResourceQuota: &kubernetes.ResourceQuota{CPU: &quota}}},
	}
	c := cluster.Cluster{
		Manager: "kubernetes", Settings: options, Startup: -1,
		Pools: []cluster.Pool{
			{Name: "steady", Nodes: 2, Resources: manager.Resources{Cores: 4 + r.IntN(8), MemoryMB: 32768}},
			{Name: "spot", Label: "spot", Nodes: 3, Resources: manager.Resources{Cores: 8, MemoryMB: 32768}},
		},
	}
	for i, a := range w.Apps { // some come before others
		if i%2 == 1 {
			a.Class = "urgent"
		}
	}
	return c
}

func TestKubernetesGrantsWhatThereIs(t *testing.T) {
	taken, cameAndWent := 0, 0
	onKubernetes(t, func(t *testing.T, w *traces.Workload, f policies.Fleet, c Config) {
		nodes := c.Cluster.Nodes()
		held := make([]int, len(nodes))
		r := play(t, w, f, c, ObserverFunc(func(e Event) {
			switch e.Kind {
			case ExecutorGranted:
				held[e.Node] += int(e.N)
			case ExecutorFreed:
				held[e.Node] -= int(e.N)
			default:
				return
			}
			if held[e.Node] > nodes[e.Node].Cores {
				t.Fatalf("at %s executors hold %d cores of node %d, which has %d", e.At, held[e.Node], e.Node, nodes[e.Node].Cores)
			}
		}))
		for i, n := range held {
			if n != 0 {
				t.Errorf("%d cores of node %d are never given back", n, i)
			}
		}
		for i := range r.Apps {
			taken += r.Apps[i].Preempted
			cameAndWent += r.Apps[i].Grants
		}
	})
	if taken == 0 || cameAndWent == 0 {
		t.Errorf("%d executors were granted and %d taken away in all runs: nothing was tested", cameAndWent, taken)
	}
}

func TestKubernetesPlaysTheSameTwice(t *testing.T) {
	onKubernetes(t, func(t *testing.T, w *traces.Workload, f policies.Fleet, c Config) {
		if a, b := play(t, w, f, c), play(t, w, f, c); a.Digest != b.Digest {
			t.Error("two runs of the same differ")
		}
		e, err := New(w, f, c)
		if err != nil {
			t.Fatal(err)
		}
		e.everyTick = true
		for e.Step() {
		}
		every, err := e.Result()
		if err != nil {
			t.Fatal(err)
		}
		if elided := play(t, w, f, c); elided.Digest != every.Digest {
			t.Errorf("ticking when due: %d events; at every tick: %d events", elided.Events, every.Events)
		}
	})
}

// There is no external shuffle service on Kubernetes. A policy that needs it is
// refused before the replay begins, and the reason says what to use instead.
func TestKubernetesRefusesTheShuffleService(t *testing.T) {
	w, _, c := randomRun(1)
	c.Cluster.Manager = "kubernetes"
	refused := Unschedulable(w, fleet(t, "spark"), c.Cluster)
	if len(refused) != len(w.Apps) || refused[0].Reason != kubernetes.ErrShuffleService.Error() {
		t.Errorf("got %v", refused)
	}
	if found := Unschedulable(w, fleet(t, "spark,shuffle=tracking"), c.Cluster); len(found) > 0 {
		t.Errorf("tracking is refused: %v", fmt.Sprint(found[0]))
	}
}
