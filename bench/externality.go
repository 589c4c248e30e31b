package bench

import (
	"slices"

	"dynalloc/bench/metrics"
	"dynalloc/bench/reuse"
	"dynalloc/internal/note"
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
// difference is measured. As soon as it ends it is reduced to that difference, so that
// the memory of a comparison does not grow with their number.
type sideReplay struct {
	fleet  policies.Fleet
	config replay.Config
	reduce func(*replay.Result)
}

// run replays the workload and reduces the result. A replay that fails has no figures and
// no error, because the replay of the policy itself reports the error.
func (side *sideReplay) run(w *traces.Workload, watch replay.Watch) {
	config := side.config
	config.Watch = watch
	if result, err := reuse.Run(w, side.fleet, config); err == nil {
		side.reduce(result)
	}
}

// sideConfig is the configuration of side replays: nobody reads the causes of their time.
func (r *Results) sideConfig() replay.Config {
	c := r.config
	c.Attribute = false
	return c
}

var effectsLeftOut = note.Declare("effects-left-out", "replays", "times")

// externalityReplays are the replays for the externalities: one for each policy but the
// base and each class whose settings it changes. There are none if all applications are
// of one class, or if they would replay more tasks than the comparison itself, which a
// note then says, unless the suite asks for them.
func (r *Results) externalityReplays() []sideReplay {
	s := r.Suite
	r.Externalities = nil
	if len(r.Classes) < 2 {
		return nil
	}
	var sides []sideReplay
	for _, f := range s.Policies[1:] {
		for _, class := range r.Classes {
			if s.changes(f, class) {
				side := len(sides)
				sides = append(sides, sideReplay{f.Only(class, s.Policies[0]), r.sideConfig(), func(result *replay.Result) {
					r.Externalities[side].Effects = r.effects(result)
				}})
				r.Externalities = append(r.Externalities, Externality{Policy: f.Name, Changed: class})
			}
		}
	}
	once, alone := s.tasks()
	if cost, own := len(sides)*once, len(s.Policies)*once+alone; cost > own && !s.Effects {
		r.Notes = append(r.Notes, effectsLeftOut.With(len(sides), float64(cost)/float64(own)))
		r.Externalities, sides = nil, nil
	}
	return sides
}

// tasks counts the tasks of a replay of the workload, and those of the replays of its
// applications alone.
func (s *Suite) tasks() (once, alone int) {
	same, _ := distinctWork(s.Workload)
	for i, a := range s.Workload.Apps {
		n := 0
		for k := range a.Stages {
			n += a.Stages[k].Size()
		}
		once += n
		if same[i] == i {
			alone += n
		}
	}
	return once, alone
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

// effects are the differences of a side replay to the base, by class.
func (r *Results) effects(side *replay.Result) []Effect {
	effects := make([]Effect, len(r.Classes))
	for k, a := range r.Suite.Workload.Apps {
		c, _ := slices.BinarySearch(r.Classes, a.Class)
		before, after := &r.Runs[0].Apps[k], r.replayed(side, k)
		e := &effects[c]
		e.Apps++
		e.Misses += int(metrics.MissOf(&after) - metrics.MissOf(before))
		e.Wait.Add(after.QueueWait-before.QueueWait, 1)
		e.Turnaround.Add(after.Turnaround-before.Turnaround, 1)
	}
	return effects
}

// replayed measures one application of a replay of the suite's workload.
func (r *Results) replayed(result *replay.Result, app int) metrics.App {
	return metrics.Replayed(r.Suite.Workload.Apps[app], &result.Apps[app], &r.Reference[app])
}
