package decide

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/sla"
	"dynalloc/internal/note"
	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/replay/latency"
	"dynalloc/traces"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Limits of the search for break-evens.
const (
	breakReplicas = 4
	breakSteps    = 6 // a step halves the interval of the logarithm of the factor
	breakRivals   = 2 // candidates of each kind
)

// What is not known of inputs that logs do not show, as standard deviations of logarithms:
// the spread between runs, of which repeats of few workloads are known, and the room on a
// cluster that was not given.
const (
	spreadUncertainty = 0.5
	roomUncertainty   = 0.35
)

// An input is something that a person can check, and that may change an answer.
type input struct {
	Name      string
	low, high float64 // the factors between which it is varied
	// uncertainty is the standard deviation of the logarithm of what is not known of it;
	// 0: it is as it was given.
	uncertainty func(d *decider) float64
	// now is its value in these logs, in its unit; 0: it is not known, so it is not varied.
	now    func(d *decider, c *class) float64
	judged bool // it changes what replays are compared with, and not the replays
	// changed is the world with another value of it.
	changed func(d *decider, factor float64) (world, error)
}

// inputs are the inputs that are varied. Executors start in seconds; the load, deadlines
// and the spread are multiples of what they are; the room is in executors of the class.
var inputs = []input{
	{
		Name: "startup", low: 1.0 / 8, high: 8, changed: withStartup,
		uncertainty: func(d *decider) float64 { return d.world.config.Times.By[latency.Startup].Uncertainty },
		now:         func(d *decider, _ *class) float64 { return d.startup().Seconds() },
	},
	{Name: "load", low: 0.5, high: 2, changed: withLoad, uncertainty: loadUncertainty, now: unchanged},
	{
		Name: "deadline", low: 0.5, high: 2, changed: withDeadlines, judged: true, uncertainty: deadlineUncertainty,
		now: func(_ *decider, c *class) float64 { return float64(oneIf(c.deadlines > 0)) },
	},
	{
		Name: "spread", low: 0.2, high: 6, changed: withSpread,
		uncertainty: func(*decider) float64 { return spreadUncertainty },
		now:         func(*decider, *class) float64 { return bench.Shaking.Work },
	},
	{
		Name: "free", low: 0.5, high: 2, changed: withRoom,
		uncertainty: func(d *decider) float64 { return roomUncertainty * float64(oneIf(d.world.config.Cluster.Assumed)) },
		now: func(d *decider, c *class) float64 {
			return math.Floor(float64(d.world.config.Cluster.Capacity()) / float64(max(1, c.cores)))
		},
	},
}

func unchanged(*decider, *class) float64 { return 1 }

// loadUncertainty is that of a number of applications that arrive independently (Poisson).
func loadUncertainty(d *decider) float64 {
	return 1 / math.Sqrt(float64(max(1, len(d.world.workload.Apps))))
}

// deadlineUncertainty is that of the factors among which the tool chose, if nobody gave
// deadlines.
func deadlineUncertainty(d *decider) float64 {
	if !d.out.Invented {
		return 0
	}
	var logs []float64
	for _, factor := range sla.DefaultSlack.Factors {
		logs = append(logs, math.Log(factor))
	}
	return stat.StdDev(logs, nil)
}

// startup is the median start-up of executors.
func (d *decider) startup() time.Duration {
	if given := d.world.config.Cluster.Startup; given > 0 {
		return given
	}
	return d.world.config.Times.By[latency.Startup].Quantiles.Median()
}

func withStartup(d *decider, factor float64) (world, error) {
	w := d.world
	if w.config.Cluster.Startup > 0 {
		w.config.Cluster.Startup = sla.Multiple(factor, w.config.Cluster.Startup).Truncate(time.Millisecond)
		return w, nil
	}
	times := &w.config.Times.By[latency.Startup]
	for i, q := range times.Quantiles {
		times.Quantiles[i] = sla.Multiple(factor, q)
	}
	return w, nil
}

func withLoad(d *decider, factor float64) (world, error) {
	w := d.world
	scaled, from, err := traces.Scale(w.workload, factor, w.config.Seed)
	if err != nil {
		return w, err
	}
	reference := make([]sla.Reference, len(from))
	for i, at := range from {
		reference[i] = w.reference[at]
		scaled.Apps[i].Recorded = w.workload.Apps[at].Recorded // a fixed size is taken from it if the settings give none
	}
	w.workload, w.reference, w.room = scaled, reference, nil
	return w, nil
}

func withDeadlines(d *decider, factor float64) (world, error) {
	w := d.world
	w.reference = slices.Clone(w.reference)
	for i := range w.reference {
		w.reference[i].Deadline = sla.Multiple(factor, w.reference[i].Deadline)
	}
	return w, nil
}

func withSpread(d *decider, factor float64) (world, error) {
	w := d.world
	w.shaking.Work *= factor
	return w, nil
}

func withRoom(d *decider, factor float64) (world, error) {
	w := d.world
	w.room = nil
	w.config.Cluster.Pools = slices.Clone(w.config.Cluster.Pools)
	for i := range w.config.Cluster.Pools {
		scaled(&w.config.Cluster.Pools[i], factor)
	}
	return w, nil
}

// scaled changes the size of the nodes of a pool and not their number, so that one node
// can have less room, too.
func scaled(p *cluster.Pool, factor float64) {
	p.Cores = max(1, int(math.Round(factor*float64(p.Cores))))
	p.MemoryMB = int64(math.Round(factor * float64(p.MemoryMB)))
}

var breakEvensLeftOut = note.Declare("break-evens-left-out", "searched", "of")

// breakEvens are the values of inputs from which on the answer for a class is another one.
func (d *decider) breakEvens(ctx context.Context, k int, out *ClassDecision) ([]BreakEven, error) {
	if d.brief || out.Verdict == Insufficient || out.BestStatic == nil || out.BestDynamic == nil {
		return nil, nil
	}
	var list []BreakEven
	d.until = d.spent + d.left(1)*len(d.world.workload.Apps)/(len(d.classes)-k)
	for i := range inputs {
		now := inputs[i].now(d, d.classes[k])
		if now == 0 {
			continue
		}
		found, err := d.breakEvensOf(ctx, k, &inputs[i], out)
		if errors.Is(err, errBudget) {
			out.Notes = append(out.Notes, breakEvensLeftOut.With(i, len(inputs)))
			break
		}
		if err != nil {
			return nil, err
		}
		for _, b := range found {
			b.Uncertainty = inputs[i].uncertainty(d)
			b.Probability = beyond(b.At, b.Uncertainty)
			b.Now, b.At = now, b.At*now
			list = append(list, b)
		}
	}
	return list, nil
}

// errBudget: the budget does not allow the replays that a step needs.
var errBudget = errors.New("the budget is used up")

// beyond is the probability that an input is further from its value than by a factor, if the
// logarithm is normal with this deviation.
func beyond(factor, uncertainty float64) float64 {
	if uncertainty == 0 {
		return 0
	}
	return distuv.UnitNormal.CDF(-math.Abs(math.Log(factor)) / uncertainty)
}

// changeProbable is the probability that any of independent inputs lies beyond a break-even.
func changeProbable(list []BreakEven) float64 {
	stays := 1.0
	for _, in := range inputs {
		past := 0.0 // below and above exclude each other
		for _, b := range list {
			if b.Input == in.Name {
				past += b.Probability
			}
		}
		stays *= 1 - past
	}
	return 1 - stays
}

// changes reports whether an answer is another one than that for the class: the other kind than
// what is set, or none for a class that has a verdict.
func (c *ClassDecision) changes(v Verdict) bool {
	if v == Static || v == Dynamic {
		return (v == Static) != c.Set.Policy.Fixed()
	}
	return v == NoDifference && (c.Verdict == Static || c.Verdict == Dynamic)
}

// breakEvensOf are those of one input, below and above its value; At is a factor. There are
// none where the few replicas of the search do not find the answer of the many: what they
// call a change would be their noise.
func (d *decider) breakEvensOf(ctx context.Context, k int, in *input, out *ClassDecision) (list []BreakEven, err error) {
	here, _, err := d.answerAt(ctx, k, in, 1)
	if err != nil || here != NoDifference && out.changes(here) {
		return nil, err
	}
	changes := func(v Verdict) bool { return v != here && out.changes(v) }
	for _, end := range []float64{in.low, in.high} {
		found, err := d.breakEven(ctx, k, in, changes, end)
		if err != nil {
			return nil, err
		}
		list = append(list, found...)
	}
	return list, nil
}

// breakEven searches between 1 and a factor for the one from which on the answer changes; none:
// it stays. At is the factor.
func (d *decider) breakEven(ctx context.Context, k int, in *input, changes func(Verdict) bool, end float64) ([]BreakEven, error) {
	v, set, err := d.answerAt(ctx, k, in, end)
	if err != nil || !changes(v) {
		return nil, err
	}
	found := BreakEven{Input: in.Name, At: end, Above: end > 1, Verdict: v, Set: set}
	same := 1.0
	for range breakSteps {
		middle := math.Sqrt(same * found.At)
		v, set, err := d.answerAt(ctx, k, in, middle)
		switch {
		case err != nil:
			return nil, err
		case !changes(v):
			same = middle
		default:
			found.At, found.Verdict, found.Set = middle, v, set
		}
	}
	return []BreakEven{found}, nil
}

// answerAt is which kind is better for a class with another value of an input, in a few
// replicas, and its best policy. It is empty where that value cannot be, or the settings in
// force never end with it.
func (d *decider) answerAt(ctx context.Context, k int, in *input, factor float64) (Verdict, policies.Spec, error) {
	sc := d.worldAt(in, factor)
	if sc == nil {
		return "", policies.Spec{}, nil
	}
	advised := d.judged[k].list[0]
	var list []*trial
	rivals := map[bool]int{}
	for _, t := range d.ordered(k) {
		if fixed := d.classes[k].resolve(t.specs[k]).Fixed(); rivals[fixed] < breakRivals {
			rivals[fixed]++
			list = append(list, d.with(sc, d.enter(sc, -1, advised.specs...), k, t.specs[k]))
		}
	}
	var never *baseError
	switch err := d.playAt(ctx, in, sc, list); {
	case errors.As(err, &never):
		return "", policies.Spec{}, nil
	case err != nil:
		return "", policies.Spec{}, err
	}
	var best [2]*trial // by kind: dynamic, static
	for _, t := range list {
		at := &best[oneIf(d.classes[k].resolve(t.specs[k]).Fixed())]
		if !t.failed() && (*at == nil || d.goal.compare(d.scoreOf(&d.goal, sc, t, breakReplicas), d.scoreOf(&d.goal, sc, *at, breakReplicas)) < 0) {
			*at = t
		}
	}
	if best[0] == nil || best[1] == nil {
		return "", policies.Spec{}, nil
	}
	base := sc.base.totals(0, breakReplicas)
	order, same := d.goal.judge(best[1].totals(0, breakReplicas), best[0].totals(0, breakReplicas), base, k)
	verdict, set := Dynamic, best[0].specs[k]
	if order < 0 {
		verdict, set = Static, best[1].specs[k]
	}
	if same {
		verdict = NoDifference
	}
	return verdict, d.classes[k].resolve(set), nil
}

// playAt replays fleets with another value of an input, if the budget allows it. If the input
// changes no replay, those with its present value are judged again.
func (d *decider) playAt(ctx context.Context, in *input, sc *scenario, list []*trial) error {
	played, from := sc, append([]*trial{sc.base}, list...)
	if in.judged {
		if played = d.worldAt(in, 1); played != sc {
			from = []*trial{played.base}
			for _, t := range list {
				from = append(from, d.enter(played, -1, t.specs...))
			}
		}
	}
	if d.spent+played.remaining(from, breakReplicas)*len(played.workload.Apps) > d.until {
		return errBudget
	}
	if err := d.play(ctx, played, from[1:], breakReplicas); err != nil {
		return err
	}
	if played != sc {
		for i, t := range append([]*trial{sc.base}, list...) {
			sc.judgeAgain(t, from[i])
		}
	}
	return nil
}

// A worldKey is an input and the factor by which it is changed.
type worldKey struct {
	input  string
	factor float64
}

// worldAt is the scenario with another value of an input; nil: that value cannot be. The
// classes share it.
func (d *decider) worldAt(in *input, factor float64) *scenario {
	at := worldKey{in.Name, factor}
	if factor == 1 {
		at.input = ""
	}
	if sc, known := d.worlds[at]; known {
		return sc
	}
	w, err := in.changed(d, factor)
	var sc *scenario
	if err == nil {
		sc = newScenario("break-even", d.classes, &w, upTo(len(w.workload.Apps)), 0, breakReplicas)
	}
	d.worlds[at] = sc
	return sc
}
