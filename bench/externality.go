package bench

import (
	"slices"

	"dynalloc/bench/metrics"
	"dynalloc/internal/wide"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/traces"
)

// An Externality is the effect of one class's policy on the other classes that
// share the cluster. It is measured by one more replay: the base fleet, with only
// that class under the other policy.
type Externality struct {
	Policy  string   // the policy from which the class's settings are taken
	Changed string   // the class
	Effects []Effect // on each class, in the order of Results.Classes
}

// An Effect is the change of a class's figures relative to the base; negative is an
// improvement.
type Effect struct {
	Misses     int
	Wait       wide.Time // sum of queue waits over the applications
	Turnaround wide.Time // sum over the applications
	Apps       int       // applications of the class
}

// A sideReplay is a replay besides those of the policies, against which a
// difference is measured.
type sideReplay struct {
	fleet  policies.Fleet
	config replay.Config
	result *replay.Result // nil: the replay failed
}

// replayBeside runs a side replay. If it fails it has no result and no error, because
// the replay of the policy itself reports the error.
func (s *Suite) replayBeside(run *sideReplay) {
	if result, err := replay.Run(s.Workload, run.fleet, run.config); err == nil {
		run.result = result
	}
}

// externalityReplays are the replays for the externalities: one for each policy but the
// base and each class whose settings it changes. There are none if all applications are
// of one class.
func (r *Results) externalityReplays() []*sideReplay {
	s := r.Suite
	if len(r.Classes) < 2 {
		return nil
	}
	var runs []*sideReplay
	for _, f := range s.Policies[1:] {
		for _, class := range r.Classes {
			if s.changes(f, class) {
				runs = append(runs, &sideReplay{fleet: f.Only(class, s.Policies[0]), config: s.Config})
				r.Externalities = append(r.Externalities, Externality{Policy: f.Name, Changed: class})
			}
		}
	}
	return runs
}

// changes reports whether a fleet gives an application of a class another policy than
// the base does.
func (s *Suite) changes(f policies.Fleet, class string) bool {
	return slices.ContainsFunc(s.Workload.Apps, func(a *traces.Application) bool {
		before, err := replay.SpecFor(s.Policies[0], a)
		after, wrong := replay.SpecFor(f, a)
		return a.Class == class && err == nil && wrong == nil && after != before
	})
}

// measureExternalities computes the effects of the side replays.
func (r *Results) measureExternalities(runs []*sideReplay) {
	for i, run := range runs {
		if run.result == nil {
			continue
		}
		effects := make([]Effect, len(r.Classes))
		for k, a := range r.Suite.Workload.Apps {
			before, after := r.replayed(r.Runs[0].Result, k), r.replayed(run.result, k)
			for c, class := range r.Classes {
				if a.Class == class {
					e := &effects[c]
					e.Apps++
					e.Misses += int(metrics.MissOf(&after) - metrics.MissOf(&before))
					e.Wait.Add(after.QueueWait-before.QueueWait, 1)
					e.Turnaround.Add(after.Turnaround-before.Turnaround, 1)
				}
			}
		}
		r.Externalities[i].Effects = effects
	}
}

// replayed measures one application of a replay of the suite's workload.
func (r *Results) replayed(result *replay.Result, app int) metrics.App {
	return metrics.Replayed(r.Suite.Workload.Apps[app], &result.Apps[app], &r.Reference[app])
}
