package attribution

import (
	"time"

	"dynalloc/internal/wide"
)

// A TimeCause is the cause of a part of an application's turnaround; see Turnaround.
type TimeCause uint8

// The causes, in the order in which they count where several hold at one time.
const (
	TimeDriver    TimeCause = iota // the driver's own work: before the first job, between jobs, after the last
	TimeExecution                  // a task runs, or waits for its slot behind tasks of its own set
	TimeRecompute                  // a task repeats work that was lost with an executor; includes the wait before Spark resubmits it
	TimeLocality                   // a slot is free, and the task waits for one near its data
	TimeSlot                       // another task set of the application has a slot
	TimeStartup                    // the task's executor is granted and starts
	TimeQueue                      // the executor, or the driver, is requested and not granted
	TimeRamp                       // the executor is not yet requested: backlog timer and ramp
	TimeCauses    = iota
)

var timeCauseNames = [TimeCauses]string{
	"driver", "execution", "recompute", "locality wait", "slot of another task set", "executor start-up", "manager's queue", "backlog timer and ramp",
}

func (c TimeCause) String() string { return timeCauseNames[c] }

// A Turnaround divides an application's time by TimeCause, in whole milliseconds: the
// parts add up to End - Submit exactly. It follows the realized critical path back from
// the end: the event for which the driver's end waited, the task that ended last, the
// event for which that task waited, and so on. While a task was ready and waited, the
// state of its slot gives the cause: it ran an earlier task of the same set, or its
// executor was starting, requested, or not yet requested. docs/MODEL.md has the
// complete rule.
type Turnaround [TimeCauses]time.Duration

// Total is the sum of the parts.
func (t Turnaround) Total() time.Duration { return total(t[:]) }

// Delay is the sum of all causes except the work itself (driver and execution).
func (t Turnaround) Delay() time.Duration { return t.Total() - t[TimeDriver] - t[TimeExecution] }

// Late attributes the time by which an application missed its deadline to causes: the
// last cause in their order covers as much of it as it can, then the one before it, and
// so on. The rest, after all delays, is attributed to the work of the application. The
// parts add up to late; they are 0 if the application is in time.
func (t Turnaround) Late(late time.Duration) Turnaround {
	var parts Turnaround
	for c := TimeCauses - 1; c >= 0 && late > 0; c-- {
		parts[c] = min(t[c], late)
		late -= parts[c]
	}
	return parts
}

// A HoldCause is the cause of a part of the time for which executors were held; see
// Holding.
type HoldCause uint8

// The causes, in the order in which they count where several hold at one time.
const (
	HoldStarting    HoldCause = iota // granted, not yet able to run tasks
	HoldBusy                         // a task runs on it
	HoldBeside                       // core-time only: cores without a task while other cores of the executor have one
	HoldLeaving                      // it is decommissioned and runs no task
	HoldLiveShuffle                  // idle: a running job may read its shuffle files
	HoldOldShuffle                   // idle: it has shuffle files that no running job lists, and their timeout holds it
	HoldCache                        // idle: it has cached blocks, and their timeout holds it
	HoldMinimum                      // idle: there are no more executors than the minimum (or than the fixed size)
	HoldSurplus                      // idle: it came after the last task that it could have run
	HoldIdle                         // idle until its timeout
	HoldCauses      = iota
)

var holdCauseNames = [HoldCauses]string{
	"starting", "busy", "beside a task", "leaving", "pinned by live shuffle", "pinned by held shuffle", "pinned by cache", "held by the minimum",
	"ramp surplus", "idle until timeout",
}

func (c HoldCause) String() string { return holdCauseNames[c] }

// A Holding divides the time for which executors were held by HoldCause, in whole
// milliseconds.
type Holding [HoldCauses]wide.Time

// Total is the sum of the parts.
func (h Holding) Total() wide.Time { return wide.Sum(h[:]...) }

// An Attribution divides an application's time and its executors' time by cause. It is
// computed if Config.Attribute is set.
type Attribution struct {
	Turnaround Turnaround // adds up to End - Submit
	// Waves is the part of Turnaround[TimeExecution] in which the tasks on the path waited
	// behind tasks of the same set: the time that enough executors from the start would
	// save.
	Waves     time.Duration
	Cores     Holding // core-time; adds up to Ledger.Held
	Executors Holding // executor-time; adds up to Ledger.Executor
	// RampUpTime is the time from the first task that waits until as many executors take
	// tasks as the unfinished tasks could use, or the policy's maximum if that is less;
	// -1: no task ever waited.
	RampUp time.Duration
}

func total(parts []time.Duration) time.Duration {
	var sum time.Duration
	for _, d := range parts {
		sum += d
	}
	return sum
}
