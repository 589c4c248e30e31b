package decide

import (
	"context"
	"math"
	"slices"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/sla"
	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// Limits of the search for break-evens.
const (
	breakReplicas = 4
	breakSteps    = 4 // a step halves the interval of the logarithm of the factor
	breakRivals   = 2 // candidates of each kind
)

// An input is something that a person can check, and that may change an answer.
type input struct {
	Name      string
	low, high float64 // the factors between which it is varied
	// now is its value in these logs, in its unit; 0: it is not known, so it is not varied.
	now func(d *decider, c *class) float64
	// changed is the world with another value of it.
	changed func(d *decider, factor float64) (world, error)
}

// inputs are the inputs that are varied. Executors start in seconds; the load, deadlines
// and the spread are multiples of what they are; the room is in executors of the class.
var inputs = []input{
	{"startup", 1.0 / 8, 8, func(d *decider, _ *class) float64 { return d.startup().Seconds() }, withStartup},
	{"load", 0.5, 2, unchanged, withLoad},
	{"deadline", 0.5, 2, func(_ *decider, c *class) float64 { return float64(oneIf(c.deadlines > 0)) }, withDeadlines},
	{"spread", 0.2, 6, func(*decider, *class) float64 { return bench.Shaking.Work }, withSpread},
	{"free", 0.5, 2, func(d *decider, c *class) float64 {
		return math.Floor(float64(d.world.config.Cluster.Capacity()) / float64(max(1, c.cores)))
	}, withRoom},
}

func unchanged(*decider, *class) float64 { return 1 }

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

// breakEvens are the values of inputs from which on the answer for a class is another one.
func (d *decider) breakEvens(ctx context.Context, k int, out *ClassDecision) ([]BreakEven, error) {
	if out.Verdict == Insufficient || out.BestStatic == nil || out.BestDynamic == nil {
		return nil, nil
	}
	var list []BreakEven
	for i := range inputs {
		now := inputs[i].now(d, d.classes[k])
		if now == 0 {
			continue
		}
		here, _, err := d.answerAt(ctx, k, &inputs[i], 1)
		if err != nil {
			return nil, err
		}
		for _, end := range []float64{inputs[i].low, inputs[i].high} {
			found, err := d.breakEven(ctx, k, &inputs[i], here, end)
			if err != nil {
				return nil, err
			}
			if found != nil {
				found.Now, found.At = now, found.At*now
				list = append(list, *found)
			}
		}
	}
	return list, nil
}

// breakEven searches between 1 and a factor for the one from which on the answer is not
// what it is here; nil: it stays. At is the factor.
func (d *decider) breakEven(ctx context.Context, k int, in *input, here Verdict, end float64) (*BreakEven, error) {
	v, set, err := d.answerAt(ctx, k, in, end)
	if err != nil || v == here || v == "" {
		return nil, err
	}
	found := &BreakEven{Input: in.Name, At: end, Above: end > 1, Verdict: v, Set: set}
	same := 1.0
	for range breakSteps {
		middle := math.Sqrt(same * found.At)
		v, set, err := d.answerAt(ctx, k, in, middle)
		switch {
		case err != nil:
			return nil, err
		case v == here || v == "":
			same = middle
		default:
			found.At, found.Verdict, found.Set = middle, v, set
		}
	}
	return found, nil
}

// answerAt is which kind is better for a class with another value of an input, in a few
// replicas, and its best policy. It is empty where that value cannot be.
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
	if err := d.play(ctx, sc, list, breakReplicas); err != nil {
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

// Distance is how far the input is from the break-even: the absolute logarithm of the
// factor between them.
func (b *BreakEven) Distance() float64 { return math.Abs(math.Log(b.At / b.Now)) }
