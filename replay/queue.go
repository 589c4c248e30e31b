package replay

import (
	"time"

	"dynalloc/policies"
)

// A phase is the place of an event in the order of an instant. Facts come first,
// in an order that makes the instant a barrier: a slot that is freed at t is free
// at t, an executor that leaves at t takes no task at t, and one that registers at
// t may. Policies tick after all facts. The stories one_instant_* in testdata
// change if any two phases are exchanged.
type phase uint8

const (
	taskEnds phase = iota
	executorLeaves
	executorRegisters
	becomesReady
	policyTicks
)

// An eventType is the type of a scheduled event. It determines the phase and the
// handler.
type eventType uint8

const (
	taskIsDone eventType = iota

	executorIsGone // the driver learns that an executor is gone
	exitIsChecked
	faultStrikes
	nodeIsGone
	executorIsLost

	executorIsAdded
	executorIsUsable
	startupEnds

	applicationArrives
	driverRegisters
	driverAdvances
	jobIsSubmitted
	rddIsUnpersisted
	applicationEnds
	jobIsDone
	stageIsPrepared
	stageIsLaunched
	stageIsResubmitted
	offersAreRevived
	speculationIsChecked
	localityWaitEnds
	garbageIsCollected
	blocksArrive
	nodeFilesAreLost
	faultIsOver
	managerActs
	eventTypes
)

// phase returns the phase of an event: their constants above stand in the order of
// the phases.
func (t eventType) phase() phase {
	switch {
	case t >= applicationArrives:
		return becomesReady
	case t >= executorIsAdded:
		return executorRegisters
	case t >= executorIsGone:
		return executorLeaves
	}
	return taskEnds
}

// handlers process the events, by type: those of the cluster, and those of one
// application. Events of an application that has ended are dropped.
var (
	clusterHandlers     [eventTypes]func(e *Engine, arg int32)
	applicationHandlers [eventTypes]func(a *application, s scheduled)
)

// init fills the tables. An initializer would be a cycle, as handlers schedule
// events.
func init() {
	clusterHandlers = [eventTypes]func(*Engine, int32){
		startupEnds:        (*Engine).startupDone,
		applicationArrives: (*Engine).admit,
		faultStrikes:       (*Engine).inject,
		nodeIsGone:         (*Engine).detect,
		faultIsOver:        (*Engine).endFault,
		managerActs:        (*Engine).managerIsDue,
	}
	of := func(take func(*application, int32)) func(*application, scheduled) {
		return func(a *application, s scheduled) { take(a, s.arg) }
	}
	executor := func(take func(*application, policies.ExecutorID)) func(*application, scheduled) {
		return func(a *application, s scheduled) { take(a, policies.ExecutorID(s.arg)) }
	}
	alone := func(take func(*application)) func(*application, scheduled) {
		return func(a *application, _ scheduled) { take(a) }
	}
	applicationHandlers = [eventTypes]func(*application, scheduled){
		taskIsDone:           func(a *application, s scheduled) { a.taskEnded(policies.ExecutorID(s.arg), s.set, s.task) },
		executorIsGone:       executor((*application).executorGone),
		exitIsChecked:        executor((*application).exitIfDone),
		executorIsAdded:      executor((*application).executorAdded),
		executorIsUsable:     executor((*application).executorUsable),
		blocksArrive:         executor((*application).migrate),
		driverRegisters:      alone((*application).register),
		garbageIsCollected:   alone((*application).collectGarbage),
		applicationEnds:      alone((*application).end),
		driverAdvances:       of((*application).advanceDriver),
		jobIsSubmitted:       of((*application).submitJob),
		rddIsUnpersisted:     of((*application).unpersist),
		executorIsLost:       of((*application).loseRecorded),
		jobIsDone:            of((*application).endJobAfterTail),
		stageIsPrepared:      of((*application).submitPrepared),
		stageIsLaunched:      of((*application).launchStage),
		offersAreRevived:     alone((*application).revive),
		stageIsResubmitted:   of((*application).resubmitStage),
		speculationIsChecked: of((*application).speculate),
		localityWaitEnds:     of((*application).offerAgain),
		nodeFilesAreLost:     of((*application).loseNodeFiles),
	}
}

// A scheduled event waits in the queue.
type scheduled struct {
	at    time.Duration
	order uint64 // phase, then sequence number, then type
	app   int32  // index into Workload.Apps; -1: of the cluster
	arg   int32  // what it is about: an executor, a node, a job, ...
	set   int32  // of a task
	task  int32
}

func (s *scheduled) phase() phase         { return phase(s.order >> 56) }
func (s *scheduled) eventType() eventType { return eventType(s.order) }

func (s *scheduled) before(o *scheduled) bool {
	return s.at < o.at || s.at == o.at && s.order < o.order
}

// A queue is a binary heap of scheduled events. container/heap would box each
// event; this one moves values and allocates only to grow.
type queue struct {
	events   []scheduled
	sequence uint64
}

// schedule adds an event of the cluster to the queue.
func (e *Engine) schedule(at time.Duration, t eventType, arg int32) {
	e.queue.push(scheduled{at: at, app: -1, arg: arg}, t)
}

// schedule adds an event of the application to the queue.
func (a *application) schedule(at time.Duration, t eventType, arg int32) {
	a.engine.queue.push(scheduled{at: at, app: a.index, arg: arg}, t)
}

// after adds an event of the application at a delay from now.
func (a *application) after(d time.Duration, t eventType, arg int32) {
	a.schedule(a.engine.now+d, t, arg)
}

func (q *queue) push(s scheduled, t eventType) {
	q.sequence++
	s.order = uint64(t.phase())<<56 | q.sequence<<8 | uint64(t)
	q.insert(s)
}

// pushTick schedules the tick of an application's policy. At equal times policies
// tick in the order of their applications, whenever the ticks were scheduled.
func (q *queue) pushTick(at time.Duration, app int32) {
	q.insert(scheduled{at: at, order: uint64(policyTicks)<<56 | uint64(app)<<8, app: app})
}

func (q *queue) insert(s scheduled) {
	q.events = append(q.events, s)
	h := q.events
	i := len(h) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if !s.before(&h[parent]) {
			break
		}
		h[i] = h[parent]
		i = parent
	}
	h[i] = s
}

func (q *queue) pop() scheduled {
	h := q.events
	top := h[0]
	n := len(h) - 1
	last := h[n]
	h = h[:n]
	q.events = h
	if n == 0 {
		return top
	}
	i := 0
	for {
		child := 2*i + 1
		if child >= n {
			break
		}
		if child+1 < n && h[child+1].before(&h[child]) {
			child++
		}
		if !h[child].before(&last) {
			break
		}
		h[i] = h[child]
		i = child
	}
	h[i] = last
	return top
}
