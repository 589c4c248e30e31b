package capacity

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dynalloc/replay/cluster/yarn/hadoop"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// Applications of several users come, ask for containers of several sizes, get some, and
// end, on nodes of several sizes. A scheduler that finds those that can use a node in
// lines assigns and reserves the same as one that offers each node to all in turn.
func TestLinesChangeNothing(t *testing.T) {
	oneQueue := []string{"root.queues=a", "root.a.capacity=100", "maximum-am-resource-percent=1"}
	for name, settings := range map[string][]string{
		"one queue":    oneQueue,
		"few masters":  {"root.queues=a", "root.a.capacity=100", "maximum-am-resource-percent=0.3", "root.a.minimum-user-limit-percent=25"},
		"user limits":  append(oneQueue, "root.a.minimum-user-limit-percent=25", "root.a.user-limit-factor=0.5"),
		"fair order":   append(oneQueue, "root.a.ordering-policy=fair"),
		"weights":      append(oneQueue, "root.a.ordering-policy=fair", "root.a.ordering-policy.fair.enable-size-based-weight=true"),
		"cores":        append(oneQueue, "resource-calculator=org.apache.hadoop.yarn.util.resource.DominantResourceCalculator"),
		"no look":      append(oneQueue, "reservations-continue-look-all-nodes=false"),
		"three queues": {"root.queues=a,b,c", "root.a.capacity=50", "root.b.capacity=30", "root.c.capacity=20", "root.a.maximum-capacity=60", "root.b.user-limit-factor=2", "maximum-am-resource-percent=0.5"},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(60) {
				config, _, err := Read(file("capacity-scheduler.xml", capacityFile(settings...)), hadoop.File{})
				if err != nil {
					t.Fatal(err)
				}
				lines, inTurn := New(config), New(config)
				inTurn.inTurn = true
				compareSchedulers(t, rand.New(rand.NewPCG(seed, 1)), len(lines.root.children), lines, inTurn)
			}
		})
	}
}

// compareSchedulers makes the same random calls of two schedulers.
func compareSchedulers(t *testing.T, random *rand.Rand, queues int, a, b *Scheduler) {
	t.Helper()
	nodes := 2 + random.IntN(6)
	for i := range nodes {
		n := scheduler.Node{ID: i, Total: gibs(4 + 4*random.IntN(4))}
		a.AddNode(0, n)
		b.AddNode(0, n)
	}
	running, submitted := []int{}, 0
	var containers []int
	for step := range 600 {
		now := time.Duration(step) * 100 * time.Millisecond
		switch what := random.IntN(12); {
		case what == 0 && len(running) < 12:
			app := scheduler.App{ID: submitted, Queue: string(rune('a' + random.IntN(queues))), User: fmt.Sprint("user", random.IntN(4)), Master: gibs(1), Priority: random.IntN(2)}
			submitted++
			if errA, errB := a.Submit(now, app), b.Submit(now, app); (errA == nil) != (errB == nil) {
				t.Fatalf("one refuses application %d: %v, %v", app.ID, errA, errB)
			} else if errA == nil {
				running = append(running, app.ID)
			}
		case what < 3 && len(running) > 0:
			app := running[random.IntN(len(running))]
			r := scheduler.Request{Priority: 1 + random.IntN(2), Size: gibs(1 + random.IntN(9)), Count: random.IntN(5)}
			if a.apps[app].hasMaster {
				a.Ask(now, app, r)
				b.Ask(now, app, r)
			}
		case what < 5 && len(containers) > 0:
			i := random.IntN(len(containers))
			a.Complete(now, containers[i])
			b.Complete(now, containers[i])
			containers = append(containers[:i], containers[i+1:]...)
		case what == 5 && len(running) > 6:
			i := random.IntN(len(running))
			a.Finish(now, running[i])
			b.Finish(now, running[i])
			running = append(running[:i], running[i+1:]...)
		default:
			node := random.IntN(nodes)
			gotA, gotB := a.NodeUpdate(now, node), b.NodeUpdate(now, node)
			if diff := cmp.Diff(gotA, gotB); diff != "" {
				t.Fatalf("step %d, node %d (-with lines +in turn):\n%s", step, node, diff)
			}
			for _, x := range gotA {
				if !x.Reserved && !x.Master {
					containers = append(containers, x.Container)
				}
			}
		}
	}
}

// A thousand applications wait for what no node has. A node that could serve none of them
// is not offered to each: the last one, which wants little, is found at once.
func TestANodeIsOfferedToFewApplications(t *testing.T) {
	s := newCapacityStory(t, []int{64, 4000}, "root.queues=a", "root.a.capacity=100", "maximum-am-resource-percent=1")
	for app := range 1000 {
		s.submit(app, "a", "alice")
	}
	s.NodeUpdate(s.now, 1)
	for range 1000 {
		s.NodeUpdate(s.now, 1)
	}
	for app := range 1000 {
		size := gibs(70 + app%50)
		if app == 999 {
			size = gibs(2)
		}
		s.Ask(s.now, app, scheduler.Request{Priority: 1, Size: size, Count: 1})
	}
	offered := s.queues["root.a"].leaf.offered
	got := s.NodeUpdate(s.now, 0)
	if len(got) != 1 || got[0].App != 999 {
		t.Fatalf("the node got %v, want a container of application 999", got)
	}
	if n := s.queues["root.a"].leaf.offered - offered; n > 3 {
		t.Errorf("the node was offered to %d applications", n)
	}
}
