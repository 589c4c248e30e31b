package selfreplay

import (
	"math"
	"slices"

	"dynalloc/replay/calibrate"
	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// A Cause is a part of the model in which the error of a self-replay can lie.
type Cause uint8

// The causes, in the order in which an explanation looks at them.
const (
	Startup     Cause = iota // when executors registered
	FirstTasks               // first tasks of executors and stages, launch and result of all tasks
	Unexplained              // the rest
	Causes                   // how many there are
)

func (c Cause) String() string {
	return [Causes]string{"start-up", "first tasks", "unexplained"}[c]
}

// Large is the share of the recorded time above which an error has its cause stated.
const Large = 0.05

// An Explanation is an error and its parts.
type Explanation struct {
	Error
	Parts [Causes]float64 // shares of the recorded time, signed; they add up to Error.Time
}

// Cause is the part that contributes most to the error.
func (e *Explanation) Cause() Cause {
	largest, sign := Unexplained, math.Copysign(1, e.Time)
	for c := range Causes {
		if sign*e.Parts[c] > sign*e.Parts[largest] {
			largest = c
		}
	}
	return largest
}

// Explain divides the error of an application among causes. One part of the model
// after the other is replaced by what the log says, in the order of the causes, and
// what the error changes by is its part: this reads the recorded run, so that it shows
// where an error comes from, and is no prediction.
func Explain(a *traces.Application) Explanation {
	w := alone(a)
	config := configOf(w)
	e := Explanation{Error: with(w, config)}
	if !e.Known() {
		return e
	}
	left := e.Time
	step := func(c Cause, given Error) {
		if given.Known() {
			e.Parts[c], left = left-given.Time, given.Time
		}
	}
	config.Startups = [][]latency.GivenStartup{calibrate.RequestedStartups(w.Apps[0], w.Apps[0].Setup)}
	step(Startup, with(w, config))
	for c := range latency.Causes {
		if c != latency.Startup && c != latency.Usable && c != latency.RemovalLag {
			config.Times.By[c] = latency.Constant(0)
		}
	}
	step(FirstTasks, with(alone(asLaunched(a)), config))
	e.Parts[Unexplained] = left
	return e
}

// asLaunched is an application whose tasks take the whole time from their recorded
// launch to their end, whatever part of it was their own work.
func asLaunched(a *traces.Application) *traces.Application {
	whole := *a
	whole.Stages = slices.Clone(a.Stages)
	for i := range whole.Stages {
		s := &whole.Stages[i]
		s.Tasks = slices.Clone(s.Tasks)
		for j := range s.Tasks {
			t := &s.Tasks[j]
			t.Run += t.Deserialize + t.Result + t.Scheduler + t.GettingResult
			t.Deserialize, t.Result, t.Scheduler, t.GettingResult = 0, 0, 0, 0
			t.Cold, t.First, t.FirstRead, t.Contenders = false, false, false, 0
		}
	}
	return &whole
}
