package policies

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestOracle compares the spark policy with Spark's own classes. The scenarios S1 to
// S11 were run through ExecutorAllocationManager and ExecutorMonitor of Spark 4.1.4
// under a virtual clock, and testdata/oracle/oracle-4.1.4.txt is their output. It is
// long, but it cannot be replaced by a smaller file of ours. Here the policy runs on
// the same small cluster and must print the same lines: targets, steps,
// registrations and removals at every tick.
func TestOracle(t *testing.T) {
	text, err := os.ReadFile("testdata/oracle/oracle-4.1.4.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for block := range strings.SplitSeq(string(text), "### ") {
		if title, lines, found := strings.Cut(block, "\n"); found {
			id, _, _ := strings.Cut(title, " ")
			want[id] = strings.TrimRight(lines, "\n")
		}
	}
	scenarios := []struct {
		id, policy string
		cluster    oracle
		until      time.Duration
	}{
		{id: "S1", policy: "spark", until: 110 * time.Second, cluster: oracle{
			provision: 3 * time.Second, slots: 1,
			stages: []*oracleStage{{tasks: 20, time: 10 * time.Second}},
			jobs:   map[time.Duration]int{0: 0},
		}},
		{id: "S2", policy: "spark", until: 60 * time.Second, cluster: oracle{
			provision: 3 * time.Second, slots: 1,
			stages: []*oracleStage{
				{tasks: 20, time: 10 * time.Second},
				{tasks: 40, time: 5 * time.Second, parents: []int{0}},
			},
			jobs: map[time.Duration]int{0: 0},
		}},
		{id: "S3", policy: "spark", until: 20 * time.Second, cluster: oracle{
			provision: time.Second, slots: 1, capacity: 1,
			stages: []*oracleStage{{tasks: 4, time: 100 * time.Second}, {tasks: 50, time: time.Second, job: 1}},
			jobs:   map[time.Duration]int{0: 0, 10050 * time.Millisecond: 1},
		}},
		{id: "S4", policy: "spark", until: 40 * time.Second, cluster: oracle{
			provision: 500 * time.Millisecond, slots: 1,
			stages: []*oracleStage{{tasks: 15, time: 10 * time.Second}, {tasks: 1000, time: 50 * time.Second, job: 1}},
			jobs:   map[time.Duration]int{0: 0, 30 * time.Second: 1},
		}},
		{id: "S5", policy: "spark,min=2,max=10,initial=5", until: 160 * time.Second, cluster: oracle{
			provision: time.Second, slots: 4,
			stages: []*oracleStage{{tasks: 100, time: 20 * time.Second}},
			jobs:   map[time.Duration]int{5 * time.Second: 0},
		}},
		{id: "S6", policy: "spark,initial=4", until: 130 * time.Second, cluster: oracle{
			provision: time.Second, slots: 2,
		}},
		{id: "S7", policy: "spark,shuffle=tracking,tracking-timeout=30s", until: 220 * time.Second, cluster: oracle{
			provision: time.Second, slots: 1,
			stages: []*oracleStage{
				{tasks: 4, time: 10 * time.Second, shuffles: true},
				{tasks: 1, time: 100 * time.Second, parents: []int{0}},
			},
			jobs: map[time.Duration]int{0: 0},
		}},
		{id: "S8", policy: "spark,ratio=0.5", until: 30 * time.Second, cluster: oracle{
			provision: time.Second, slots: 4,
			stages: []*oracleStage{{tasks: 100, time: 20 * time.Second}},
			jobs:   map[time.Duration]int{0: 0},
		}},
		{id: "S9", policy: "spark", until: 85 * time.Second, cluster: oracle{
			provision: 500 * time.Millisecond, slots: 1, removeLag: 5 * time.Second,
			stages: []*oracleStage{{tasks: 10, time: 5 * time.Second}, {tasks: 3, time: 5 * time.Second, job: 1}},
			jobs:   map[time.Duration]int{0: 0, 70600 * time.Millisecond: 1},
		}},
		{id: "S10", policy: "spark,initial=12,min=3", until: 61 * time.Second, cluster: oracle{slots: 1}},
		{id: "S11", policy: "spark", until: 30 * time.Second, cluster: oracle{
			provision: 2 * time.Second, slots: 1,
			stages: []*oracleStage{{tasks: 6, time: 60 * time.Second}},
			jobs:   map[time.Duration]int{0: 0},
			losses: map[time.Duration][]ExecutorID{20 * time.Second: {1, 2}},
		}},
	}
	for _, s := range scenarios {
		for _, elided := range []bool{false, true} {
			t.Run(s.id+map[bool]string{false: "/every tick", true: "/ticks when due"}[elided], func(t *testing.T) {
				cluster := s.cluster.fresh(t, s.policy)
				cluster.elided = elided
				cluster.run(s.until)
				if diff := cmp.Diff(strings.Split(want[s.id], "\n"), cluster.lines); diff != "" {
					t.Errorf("Spark 4.1.4 (-) and the policy (+) differ:\n%s", diff)
				}
			})
		}
	}
	if len(want) != len(scenarios) {
		t.Errorf("%d scenarios here, %d recorded", len(scenarios), len(want))
	}
}

// oracle is the cluster of the recorded scenarios: the manager grants at once
// what is asked up to its capacity, an executor registers later, a free slot
// takes the lowest task of the first stage, the least loaded executor with the
// lowest id first, and what happens at the time of a tick happens before it.
type oracle struct {
	provision time.Duration // grant to registration
	removeLag time.Duration // kill to ExecutorRemoved
	slots     int
	capacity  int // 0: no limit
	stages    []*oracleStage
	jobs      map[time.Duration]int
	losses    map[time.Duration][]ExecutorID
	elided    bool // tick only after events and when the policy asked for it

	policy    *allocationManager
	now       time.Duration
	queue     []oracleEvent
	executors []*oracleExecutor // by id; nil: not there
	granted   int
	asked     int
	nextID    ExecutorID
	lines     []string
	shown     [2]int // target and executors last printed
	disturbed bool   // an event came since the last tick
}

type oracleStage struct {
	tasks    int
	time     time.Duration
	job      int
	parents  []int
	shuffles bool // its tasks write shuffle files

	id                  int32
	next, done          int
	submitted, complete bool
}

type oracleExecutor struct {
	id      ExecutorID
	running int
	leaving bool
}

type oracleEvent struct {
	at time.Duration
	do func()
}

// fresh returns a copy to run, with the policy at its start.
func (o oracle) fresh(t *testing.T, policy string) *oracle {
	t.Helper()
	s, err := Parse(policy)
	if err != nil {
		t.Fatal(err)
	}
	stages := o.stages
	o.stages = nil
	for i, stage := range stages {
		fresh := *stage
		fresh.id = int32(i)
		o.stages = append(o.stages, &fresh)
	}
	o.nextID, o.shown = 1, [2]int{-1, -1}
	o.executors = make([]*oracleExecutor, 1)
	for at, job := range o.jobs {
		o.at(at, func() { o.startJob(job) })
	}
	for at, ids := range o.losses {
		o.at(at, func() { o.lose(ids) })
	}
	o.policy = s.New(Env{Client: &o, Profiles: []Profile{{Slots: o.slots}}, Rules: Newest}).(*allocationManager)
	o.policy.Start(0)
	return &o
}

func (o *oracle) at(at time.Duration, do func()) {
	i := len(o.queue)
	for i > 0 && o.queue[i-1].at > at {
		i--
	}
	o.queue = slices.Insert(o.queue, i, oracleEvent{at, do})
}

func (o *oracle) log(format string, args ...any) {
	o.lines = append(o.lines, fmt.Sprintf("%9.1f  ", o.now.Seconds())+fmt.Sprintf(format, args...))
}

func (o *oracle) observe(e Event) {
	e.At = o.now
	o.policy.Observe(&e)
	o.disturbed = true
}

func (o *oracle) run(until time.Duration) {
	wake := time.Duration(0)
	for tick := time.Duration(0); tick <= until; tick += Interval {
		for len(o.queue) > 0 && o.queue[0].at <= tick {
			e := o.queue[0]
			o.queue = o.queue[1:]
			o.now = e.at
			e.do()
		}
		o.now = tick
		o.show()
		if !o.elided || o.disturbed || wake <= tick {
			o.disturbed = false
			wake = o.policy.Tick(tick)
		}
		o.show()
	}
}

// show prints the target and the executors if they have changed.
func (o *oracle) show() {
	alive := 0
	for _, e := range o.executors {
		if e != nil {
			alive++
		}
	}
	p := o.policy.targets()[0]
	if now := [2]int{p.n, alive}; now != o.shown {
		o.log("target=%d registered=%d toAdd=%d", p.n, alive, p.step)
		o.shown = now
	}
}

func (o *oracle) RequestTotal(targets []Target) bool {
	o.asked = targets[0].N
	o.grant()
	return true
}

func (o *oracle) grant() {
	for o.granted < o.asked && (o.capacity == 0 || o.granted < o.capacity) {
		o.granted++
		id := o.nextID
		o.nextID++
		o.at(o.now+o.provision, func() { o.register(id) })
	}
}

func (o *oracle) Remove(removals []Removal) []ExecutorID {
	var ids []ExecutorID
	var texts []string
	for _, r := range removals {
		e := o.executors[r.Executor]
		if e == nil || e.leaving || e.running > 0 {
			continue
		}
		e.leaving = true
		o.granted--
		ids = append(ids, r.Executor)
		texts = append(texts, r.Executor.String())
		o.at(o.now+o.removeLag, func() { o.gone(e.id, KilledByDriver) })
	}
	o.log("kill [%s]", strings.Join(texts, ", "))
	return ids
}

func (o *oracle) gone(id ExecutorID, loss Loss) {
	o.executors[id] = nil
	o.observe(Event{Kind: ExecutorRemoved, Executor: id, Loss: loss})
}

func (o *oracle) lose(ids []ExecutorID) {
	var texts []string
	for _, id := range ids {
		o.granted--
		o.gone(id, Lost)
		texts = append(texts, id.String())
	}
	o.grant()
	o.log("executors %s lost; RM replaces because target unchanged", strings.Join(texts, ","))
}

func (o *oracle) register(id ExecutorID) {
	for int(id) >= len(o.executors) {
		o.executors = append(o.executors, nil)
	}
	o.executors[id] = &oracleExecutor{id: id}
	o.observe(Event{Kind: ExecutorAdded, Executor: id})
	o.offer()
}

func (o *oracle) startJob(job int) {
	o.log("job %d start", job)
	var writes []MapStage
	for _, s := range o.stages {
		if s.job == job && s.shuffles {
			writes = append(writes, MapStage{Stage: s.id, Shuffle: s.id})
		}
	}
	o.observe(Event{Kind: JobStart, Job: job, Stages: writes})
	o.submitReady(job)
}

func (o *oracle) submitReady(job int) {
	for _, s := range o.stages {
		waits := slices.ContainsFunc(s.parents, func(p int) bool { return !o.stages[p].complete })
		if s.job != job || s.submitted || waits {
			continue
		}
		s.submitted = true
		o.log("stage %d submitted (%d tasks)", s.id, s.tasks)
		o.observe(Event{Kind: StageSubmitted, Stage: StageAttempt{ID: s.id}, Tasks: s.tasks})
	}
	o.offer()
}

func (o *oracle) offer() {
	for _, s := range o.stages {
		for s.submitted && s.next < s.tasks {
			e := o.leastLoaded()
			if e == nil {
				return
			}
			o.launch(s, e, s.next)
			s.next++
		}
	}
}

func (o *oracle) leastLoaded() *oracleExecutor {
	var best *oracleExecutor
	for _, e := range o.executors {
		if e != nil && !e.leaving && e.running < o.slots && (best == nil || e.running < best.running) {
			best = e
		}
	}
	return best
}

func (o *oracle) launch(s *oracleStage, e *oracleExecutor, task int) {
	e.running++
	event := Event{Kind: TaskStart, Stage: StageAttempt{ID: s.id}, Task: task, Executor: e.id}
	o.observe(event)
	o.at(o.now+s.time, func() {
		e.running--
		s.done++
		event.Kind = TaskEnd
		o.observe(event)
		if s.done == s.tasks {
			o.completeStage(s)
		}
		o.offer()
	})
}

func (o *oracle) completeStage(s *oracleStage) {
	s.complete = true
	o.log("stage %d completed", s.id)
	o.observe(Event{Kind: StageCompleted, Stage: StageAttempt{ID: s.id}})
	if !slices.ContainsFunc(o.stages, func(x *oracleStage) bool { return x.job == s.job && !x.complete }) {
		o.log("job %d end", s.job)
		o.observe(Event{Kind: JobEnd, Job: s.job})
	}
	o.submitReady(s.job)
}
