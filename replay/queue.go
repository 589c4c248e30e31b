package replay

import (
	"time"

	"dynalloc/policies"
	"dynalloc/replay/agenda"
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
	setIsGivenUp
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
	applicationHandlers [eventTypes]func(a *application, s agenda.Event)
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
	of := func(take func(*application, int32)) func(*application, agenda.Event) {
		return func(a *application, s agenda.Event) { take(a, s.Arg) }
	}
	executor := func(take func(*application, policies.ExecutorID)) func(*application, agenda.Event) {
		return func(a *application, s agenda.Event) { take(a, policies.ExecutorID(s.Arg)) }
	}
	alone := func(take func(*application)) func(*application, agenda.Event) {
		return func(a *application, _ agenda.Event) { take(a) }
	}
	applicationHandlers = [eventTypes]func(*application, agenda.Event){
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
		setIsGivenUp:         of((*application).giveUpSet),
		offersAreRevived:     alone((*application).revive),
		stageIsResubmitted:   of((*application).resubmitStage),
		speculationIsChecked: of((*application).speculate),
		localityWaitEnds:     of((*application).offerAgain),
		nodeFilesAreLost:     of((*application).loseNodeFiles),
	}
}

// An event of the agenda has its phase, a sequence number and its type in its order.

func phaseOf(s *agenda.Event) phase    { return phase(s.Order >> 56) }
func typeOf(s *agenda.Event) eventType { return eventType(s.Order) }

// schedule adds an event of the cluster to the queue.
func (e *Engine) schedule(at time.Duration, t eventType, arg int32) {
	e.push(agenda.Event{At: at, Subject: agenda.Subject{App: -1, Arg: arg}}, t)
}

// schedule adds an event of the application to the queue.
func (a *application) schedule(at time.Duration, t eventType, arg int32) {
	a.engine.push(agenda.Event{At: at, Subject: agenda.Subject{App: a.index, Arg: arg}}, t)
}

// after adds an event of the application at a delay from now.
func (a *application) after(d time.Duration, t eventType, arg int32) {
	a.schedule(a.engine.now+d, t, arg)
}

// push adds an event: at equal times in the order of the phases, then of the calls.
func (e *Engine) push(s agenda.Event, t eventType) {
	e.scheduled++
	s.Order = uint64(t.phase())<<56 | e.scheduled<<8 | uint64(t)
	e.agenda.Insert(s)
}

// pushTick schedules the tick of an application's policy. At equal times policies
// tick in the order of their applications, whenever the ticks were scheduled.
func (e *Engine) pushTick(at time.Duration, app int32) {
	e.agenda.Insert(agenda.Event{At: at, Order: uint64(policyTicks)<<56 | uint64(app)<<8, Subject: agenda.Subject{App: app}})
}
