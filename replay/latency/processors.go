package latency

import (
	"math"
	"time"

	"dynalloc/traces"
)

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

// DriverShare is how much of a processor an application's driver had when it was
// recorded, beside the executors that started then.
func (t *Model) DriverShare(app *traces.Application) Share {
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

// A DriverStart is a driver between its registration and its first job.
type DriverStart struct {
	Left     time.Duration // processor time that it still needs
	Recorded time.Duration // how long that took when it was recorded
}

// SplitDriverStart takes the driver's work out of a recorded time.
func (t *Model) SplitDriverStart(app *traces.Application, recorded time.Duration) DriverStart {
	share := t.DriverShare(app)
	if took := share.Elapsed(t.DriverWork); took <= recorded {
		return DriverStart{Left: t.DriverWork, Recorded: took}
	}
	recorded = max(recorded, 0)
	return DriverStart{Left: share.Work(recorded), Recorded: recorded}
}
