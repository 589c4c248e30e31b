package decide

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/decide/room"
	"dynalloc/bench/validate"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/traces"
)

// Defaults of a Question.
const (
	DefaultMissRate    = 0.01
	DefaultMaxSlowdown = 0.1

	// defaultTasks is how many tasks are replayed if no budget is given, and the limits of
	// the number of replays that this makes.
	defaultTasks                 = 120_000_000
	fewestReplays, mostOfReplays = 600, 20_000

	// The number of replicas of a search, if none is given, grows with the budget.
	replaysPerReplica, mostReplicas = 400, 16
)

// A decider is the state of one call of Decide. Budgets are counted in applications
// replayed.
type decider struct {
	Question
	options   bench.Options
	elsewhere Elsewhere // nil: all replays are done here
	world     world
	classes   []*class
	goal      goal
	spent     int   // applications replayed
	tasks     int64 // tasks started in them

	joint       *scenario // of the search
	safe, cheap *trial    // of joint: the two answers; nil: not found yet

	judging  *scenario // of the judgement
	units    units
	judged   []judged               // by class
	replicas int                    // of judging, that all judged fleets have
	worlds   map[worldKey]*scenario // of break-evens
	until    int                    // what may be spent for the break-evens of the class
	brief    bool                   // only verdicts and the advised fleet are wanted
	out      Decision
}

// Decide finds for each class of a workload which settings it should have. First each
// class is searched by itself on the whole cluster; then fleets of the classes' finalists
// are raced on the whole workload, one change at a time. The best fleet is judged in new
// replicas: for each class, its best fixed sizes and its best dynamic allocations take
// part in that fleet, and the choice between the two kinds is repeated over resampled
// blocks, halves of the replicas, and the model's error. Equal questions give equal
// decisions, however many replays run in parallel.
//
// An application that never ends under the settings in force in one of the replicas is left
// out by name, and the decision starts again without it.
//
// Cancelling ctx ends the search with the best fleets so far, if there are any.
func Decide(ctx context.Context, q Question, o bench.Options) (*Decision, error) {
	return DecideElsewhere(ctx, q, o, nil)
}

// DecideElsewhere is Decide with most of the replays on other machines. The decision is the
// same.
func DecideElsewhere(ctx context.Context, q Question, o bench.Options, elsewhere Elsewhere) (*Decision, error) {
	var leftOut []*replay.AppError
	for {
		d, err := newDecider(ctx, q, o)
		if err != nil {
			return nil, err
		}
		d.elsewhere = elsewhere
		d.placed(d.joint, 0, 0)
		for _, e := range leftOut {
			d.out.LeftOut, d.out.Notes = append(d.out.LeftOut, e), append(d.out.Notes, bench.AppLeftOut.With(e))
		}
		out, err := d.decide(ctx)
		var base *baseError
		var stuck *replay.AppError
		if !errors.As(err, &base) || !errors.As(err, &stuck) {
			return out, err
		}
		// The settings in force end in the workload as it is, and not in a replica: no other
		// policy can be compared with them while this application takes part.
		if elsewhere != nil {
			elsewhere = nil // the other machines have it
			continue
		}
		if q.Suite, err = q.Suite.Without(runsOf(stuck, q.Suite.Workload)); err != nil {
			return nil, base
		}
		leftOut = append(leftOut, stuck)
	}
}

// runsOf is the error of an application for each run with its ID in a workload.
func runsOf(e *replay.AppError, w *traces.Workload) (list []*replay.AppError) {
	for i, a := range w.Apps {
		if a.ID == e.Of.ID {
			list = append(list, &replay.AppError{App: i, Policy: e.Policy, Reason: e.Reason, Of: a})
		}
	}
	return list
}

// decide searches and judges.
func (d *decider) decide(ctx context.Context) (*Decision, error) {
	err := d.search(ctx)
	if err == nil {
		err = d.judge(ctx)
	}
	if errors.Is(err, context.Canceled) && d.bestSoFar() {
		err = nil
	}
	if err != nil {
		return nil, err
	}
	apps := float64(len(d.world.workload.Apps))
	d.out.RoomDecides = d.world.room.List()
	d.out.Tried.Replays, d.out.Tried.Fleets = float64(d.spent)/apps, len(d.joint.trials)
	d.report(float64(d.Budget * len(d.world.workload.Apps))) // there may be fewer replays than the budget
	return &d.out, nil
}

// Check returns an error if a setting of the question is out of its range.
func (q *Question) Check() error {
	switch {
	case q.MissRate < 0 || q.MissRate > 1:
		return fmt.Errorf("a miss rate of %g: expected a share from 0 to 1", q.MissRate)
	case q.MaxSlowdown < 0:
		return fmt.Errorf("slower by %g: expected a share of 0 or more", q.MaxSlowdown)
	case q.Replicas < 0:
		return fmt.Errorf("%d replicas: expected 1 or more", q.Replicas)
	case q.Budget != 0 && q.Budget < 4*max(q.Replicas, 1):
		return fmt.Errorf("a budget of %d replays is too small: with %d replicas at least %d are needed", q.Budget, max(q.Replicas, 1), 4*max(q.Replicas, 1))
	}
	for _, s := range q.Policies {
		if s.Unread() {
			return fmt.Errorf("candidate %s: its script is not loaded; load it with package policies/script", s)
		}
		if !s.Deployable() {
			return fmt.Errorf("candidate %s knows the demand in advance, so it cannot be deployed; a search always shows it as a reference", s)
		}
	}
	return nil
}

// newDecider replays the settings in force, against which everything else is measured, and
// prepares the search.
func newDecider(ctx context.Context, q Question, o bench.Options) (*decider, error) {
	if err := q.Check(); err != nil {
		return nil, err
	}
	if q.Suite == nil {
		return nil, errors.New("there is nothing to decide: no suite is given")
	}
	base := *q.Suite
	limitless := base.Config.Cluster.Assumed && neverShared(base.Workload)
	if limitless {
		base.Config.Cluster = validate.Unlimited
		base.Config.Cluster.Assumed = true
	}
	base.Truth, base.Policies = nil, []policies.Fleet{bench.RecordedFleet()}
	results, err := bench.Run(ctx, &base, bench.Options{Parallel: o.Parallel})
	if err != nil {
		return nil, err
	}
	d := &decider{Question: q, options: o}
	d.Suite = results.Suite
	usual := min(max(defaultTasks/max(1, bench.TasksOf(d.Suite.Workload)), fewestReplays), mostOfReplays)
	if d.Budget == 0 {
		d.Budget = usual
	}
	d.Replicas = cmp.Or(q.Replicas, min(max(d.Budget/replaysPerReplica, fewReplicas), mostReplicas))
	d.Prefer = cmp.Or(q.Prefer, PreferSafe)
	d.world = world{d.Suite.Workload, results.Reference, d.Suite.Config, bench.Shaking, room.New(d.Suite.Config.Cluster.Assumed, limitless)}
	d.worlds = map[worldKey]*scenario{}
	d.out = Decision{
		Suite: d.Suite, Question: d.Question, DeadlineBasis: results.DeadlineBasis, LeftOut: results.LeftOut, Notes: slices.Clone(results.Notes), Self: results.Self, reference: results.Reference,
		SmallBudget: oneIf(d.Budget < usual) * usual, Invented: len(d.Suite.Slack.Factors) == 0 && len(results.Slack.Factors) > 0,
	}
	if d.classes, err = classesOf(d.world.workload, &d.world.config.Cluster); err != nil {
		return nil, err
	}
	for _, c := range d.classes {
		c.assess(d.world.workload, results.Self)
		c.setSpace(&d.world.config.Cluster, q.Protection)
		c.blocks = bench.BlocksOf(d.world.workload, c.apps)
		for _, at := range c.apps {
			c.deadlines += oneIf(d.world.reference[at].HasDeadline)
		}
		if c.deadlines == 0 {
			d.out.WithoutDeadlines = append(d.out.WithoutDeadlines, c.name)
		}
	}
	if least := d.leastBudget(); d.Budget < least {
		return nil, fmt.Errorf("a budget of %d replays is too small: for %d classes and %d policies at least %d are needed", d.Budget, len(d.classes), len(q.Policies), least)
	}
	d.spent = setupReplays * len(d.world.workload.Apps)
	d.goal = d.goalOf(d.Prefer)
	d.joint = newScenario("", d.classes, &d.world, upTo(len(d.world.workload.Apps)), 0, d.Replicas)
	return d, nil
}

// setupReplays are the replays before the search: the settings in force, each run alone for
// its deadline, and each run for the error of the replay.
const setupReplays = 3

// leastBudget is the number of replays with which each class can be judged once, between
// one candidate of each kind, the settings in force and the user's own.
func (d *decider) leastBudget() int {
	own := len(d.Question.Policies)
	judging := (2 + len(d.classes)*(4+own)) * leastJudging
	shown := 4 + len(d.classes) + own + len(hindsightRatios)
	return setupReplays + 4*d.Replicas + judging + shown
}

// goalOf is the goal of a preference.
func (d *decider) goalOf(p Preference) goal {
	g := goal{rate: d.MissRate, slower: int(math.Round(1000 * d.MaxSlowdown)), safe: p == PreferSafe, time: d.ShortestTime}
	for _, c := range d.classes {
		g.proof = append(g.proof, provable(d.MissRate, c.deadlines))
	}
	return g
}

// neverShared reports whether no two applications of a workload ran at the same time.
func neverShared(w *traces.Workload) bool {
	until := time.Duration(0)
	for _, a := range w.Apps {
		if a.Recorded == nil || a.Submit < until {
			return false
		}
		until = a.Submit + a.EarlierAttempts + a.Recorded.End
	}
	return true
}

// search finds the best fleet in the replicas of the search: the one that is judged, and
// the one of the other preference.
func (d *decider) search(ctx context.Context) error {
	budget := d.Budget * len(d.world.workload.Apps)
	forClasses := int(classShare * float64(budget))
	for k := range d.classes {
		if err := d.searchClass(ctx, k, (forClasses-d.spent)/(len(d.classes)-k)); err != nil {
			return err
		}
	}
	start, err := d.startFleets(ctx, int(startShare*float64(budget)))
	if err != nil {
		return err
	}
	settled, err := d.settle(ctx, start, int(settleShare*float64(budget)))
	if err != nil {
		return err
	}
	other := d.goalOf(PreferCheap)
	if d.Prefer == PreferCheap {
		other = d.goalOf(PreferSafe)
	}
	d.safe = settled
	d.cheap, err = d.otherAnswer(ctx, &other, settled)
	if d.Prefer == PreferCheap {
		d.safe, d.cheap = d.cheap, d.safe
	}
	return err
}

// replayedFully are the fleets of the joint search that were replayed in all replicas.
func (d *decider) replayedFully() []*trial {
	return slices.DeleteFunc(slices.Clone(d.joint.trials), func(t *trial) bool { return t.done < d.Replicas || t.failed() })
}
