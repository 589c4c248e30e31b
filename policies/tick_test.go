package policies

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestTicksWhenDue checks the contract of Tick: calls every 100 ms, and calls only
// after events and at the returned times, have the same results, line by line, on
// random clusters and jobs.
func TestTicksWhenDue(t *testing.T) {
	specs := []string{
		"spark,idle=3s", "spark,idle=2s,min=2,max=9,initial=4,backlog=2s,sustained=1s", "spark,idle=1s,ratio=0.5,max=20",
		"spark,shuffle=tracking,idle=2s,tracking-timeout=3s", "spark,shuffle=tracking,idle=1s",
		"spark,decommission=true,idle=2s,min=1",
	}
	kills := 0
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 0))
		spec := specs[seed%uint64(len(specs))]
		cluster := randomCluster(random)
		every, due := cluster.fresh(t, spec), cluster.fresh(t, spec)
		due.elided = true
		every.run(90 * time.Second)
		due.run(90 * time.Second)
		if diff := cmp.Diff(every.lines, due.lines); diff != "" {
			t.Fatalf("seed %d, %s: every tick (-) and ticks when due (+) differ:\n%s", seed, spec, diff)
		}
		kills += strings.Count(strings.Join(every.lines, "\n"), "kill")
	}
	if kills < 1000 {
		t.Errorf("only %d removals in all: the scenarios show too little", kills)
	}
}

// randomCluster draws some jobs of a few stages, and a cluster to run them.
func randomCluster(random *rand.Rand) oracle {
	between := func(low, high int) time.Duration {
		return time.Duration(low+random.IntN(high-low)) * 50 * time.Millisecond
	}
	o := oracle{
		provision: between(0, 60), removeLag: between(0, 100), slots: 1 + random.IntN(3), capacity: random.IntN(15),
		jobs: map[time.Duration]int{},
	}
	at := time.Duration(0)
	for job := range 1 + random.IntN(4) {
		first := len(o.stages)
		for range 1 + random.IntN(3) {
			s := &oracleStage{tasks: 1 + random.IntN(30), time: between(2, 100), job: job, shuffles: random.IntN(2) == 0}
			if len(o.stages) > first {
				s.parents = []int{len(o.stages) - 1}
			}
			o.stages = append(o.stages, s)
		}
		o.jobs[at] = job
		at += between(1, 500)
	}
	return o
}

// A tick that has nothing to do allocates nothing, and neither does a task.
func TestSteadyStateDoesNotAllocate(t *testing.T) {
	p := busySpark(t, "spark", 100)
	now := 10 * time.Second
	if n := testing.AllocsPerRun(100, func() { now = tasks(p, now) }); n > 0 {
		t.Errorf("a task and a tick allocate %v times", n)
	}
}

// tasks lets one task of stage 0 fail and start again, and asks for a tick.
func tasks(p *allocationManager, now time.Duration) time.Duration {
	e := Event{Kind: TaskEnd, At: now, Executor: 7, Task: 7, End: Failed}
	p.Observe(&e)
	e.Kind, e.End = TaskStart, Success
	p.Observe(&e)
	p.Tick(now)
	return now + Interval
}

// busySpark is a policy that knows executors busy with a stage of as many
// tasks, and more tasks waiting.
func busySpark(tb testing.TB, text string, executors int) *allocationManager {
	tb.Helper()
	s, err := Parse(text)
	if err != nil {
		tb.Fatal(err)
	}
	p := s.New(Env{Client: takesAll{}, Profiles: []Profile{{Slots: 1}}, Rules: Newest}).(*allocationManager)
	p.Start(0)
	p.Observe(&Event{Kind: JobStart, Stages: []MapStage{{}}})
	p.Observe(&Event{Kind: StageSubmitted, Tasks: executors * 2})
	for id := range executors {
		p.Observe(&Event{Kind: ExecutorAdded, Executor: ExecutorID(id)})
		p.Observe(&Event{Kind: TaskStart, Executor: ExecutorID(id), Task: id})
	}
	for tick := time.Duration(0); tick < 10*time.Second; tick += Interval {
		p.Tick(tick)
	}
	return p
}

// takesAll is a manager that agrees to everything.
type takesAll struct{}

func (takesAll) RequestTotal([]Target) bool    { return true }
func (takesAll) Remove([]Removal) []ExecutorID { return nil }

// BenchmarkDecide is the cost of one tick: of one that has nothing to do, and
// of one in which the target moves.
func BenchmarkDecide(b *testing.B) {
	for _, policy := range []string{"static,n=8", "spark", "spark,shuffle=tracking"} {
		b.Run("policy="+policy+"/tick=quiet", func(b *testing.B) {
			p := decider(b, policy, 100)
			now := 10 * time.Second
			b.ReportAllocs()
			for b.Loop() {
				p.Tick(now)
			}
		})
	}
	for _, policy := range []string{"spark", "spark,shuffle=tracking"} {
		b.Run("policy="+policy+"/tick=moves-the-target", func(b *testing.B) {
			p := busySpark(b, policy, 100)
			now := 10 * time.Second
			e := Event{Executor: 7, Task: 7}
			b.ReportAllocs()
			for b.Loop() {
				e.Kind, e.At = TaskEnd, now
				if p.demand.profiles[0].running == 99 {
					e.Kind = TaskStart
				}
				p.Observe(&e)
				p.addTime = 0
				p.Tick(now)
				now += Interval
			}
		})
	}
}

// decider is a policy in the middle of its work.
func decider(b *testing.B, text string, executors int) Policy {
	b.Helper()
	s, err := Parse(text)
	if err != nil {
		b.Fatal(err)
	}
	if s.Kind == &sparkKind {
		return busySpark(b, text, executors)
	}
	return s.New(Env{Client: takesAll{}, Profiles: []Profile{{Slots: 1}}, Rules: Newest})
}

// BenchmarkObserve is the cost of the two events of a task.
func BenchmarkObserve(b *testing.B) {
	for _, policy := range []string{"static,n=8", "spark", "spark,shuffle=tracking"} {
		for _, executors := range []int{10, 1000} {
			b.Run(fmt.Sprintf("policy=%s/executors=%d", policy, executors), func(b *testing.B) {
				p := decider(b, policy, executors)
				p.Observe(&Event{Kind: StageSubmitted, Stage: StageAttempt{ID: 1}, Tasks: 1000})
				e := Event{Stage: StageAttempt{ID: 1}}
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					e.At += time.Millisecond
					e.Task, e.Executor = i%1000, ExecutorID(i%executors)
					e.Kind = TaskStart
					p.Observe(&e)
					e.Kind = TaskEnd
					p.Observe(&e)
				}
			})
		}
	}
}
