package bench

import (
	"errors"
	"fmt"
	"time"

	"dynalloc/replay"
	"dynalloc/traces"
)

// content is what makes two applications the same work: a workload made from
// recordings repeats applications, and one run alone answers for all repeats.
type content struct {
	stages     *traces.Stage
	jobs       *traces.Job
	profiles   *traces.Profile
	earlier    time.Duration
	setup      time.Duration
	tail       time.Duration
	properties string
}

func contentOf(a *traces.Application) content {
	c := content{earlier: a.Earlier, setup: a.Setup, tail: a.Tail, properties: fmt.Sprint(a.Properties)}
	if len(a.Stages) > 0 {
		c.stages = &a.Stages[0]
	}
	if len(a.Jobs) > 0 {
		c.jobs = &a.Jobs[0]
	}
	if len(a.Profiles) > 0 {
		c.profiles = &a.Profiles[0]
	}
	return c
}

// distinct returns, for each application of the workload, the index of the first
// that is the same work; and those firsts in order.
func distinct(w *traces.Workload) (same, firsts []int) {
	seen := make(map[content]int)
	same = make([]int, len(w.Apps))
	for i, a := range w.Apps {
		key := contentOf(a)
		first, ok := seen[key]
		if !ok {
			first = i
			seen[key] = i
			firsts = append(firsts, i)
		}
		same[i] = first
	}
	return same, firsts
}

// alone replays an application of the workload on the idle cluster under the base policy and
// returns its turnaround.
func (s *Suite) alone(index int) (time.Duration, error) {
	a := s.Workload.Apps[index]
	single := *a
	single.Submit = 0
	w := &traces.Workload{Name: s.Workload.Name + ", " + a.ID + " alone", Apps: []*traces.Application{&single}}
	result, err := replay.Run(w, s.Policies[0], s.Config)
	var odd *replay.AppError
	if errors.As(err, &odd) {
		odd.App = index
	}
	if err != nil {
		return 0, fmt.Errorf("application %s alone: %w", a.ID, err)
	}
	return result.Apps[0].End, nil
}

// reference puts together what application a is measured against.
func (s *Suite) reference(a *traces.Application, alone time.Duration) Reference {
	ref := Reference{Critical: traces.CriticalPath(a), Alone: alone}
	if s.Deadlines == nil {
		ref.Deadline = time.Duration(AloneFactor * float64(alone)).Truncate(time.Millisecond)
		ref.HasDeadline = true
		return ref
	}
	ref.Deadline, ref.HasDeadline = s.Deadlines.For(a.Name)
	return ref
}
