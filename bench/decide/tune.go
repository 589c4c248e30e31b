package decide

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"dynalloc/bench"
	"dynalloc/bench/stats"
	"dynalloc/policies"
)

// A Tuning is a search for the cheapest fleet that keeps the deadlines.
type Tuning struct {
	Suite    *bench.Suite // its policies and truth do not count; those of the logs are the base
	MissRate float64      // share of the applications with a deadline that may miss it, 0 to 1
	// Slower is by how much longer a class without deadlines may take on average
	// than under its recorded settings, as a share of that: a goal of misses alone
	// would starve it.
	MaxSlowdown float64
	Replicas    int // shaken replays of each finalist, at least 1; as many again check the front
	Budget      int // replays of the workload at most, the check included; a class alone counts as its share
	Candidates  []policies.Spec
	// Protection keeps shuffle files when executors leave, under dynamic allocation;
	// nil: what each class's settings say.
	Protection *policies.Protection
}

// What a Tuning has where nothing is said.
const (
	DefaultMaxSlowdown = 0.1
	DefaultReplicas    = 4
	DefaultBudget      = 600
)

// Limits of a search.
const (
	classFinalists = 6   // specs of a class that go on to the joint search
	jointFinalists = 8   // fleets that its races end with
	mostRounds     = 8   // of steps to neighbors, and of swaps between classes
	mostChecked    = 10  // fleets of the front that are checked
	classShare     = 0.6 // of the search's budget that goes to classes by themselves
)

// A Tuned is what a search found.
type TuneResult struct {
	Suite            *bench.Suite // without applications that cannot be replayed
	Tuning           Tuning
	Base             FleetResult   // the recorded settings
	Fleets           []FleetResult // the finalists, cheapest first
	Chosen           int           // index into Fleets of the cheapest that keeps the goal; -1: none does
	Hindsight        []FleetResult // no deployable policies: told the demand in advance
	Others           []FleetResult // fleets that were played in all of the search's replicas and not checked: as means over those
	Bounds           Bounds
	Ambiguous        []string // classes of which the fleets' patterns, as written, give some applications another class's policy
	Untested         []string // classes for which the budget was too small to try anything by themselves
	WithoutDeadlines []string // classes without deadlines, which Tuning.Slower holds
	Spent            float64  // replays of the workload
	Grid             float64  // replays that all that was tried would have taken without dropping any
	Candidates       int      // specs and fleets that were tried
	Interrupted      bool     // the search was stopped: the fleets are the best so far, in the replicas of the search
	Replicas         int      // that figures are means of
	DeadlineBasis    string
	Notes            []string
}

// A TunedFleet is a fleet and what it gave, as means over replicas of the whole
// workload.
type FleetResult struct {
	Fleet         policies.Fleet // a rule for each class; patterns are the names of classes
	Conf          []string       // by rule: what to change in spark-defaults.conf, or in a comment why there is nothing
	Misses        float64
	Deadlines     float64
	MissRate      stats.Estimate // share of the applications with a deadline
	ExecutorHours float64
	Saved         stats.Estimate // share of the base's executor-hours that it saves; negative if it takes more
	Slowdown      float64        // the most that a class without deadlines takes longer than under the base, as a share
	MeetsGoal     bool           // it keeps the goal
	OnFront       bool           // no other of the list dominates it in misses and executor-hours
}

// TuneBounds are what no policy can go below.
type Bounds struct {
	Misses        float64 // applications whose critical path is longer than their deadline
	ExecutorHours float64 // total work over the cores of an executor
}

// Tune searches the settings of each class for the cheapest fleet that keeps the
// goal. First each class is tuned by itself, on the whole cluster: candidates
// are raced over shaken replicas, and the finalists' neighbors against them,
// until none is better. Then fleets of the classes' finalists are raced on the
// whole workload, one swap at a time. The front of these is replayed in fresh
// replicas, so that its figures are not those by which it was chosen. Equal
// tunings give equal results, however many replays run at a time.
//
// Cancelling ctx ends the search with the best so far, once there is any.
func Tune(ctx context.Context, t Tuning, o bench.Options) (*TuneResult, error) {
	s, err := newSearch(ctx, t, o)
	if err != nil {
		return nil, err
	}
	fleets, err := s.find(ctx)
	if err == nil {
		err = s.verify(ctx, fleets)
	}
	if errors.Is(err, context.Canceled) && s.bestSoFar() {
		s.out.Interrupted, err = true, nil
	}
	if err != nil {
		return nil, err
	}
	s.out.Spent = float64(s.spent) / float64(len(s.Suite.Workload.Apps))
	s.out.Grid = float64(s.grid) / float64(len(s.Suite.Workload.Apps))
	s.out.Candidates = len(s.tried)
	return &s.out, nil
}

// newSearch replays the recorded settings, which all else is held to, and makes
// the search ready.
func newSearch(ctx context.Context, t Tuning, o bench.Options) (*search, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	if t.Suite == nil {
		return nil, errors.New("nothing to tune: no suite is given")
	}
	base := *t.Suite
	base.Truth = nil
	base.Policies = []policies.Fleet{bench.RecordedFleet()}
	for i, s := range t.Candidates {
		base.Policies = append(base.Policies, policies.FleetOf(fmt.Sprintf("candidate %d", i+1), s))
	}
	fitting, leftOut, err := base.Feasible()
	if err != nil {
		return nil, err
	}
	fitting.Policies = fitting.Policies[:1]
	results, err := bench.Run(ctx, fitting, bench.Options{Parallel: o.Parallel})
	if err != nil {
		return nil, err
	}
	s := &search{Tuning: t, options: o, reference: results.Reference, tried: map[string]bool{}}
	s.Suite = results.Suite
	s.out = TuneResult{
		Suite: s.Suite, Tuning: t, Chosen: -1, DeadlineBasis: results.DeadlineBasis,
		Notes: slices.Clone(results.Notes),
	}
	for _, e := range leftOut {
		s.out.Notes = append(s.out.Notes, fmt.Sprintf("Left out: %v.", e))
	}
	return s, s.prepare()
}

// Check says what is wrong with a tuning, its suite aside.
func (t *Tuning) Check() error {
	switch {
	case t.MissRate < 0 || t.MissRate > 1:
		return fmt.Errorf("a miss rate of %g: want a share from 0 to 1", t.MissRate)
	case t.MaxSlowdown < 0:
		return fmt.Errorf("slower by %g: want a share of 0 or more", t.MaxSlowdown)
	case t.Replicas < 1:
		return fmt.Errorf("%d replicas: want 1 or more", t.Replicas)
	case t.Budget < 4*t.Replicas:
		return fmt.Errorf("a budget of %d replays is too small: with %d replicas want at least %d", t.Budget, t.Replicas, 4*t.Replicas)
	}
	for _, s := range t.Candidates {
		if s.Unread() {
			return fmt.Errorf("candidate %s has not been read; package policies/script reads it", s)
		}
		if !s.Deployable() {
			return fmt.Errorf("candidate %s: no driver can be told the demand in advance; it is drawn in without being asked for", s)
		}
	}
	return nil
}
