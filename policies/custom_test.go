package policies

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// diary is a client that records requests and removes every executor it is asked to.
type diary struct{ lines []string }

func (d *diary) RequestTotal(targets []Target) bool {
	d.lines = append(d.lines, fmt.Sprintf("want %d: %s", targets[0].N, targets[0].Why))
	return true
}

func (d *diary) Remove(removals []Removal) (ids []ExecutorID) {
	for _, r := range removals {
		d.lines = append(d.lines, fmt.Sprintf("remove %s: %s", r.Executor, r.Why))
		ids = append(ids, r.Executor)
	}
	return ids
}

// needed wants as many executors as are needed, and records its views.
type needed struct{ seen []View }

func (p *needed) Size(v *View) int {
	p.seen = append(p.seen, *v)
	return v.Needed
}

// picky gives back executors after two idle seconds, and tries to give back more
// than it may.
type picky struct{ needed }

func (*picky) Remove(v *View) []ExecutorID {
	ids := []ExecutorID{99}
	for _, e := range v.Idle {
		if e.For >= 2*time.Second {
			ids = append(ids, e.ID, e.ID)
		}
	}
	return ids
}

// run plays five tasks on two executors of two slots: one executor is idle
// from 5 s on, the other from 8 s.
func run(s Spec) []string {
	var d diary
	p := s.New(Env{Client: &d, Profiles: []Profile{{Slots: 2}}})
	p.Start(0)
	at := func(seconds int) time.Duration { return time.Duration(seconds) * time.Second }
	stage := StageAttempt{ID: 1}
	events := []Event{
		{Kind: StageSubmitted, At: at(1), Stage: stage, Tasks: 5},
		{Kind: ExecutorAdded, At: at(2), Executor: 0}, {Kind: ExecutorAdded, At: at(2), Executor: 1},
		{Kind: TaskStart, At: at(2), Stage: stage, Task: 0, Executor: 0}, {Kind: TaskStart, At: at(2), Stage: stage, Task: 1, Executor: 1},
		{Kind: TaskEnd, At: at(5), Stage: stage, Task: 0, Executor: 0}, {Kind: TaskEnd, At: at(8), Stage: stage, Task: 1, Executor: 1},
		{Kind: StageCompleted, At: at(9), Stage: stage},
	}
	wake := time.Duration(0)
	for now := time.Duration(0); now <= at(80); now += Interval {
		for len(events) > 0 && events[0].At <= now {
			p.Observe(&events[0])
			events = events[1:]
		}
		if now >= wake {
			wake = p.Tick(now)
		}
	}
	return d.lines
}

func compare(t *testing.T, got []string, want string) {
	t.Helper()
	if text := strings.Join(got, "\n"); text != strings.TrimSpace(want) {
		t.Errorf("it asked\n%s\nwant\n%s", text, strings.TrimSpace(want))
	}
}

// A Sizer returns only a number. Five tasks need three executors, of which two come;
// after the tasks they are removed, each when it has been idle for a minute.
func TestSized(t *testing.T) {
	p := &needed{}
	compare(t, run(Sized("needed", func() Sizer { return p })), `
want 0: 
want 3: the policy's own decision
want 2: the policy's own decision
want 0: the policy's own decision
remove 0: idle for 1m0s
want 0: the policy's own decision
remove 1: idle for 1m0s
want 0: the policy's own decision`)
	busy := p.seen[31] // the first look is before the first tick: at 3 s
	busy.Idle = nil
	want := View{Now: 3 * time.Second, Slots: 2, Pending: 3, Running: 2, Needed: 3, Target: 3, Executors: 2}
	if fmt.Sprint(busy) != fmt.Sprint(want) {
		t.Errorf("at 3 s it sees %+v, want %+v", busy, want)
	}
}

// A Remover chooses which executors to give back, without a timeout. It cannot give
// back more than exceed its target, nor an executor that does not exist.
func TestSizedWithRemover(t *testing.T) {
	compare(t, run(Sized("picky", func() Sizer { return &picky{} })), `
want 0: 
want 3: the policy's own decision
want 2: the policy's own decision
want 0: the policy's own decision
remove 0: the policy's own decision
want 0: the policy's own decision
remove 1: the policy's own decision
want 0: the policy's own decision`)
}

// Bounds and timeouts apply to a Sizer as to Spark's policy. Called every four
// seconds, it sees less.
func TestSizedSettings(t *testing.T) {
	s := Sized("needed", func() Sizer { return &needed{} })
	s.Allocation.Min, s.Allocation.Max, s.Allocation.Idle, s.Every = 1, 2, 10*time.Second, 4*time.Second
	compare(t, run(s), `
want 1: the minimum
want 2: the maximum
want 1: the minimum
remove 0: idle for 10s
want 1: the minimum`)
}

// A full policy is used as the program made it.
func TestCustom(t *testing.T) {
	s := Custom("two", func(env Env) Policy { return &static{client: env.Client, n: 2} })
	compare(t, run(s), "want 2: fixed size")
	if s.String() != "two" || FleetOf("", s).Name != "two" || !s.Deployable() || s.Conf() != "" {
		t.Errorf("it is called %s, as a fleet %s", s, FleetOf("", s).Name)
	}
}

// Only hindsight is made by Foresee. It is not deployable, and a warning says so.
func TestForeseeIsForHindsightAlone(t *testing.T) {
	told, err := Parse("hindsight,max=4,lead=5s")
	if err != nil || told.Deployable() || told.Conf() != "" || told.String() != "hindsight,lead=5s,max=4" {
		t.Errorf("hindsight is %s, %v", told, err)
	}
	if w := FleetOf("", told).Warnings(); len(w) != 1 || w[0].Kind != notDeployable {
		t.Errorf("it warns of %q", w)
	}
	refuses := func(what string, f func()) {
		defer func() {
			if recover() == nil {
				t.Error(what)
			}
		}()
		f()
	}
	refuses("spark is told the future", func() { sparkKind.spec().Foresee(Env{}, &Forecast{}) })
	refuses("hindsight is made without being told", func() { told.New(Env{Profiles: []Profile{{Slots: 1}}}) })
}

// broken is a policy that fails when it is asked.
type broken struct{ err error }

func (b *broken) Size(*View) int { b.err = errors.New("out of ideas"); return 0 }
func (b *broken) Err() error     { return b.err }

func TestSizedThatFails(t *testing.T) {
	p := Sized("broken", func() Sizer { return &broken{} }).New(Env{Client: &diary{}, Profiles: []Profile{{Slots: 1}}})
	p.Start(0)
	p.Tick(0)
	if err := p.(Fallible).Err(); err == nil || err.Error() != "out of ideas" {
		t.Errorf("it fails with %v", err)
	}
}

func TestScriptSettings(t *testing.T) {
	s, err := Parse("script,file=a/my.star,every=1s,idle=10s,max=6,shuffle=tracking")
	if err != nil || !s.Unread() || Value[string](s, "file") != "a/my.star" || s.Every != time.Second || !s.Protection.Tracking {
		t.Errorf("it is %+v, %v", s, err)
	}
	if again, err := Parse(s.String()); err != nil || again != s {
		t.Errorf("%s is read back as %s, %v", s, again, err)
	}
	for text, problem := range map[string]string{
		"script":                          "add file=NAME.star",
		"script,file=my.star,every=50ms":  "every is 50ms: it must be a multiple of 100ms",
		"script,file=my.star,backlog=1s":  `script has no setting "backlog"`,
		"script,file=my.star,min=3,max=2": "spark.dynamicAllocation.minExecutors (3) is above",
		"hindsight,lead=-1s":              "lead is -1s: it must not be negative",
		"hindsight,ratio=0":               "executorAllocationRatio is 0",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%s: %v; want %q", text, err, problem)
		}
	}
}
