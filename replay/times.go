package replay

import (
	"math"
	"time"

	"dynalloc/policies"
	"dynalloc/traces"
)

// A Cause is a reason for which a run takes time besides the work of its tasks.
// What a recorded task time contains of it does not carry over to another run: it is
// subtracted from the work, and the replayed run gets its own.
type Cause uint8

// The causes. "First" tasks are counted by slot: an executor with two slots
// pays twice.
const (
	Startup      Cause = iota // an executor's grant to its registration, if it starts alone on its node
	Usable                    // its registration to its first task
	ColdSlot                  // its first tasks: loading classes, in addition to a warm task's deserializing and launching
	ColdSlotRun               // the same, within their run time
	FirstRead                 // its first tasks that read shuffle data: more classes, connections
	FirstReadRun              // the same, within their run time
	FirstOfStage              // other first tasks of a stage on it: fetching and deserializing the stage
	Overhead                  // every task: launch, status update, the driver's turn
	OverheadRun               // the same, within its run time
	RemovalLag                // a kill until the driver sees ExecutorRemoved
	Causes                    // how many there are
)

var causeNames = [Causes]string{
	"executor start-up", "registration to usable",
	"first task of a slot", "first task of a slot, inside its run time",
	"first shuffle read of a slot", "first shuffle read of a slot, inside its run time",
	"first task of a stage in a slot", "overhead of a task", "overhead of a task, inside its run time", "removal lag",
}

func (c Cause) String() string { return causeNames[c] }

// Levels are the shares of samples that lie at or below the quantiles of a
// Distribution.
var Levels = [...]float64{0, 0.05, 0.25, 0.5, 0.75, 0.95, 1}

// A Quantiles holds times at each of Levels, in ascending order.
type Quantiles [len(Levels)]time.Duration

// Median is the time at level 0.5.
func (q *Quantiles) Median() time.Duration { return q[len(Levels)/2] }

// A Distribution is how long a cause takes.
type Distribution struct {
	N         int // samples that it was learned from; with fewer than MinSamples it is a default
	Quantiles Quantiles
	// Contention is by how much each other one of its kind at the same time on the
	// same node prolongs it, as a share of what it takes alone: they share processors.
	Contention float64
	MaxOthers  int      // most others that a sample had: more of them do not prolong it further
	Source     string   // in a few words, where the figures come from
	Logs       []string // names of the logs that gave the samples, sorted
}

// MinSamples is how many samples make a learned time; with fewer, a default stands.
const MinSamples = 10

// Learned says whether the logs showed enough samples; else it is a default.
func (d *Distribution) Learned() bool { return d.N >= MinSamples }

// Constant is a distribution without spread.
func Constant(t time.Duration) Distribution {
	var d Distribution
	for i := range d.Quantiles {
		d.Quantiles[i] = t
	}
	return d
}

// quantile is the time at or below which a share of the samples lies: linear
// between the levels.
func (q *Quantiles) quantile(share float64) time.Duration {
	i := 1
	for i < len(Levels)-1 && share > Levels[i] {
		i++
	}
	within := (share - Levels[i-1]) / (Levels[i] - Levels[i-1])
	return q[i-1] + time.Duration(within*float64(q[i]-q[i-1]))
}

// slowed prolongs a time for others of its kind, to whole milliseconds.
func (d *Distribution) slowed(t time.Duration, others int) time.Duration {
	if others = min(others, d.MaxOthers); others > 0 {
		t += time.Duration(d.Contention * float64(others) * float64(t))
	}
	return t.Round(time.Millisecond)
}

// Typical is the median beside so many others, in whole milliseconds.
func (d *Distribution) Typical(others int) time.Duration {
	return d.slowed(d.Quantiles.Median(), others)
}

// Times is what a recorded task time does not carry over to another run: how
// long executors take to come and to go, and what tasks cost besides their
// work.
type Times struct {
	By [Causes]Distribution
	// Processors is how many processors of a node the executors share that start
	// on it together; 0: they do not slow each other down.
	Processors Processors
	// DriverProcessors is how many processors a driver shares with the executors
	// that start on its machine; 0: nothing slows it down. DriverWork is the
	// processor time that it needs from its registration to its first job.
	DriverProcessors Processors
	DriverWork       time.Duration
	GC               time.Duration // between the driver's garbage collections; 0: there are none
}

// Processors is a number of processors in thousandths: 1250 are one and a quarter.
type Processors int64

// OneProcessor is one processor.
const OneProcessor Processors = 1000

// ProcessorsOf rounds a number of processors to thousandths.
func ProcessorsOf(n float64) Processors { return Processors(math.Round(n * float64(OneProcessor))) }

// Float is the number of processors.
func (p Processors) Float() float64 { return float64(p) / float64(OneProcessor) }

// A Share is the part of a processor that one of several programs gets, as a
// fraction. It is at most 1: a program that starts runs one thread.
type Share struct{ part, whole Processors }

// Among shares the processors equally; the number of programs is in thousandths,
// too, as it may be a mean.
func (p Processors) Among(programs Processors) Share { return Share{min(p, programs), programs} }

// driverShare is how much of a processor an application's driver had when it was
// recorded, beside the executors that started then.
func (t *Times) driverShare(app *traces.Application) Share {
	return t.DriverProcessors.Among(OneProcessor + ProcessorsOf(app.DriverContenders))
}

// Work is how much processor time a program gets in a time.
func (s Share) Work(elapsed time.Duration) time.Duration {
	return elapsed * time.Duration(s.part) / time.Duration(s.whole)
}

// Elapsed is how long a program takes to get a processor time.
func (s Share) Elapsed(work time.Duration) time.Duration {
	return (work*time.Duration(s.whole) + time.Duration(s.part) - 1) / time.Duration(s.part)
}

// draw is a time of a cause for one executor of an application: the same for the
// same seed, application and executor, whatever else is drawn. What tasks cost is
// not drawn but typical. Stages wait for the last of their tasks, so the spread in
// the recorded task times is there already, and more of it would make every stage
// longer.
func (e *Engine) draw(c Cause, app int32, executor policies.ExecutorID, others int) time.Duration {
	d := &e.config.Times.By[c]
	q := &d.Quantiles
	if q[0] == q[len(q)-1] {
		return d.slowed(q[0], others)
	}
	u := mix(mix(e.config.Seed, uint64(causeStream)+uint64(c)), mix(uint64(app)+1, uint64(executor)))
	return d.slowed(q.quantile(float64(u>>11)/(1<<53)), others)
}

func milliseconds(n int32) time.Duration { return time.Duration(n) * time.Millisecond }
