package replay

import "time"

// A phase is the place of an event in the order of an instant. Facts come
// first, in the order that makes an instant a barrier: a slot freed at t is
// free at t, an executor that leaves at t takes no task at t, one that
// arrives at t may. Policies tick after all facts of the instant. In testdata,
// one_instant_has_an_order changes if any two classes are exchanged.
type phase uint8

const (
	taskEnds phase = iota
	executorLeaves
	executorRegisters
	becomesReady
	policyTicks
)

// eventType says which of a class's events it is.
type eventType uint8

const (
	applicationArrives eventType = iota
	driverRegisters
	jobIsSubmitted
	rddIsUnpersisted
	applicationEnds
	executorIsAdded
	executorIsUsable
	startupEnds
	managerActs
	faultStrikes
	nodeIsGone
	faultIsOver
	nodeFilesAreLost
	driverAdvances
	localityWaitEnds
	stageIsResubmitted
	speculationIsChecked
	garbageIsCollected
	exitIsChecked
	blocksArrive
	executorIsGone
	taskIsDone // for classes whose events are all of one kind
)

// A scheduled event waits in the queue. What a, b and c mean depends on the event.
type scheduled struct {
	at    time.Duration
	order uint64 // class, then sequence number, then what
	app   int32
	a     int32
	b     int32
	c     int32
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

func (q *queue) push(s scheduled, c phase, w eventType) {
	q.sequence++
	s.order = uint64(c)<<56 | q.sequence<<8 | uint64(w)
	q.insert(s)
}

// pushTick schedules the tick of an application's policy. At equal times
// policies tick in order of application, so that it does not matter when a
// tick was scheduled.
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
