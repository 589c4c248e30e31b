package bench

import (
	"time"

	"dynalloc/bench/metrics"
	"dynalloc/policies"
	"dynalloc/replay"
)

// An Externality is what a change of one class's policy did to the others that
// share the cluster: the base, with the applications of that class alone under
// another policy.
type Externality struct {
	Policy  string   // whose policy of the class it is
	Changed string   // the class
	Effects []Effect // on each class, in the order of Results.Classes
}

// An Effect is the change of a class's figures against the base: negative is
// better for it.
type Effect struct {
	Misses     int
	Wait       time.Duration // of the queue waits of its applications together
	Turnaround time.Duration // of their turnarounds together
	Apps       int           // applications of the class
}

// A side run is a replay beside those of the policies.
type sideReplay struct {
	fleet  policies.Fleet
	config replay.Config
	result *replay.Result // nil: it came to no end
}

// externalityReplays are the replays that tell what each change of a class's policy
// does: for each policy but the base and each class that it changes, the base
// with that class changed. There are none where all applications are of one class.
func (r *Results) externalityReplays() []*sideReplay {
	s := r.Suite
	var runs []*sideReplay
	if len(r.Classes) < 2 {
		return nil
	}
	for i := 1; i < len(s.Policies); i++ {
		for _, class := range r.Classes {
			if s.changes(s.Policies[i], class) {
				runs = append(runs, &sideReplay{fleet: s.Policies[i].Only(class, s.Policies[0]), config: s.Config})
				r.Externalities = append(r.Externalities, Externality{Policy: s.Policies[i].Name, Changed: class})
			}
		}
	}
	return runs
}

// changes says whether a class has another policy in a fleet than in the base.
func (s *Suite) changes(f policies.Fleet, class string) bool {
	for _, a := range s.Workload.Apps {
		if a.Class != class {
			continue
		}
		was, err := replay.SpecFor(s.Policies[0], a)
		if err != nil {
			continue
		}
		if is, err := replay.SpecFor(f, a); err == nil && is != was {
			return true
		}
	}
	return false
}

// measureExternalities takes the effects out of the replays.
func (r *Results) measureExternalities(runs []*sideReplay) {
	for i, run := range runs {
		if run.result != nil {
			r.Externalities[i].Effects = r.effects(r.Runs[0].Result, run.result)
		}
	}
}

// effects are the differences of a replay to another, class by class.
func (r *Results) effects(from, to *replay.Result) []Effect {
	effects := make([]Effect, len(r.Classes))
	for c, class := range r.Classes {
		e := &effects[c]
		for i, a := range r.Suite.Workload.Apps {
			if a.Class != class {
				continue
			}
			was, is := metrics.Replayed(a, &from.Apps[i], &r.Reference[i]), metrics.Replayed(a, &to.Apps[i], &r.Reference[i])
			e.Apps++
			e.Misses += missed(&is) - missed(&was)
			e.Wait += is.QueueWait - was.QueueWait
			e.Turnaround += is.Turnaround - was.Turnaround
		}
	}
	return effects
}

func missed(a *metrics.App) int {
	if a.Missed() {
		return 1
	}
	return 0
}
