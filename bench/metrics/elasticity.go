package metrics

import (
	"time"

	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/traces"
)

// Elasticity is how well what an application held followed what it needed, over
// its life: the metrics of the SPEC Research Group (Ready for Rain?,
// SPEC-RG-2016-01; Ilyushkin et al., ICPE 2017). Demand at a time is the cores
// that all of the application's tasks would take that run or could start, at
// most all of the cluster; supply is the cores of its executors that take tasks,
// until they are free for others. Where nothing is needed and nothing is held,
// 0 / 0, provision is exact: both integrands are 0.
type Elasticity struct {
	Known     bool
	Under     float64       // integral of max(0, demand - supply) / demand, in seconds
	Over      float64       // integral of max(0, supply - demand) / supply, in seconds
	UnderTime time.Duration // with supply < demand
	OverTime  time.Duration // with supply > demand
}

// Short is what a minimum charge adds to what executors held: the time by which
// each was held shorter than it.
type MinimumCharge struct {
	Executors time.Duration // executor-time
	Cores     time.Duration // core-time
}

// A meter follows for each application of a replay what it needs and what it
// holds. It is a replay.Observer.
type Meter struct {
	workload *traces.Workload
	capacity int
	minimum  time.Duration // charge for an executor
	life     []life
	Measured []Metered
}

// metered is what a meter found out about one application.
type Metered struct {
	Elasticity
	MinimumCharge
}

// life is a running application.
type life struct {
	since   time.Duration
	running int // cores of tasks that run
	waiting int // cores of tasks that could start
	supply  int // cores of executors that take tasks
	held    map[policies.ExecutorID]holding
	stages  map[int32]*attempt // by index of the stage, those that are submitted
}

// holding is one executor.
type holding struct {
	cores   int
	granted time.Duration
	usable  bool
}

// attempt is the tasks of a stage that is submitted.
type attempt struct {
	waiting int
	running []uint8 // by partition: runs of it, copies too
	done    []bool
}

func NewMeter(w *traces.Workload, capacity int, minimum time.Duration) *Meter {
	return &Meter{workload: w, capacity: capacity, minimum: minimum, life: make([]life, len(w.Apps)), Measured: make([]Metered, len(w.Apps))}
}

// Observe takes one event of the replay.
func (m *Meter) Observe(e replay.Event) {
	a := &m.life[e.App]
	switch e.Kind {
	case replay.AppSubmitted:
		*a = life{since: e.At, held: make(map[policies.ExecutorID]holding), stages: make(map[int32]*attempt)}
	case replay.StageSubmitted:
		m.advance(e)
		n := len(m.workload.Apps[e.App].Stages[e.Stage].Tasks)
		a.stages[e.Stage] = &attempt{waiting: int(e.N), running: make([]uint8, n), done: make([]bool, n)}
		a.waiting += int(e.N) * m.taskCPUs(e)
	case replay.StageEnded:
		m.advance(e)
		if s := a.stages[e.Stage]; s != nil {
			a.waiting -= s.waiting * m.taskCPUs(e)
			delete(a.stages, e.Stage)
		}
	case replay.TaskStarted:
		m.advance(e)
		cpus := m.taskCPUs(e)
		a.running += cpus
		if s := a.stages[e.Stage]; s != nil {
			if s.running[e.Task]++; s.running[e.Task] == 1 && !s.done[e.Task] && s.waiting > 0 {
				s.waiting--
				a.waiting -= cpus
			}
		}
	case replay.TaskEnded:
		m.advance(e)
		cpus := m.taskCPUs(e)
		a.running -= cpus
		m.ended(a, e, cpus)
	case replay.ExecutorGranted:
		a.held[e.Executor] = holding{cores: int(e.N), granted: e.At}
	case replay.ExecutorUsable:
		m.advance(e)
		x := a.held[e.Executor]
		x.usable = true
		a.held[e.Executor] = x
		a.supply += x.cores
	case replay.ExecutorFreed:
		m.advance(e)
		m.free(a, e)
	case replay.AppEnded:
		m.advance(e)
		m.Measured[e.App].Known = true
		*a = life{}
	}
}

// ended takes in the end of a task. One that ended in vain waits again, unless a
// copy of it runs or the stage is over.
func (m *Meter) ended(a *life, e replay.Event, cpus int) {
	s := a.stages[e.Stage]
	switch {
	case s == nil:
		return
	case s.running[e.Task] > 0:
		s.running[e.Task]--
	case e.N == 0 && !s.done[e.Task] && s.waiting > 0: // one of an earlier attempt spares this one the task
		s.waiting--
		a.waiting -= cpus
	default:
		return
	}
	switch {
	case e.N == 0:
		s.done[e.Task] = true
	case s.running[e.Task] == 0 && !s.done[e.Task]:
		s.waiting++
		a.waiting += cpus
	}
}

// free takes in that an executor's cores are free for others.
func (m *Meter) free(a *life, e replay.Event) {
	x, ok := a.held[e.Executor]
	if !ok {
		return
	}
	delete(a.held, e.Executor)
	if x.usable {
		a.supply -= x.cores
	}
	if short := m.minimum - (e.At - x.granted); short > 0 {
		m.Measured[e.App].MinimumCharge.Executors += short
		m.Measured[e.App].MinimumCharge.Cores += short * time.Duration(x.cores)
	}
}

// advance lets what holds for an application hold until now.
func (m *Meter) advance(e replay.Event) {
	a := &m.life[e.App]
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

func (m *Meter) taskCPUs(e replay.Event) int {
	a := m.workload.Apps[e.App]
	return max(1, a.Profiles[a.Stages[e.Stage].Profile].TaskCPUs)
}
