package metrics

import (
	"time"

	"dynalloc/internal/wide"
	"dynalloc/policies"
	"dynalloc/replay"
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
	life     []life
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
	running int // cores of tasks that run
	waiting int // cores of tasks that are ready and have no slot
	supply  int // cores of executors that take tasks
	held    map[policies.ExecutorID]holding
	stages  map[int32]*attempt // submitted stages, by index
}

// holding is one executor.
type holding struct {
	cores   int
	granted time.Duration
	usable  bool
}

// attempt is the tasks of one attempt of a submitted stage.
type attempt struct {
	waiting int
	running []uint8 // by partition: running attempts, speculative copies included
	done    []bool
}

// NewMeter returns a meter for one replay of the workload on a cluster of capacity
// cores. An executor is charged for at least the time minimum.
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
		n := m.workload.Apps[e.App].Stages[e.Stage].Size()
		a.stages[e.Stage] = &attempt{waiting: int(e.N), running: make([]uint8, n), done: make([]bool, n)}
		a.waiting += int(e.N) * taskCPUs(m.workload, e)
	case replay.StageEnded:
		m.advance(e)
		if s := a.stages[e.Stage]; s != nil {
			a.waiting -= s.waiting * taskCPUs(m.workload, e)
			delete(a.stages, e.Stage)
		}
	case replay.TaskStarted:
		m.advance(e)
		cpus := taskCPUs(m.workload, e)
		a.running += cpus
		if s := a.stages[e.Stage]; s != nil {
			if s.running[e.Task]++; s.running[e.Task] == 1 && !s.done[e.Task] && s.waiting > 0 {
				s.waiting--
				a.waiting -= cpus
			}
		}
	case replay.TaskEnded:
		m.advance(e)
		cpus := taskCPUs(m.workload, e)
		a.running -= cpus
		m.ended(a, e, cpus)
	case replay.ExecutorGranted:
		a.held[e.Executor] = holding{cores: int(e.N), granted: e.At}
		m.Nodes.granted(e.Node, e.At)
	case replay.ExecutorUsable:
		m.advance(e)
		x := a.held[e.Executor]
		x.usable = true
		a.held[e.Executor] = x
		a.supply += x.cores
	case replay.ExecutorFreed:
		m.advance(e)
		m.Nodes.freed(e.Node, e.At)
		m.free(a, e)
	case replay.AppEnded:
		m.advance(e)
		m.Measured[e.App].Known = true
		*a = life{}
	}
}

// ended records the end of a task. A task that failed waits again, unless a copy
// of it runs or the stage has ended.
func (m *Meter) ended(a *life, e replay.Event, cpus int) {
	s := a.stages[e.Stage]
	switch {
	case s == nil:
		return
	case s.running[e.Task] > 0:
		s.running[e.Task]--
	case e.N == 0 && !s.done[e.Task] && s.waiting > 0: // an earlier attempt already completed this partition
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

// free records that an executor released its cores to other applications.
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
		m.Measured[e.App].MinimumCharge.Executors.Add(short, 1)
		m.Measured[e.App].MinimumCharge.Cores.Add(short, int64(x.cores))
	}
}

// advance integrates over the time since the last event, in which demand and
// supply were constant.
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

// taskCPUs is the number of cores that the task of an event uses.
func taskCPUs(w *traces.Workload, e replay.Event) int {
	a := w.Apps[e.App]
	return max(1, a.Profiles[a.Stages[e.Stage].Profile].TaskCPUs)
}
