package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"dynalloc/internal/spec"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/traces"
)

// A Tuning is a search for the cheapest fleet that keeps the deadlines.
type Tuning struct {
	Suite    *Suite  // its policies and truth do not count; those of the logs are the base
	MissRate float64 // share of the applications with a deadline that may miss it, 0 to 1
	// Slower is by how much longer a class without deadlines may take on average
	// than under its recorded settings, as a share of that: a goal of misses alone
	// would starve it.
	Slower     float64
	Replicas   int // shaken replays of each finalist, at least 1; as many again check the front
	Budget     int // replays of the workload at most, the check included; a class alone counts as its share
	Candidates []policies.Spec
	// Protection keeps shuffle files when executors leave, under dynamic allocation;
	// nil: what each class's settings say.
	Protection *policies.Protection
}

// What a Tuning has where nothing is said.
const (
	TuneSlower   = 0.1
	TuneReplicas = 4
	TuneBudget   = 600
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
type Tuned struct {
	Suite         *Suite // without applications that cannot be replayed
	Tuning        Tuning
	Base          TunedFleet   // the recorded settings
	Fleets        []TunedFleet // the finalists, cheapest first
	Chosen        int          // index into Fleets of the cheapest that keeps the goal; -1: none does
	Hindsight     []TunedFleet // no deployable policies: told the demand in advance
	Others        []TunedFleet // fleets that were played in all of the search's replicas and not checked: as means over those
	Bounds        TuneBounds
	Unclear       []string // classes of which the fleets' patterns, as written, give some applications another class's policy
	Untried       []string // classes for which the budget was too small to try anything by themselves
	Free          []string // classes without deadlines, which Tuning.Slower holds
	Spent         float64  // replays of the workload
	Grid          float64  // replays that all that was tried would have taken without dropping any
	Tried         int      // specs and fleets that were tried
	Interrupted   bool     // the search was stopped: the fleets are the best so far, in the replicas of the search
	Replicas      int      // that figures are means of
	DeadlineBasis string
	Notes         []string
}

// A TunedFleet is a fleet and what it gave, as means over replicas of the whole
// workload.
type TunedFleet struct {
	Fleet         policies.Fleet // a rule for each class; patterns are the names of classes
	Conf          []string       // by rule: what to change in spark-defaults.conf, or in a comment why there is nothing
	Misses        float64
	Deadlines     float64
	MissRate      Estimate // share of the applications with a deadline
	ExecutorHours float64
	Saved         Estimate // share of the base's executor-hours that it saves; negative if it takes more
	Slower        float64  // the most that a class without deadlines takes longer than under the base, as a share
	Keeps         bool     // it keeps the goal
	Front         bool     // no other of the list dominates it in misses and executor-hours
}

// TuneBounds are what no policy can go below.
type TuneBounds struct {
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
func Tune(ctx context.Context, t Tuning, o Options) (*Tuned, error) {
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
	s.out.Tried = len(s.tried)
	return &s.out, nil
}

// newSearch replays the recorded settings, which all else is held to, and makes
// the search ready.
func newSearch(ctx context.Context, t Tuning, o Options) (*search, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	if t.Suite == nil {
		return nil, errors.New("nothing to tune: no suite is given")
	}
	base := *t.Suite
	base.Truth = nil
	base.Policies = []policies.Fleet{recordedFleet()}
	for i, s := range t.Candidates {
		base.Policies = append(base.Policies, policies.FleetOf(fmt.Sprintf("candidate %d", i+1), s))
	}
	fitting, leftOut, err := base.Fitting()
	if err != nil {
		return nil, err
	}
	fitting.Policies = fitting.Policies[:1]
	results, err := Run(ctx, fitting, Options{Parallel: o.Parallel})
	if err != nil {
		return nil, err
	}
	s := &search{Tuning: t, options: o, reference: results.Reference, tried: map[string]bool{}}
	s.Suite = results.Suite
	s.out = Tuned{
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
	case t.Slower < 0:
		return fmt.Errorf("slower by %g: want a share of 0 or more", t.Slower)
	case t.Replicas < 1:
		return fmt.Errorf("%d replicas: want 1 or more", t.Replicas)
	case t.Budget < 4*t.Replicas:
		return fmt.Errorf("a budget of %d replays is too small: with %d replicas want at least %d", t.Budget, t.Replicas, 4*t.Replicas)
	}
	for _, s := range t.Candidates {
		if s.Unread() {
			return fmt.Errorf("the script %s has not been read; package policies/script reads it", s.File)
		}
		if !s.Deployable() {
			return fmt.Errorf("candidate %s: no driver can be told the demand in advance; it is drawn in without being asked for", s)
		}
	}
	return nil
}

// A tuneClass is what is searched for one class.
type tuneClass struct {
	*class
	space space
	short []policies.Spec // those that go on to the joint search, best first
	gave  []standing      // what each of short gave in the class by itself
}

// A search is a tuning under way. Budgets are counted in applications replayed.
type search struct {
	Tuning
	options   Options
	reference []Reference
	classes   []*tuneClass
	joint     *stage
	goal      goal
	spent     int             // applications replayed
	grid      int             // that all of tried would have taken in all replicas
	tried     map[string]bool // by scene and fleet
	out       Tuned
}

// A stage is a scene with a base to which what is played in it is held.
type stage struct {
	*scene
	base    *entry
	free    [][]int // applications of each class that has no deadlines
	entries []*entry
	byFleet map[string]int
}

// An entry is a fleet that is tried in a stage.
type entry struct {
	fleet  policies.Fleet
	specs  []policies.Spec // by class of the search, for the joint stage
	played *played
	done   int // replicas
}

func (s *search) prepare() error {
	w := s.Suite.Workload
	s.goal = goal{s.MissRate, s.Slower}
	list, err := classesOf(w, &s.Suite.Config.Cluster)
	if err != nil {
		return err
	}
	for _, c := range list {
		s.classes = append(s.classes, &tuneClass{class: c, space: s.spaceOf(c)})
	}
	s.joint = s.newStage("", upTo(len(w.Apps)), 0)
	for _, apps := range s.joint.free {
		s.out.Free = append(s.out.Free, w.Apps[apps[0]].Class)
	}
	return nil
}

// spaceOf is what can be set for a class: up to as many executors as are of use
// and the cluster has room for.
func (s *search) spaceOf(c *class) space {
	cluster := &s.Suite.Config.Cluster
	most := min(c.room, cluster.Capacity()/executorCores(c.last, 0, cluster))
	protection := protectionOf(c.last)
	if s.Protection != nil {
		protection = *s.Protection
	} else if cluster.Manager == "kubernetes" && protection.Service {
		protection = tracking // there is no shuffle service
	}
	return newSpace(most, protection)
}

// protectionOf is what would keep an application's shuffle files under dynamic
// allocation: what its own settings say, or tracking if they say nothing.
func protectionOf(a *traces.Application) policies.Protection {
	props := map[string]string{}
	for key, value := range a.Properties {
		props[key] = value
	}
	props["spark.dynamicAllocation.enabled"] = "true"
	spec, err := policies.FromProperties(props, policies.AppInfo{SparkVersion: a.SparkVersion, Master: "yarn"})
	if err != nil || spec.Protection.Unprotected {
		return tracking
	}
	return spec.Protection
}

var tracking = policies.Protection{Tracking: true, TrackingTimeout: policies.Never}

// executorCores is what one executor of a profile has.
func executorCores(a *traces.Application, profile int, c *replay.Cluster) int {
	if p := a.Profiles[profile]; p.Cores > 0 {
		return p.Cores
	}
	return max(1, c.Capacity()/max(1, len(c.Nodes())))
}

// newStage is a stage of some applications, with replicas from a number on.
func (s *search) newStage(name string, apps []int, first int) *stage {
	token := map[string]string{}
	for _, c := range s.classes {
		token[c.name] = c.token
	}
	w := *s.Suite.Workload
	w.Apps = nil
	var reference []Reference
	byClass := map[string][]int{}
	deadlines := map[string]bool{}
	for _, at := range apps {
		own := *s.Suite.Workload.Apps[at]
		byClass[own.Class] = append(byClass[own.Class], len(w.Apps))
		deadlines[own.Class] = deadlines[own.Class] || s.reference[at].HasDeadline
		own.Class = token[own.Class]
		w.Apps = append(w.Apps, &own)
		reference = append(reference, s.reference[at])
	}
	st := &stage{scene: &scene{name: name, workload: &w, reference: reference}, byFleet: map[string]int{}}
	for r := first; r < first+s.Replicas; r++ {
		st.replicas = append(st.replicas, shaken(&w, s.Suite.Config, r))
	}
	for _, c := range s.classes {
		if !deadlines[c.name] && len(byClass[c.name]) > 0 {
			st.free = append(st.free, byClass[c.name])
		}
	}
	st.base = &entry{fleet: recordedFleet(), played: &played{fleet: recordedFleet()}}
	return st
}

// enter lists a fleet in a stage, or finds it there. Specs are by class; the
// stage is of the class with that number, or of all for -1.
func (s *search) enter(st *stage, class int, specs ...policies.Spec) int {
	var f policies.Fleet
	for k, spec := range specs {
		f.Rules = append(f.Rules, policies.Rule{Pattern: s.classes[max(k, class)].token, Spec: spec})
	}
	key := f.String()
	at, known := st.byFleet[key]
	if !known {
		f.Name = st.name
		at = len(st.entries)
		st.byFleet[key] = at
		st.entries = append(st.entries, &entry{fleet: f, specs: specs, played: &played{fleet: f}})
	}
	if id := st.name + " " + key; !s.tried[id] {
		s.tried[id] = true
		s.grid += len(st.workload.Apps) * len(st.replicas)
	}
	return at
}

// play sees to it that fleets of a stage, and its base, have been played in so
// many replicas.
func (s *search) play(ctx context.Context, st *stage, list []int, replicas int) error {
	entries := []*entry{st.base}
	for _, i := range list {
		entries = append(entries, st.entries[i])
	}
	due := 0
	var all []*played
	for _, e := range entries {
		due += max(0, replicas-e.done)
		all = append(all, e.played)
	}
	size, before := len(st.workload.Apps), s.spent
	progress := counter{total: due, tell: func(done, _ int) { s.tell(before + done*size) }}
	if err := st.playAll(ctx, all, replicas, s.options, &progress); err != nil {
		return err
	}
	s.spent += due * size
	for _, e := range entries {
		e.done = max(e.done, replicas)
		var odd *replay.AppError
		if err := e.played.err; err != nil && !errors.Is(err, replay.ErrHorizon) && !errors.As(err, &odd) {
			return err
		}
	}
	if err := st.base.played.err; err != nil {
		return fmt.Errorf("under the recorded settings: %w", err)
	}
	return nil
}

// tell tells of progress, in replays of the whole workload.
func (s *search) tell(applications int) {
	if s.options.Progress != nil {
		s.options.Progress(min(applications/len(s.Suite.Workload.Apps), s.Budget), s.Budget)
	}
}

// standing is what an entry gave in the replicas that it has been played in.
func (st *stage) standing(e *entry) standing {
	out := standing{failed: e.played.err != nil}
	if out.failed || e.done == 0 {
		return out
	}
	for r := range e.done {
		for i := range e.played.runs[r] {
			a := &e.played.runs[r][i]
			out.misses += missFigure(a)
			out.deadlines += deadlineFigure(a)
			out.seconds += executorFigure(a)
		}
	}
	n := float64(e.done)
	out.misses, out.deadlines, out.seconds = out.misses/n, out.deadlines/n, out.seconds/n
	for k, apps := range st.free {
		took, base := 0.0, 0.0
		for r := range e.done {
			for _, at := range apps {
				took += turnaroundFigure(&e.played.runs[r][at])
				base += turnaroundFigure(&st.base.played.runs[r][at])
			}
		}
		if longer := took/base - 1; k == 0 || longer > out.slower {
			out.slower = longer
		}
	}
	return out
}

func (st *stage) at(i int) standing { return st.standing(st.entries[i]) }

// race runs one race in a stage, of as many as the budget allows, counted in
// applications replayed. It is nil if that is none.
func (s *search) race(ctx context.Context, st *stage, list []int, finalists, budget int) ([]int, error) {
	size := len(st.workload.Apps)
	base := s.Replicas - st.base.done
	for len(list) > 0 && (base+price(len(list), s.Replicas, finalists))*size > budget {
		list = list[:len(list)-1]
	}
	if len(list) == 0 {
		return nil, nil
	}
	play := func(list []int, replicas int) error { return s.play(ctx, st, list, replicas) }
	return s.goal.halve(list, s.Replicas, finalists, play, st.at)
}

// find tunes the classes, and then fleets of them. It returns the fleets of the
// joint stage that are worth a check, the best first.
func (s *search) find(ctx context.Context) ([]int, error) {
	size := len(s.Suite.Workload.Apps)
	reserve := min(s.Budget/2, (mostChecked+2+len(hindsightRatios))*s.Replicas)
	budget := (s.Budget - reserve) * size
	forClasses := int(float64(budget) * classShare)
	for k, c := range s.classes {
		if err := s.tuneClass(ctx, k, (forClasses-s.spent)/(len(s.classes)-k)); err != nil {
			return nil, err
		}
		if len(c.short) == 0 { // the budget was too small for it
			s.out.Untried = append(s.out.Untried, c.name)
			c.short, c.gave = []policies.Spec{{Kind: "recorded"}}, make([]standing, 1)
		}
	}
	return s.tuneFleet(ctx, budget)
}

// tuneClass searches one class by itself: it races a first list, and then the
// neighbors of the finalists against them, as long as that finds better ones.
func (s *search) tuneClass(ctx context.Context, k, budget int) error {
	c := s.classes[k]
	st := s.newStage(c.name, c.apps, 0)
	until := s.spent + budget
	var list []int
	for _, spec := range slices.Concat(s.Candidates, c.possible(c.space.start())) {
		list = append(list, s.enter(st, k, spec))
	}
	var finalists []int
	for range mostRounds {
		next, err := s.race(ctx, st, list, 2*classFinalists, until-s.spent)
		if err != nil {
			return err
		}
		next = s.thin(st, next, classFinalists)
		if next == nil || slices.Equal(next, finalists) {
			break
		}
		finalists = next
		list = slices.Clone(finalists)
		for _, i := range finalists {
			for _, spec := range c.possible(c.space.neighbors(st.entries[i].specs[0])) {
				if known := len(st.entries); s.enter(st, k, spec) == known {
					list = append(list, known)
				}
			}
		}
	}
	for _, i := range finalists {
		c.short, c.gave = append(c.short, st.entries[i].specs[0]), append(c.gave, st.at(i))
	}
	return nil
}

// tuneFleet searches fleets: it begins with the best of each class, with what
// suits each class at one price of a miss, for many prices, with the recorded
// settings, and with one policy for all. Then it changes one class's policy at a
// time: to another of its finalists, and by a step, as what is best on the whole
// cluster may not be on a shared one.
func (s *search) tuneFleet(ctx context.Context, until int) ([]int, error) {
	st := s.joint
	each := func(of func(c *tuneClass) policies.Spec) int {
		specs := make([]policies.Spec, len(s.classes))
		for k, c := range s.classes {
			specs[k] = of(c)
		}
		return s.enter(st, -1, specs...)
	}
	list := []int{each(func(c *tuneClass) policies.Spec { return c.short[0] })}
	for _, price := range prices {
		list = append(list, each(func(c *tuneClass) policies.Spec { return c.at(price, s.goal) }))
	}
	list = append(list, each(func(*tuneClass) policies.Spec { return policies.Spec{Kind: "recorded"} }))
	for _, spec := range slices.Concat(s.Candidates, s.widest().start()) {
		list = append(list, each(func(*tuneClass) policies.Spec { return spec }))
	}
	list = distinctOf(list)
	best := -1
	for range mostRounds {
		finalists, err := s.race(ctx, st, list, jointFinalists, until-s.spent)
		if err != nil {
			return nil, err
		}
		if finalists == nil || finalists[0] == best {
			break
		}
		best = finalists[0]
		list = slices.Clone(finalists)
		for _, from := range finalists[:min(2, len(finalists))] {
			for k, c := range s.classes {
				for _, spec := range c.short {
					swapped := slices.Clone(st.entries[from].specs)
					swapped[k] = spec
					list = append(list, s.enter(st, -1, swapped...))
				}
			}
		}
		for k, c := range s.classes {
			for _, spec := range c.possible(c.space.neighbors(st.entries[best].specs[k])) {
				stepped := slices.Clone(st.entries[best].specs)
				stepped[k] = spec
				list = append(list, s.enter(st, -1, stepped...))
			}
		}
		list = distinctOf(list)
	}
	return s.worthACheck(), nil
}

// widest is the space with the most sizes.
func (s *search) widest() *space {
	most := &s.classes[0].space
	for _, c := range s.classes {
		if len(c.space.sizes) > len(most.sizes) {
			most = &c.space
		}
	}
	return most
}

// prices of a miss, in executor-seconds, from none to more than all of them.
var prices = []float64{0, 10, 30, 100, 300, 1000, 3000, 10000, 100000, 1e9}

// at is the finalist of a class that is cheapest where a miss costs so much,
// among those that are not too slow.
func (c *tuneClass) at(price float64, g goal) policies.Spec {
	best, least := 0, math.Inf(1)
	for k, gave := range c.gave {
		cost := gave.seconds + price*gave.misses
		if gave.failed || gave.slower > g.slower {
			cost = math.MaxFloat64
		}
		if cost < least {
			best, least = k, cost
		}
	}
	return c.short[best]
}

// distinctOf keeps the first of equal numbers.
func distinctOf(list []int) []int {
	var out []int
	for _, i := range list {
		if !slices.Contains(out, i) {
			out = append(out, i)
		}
	}
	return out
}

// worthACheck are the best of the fleets that were played in all replicas, by the
// goal and by the front, and no more than can be checked; the best first.
func (s *search) worthACheck() []int {
	st := s.joint
	var full []int
	for i, e := range st.entries {
		if e.done == s.Replicas && e.played.err == nil {
			full = append(full, i)
		}
	}
	if len(full) == 0 {
		return nil
	}
	return s.thin(st, s.goal.best(full, 3*mostChecked, st.at), mostChecked)
}

// alike is how near to each other the costs of two fleets are that count as one.
const alike = 0.005

// thin keeps so many of a list, which has the best first, and of those that give
// nearly the same the one with the fewest settings.
func (s *search) thin(st *stage, list []int, keep int) []int {
	var out []int
	for _, i := range list {
		k := slices.IndexFunc(out, func(j int) bool { return s.near(st.at(i), st.at(j)) })
		switch {
		case k < 0:
			out = append(out, i)
		case settingsIn(st.entries[i].fleet) < settingsIn(st.entries[out[k]].fleet):
			out[k] = i
		}
	}
	return s.goal.best(out, keep, st.at)
}

// near tells whether two fleets give nearly the same.
func (s *search) near(a, b standing) bool {
	return a.misses == b.misses && s.goal.excess(a) == s.goal.excess(b) && math.Abs(a.seconds-b.seconds) <= alike*min(a.seconds, b.seconds)
}

// settingsIn counts the settings that a fleet changes.
func settingsIn(f policies.Fleet) int {
	n := 0
	for _, rule := range f.Rules {
		n += strings.Count(rule.Spec.String(), ",")
	}
	return n
}

// verify replays fleets, the base and hindsight in fresh replicas, and makes the
// result of them.
func (s *search) verify(ctx context.Context, fleets []int) error {
	st := s.newStage("check", upTo(len(s.Suite.Workload.Apps)), s.Replicas)
	var list, told []int
	for _, i := range fleets {
		list = append(list, s.enter(st, -1, s.joint.entries[i].specs...))
	}
	for _, ratio := range hindsightRatios {
		specs := make([]policies.Spec, len(s.classes))
		for k, c := range s.classes {
			specs[k] = s.told(c)
			specs[k].Allocation.Ratio = ratio
		}
		told = append(told, s.enter(st, -1, specs...))
	}
	if len(fleets) > 0 { // and with the sizes of the best fleet: what knowing alone would change
		specs := make([]policies.Spec, len(s.classes))
		for k, spec := range s.joint.entries[fleets[0]].specs {
			specs[k] = s.inHindsight(s.classes[k], spec)
		}
		told = append(told, s.enter(st, -1, specs...))
	}
	if err := s.play(ctx, st, append(slices.Clone(list), told...), s.Replicas); err != nil {
		return err
	}
	s.report(st, list, told, s.Replicas)
	return nil
}

// hindsightRatios are the shares of full parallelism at which hindsight is
// drawn.
var hindsightRatios = []float64{1, 0.5, 0.25}

// told is the policy "hindsight". It has the shuffle service, where there is
// one: a reference may as well lose nothing.
func (s *search) told(c *tuneClass) policies.Spec {
	told := c.space.spec("hindsight")
	if s.Suite.Config.Cluster.Manager == "kubernetes" {
		told.Protection = c.space.protection
	}
	return told
}

// inHindsight is the policy "hindsight" that never asks for more than another.
func (s *search) inHindsight(c *tuneClass, spec policies.Spec) policies.Spec {
	told := s.told(c)
	switch spec.Kind {
	case "static":
		told.Allocation.Max = max(spec.Executors, 1)
	case "spark", "script", "own":
		told.Allocation.Max, told.Allocation.Ratio = spec.Allocation.Max, spec.Allocation.Ratio
	}
	return told
}

// bestSoFar makes the result of what a search has found that was stopped. It is
// false if there is nothing.
func (s *search) bestSoFar() bool {
	fleets := s.worthACheck()
	if len(fleets) == 0 {
		return false
	}
	s.out.Hindsight = nil
	s.report(s.joint, fleets, nil, s.Replicas)
	return true
}

// report makes the result of entries of a stage.
func (s *search) report(st *stage, list, told []int, replicas int) {
	s.out.Replicas = replicas
	s.out.Bounds = s.bounds(st)
	s.out.Base = s.tuned(st, st.base)
	s.out.Fleets, s.out.Hindsight = nil, nil
	s.out.Others = nil
	for i, e := range s.joint.entries {
		key := e.fleet.String()
		checked := slices.ContainsFunc(list, func(k int) bool { return st.entries[k].fleet.String() == key })
		if e.done == s.Replicas && e.played.err == nil && !checked {
			s.out.Others = append(s.out.Others, s.tuned(s.joint, s.joint.entries[i]))
		}
	}
	front := s.goal.front(list, st.at)
	slices.SortStableFunc(list, func(i, j int) int { return compareSeconds(st.at(i), st.at(j)) })
	if s.out.Chosen = -1; len(list) > 0 {
		named, _ := s.named(st.entries[list[0]].specs)
		s.out.Unclear = s.unclear(named)
	}
	list = slices.DeleteFunc(list, func(i int) bool {
		asItIs := !slices.ContainsFunc(st.entries[i].specs, func(x policies.Spec) bool { return !x.Recorded() })
		return st.at(i).failed || asItIs && !slices.Contains(front, i) // the base says it
	})
	saved := s.saved(st, list)
	for k, i := range list {
		f := s.tuned(st, st.entries[i])
		f.Saved = saved[k]
		f.Front = slices.Contains(front, i)
		if f.Keeps && s.out.Chosen < 0 {
			s.out.Chosen = len(s.out.Fleets)
		}
		s.out.Fleets = append(s.out.Fleets, f)
	}
	frontTold := s.goal.front(told, st.at)
	slices.SortStableFunc(told, func(i, j int) int { return compareSeconds(st.at(i), st.at(j)) })
	told = slices.DeleteFunc(told, func(i int) bool { return st.at(i).failed })
	saved = s.saved(st, told)
	for k, i := range told {
		f := s.tuned(st, st.entries[i])
		f.Saved = saved[k]
		f.Front = slices.Contains(frontTold, i)
		s.out.Hindsight = append(s.out.Hindsight, f)
	}
}

func compareSeconds(a, b standing) int { return cmp.Compare(a.seconds, b.seconds) }

// tuned is what an entry gave, with intervals.
func (s *search) tuned(st *stage, e *entry) TunedFleet {
	at := st.standing(e)
	f := TunedFleet{
		Fleet: e.fleet, Misses: at.misses, Deadlines: at.deadlines, ExecutorHours: at.seconds / 3600, Slower: at.slower,
		Keeps: s.goal.excess(at) == 0,
	}
	by := st.sampling(upTo(len(st.workload.Apps)))
	f.MissRate = Share(by.sums(e.played, missFigure), by.sums(e.played, deadlineFigure))
	if len(e.specs) > 0 {
		f.Fleet, f.Conf = s.named(e.specs)
	}
	return f
}

// saved is the share of the base's executor-seconds that each of a list saves.
// The intervals hold together.
func (s *search) saved(st *stage, list []int) []Estimate {
	by := st.sampling(upTo(len(st.workload.Apps)))
	base := by.sums(st.base.played, executorFigure)
	var contrasts []Contrast
	for _, i := range list {
		contrasts = append(contrasts, Contrast{Sums: minus(base, by.sums(st.entries[i].played, executorFigure)), Weights: base})
	}
	return Simultaneous(contrasts, s.Suite.Config.Seed)
}

// upTo are the numbers below n.
func upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// named is a fleet with patterns that people write: the names of classes, the
// narrower ones first.
func (s *search) named(specs []policies.Spec) (f policies.Fleet, conf []string) {
	order := upTo(len(specs))
	wild := func(k int) int { return strings.Count(s.classes[k].name, "*") }
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Or(wild(i)-wild(j), len(s.classes[j].name)-len(s.classes[i].name))
	})
	var names []string
	for _, k := range order {
		rule := policies.Rule{Pattern: patternOf(s.classes[k].name), Spec: specs[k]}
		f.Rules = append(f.Rules, rule)
		names = append(names, rule.Pattern+"="+rule.Spec.String())
		conf = append(conf, s.classes[k].conf(specs[k]))
	}
	f.Name = strings.Join(names, ";")
	return f, conf
}

// unclear are the classes whose applications the rules of a fleet as written
// would give another class's policy: a pattern of one covers names of another.
func (s *search) unclear(f policies.Fleet) []string {
	var names []string
	for _, c := range s.classes {
		own := patternOf(c.name)
		for _, at := range c.apps {
			a := s.Suite.Workload.Apps[at]
			first := slices.IndexFunc(f.Rules, func(r policies.Rule) bool { return spec.Match(r.Pattern, a.Name) || spec.Match(r.Pattern, a.Class) })
			if first >= 0 && f.Rules[first].Pattern != own {
				names = append(names, c.name)
				break
			}
		}
	}
	return names
}

// possible are those of a list that the class's Spark can be set to.
func (c *class) possible(list []policies.Spec) []policies.Spec {
	return slices.DeleteFunc(list, func(spec policies.Spec) bool {
		_, err := c.snippet(spec)
		return err != nil && !spec.Recorded()
	})
}

// conf is what to change for a class to run under a spec.
func (c *class) conf(spec policies.Spec) string {
	if spec.Recorded() {
		return "# as it is set now\n"
	}
	snippet, err := c.snippet(spec)
	if err != nil {
		return fmt.Sprintf("# %v\n", err)
	}
	return snippet.String()
}

// patternOf is a class's name as a pattern: what the grammar of fleets takes for
// its own is any one character.
func patternOf(class string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(";=,:", r) {
			return '?'
		}
		return r
	}, class)
}

// bounds are the two exact lower bounds, as means over the replicas of a stage:
// an application cannot end before its critical path, nor hold less executor
// time than its work takes.
func (s *search) bounds(st *stage) TuneBounds {
	var b TuneBounds
	largest := 0 // cores of an executor that a candidate asks for
	for _, c := range s.Candidates {
		largest = max(largest, c.Cores)
	}
	n := float64(len(st.replicas))
	for _, r := range st.replicas {
		for i, a := range r.workload.Apps {
			if ref := &st.reference[r.from[i]]; ref.HasDeadline && traces.CriticalPath(a) > ref.Deadline {
				b.Misses += 1 / n
			}
			b.ExecutorHours += leastExecutorTime(a, largest, &s.Suite.Config.Cluster) / 3600 / n
		}
	}
	return b
}

// leastExecutorTime is the executor-seconds that an application's work takes if
// every core of every executor is busy.
func leastExecutorTime(a *traces.Application, cores int, c *replay.Cluster) float64 {
	seconds := 0.0
	for i := range a.Stages {
		one := traces.Application{Profiles: a.Profiles, Stages: a.Stages[i : i+1]}
		seconds += traces.TotalWork(&one).Seconds() / float64(max(cores, executorCores(a, a.Stages[i].Profile, c)))
	}
	return seconds
}
