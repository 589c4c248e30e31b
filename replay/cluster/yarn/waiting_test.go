package yarn

import (
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"dynalloc/replay/cluster/manager"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// Applications want more than the cluster has, for hours, and two exits in between give
// some of it to others. What happens is the same as if every heartbeat were played, and few
// are. In the capacity scheduler an application that waits for long reserves more and more
// nodes. Ten more years of waiting cost nothing.
func TestWaitingCostsNothing(t *testing.T) {
	const pools = `<allocations><queue name="a"/><queue name="b"/></allocations>`
	const hours = 3 * 3_600_000
	for name, fresh := range map[string]func() scheduler.Scheduler{
		"fifo": fifoOf(t), "capacity": capacityOf(t, singleQueue), "fair": fairOf(t, pools, "<configuration/>"),
	} {
		t.Run(name, func(t *testing.T) {
			rounds := time.Duration(0)
			if name == "fair" {
				rounds = 500 * time.Millisecond
			}
			wait := func(every bool) *fakeDriver {
				d := newStory(t, 12, fresh, rounds)
				d.nothingElided = every
				d.scheduler = &ledger{Scheduler: d.scheduler}
				large := app(1)
				large.Profiles[0].HeapMB = 3 << 10 // of a node with 8 GiB in use it could get nothing
				d.submit(0, app(0))
				d.ask(2000, 0, 40)
				d.submit(60_000, large)
				d.ask(70_000, 1, 7)
				d.submit(80_000, app(2))
				d.ask(90_000, 2, 90)
				d.exit(3_600_000, 3)
				d.exit(7_200_123, 11)
				return d
			}
			every, elided := wait(true), wait(false)
			if diff := gocmp.Diff(every.run(hours), elided.run(hours)); diff != "" {
				t.Fatalf("every heartbeat (-) and elided (+) differ:\n%s", diff)
			}
			if diff := gocmp.Diff(every.scheduler.(*ledger).lines, elided.scheduler.(*ledger).lines); diff != "" {
				t.Fatalf("with every heartbeat (-) and with elided ones (+) others get nodes:\n%s", diff)
			}
			if len(elided.lines) < 42 {
				t.Fatalf("too little happened: %q", elided.lines)
			}
			if elided.beats > every.beats/100 {
				t.Errorf("%d of %d heartbeats were played", elided.beats, every.beats)
			}
			played := elided.beats
			elided.run(10 * 365 * 24 * 3_600_000)
			if more := elided.beats - played; more > 100 {
				t.Errorf("%d more heartbeats were played in ten years", more)
			}
		})
	}
}

// An application waits for a container for which each of twelve nodes lacks room. Its
// reserved node is reserved again in each heartbeat, and after so many of them that the
// capacity scheduler counts it as starved, it reserves a second node, and a third. These
// heartbeats are not played, but counted.
func TestAnApplicationThatWaitsReservesMore(t *testing.T) {
	wait := func(every bool) *ledger {
		d := newStory(t, 12, capacityOf(t, singleQueue), 0)
		d.nothingElided = every
		book := &ledger{Scheduler: d.scheduler}
		d.scheduler = book
		for i, executors := range []int{36, 1} {
			a := app(i)
			a.Profiles[0].HeapMB += 1 << 10 // three on a node, which then has 1 GiB left
			d.submit(i*40_000, a)
			d.ask(i*40_000+5000, i, executors)
		}
		d.exit(600_000, 20)
		d.run(620_000)
		if !every && d.beats > 150 {
			t.Errorf("%d heartbeats were played", d.beats)
		}
		return book
	}
	every, elided := wait(true), wait(false)
	if diff := gocmp.Diff(every.lines, elided.lines); diff != "" {
		t.Fatalf("every heartbeat (-) and elided (+) differ:\n%s", diff)
	}
	reserved := 0
	for _, line := range elided.lines {
		if strings.Contains(line, "App:1 ") && strings.HasSuffix(line, "Reserved:true}") {
			reserved++
		}
	}
	if reserved != 3 {
		t.Errorf("%d nodes were reserved, want 3:\n%s", reserved, strings.Join(elided.lines, "\n"))
	}
}

// A replay that is interrupted ends although its manager has a day of heartbeats to play.
func TestAnInterruptedManagerEnds(t *testing.T) {
	d := newStory(t, 12, fifoOf(t), 0)
	d.nothingElided = true
	asked := 0
	d.Join(manager.Replay{Ended: func() bool { asked++; return asked > 1 }})
	d.submit(0, app(0))
	d.ask(2000, 0, 400)
	d.run(60_000)
	before := d.beats
	d.advance(24 * time.Hour)
	if n := d.beats - before; asked != 2 || n > 2*turnsUnasked {
		t.Errorf("it played %d more heartbeats and asked %d times whether the replay had ended", n, asked)
	}
}
