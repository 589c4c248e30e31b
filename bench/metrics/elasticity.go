package metrics

import (
	"time"

	"dynalloc/internal/wide"
	"dynalloc/replay"
	"dynalloc/replay/lists"
	"dynalloc/traces"
)

// Elasticity is how well an application's supply of cores followed its demand: the
// metrics of the SPEC Research Group (Ready for Rain?, SPEC-RG-2016-01; Ilyushkin et
// al., ICPE 2017). Demand is the cores of all tasks that run or could start, at most
// all cores of the cluster. Supply is the cores of the executors that take tasks, until
// they are free for other applications. Where demand and supply are both 0, both
// integrands are 0.
type Elasticity struct {
	Known     bool
	Under     float64       // integral of max(0, demand - supply) / demand, in seconds
	Over      float64       // integral of max(0, supply - demand) / supply, in seconds
	UnderTime time.Duration // with supply < demand
	OverTime  time.Duration // with supply > demand
}

// MinimumCharge is the time that a minimum charge adds to the time held: the sum over
// executors of max(0, minimum - time held).
type MinimumCharge struct {
	Executors wide.Time // executor-time
	Cores     wide.Time // core-time
}

// A Meter is a replay.Observer that follows the demand and the supply of each
// application of a replay.
type Meter struct {
	workload *traces.Workload
	capacity int
	minimum  time.Duration // minimum charge for an executor
	lives    []*life       // by application; nil before the arrival and after the end
	ended    []*life       // whose memory the next ones use
	tasks    lists.Free[taskState]
	Measured []Metered
	Nodes    NodeUse
}

// Metered is the measurements of one application.
type Metered struct {
	Elasticity
	MinimumCharge
}

// life is the state of a running application.
type life struct {
	since   time.Duration
	running int       // cores of tasks that run
	waiting int       // cores of tasks that are ready and have no slot
	supply  int       // cores of executors that take tasks
	held    []holding // by executor
	stages  []attempt // by index
}

// holding is one executor.
type holding struct {
	cores   int // 0: it is not held
	granted time.Duration
	usable  bool
}

// attempt is the tasks of one attempt of a submitted stage.
type attempt struct {
	cpus    int // of a task
	waiting int
	tasks   []taskState // by partition; nil: no attempt is submitted
}

// taskState is the state of one task.
type taskState struct {
	running uint8 // attempts, speculative copies included
	done    bool
}

// NewMeter returns a meter for one replay of the workload on a cluster of capacity
// cores. An executor is charged for at least the time minimum.
func NewMeter(w *traces.Workload, capacity int, minimum time.Duration) *Meter {
	return &Meter{workload: w, capacity: capacity, minimum: minimum, lives: make([]*life, len(w.Apps)), Measured: make([]Metered, len(w.Apps))}
}

// Observe takes one event of the replay.
func (m *Meter) Observe(e replay.Event) {
	a := m.lives[e.App]
	switch e.Kind {
	case replay.AppSubmitted:
		m.lives[e.App] = m.begin(e)
	case replay.StageSubmitted:
		m.advance(a, e)
		s := &a.stages[e.Stage]
		m.tasks.Give(s.tasks)
		*s = attempt{cpus: taskCPUs(m.workload, e), waiting: int(e.N), tasks: m.tasks.Take(m.workload.Apps[e.App].Stages[e.Stage].Size(), taskState{})}
		a.waiting += int(e.N) * s.cpus
	case replay.StageEnded:
		m.advance(a, e)
		if s := &a.stages[e.Stage]; s.tasks != nil {
			a.waiting -= s.waiting * s.cpus
			m.tasks.Give(s.tasks)
			s.tasks = nil
		}
	case replay.TaskStarted:
		m.advance(a, e)
		s := &a.stages[e.Stage]
		a.running += s.cpus
		if s.tasks == nil {
			return
		}
		t := &s.tasks[e.Task]
		if t.running++; t.running == 1 && !t.done && s.waiting > 0 {
			s.waiting--
			a.waiting -= s.cpus
		}
	case replay.TaskEnded:
		m.advance(a, e)
		s := &a.stages[e.Stage]
		a.running -= s.cpus
		if s.tasks != nil {
			a.ended(s, e)
		}
	case replay.ExecutorGranted:
		for len(a.held) <= int(e.Executor) {
			a.held = append(a.held, holding{})
		}
		a.held[e.Executor] = holding{cores: int(e.N), granted: e.At}
		m.Nodes.granted(e.Node, e.At)
	case replay.ExecutorUsable:
		m.advance(a, e)
		x := &a.held[e.Executor]
		x.usable = true
		a.supply += x.cores
	case replay.ExecutorFreed:
		m.advance(a, e)
		m.Nodes.freed(e.Node, e.At)
		m.free(a, e)
	case replay.AppEnded:
		m.advance(a, e)
		m.Measured[e.App].Known = true
		for i := range a.stages {
			m.tasks.Give(a.stages[i].tasks)
		}
		m.lives[e.App], m.ended = nil, append(m.ended, a)
	}
}

// begin is the life of an application that arrives.
func (m *Meter) begin(e replay.Event) *life {
	a := new(life)
	if n := len(m.ended); n > 0 {
		a, m.ended = m.ended[n-1], m.ended[:n-1]
	}
	*a = life{since: e.At, held: a.held[:0], stages: lists.Resized(a.stages, len(m.workload.Apps[e.App].Stages))}
	return a
}

// ended records the end of a task. A task that failed waits again, unless a copy
// of it runs or the stage has ended.
func (a *life) ended(s *attempt, e replay.Event) {
	t := &s.tasks[e.Task]
	switch {
	case t.running > 0:
		t.running--
	case e.N == 0 && !t.done && s.waiting > 0: // an earlier attempt already completed this partition
		s.waiting--
		a.waiting -= s.cpus
	default:
		return
	}
	switch {
	case e.N == 0:
		t.done = true
	case t.running == 0 && !t.done:
		s.waiting++
		a.waiting += s.cpus
	}
}

// free records that an executor released its cores to other applications.
func (m *Meter) free(a *life, e replay.Event) {
	x := a.held[e.Executor]
	if x.cores == 0 {
		return
	}
	a.held[e.Executor] = holding{}
	if x.usable {
		a.supply -= x.cores
	}
	if short := m.minimum - (e.At - x.granted); short > 0 {
		m.Measured[e.App].MinimumCharge.Executors.Add(short, 1)
		m.Measured[e.App].MinimumCharge.Cores.Add(short, int64(x.cores))
	}
}

// advance integrates over the time since the last event, in which demand and
// supply were constant.
func (m *Meter) advance(a *life, e replay.Event) {
	span := e.At - a.since
	if span == 0 {
		return
	}
	a.since = e.At
	demand := min(a.running+a.waiting, m.capacity)
	to := &m.Measured[e.App]
	switch {
	case a.supply < demand:
		to.UnderTime += span
		to.Under += span.Seconds() * float64(demand-a.supply) / float64(demand)
	case a.supply > demand:
		to.OverTime += span
		to.Over += span.Seconds() * float64(a.supply-demand) / float64(a.supply)
	}
}

// taskCPUs is the number of cores that the task of an event uses.
func taskCPUs(w *traces.Workload, e replay.Event) int {
	a := w.Apps[e.App]
	return max(1, a.Profiles[a.Stages[e.Stage].Profile].TaskCPUs)
}
