package traces

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Impossible returns an error if an application has a value that cannot be: a size or a
// length beyond the bounds of limits.go, or a task that lasted longer than its
// application. Such an application is left out of a workload, because sums over it would
// say nothing about the others.
func (a *Application) Impossible() error {
	for _, test := range []func(*Application) error{impossibleSizes, impossibleCounts, impossibleLength, impossibleTasks} {
		if err := test(a); err != nil {
			return err
		}
	}
	return nil
}

func impossibleSizes(a *Application) error {
	for i := range a.Profiles {
		p := &a.Profiles[i]
		switch {
		case max(p.Cores, p.TaskCPUs) > MaxCores:
			return fmt.Errorf("an executor of %d cores with tasks of %d: at most %d can be replayed", p.Cores, p.TaskCPUs, MaxCores)
		case p.MemoryMB > MaxMemoryMB || p.OverheadMB > MaxMemoryMB:
			return fmt.Errorf("an executor of %d MiB and %d MiB of overhead: at most %d MiB can be replayed", p.MemoryMB, p.OverheadMB, MaxMemoryMB)
		}
	}
	if a.Recorded != nil {
		for i := range a.Recorded.Executors {
			if x := &a.Recorded.Executors[i]; x.Cores > MaxCores {
				return fmt.Errorf("executor %s of %d cores: at most %d can be replayed", x.ID, x.Cores, MaxCores)
			}
		}
	}
	return nil
}

// counts are the properties that say how many cores or executors an application asks
// for, with their bounds. Spark's default of maxExecutors is the largest int, so it is
// not among them.
var counts = []struct {
	property string
	most     int64
}{
	{"spark.executor.cores", MaxCores}, {"spark.task.cpus", MaxCores}, {"spark.executor.instances", MaxExecutors},
	{"spark.dynamicAllocation.initialExecutors", MaxExecutors}, {"spark.dynamicAllocation.minExecutors", MaxExecutors},
}

func impossibleCounts(a *Application) error {
	for _, c := range counts {
		text := strings.TrimSpace(a.Properties[c.property])
		if n, err := strconv.ParseInt(text, 10, 64); n > c.most || errors.Is(err, strconv.ErrRange) {
			return fmt.Errorf("%s is %s: at most %d can be replayed", c.property, text, c.most)
		}
	}
	return nil
}

func impossibleLength(a *Application) error {
	length := a.serialLength()
	if a.Recorded != nil {
		length = max(length, (a.EarlierAttempts + a.Recorded.End).Seconds())
	}
	switch {
	case length > MaxLength.Seconds():
		return fmt.Errorf("it lasts for %.0f years: at most %d can be replayed; its clock was set, or a time is wrong", length/year.Seconds(), MaxLength/year)
	case a.Submit > MaxSubmit:
		return fmt.Errorf("it is submitted %d years after the first application: at most %d can be replayed", a.Submit/year, MaxSubmit/year)
	}
	return nil
}

// serialLength is how long an application takes if the stages of a job run one after
// another, in seconds: more than its critical path, in a type that cannot overflow.
func (a *Application) serialLength() float64 {
	ends := make([]float64, len(a.Jobs)+1) // by index of the job + 1; index 0 is the application's start
	ends[0] = a.EarlierAttempts.Seconds()
	last := ends[0] + a.Setup.Seconds()
	for i := range a.Jobs {
		j := &a.Jobs[i]
		end := ends[j.Cue.After+1] + j.Cue.Gap.Seconds()
		for _, s := range j.Stages {
			end += longest(&a.Stages[s], (*Task).Work).Seconds()
		}
		ends[i+1] = end
		last = max(last, end)
	}
	return last + a.Tail.Seconds()
}

// longest is the longest of some time of a stage's tasks.
func longest(s *Stage, of func(*Task) time.Duration) (most time.Duration) {
	for _, t := range s.All() {
		most = max(most, of(t))
	}
	return most
}

// lasted is how long a task took, with the parts of it that were the driver's.
func (t *Task) lasted() time.Duration {
	return max(t.Work(), time.Duration(t.OriginalRun)*time.Millisecond) + (time.Duration(t.Scheduler)+time.Duration(t.GettingResult))*time.Millisecond
}

// impossibleTasks looks for a task that lasted longer than its application: more than
// twice as long and an hour, because executors and drivers have different clocks. The
// driver's part of it counts, because a replay learns from it what launching tasks costs.
func impossibleTasks(a *Application) error {
	if a.Log.Lines == 0 || a.Recorded == nil {
		return nil
	}
	most := 2*min(a.Recorded.End, MaxLength) + time.Hour
	for i := range a.Stages {
		if took := longest(&a.Stages[i], (*Task).lasted); took > most {
			text := took.String()
			if took >= math.MaxInt32*time.Millisecond {
				text = "25 days or more"
			}
			return fmt.Errorf("a task of stage %d ran for %s, and the application for %v: its durations are damaged", a.Stages[i].ID, text, a.Recorded.End)
		}
	}
	return nil
}

// leftOut is the error of an application that is left out of a workload.
func (a *Application) leftOut(why error) *LogError {
	e := &LogError{Path: a.Path, Err: fmt.Errorf("application %s is left out: %w", a.ID, why), Log: a.Log}
	if a.Name != a.ID {
		e.Err = fmt.Errorf("application %s (%s) is left out: %w", a.ID, a.Name, why)
	}
	e.Log.Grade = Unreadable
	return e
}

// mostNamed is how many applications that are left out a note names.
const mostNamed = 10

func namesOf(out []*LogError) (names []string) {
	for i, e := range out {
		if i == mostNamed {
			return append(names, fmt.Sprintf("and %d more", len(out)-i))
		}
		names = append(names, e.Error())
	}
	return names
}

// leaveOutImpossible removes the impossible applications, and returns an error for each.
func (w *Workload) leaveOutImpossible() (out []*LogError) {
	total := len(w.Apps)
	w.Apps = slices.DeleteFunc(w.Apps, func(a *Application) bool {
		why := a.Impossible()
		if why != nil {
			out = append(out, a.leftOut(why))
		}
		return why != nil
	})
	if len(out) > 0 {
		w.Notes = append(w.Notes, impossibleApps.With(len(out), total, namesOf(out)))
	}
	return out
}
