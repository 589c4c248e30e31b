package bench

import (
	"slices"
	"time"

	"dynalloc/internal/note"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/traces"
)

// Horizon is the largest simulated time of a replay of a workload, after which the
// replay stops: twenty times the recording's length plus thirty days, at most mostTime. A
// policy under which applications keep losing their output may never finish.
func Horizon(w *traces.Workload) time.Duration {
	end := time.Duration(0)
	for _, a := range w.Apps {
		length := traces.CriticalPath(a)
		if a.Recorded != nil {
			length = a.EarlierAttempts + a.Recorded.End
		}
		end = max(end, a.Submit+length)
	}
	const more = 30 * 24 * time.Hour
	return 20*min(end, (mostTime-more)/20) + more
}

// mostTime is the end of simulated time, 250 years: a time.Duration ends after 292.
const mostTime = 250 * 365 * 24 * time.Hour

// Feasible returns the suite without the applications that cannot even start
// under one of its policies, and an error for each of these. It fails if no
// application is left, or if the suite cannot be run at all.
func (s *Suite) Feasible() (*Suite, []*replay.AppError, error) {
	if err := s.check(); err != nil {
		return nil, nil, err
	}
	var misfits []*replay.AppError
	for _, p := range s.Policies {
		misfits = append(misfits, replay.Unschedulable(s.Workload, p, s.Config.Cluster)...)
	}
	misfits = firstErrorOfEachApp(misfits)
	rest, err := s.Without(misfits)
	return rest, misfits, err
}

// firstErrorOfEachApp drops nil errors and all but the first of each application.
func firstErrorOfEachApp(list []*replay.AppError) []*replay.AppError {
	seen := make(map[int]bool)
	return slices.DeleteFunc(list, func(e *replay.AppError) bool {
		if e == nil || seen[e.App] {
			return true
		}
		seen[e.App] = true
		return false
	})
}

// Without returns the suite without some applications of its workload, and without them
// in a truth that is the workload itself. It fails if no application is left.
func (s *Suite) Without(failed []*replay.AppError) (*Suite, error) {
	if len(failed) == 0 {
		return s, nil
	}
	w := *s.Workload
	w.Apps = nil
	for i, a := range s.Workload.Apps {
		if !slices.ContainsFunc(failed, func(e *replay.AppError) bool { return e.App == i }) {
			w.Apps = append(w.Apps, a)
		}
	}
	if len(w.Apps) == 0 {
		return nil, failed[0]
	}
	rest := *s
	rest.Workload, rest.Truth = &w, slices.Clone(s.Truth)
	for i := range rest.Truth {
		if rest.Truth[i].Workload == s.Workload {
			rest.Truth[i].Workload = &w
		}
	}
	return &rest, nil
}

// AppLeftOut names an application that is in no row.
var AppLeftOut = note.Declare("app-left-out", "error")

var (
	rowWithoutValues   = note.Declare("row-without-values", "problem")
	profilesWithStatic = note.Declare("profiles-with-static", "count")
)

// exclusionNotes name the applications and values that are missing from the rows, and
// count the applications with resource profiles that ran under a static policy, which
// Spark itself refuses.
func (r *Results) exclusionNotes() []Note {
	var notes []Note
	for _, e := range r.LeftOut {
		notes = append(notes, AppLeftOut.With(e))
	}
	for i := range r.Runs {
		if problem := r.Runs[i].Problem; problem != "" {
			notes = append(notes, rowWithoutValues.With(problem))
		}
	}
	profiled := 0
	for _, a := range r.Suite.Workload.Apps {
		if slices.ContainsFunc(a.Stages, func(stage traces.Stage) bool { return stage.Profile != 0 }) &&
			slices.ContainsFunc(r.Suite.Policies, func(f policies.Fleet) bool {
				spec, err := replay.SpecFor(f, a)
				return err == nil && spec.Fixed()
			}) {
			profiled++
		}
	}
	if profiled > 0 {
		notes = append(notes, profilesWithStatic.With(profiled))
	}
	return append(notes, StreamNotes(DynamicApps(r.Suite.Workload, r.Suite.Policies...))...)
}
