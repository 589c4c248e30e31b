package bench

import (
	"fmt"
	"slices"
	"time"

	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/traces"
)

// Horizon is how long a replay of a workload may go on before it is given up:
// twenty times what the recording took, and thirty days. A policy under which
// applications lose what they make can go on for ever.
func Horizon(w *traces.Workload) time.Duration {
	end := time.Duration(0)
	for _, a := range w.Apps {
		length := traces.CriticalPath(a)
		if a.Recorded != nil {
			length = a.EarlierAttempts + a.Recorded.End
		}
		end = max(end, a.Submit+length)
	}
	return 20*end + 30*24*time.Hour
}

// Feasible is the suite less the applications that cannot even start under one of
// its policies, and these. It fails if none is left, or the suite is none.
func (s *Suite) Feasible() (*Suite, []*replay.AppError, error) {
	if err := s.check(); err != nil {
		return nil, nil, err
	}
	odd := s.misfits()
	rest, err := s.without(odd)
	return rest, odd, err
}

// misfits are the applications that cannot even start under one of the policies.
func (s *Suite) misfits() []*replay.AppError {
	var odd []*replay.AppError
	for _, p := range s.Policies {
		odd = append(odd, replay.Unschedulable(s.Workload, p, s.Config.Cluster)...)
	}
	return firstErrorOfEachApp(odd)
}

// firstErrorOfEachApp keeps the first error of each application.
func firstErrorOfEachApp(odd []*replay.AppError) []*replay.AppError {
	seen := make(map[int]bool)
	return slices.DeleteFunc(odd, func(e *replay.AppError) bool {
		again := e == nil || seen[e.App]
		if !again {
			seen[e.App] = true
		}
		return again
	})
}

// without is the suite less some applications of its workload, in the workload's
// own truth too. It fails if none is left.
func (s *Suite) without(odd []*replay.AppError) (*Suite, error) {
	if len(odd) == 0 {
		return s, nil
	}
	w := *s.Workload
	w.Apps = nil
	for i, a := range s.Workload.Apps {
		if !slices.ContainsFunc(odd, func(e *replay.AppError) bool { return e.App == i }) {
			w.Apps = append(w.Apps, a)
		}
	}
	if len(w.Apps) == 0 {
		return nil, odd[0]
	}
	rest := *s
	rest.Workload = &w
	rest.Truth = slices.Clone(s.Truth)
	for i := range rest.Truth {
		if rest.Truth[i].Workload == s.Workload {
			rest.Truth[i].Workload = &w
		}
	}
	return &rest, nil
}

// exclusionNotes say what the numbers are missing.
func (r *Results) exclusionNotes() []string {
	s := r.Suite
	var notes []string
	for _, e := range r.LeftOut {
		notes = append(notes, fmt.Sprintf("Left out of every row: %v.", e))
	}
	for i := range r.Runs {
		if problem := r.Runs[i].Problem; problem != "" {
			notes = append(notes, fmt.Sprintf("A row without values: %s.", problem))
		}
	}
	if n := s.appsWithProfiles(); n > 0 {
		notes = append(notes, fmt.Sprintf("%d applications use resource profiles besides the default one, which Spark refuses without dynamic allocation: a static policy asks for its size of each.", n))
	}
	return notes
}

// appsWithProfiles counts the applications that have more than one resource profile and
// run under a fixed size in one of the rows.
func (s *Suite) appsWithProfiles() int {
	n := 0
	for _, a := range s.Workload.Apps {
		if !slices.ContainsFunc(a.Stages, func(stage traces.Stage) bool { return stage.Profile != 0 }) {
			continue
		}
		if slices.ContainsFunc(s.Policies, func(f policies.Fleet) bool {
			spec, err := replay.SpecFor(f, a)
			return err == nil && spec.Fixed()
		}) {
			n++
		}
	}
	return n
}
