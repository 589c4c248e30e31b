package replay

import (
	"time"

	"dynalloc/policies"
)

// A state is where an executor is in its life.
type state uint8

const (
	starting state = iota // granted
	added                 // registered, not yet able to take tasks
	live                  // takes tasks
	leaving               // given back; the driver has not seen it go
	gone
)

// An executor is one executor of one application at run time.
type executor struct {
	id      policies.ExecutorID
	profile int32
	node    int32
	state   state
	cores   int32
	slots   int32 // tasks that it can run at one time
	free    int32 // of those, without a task
	fresh   int32 // slots that have not had their first task
	granted time.Duration
	usable  time.Duration // from when on it takes tasks; -1: not yet
	since   time.Duration // when running last changed
	busy    time.Duration // core-time of tasks up to since
}

func (x *executor) running() int32 { return x.slots - x.free }

// settle brings the busy time up to now; to be called before free changes.
func (x *executor) settle(now time.Duration, taskCPUs int32) {
	x.busy += (now - x.since) * time.Duration(x.running()*taskCPUs)
	x.since = now
}

// close returns where the executor's time went, from its grant until now, when
// its cores are free for others.
func (x *executor) close(now time.Duration, p *profile) Ledger {
	x.settle(now, p.taskCPUs)
	cores := time.Duration(x.cores)
	usable := x.usable
	if usable < 0 {
		usable = now
	}
	return Ledger{
		Starting: (usable - x.granted) * cores,
		Busy:     x.busy,
		Idle:     (now-usable)*cores - x.busy,
		Memory:   p.memoryMB * (now - x.granted).Milliseconds(),
		Executor: now - x.granted,
	}
}

func (l *Ledger) add(o Ledger) {
	l.Starting += o.Starting
	l.Busy += o.Busy
	l.Idle += o.Idle
	l.Leaving += o.Leaving
	l.Memory += o.Memory
	l.Executor += o.Executor
}
