package traces

import (
	"slices"
	"time"
)

// A Loss is an executor that an application lost when it was recorded: its process, its
// container or its host ended, and nobody had given it back. A replay can have the losses
// again. Its time counts from the first submission of the latest stage before it, because
// what a loss destroys depends on what was done by then, and every replay submits every
// stage.
type Loss struct {
	Stage    int           // index into Application.Stages of the latest stage that had been submitted; -1: none
	After    time.Duration // since then, or since the application's start
	Executor int           // its place by age among the executors that the application had; 0 is the oldest
	Host     bool          // its host was lost, with the files that a shuffle service kept there
}

// Exclusions sum up which executors and hosts took no more tasks of a recorded run, of one
// attempt of a stage or of all, because tasks had failed on them (spark.excludeOnFailure). A
// replay decides this itself.
type Exclusions struct {
	Executors int
	Hosts     int
	Time      time.Duration // in which any of them was excluded
}

// Problems says what was excluded, in one note; none if nothing was.
func (x *Exclusions) Problems() []Note {
	switch took := x.Time.Round(100 * time.Millisecond); {
	case x.Executors > 0 && x.Hosts > 0:
		return []Note{excludedBoth.With(x.Executors, x.Hosts, took)}
	case x.Executors > 0:
		return []Note{execsExcluded.With(x.Executors, took)}
	case x.Hosts > 0:
		return []Note{hostsExcluded.With(x.Hosts, took)}
	}
	return nil
}

// A Retry is one attempt of a stage after the first.
type Retry struct {
	Fetch time.Duration // how long the task ran whose failed fetch ended the attempt before; 0: that ended otherwise
	Delay time.Duration // the driver's time until it submitted this one; counted like Stage.Delay, and from Spark's wait after a failed fetch
}

// CopyOf returns the copy that a task had when it was recorded; nil: none. The rates by
// which Spark judges tasks are not in a log, so when a copy was started and how long it ran
// is better known from the record than from the rules.
func (s *Stage) CopyOf(task int) *Copy {
	i := slices.IndexFunc(s.Copies, func(c Copy) bool { return c.Task == task })
	if i < 0 {
		return nil
	}
	return &s.Copies[i]
}

// Disruptions sum up what happened to a recorded run from outside. A replay without faults
// has none of it. What follows from the policy itself is not counted: it gave back an
// executor whose shuffle files were read later, or all executors before more work came.
type Disruptions struct {
	Executors int           // lost
	Hosts     int           // lost with all their executors
	Fetches   int           // task runs that could not fetch shuffle data
	Runs      int           // task runs in vain, or again after their output was lost, or for another attempt
	Attempts  int           // attempts of stages after their first
	Repeated  time.Duration // part of the application's time in which only such runs were made, or nothing until Spark tried again
	Starved   time.Duration // part in which tasks waited and there was no executor: after losses, for minutes, or for good
}

// Lost is the time that a replay without faults does not have.
func (d *Disruptions) Lost() time.Duration { return d.Repeated + d.Starved }

// FailedAsRecorded reports whether the driver's last job failed, so that the application
// has no result.
func (a *Application) FailedAsRecorded() bool {
	n := len(a.Jobs)
	return n > 0 && a.Jobs[n-1].Failed
}

// FailsAgain reports whether the driver's last job fails under every policy, as it did in
// the log. One with a barrier stage that never ran may succeed under other settings.
func (a *Application) FailsAgain() bool {
	return a.FailedAsRecorded() && a.Jobs[len(a.Jobs)-1].BarrierSlots == 0
}
