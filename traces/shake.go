package traces

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"dynalloc/internal/exact"
)

// A Shaking says by how much the inputs of a replay are changed at random, to see which
// part of the result is chance (Tsafrir, Ouaknine, Feitelson: Reducing performance
// evaluation sensitivity and variability by input shaking, MASCOTS 2007).
type Shaking struct {
	Arrivals time.Duration // the most by which an application comes earlier or later; uniform
	Work     float64       // standard deviation of the logarithm of the factor on a task's run time and a driver's gap
}

// Shake returns a workload whose arrivals and durations are changed at random; factors
// on times are log-normal with mean 1. The numbers drawn for an application depend only
// on the seed and its index in the workload. The second result has, for each application
// of the new workload, its index in the old one: their order can change.
func Shake(w *Workload, by Shaking, seed uint64) (*Workload, []int) {
	shaken := &Workload{Name: w.Name, Epoch: w.Epoch, Notes: w.Notes}
	origin := make(map[*Application]int, len(w.Apps))
	for i, a := range w.Apps {
		c := by.shake(a, rand.New(rand.NewPCG(seed, uint64(i))))
		shaken.Apps = append(shaken.Apps, c)
		origin[c] = i
	}
	shaken.Sort()
	from := make([]int, len(shaken.Apps))
	for i, a := range shaken.Apps {
		from[i] = origin[a]
	}
	return shaken, from
}

func (by Shaking) shake(a *Application, random *rand.Rand) *Application {
	c := *a
	c.Submit = max(0, c.Submit+time.Duration((2*float64(random.Float64())-1)*float64(by.Arrivals)).Truncate(time.Millisecond))
	if by.Work <= 0 {
		return &c
	}
	factor := func() float64 { return exact.Exp(float64(by.Work*random.NormFloat64()) - float64(by.Work*by.Work/2)) }
	gap := func(d time.Duration) time.Duration {
		return time.Duration(float64(d) * factor()).Truncate(time.Millisecond)
	}
	c.Setup, c.Tail = gap(c.Setup), gap(c.Tail)
	c.Jobs = slices.Clone(a.Jobs)
	for i := range c.Jobs {
		c.Jobs[i].Cue.Gap, c.Jobs[i].Tail = gap(c.Jobs[i].Cue.Gap), gap(c.Jobs[i].Tail)
	}
	c.Stages = slices.Clone(a.Stages)
	for i := range c.Stages {
		s := &c.Stages[i]
		s.Change(func(t *Task) { t.Run = int32(min(float64(t.Run)*factor(), math.MaxInt32)) })
		s.Delay, s.Launch = gap(s.Delay), gap(s.Launch)
	}
	return &c
}
