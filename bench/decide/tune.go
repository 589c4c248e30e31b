package decide

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"dynalloc/bench"
	"dynalloc/bench/selfreplay"
	"dynalloc/bench/stats"
	"dynalloc/internal/note"
	"dynalloc/policies"
)

// A Tuning asks for the cheapest fleet that keeps the deadlines.
type Tuning struct {
	Suite    *bench.Suite // its Policies and Truth are ignored; the recorded settings are the base
	MissRate float64      // share of the applications with a deadline that may miss it, 0 to 1
	// MaxSlowdown is the share by which the mean turnaround of a class without
	// deadlines may exceed that with its recorded settings. Without this limit the
	// search would give such a class no resources.
	MaxSlowdown float64
	Replicas    int // shaken replays of each finalist, at least 1; as many again verify the front
	Budget      int // largest number of replays of the workload, verification included; a replay of one class counts as its share
	Candidates  []policies.Spec
	// Protection is how shuffle files are protected when dynamic allocation removes
	// executors; nil: as in the settings of each class.
	Protection *policies.Protection
}

// Defaults of a Tuning.
const (
	DefaultMaxSlowdown = 0.1
	DefaultReplicas    = 4
	DefaultBudget      = 600
)

// A TuneResult is the result of a search.
type TuneResult struct {
	Suite            *bench.Suite // without applications that cannot be replayed
	Tuning           Tuning
	Base             FleetResult   // of the recorded settings
	Fleets           []FleetResult // of the finalists, the cheapest first
	Chosen           int           // index into Fleets of the cheapest that meets the goal; -1: none does
	Hindsight        []FleetResult // references that know the demand in advance; no deployable policies
	Others           []FleetResult // fleets that were replayed in all replicas of the search but not verified; means over those replicas
	Bounds           Bounds
	Ambiguous        []string // classes for which the patterns of the fleets select the policy of another class
	Untested         []string // classes for which the budget was too small
	WithoutDeadlines []string // classes that Tuning.MaxSlowdown limits
	Spent            float64  // replays of the workload
	Grid             float64  // replays that all candidates in all replicas would have taken
	Candidates       int      // specs and fleets that were replayed
	Interrupted      bool     // the search was cancelled: the fleets are the best so far, in the replicas of the search
	Replicas         int      // over which figures are means
	DeadlineBasis    string
	RoomDecides      []string // classes for which policies were tried that want more than the assumed cluster holds
	Notes            []note.Note
	Self             []selfreplay.Error // of each application of Suite.Workload
}

// A FleetResult is a fleet and its figures, as means over replicas of the whole
// workload.
type FleetResult struct {
	Fleet         policies.Fleet // a rule for each class; the patterns are the names of classes
	Conf          []string       // by rule: the lines to change in spark-defaults.conf, or a comment if there are none
	Misses        float64
	Deadlines     float64
	MissRate      stats.Estimate // share of the applications with a deadline
	ExecutorHours float64
	Saved         stats.Estimate // of the base's executor-hours, as a share
	Slowdown      float64        // the largest increase of the mean turnaround of a class without deadlines, as a share
	Classes       []Figures      // of each class, in the order of Decision.Classes
	MeetsGoal     bool
	OnFront       bool // no other fleet of the list dominates it in misses and executor-hours
}

// Bounds are lower bounds for every policy.
type Bounds struct {
	Misses        float64 // applications whose critical path is longer than their deadline
	ExecutorHours float64 // total work / cores of an executor
}

var leftOutOfSearch = note.Declare("left-out-of-search", "error")

// Tune searches the settings of each class for the cheapest fleet that meets the goal.
// First each class is tuned by itself on the whole cluster: candidates are raced over
// shaken replicas, then the neighbors of the finalists against them, until none is
// better. Then fleets of the classes' finalists are raced on the whole workload, one
// change at a time. The front of these is replayed in new replicas, because the figures
// by which a fleet was chosen are optimistic. Equal tunings give equal results, however
// many replays run in parallel.
//
// Cancelling ctx ends the search with the best fleets so far, if there are any.
func Tune(ctx context.Context, t Tuning, o bench.Options) (*TuneResult, error) {
	s, err := newSearch(ctx, t, o)
	if err != nil {
		return nil, err
	}
	fleets, err := s.find(ctx)
	if err == nil {
		err = s.verify(ctx, fleets)
	}
	if errors.Is(err, context.Canceled) && s.reportBestSoFar() {
		s.out.Interrupted, err = true, nil
	}
	if err != nil {
		return nil, err
	}
	s.noteStreams()
	apps := float64(len(s.Suite.Workload.Apps))
	s.out.RoomDecides = s.origin.room.list()
	s.out.Spent, s.out.Grid, s.out.Candidates = float64(s.spent)/apps, float64(s.grid)/apps, len(s.tried)
	return &s.out, nil
}

// newSearch replays the recorded settings, against which everything else is
// measured, and prepares the search.
func newSearch(ctx context.Context, t Tuning, o bench.Options) (*search, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	if t.Suite == nil {
		return nil, errors.New("nothing to tune: no suite is given")
	}
	base := *t.Suite
	base.Truth, base.Policies = nil, []policies.Fleet{bench.RecordedFleet()}
	for i, s := range t.Candidates {
		base.Policies = append(base.Policies, policies.FleetOf(fmt.Sprintf("candidate %d", i+1), s))
	}
	feasible, leftOut, err := base.Feasible()
	if err != nil {
		return nil, err
	}
	feasible.Policies = feasible.Policies[:1]
	results, err := bench.Run(ctx, feasible, bench.Options{Parallel: o.Parallel})
	if err != nil {
		return nil, err
	}
	s := &search{Tuning: t, options: o, origin: origin{results.Suite.Workload, results.Reference, results.Suite.Config, newRoomCheck(results.Suite.Config.Cluster.Assumed, false)}, tried: map[string]bool{}}
	s.Suite = results.Suite
	s.out = TuneResult{Suite: s.Suite, Tuning: t, Chosen: -1, DeadlineBasis: results.DeadlineBasis, Notes: slices.Clone(results.Notes), Self: results.Self}
	for _, e := range leftOut {
		s.out.Notes = append(s.out.Notes, leftOutOfSearch.With(e))
	}
	return s, s.prepare()
}

// Check returns an error if a setting of the tuning is out of its range.
func (t *Tuning) Check() error {
	switch {
	case t.MissRate < 0 || t.MissRate > 1:
		return fmt.Errorf("a miss rate of %g: expected a share from 0 to 1", t.MissRate)
	case t.MaxSlowdown < 0:
		return fmt.Errorf("slower by %g: expected a share of 0 or more", t.MaxSlowdown)
	case t.Replicas < 1:
		return fmt.Errorf("%d replicas: expected 1 or more", t.Replicas)
	case t.Budget < 4*t.Replicas:
		return fmt.Errorf("a budget of %d replays is too small: with %d replicas at least %d are needed", t.Budget, t.Replicas, 4*t.Replicas)
	}
	for _, s := range t.Candidates {
		if s.Unread() {
			return fmt.Errorf("candidate %s: its script is not loaded; load it with package policies/script", s)
		}
		if !s.Deployable() {
			return fmt.Errorf("candidate %s knows the demand in advance, so it cannot be deployed; a search always shows it as a reference", s)
		}
	}
	return nil
}

// noteStreams says what Spark says of streams, if the chosen fleet gives any dynamic
// allocation.
func (s *search) noteStreams() {
	if s.out.Chosen < 0 {
		return
	}
	apps := bench.DynamicApps(s.Suite.Workload, s.out.Fleets[s.out.Chosen].Fleet)
	s.out.Notes = append(s.out.Notes, bench.StreamNotes(apps)...)
}
