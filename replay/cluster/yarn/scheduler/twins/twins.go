// Package twins makes the same random calls of two schedulers in tests, of which one
// decides by a shorter way, and compares what they do.
package twins

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dynalloc/replay/cluster/yarn/scheduler"
)

// Compare has applications of several users come to queues, ask for containers of several
// sizes, get some, lose some to others, and end, on nodes of several sizes of which some
// are lost and come back. Every call must have the same result on both schedulers. State is
// compared after each round of preemption, too.
func Compare(t *testing.T, seed uint64, queues []string, short, plain scheduler.Scheduler, state func(scheduler.Scheduler) any) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 7))
	both := []scheduler.Scheduler{short, plain}
	nodes := 2 + random.IntN(6)
	for i := range nodes {
		size := 4 + 4*random.IntN(4)
		for _, s := range both {
			s.AddNode(0, node(i, size))
		}
	}
	var running, containers []int // applications that have their masters, or wait for them; containers of executors
	hasMaster := map[int]bool{}
	submitted := 0
	for step := range 600 {
		now := time.Duration(step) * 100 * time.Millisecond
		switch what := random.IntN(14); {
		case what == 0 && len(running) < 14:
			app := scheduler.App{
				ID: submitted, Queue: queues[random.IntN(len(queues))], User: fmt.Sprint("user", random.IntN(4)),
				Master: scheduler.NewResource(1024, 1), Priority: random.IntN(2),
			}
			submitted++
			refused := [2]error{short.Submit(now, app), plain.Submit(now, app)}
			if (refused[0] == nil) != (refused[1] == nil) {
				t.Fatalf("one refuses application %d: %v", app.ID, refused)
			} else if refused[0] == nil {
				running = append(running, app.ID)
			}
		case what < 3 && len(running) > 0:
			app := running[random.IntN(len(running))]
			r := scheduler.Request{Priority: 1 + random.IntN(2), Size: scheduler.NewResource(int64(1+random.IntN(8))<<10, 1+random.IntN(4)), Count: random.IntN(6)}
			for _, s := range both {
				if hasMaster[app] {
					s.Ask(now, app, r)
				}
			}
		case what < 5 && len(containers) > 0:
			i := random.IntN(len(containers))
			for _, s := range both {
				s.Complete(now, containers[i])
			}
			containers = slices.Delete(containers, i, i+1)
		case what == 5 && len(running) > 7:
			i := random.IntN(len(running))
			for _, s := range both {
				s.Finish(now, running[i])
			}
			running = slices.Delete(running, i, i+1)
		case what < 8:
			if diff := cmp.Diff(short.Preempt(now), plain.Preempt(now)) + cmp.Diff(state(short), state(plain)); diff != "" {
				t.Fatalf("step %d, round (-short +plain):\n%s", step, diff)
			}
		case what == 8 && random.IntN(20) == 0:
			lost := random.IntN(nodes)
			for _, s := range both {
				s.RemoveNode(now, lost)
				s.AddNode(now, node(lost, 8))
			}
		default:
			i := random.IntN(nodes)
			got := short.NodeUpdate(now, i)
			if diff := cmp.Diff(got, plain.NodeUpdate(now, i)); diff != "" {
				t.Fatalf("step %d, node %d (-short +plain):\n%s", step, i, diff)
			}
			for _, a := range got {
				hasMaster[a.App] = hasMaster[a.App] || a.Master && !a.Reserved
				if !a.Reserved && !a.Master {
					containers = append(containers, a.Container)
				}
			}
		}
	}
}

// node is a node of so many GiB and as many cores.
func node(id, size int) scheduler.Node {
	return scheduler.Node{ID: id, Total: scheduler.NewResource(int64(size)<<10, size)}
}
