package decide

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"dynalloc/bench/validate"
)

// Repetitions of a choice, and the margins within which two results are the same.
const (
	repetitions       = 800
	jackknifeGroups   = 6
	jackknifeTimes    = 300
	equivalenceCost   = 0.05 // of the class's executor-time
	equivalenceMisses = 0.01 // of the class's runs
	equivalenceTime   = 20   // per mille of a turnaround
)

// levels are the errors of turnarounds at which misses are counted, as multiples of the
// standard deviation of the model's error: from -6 to 6 in steps of a half.
const (
	levelStep = 0.5
	levelsUp  = 12
	levels    = 2*levelsUp + 1
)

// levelOf is the level nearest to an error in standard deviations.
func levelOf(error float64) int {
	return min(max(int(math.Round(error/levelStep)), -levelsUp), levelsUp) + levelsUp
}

// A cell is the counts of the runs of one class in one block, of one replica.
type cell struct {
	counts
	missesAt [levels]int32
}

// A chooser repeats the choice between the two kinds for one class.
type chooser struct {
	goal     goal
	class    int
	of       []int      // by cell: its class
	block    []int      // by cell: its block; -1: it is kept as it is in every repetition
	blocks   int        // number of blocks
	static   [][][]cell // by candidate and replica: its cells
	dynamic  [][][]cell
	base     [][]cell // of the settings in force
	classes  int
	model    validate.ModelError // of the class
	seed     uint64
	replicas int
}

// A belief is the result of the repetitions.
type belief struct {
	static     float64 // share of repetitions in which the best fixed size was better; ties count half
	equivalent float64 // share in which both gave the same within the margins
	error      float64 // standard error of static
}

// believe repeats the choice. Each repetition divides the replicas at random into halves
// and draws blocks of runs for each half. It chooses the best of each kind in the first
// half, and compares these two in the other one, with one draw of the model's error: half
// of its variance is common to both, so that each turnaround and their ratio have the
// error that was measured.
func (c *chooser) believe() belief {
	b := c.repeat(repetitions, func(int) bool { return true })
	// The noise of the replicas: a jackknife over groups of them. The same halves and draws
	// are used, so that only the missing replicas make a difference.
	var parts []float64
	all := c.repeat(jackknifeTimes, func(int) bool { return true })
	for g := range jackknifeGroups {
		parts = append(parts, c.repeat(jackknifeTimes, func(r int) bool { return r%jackknifeGroups != g }).static-all.static)
	}
	squares, mean := 0.0, 0.0
	for _, p := range parts {
		mean += p / jackknifeGroups
	}
	for _, p := range parts {
		squares += (p - mean) * (p - mean)
	}
	b.error = math.Sqrt(b.static*(1-b.static)/repetitions + squares*(jackknifeGroups-1)/jackknifeGroups)
	return b
}

// repeat repeats the choice a number of times in the replicas that there are.
func (c *chooser) repeat(times int, has func(replica int) bool) belief {
	wins, equal := 0, 0 // a win counts two, a tie one
	random := rand.New(rand.NewPCG(c.seed, 0xc0f1de7ce+uint64(c.class)))
	turnarounds, executors := errorOf(1, c.model.TimeFreedom), errorOf(1, c.model.ExecutorsFreedom)
	type keyed struct {
		key     float64
		replica int
	}
	for range times {
		var order []keyed
		for r := range c.replicas {
			if key := random.Float64(); has(r) {
				order = append(order, keyed{key, r})
			}
		}
		slices.SortFunc(order, func(x, y keyed) int { return cmp.Compare(x.key, y.key) })
		var halves [2][]int
		for i, o := range order {
			halves[i*2/len(order)] = append(halves[i*2/len(order)], o.replica)
		}
		first, second := c.draw(random), c.draw(random)
		static, dynamic := c.choose(c.static, halves[0], first), c.choose(c.dynamic, halves[0], first)
		unlike := c.unlike(static, dynamic, halves[1])
		scale := scaleOf(turnarounds, random)
		common, own := scale*random.NormFloat64()*math.Sqrt(1-unlike*unlike/2), scale*unlike*math.Sqrt2/2
		dearer := bounded(scaleOf(executors, random) * random.NormFloat64())
		s := c.sum(static, halves[1], second, offset{bounded(common + own*random.NormFloat64()), bounded(common), 1})
		d := c.sum(dynamic, halves[1], second, offset{bounded(common + own*random.NormFloat64()), bounded(common), math.Exp(unlike * dearer * c.model.Executors)})
		base := c.plain(c.base, halves[1], second)
		better, same := c.goal.judge(s, d, base, c.class)
		wins, equal = wins+1-better, equal+oneIf(same)
	}
	return belief{static: float64(wins) / 2 / float64(times), equivalent: float64(equal) / float64(times)}
}

// leastMeasured is the least difference between two configurations, as a share of
// executor-time, for which the model's error was measured. Below it the error falls with
// the difference: the replay cannot be wrong about the difference of equal policies.
const leastMeasured = 0.05

// unlike is how much of the model's error counts between two policies, from 0 for equal
// results to 1.
func (c *chooser) unlike(x, y [][]cell, replicas []int) float64 {
	var executors, turnaround, ofExecutors, ofTurnaround int64
	for _, r := range replicas {
		for i := range x[r] {
			if a, b := &x[r][i], &y[r][i]; c.of[i] == c.class {
				executors, ofExecutors = executors+abs(a.executors-b.executors), ofExecutors+a.executors
				turnaround, ofTurnaround = turnaround+abs(a.turnaround-b.turnaround), ofTurnaround+a.turnaround
			}
		}
	}
	share := max(float64(executors)/float64(max(1, ofExecutors)), float64(turnaround)/float64(max(1, ofTurnaround)))
	return min(1, share/leastMeasured)
}

func abs(v int64) int64 { return max(v, -v) }

// draw is how often each block counts in one resample.
func (c *chooser) draw(random *rand.Rand) []int {
	times := make([]int, c.blocks)
	for range times {
		times[random.IntN(c.blocks)]++
	}
	return times
}

// errorOf is Student's distribution with some degrees of freedom, and the 95 % interval of
// the normal distribution with a deviation; 0 degrees: it is normal.
func errorOf(deviation, freedom float64) distuv.StudentsT {
	if freedom == 0 {
		freedom = 1e9
	}
	t := distuv.StudentsT{Sigma: 1, Nu: freedom}
	t.Sigma = deviation * distuv.UnitNormal.Quantile(0.975) / t.Quantile(0.975)
	return t
}

// scaleOf draws the deviation of normal errors that have a Student's distribution if each is
// drawn with another deviation. The errors of one repetition have the same, so that each
// turnaround and their ratio have the distribution.
func scaleOf(t distuv.StudentsT, random *rand.Rand) float64 {
	return t.Sigma * math.Sqrt(t.Nu/distuv.ChiSquared{K: t.Nu, Src: random}.Rand())
}

// bounded is an error within the levels at which misses are counted, in standard deviations.
func bounded(error float64) float64 {
	return min(max(error, -levelStep*levelsUp), levelStep*levelsUp)
}

// choose is the cheapest candidate of a list of those that come as near to the goal as the
// best one, in some replicas.
func (c *chooser) choose(list [][][]cell, replicas, times []int) (chosen [][]cell) {
	base := c.plain(c.base, replicas, times)
	var scores []score
	for _, one := range list {
		scores = append(scores, c.goal.score(c.plain(one, replicas, times), base))
	}
	best := slices.MinFunc(scores, c.goal.compare)
	var cheapest score
	for i, s := range scores {
		if c.goal.near(best, s, base[c.class].deadlines, 0) && (chosen == nil || s.cost < cheapest.cost) {
			chosen, cheapest = list[i], s
		}
	}
	return chosen
}

// plain is the counts of each class in some replicas, with blocks resampled.
func (c *chooser) plain(of [][]cell, replicas, times []int) []counts {
	sums := make([]counts, c.classes+1)
	for _, r := range replicas {
		for i := range of[r] {
			if n := c.times(i, times); n > 0 {
				sums[c.of[i]].add(&of[r][i].counts, n)
			}
		}
	}
	return sums
}

func (c *chooser) times(cell int, times []int) int {
	if c.block[cell] < 0 {
		return 1
	}
	return times[c.block[cell]]
}

// An offset is one draw of the model's error for one of two policies: of turnarounds in
// standard deviations, for the class that is judged and for all others, and the factor
// on the class's executor-time.
type offset struct{ own, others, dearer float64 }

// sum is plain with a draw of the model's error.
func (c *chooser) sum(of [][]cell, replicas, times []int, o offset) []counts {
	sums := make([]counts, c.classes+1)
	for _, r := range replicas {
		for i := range of[r] {
			n := c.times(i, times)
			if n == 0 {
				continue
			}
			k, add := c.of[i], of[r][i].counts
			level := levelOf(o.others)
			if k == c.class {
				level = levelOf(o.own)
			}
			add.misses = int(of[r][i].missesAt[level])
			sums[k].add(&add, n)
		}
	}
	own := &sums[c.class]
	own.executors = int64(math.Round(float64(own.executors) * o.dearer))
	own.turnaround = int64(math.Round(float64(own.turnaround) * math.Exp((o.own-o.others)*c.model.Time)))
	return sums
}

// judge compares two results of a fleet that differ in the policy of one class: by what
// they exceed the target and the limit, and then by cost. order is negative if the first
// one is better. same reports whether they are equal within the margins.
func (g *goal) judge(x, y, base []counts, class int) (order int, same bool) {
	estimate := *g
	estimate.safe = false
	a, b := estimate.score(x, base), estimate.score(y, base)
	near := func(difference int64, margin float64) bool { return math.Abs(float64(difference)) <= margin }
	misses := near(int64(a.excess-b.excess), 1000*equivalenceMisses*float64(x[class].deadlines))
	slow := near(int64(a.slow-b.slow), equivalenceTime)
	longer := x[class].turnaround - y[class].turnaround
	time := near(longer, equivalenceTime*float64(y[class].turnaround)/1000)
	cost := near(a.cost-b.cost, equivalenceCost*float64(x[class].executors+y[class].executors)/2)
	switch {
	case g.time && !time:
		order = cmp.Compare(longer, 0)
	case !g.time && !misses:
		order = cmp.Compare(a.excess, b.excess)
	case !g.time && !slow:
		order = cmp.Compare(a.slow, b.slow)
	default:
		order = cmp.Compare(a.cost, b.cost)
	}
	if g.time {
		return order, time && cost
	}
	return order, misses && slow && cost
}
