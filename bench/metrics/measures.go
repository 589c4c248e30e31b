package metrics

import (
	"maps"
	"math"
	"slices"
	"time"

	"dynalloc/bench/sla"
	"dynalloc/bench/stats"
	"dynalloc/internal/wide"
)

// Bounds of bounded slowdown (Feitelson and Rudolph, 1998): a shorter critical path is
// replaced by this length. Without a bound, start-up alone would give a short
// application a slowdown of ten or more.
const (
	shortBound = 10 * time.Second
	longBound  = time.Minute
)

func queueWait(a *App) time.Duration { return a.QueueWait }
func held(a *App) wide.Time          { return a.Held }
func busy(a *App) wide.Time          { return a.Busy }
func executors(a *App) wide.Time     { return a.Executors }

// turnaround is not known of an application that Spark refuses: it did not do its work.
func turnaround(a *App) time.Duration {
	if a.Failure.Refused() {
		return -1
	}
	return a.Turnaround
}

func appWait(a *App) time.Duration { return a.AppWait }

// driverTime is the time for which the application's driver ran: the whole
// turnaround if its start is not known.
func driverTime(a *App) time.Duration { return a.Turnaround - max(0, a.AppWait) }

// driverCores is the core-time of the application's driver.
func driverCores(a *App) wide.Time { return wide.Of(driverTime(a), int64(a.Driver.Cores)) }

// slowdown is turnaround / critical path. Like the other figures in this file, it is
// NaN if it is unknown or does not exist.
func slowdown(a *App) float64 {
	if a.Critical <= 0 || turnaround(a) < 0 {
		return math.NaN()
	}
	return a.Turnaround.Seconds() / a.Critical.Seconds()
}

func boundedSlowdown(bound time.Duration) Figure {
	return func(a *App) float64 {
		if a.Critical <= 0 || turnaround(a) < 0 {
			return math.NaN()
		}
		return max(1, a.Turnaround.Seconds()/max(a.Critical, bound).Seconds())
	}
}

// executorsBusy is the busy share of the executor-time held: an executor with half
// of its cores busy counts half.
func executorsBusy(a *App) float64 {
	switch {
	case a.Executors.Sign() < 0 || a.Held.Sign() < 0 || a.Busy.Sign() < 0:
		return math.NaN()
	case a.Held.Sign() == 0:
		return 0
	}
	return a.Executors.Seconds() * (a.Busy.Seconds() / a.Held.Seconds())
}

// tardiness is in seconds.
func tardiness(a *App) float64 {
	late, ok := a.Tardiness()
	if !ok {
		return math.NaN()
	}
	return late.Seconds()
}

// slack is the time left as a percentage of the deadline.
func slack(a *App) float64 {
	left, ok := a.Slack()
	if !ok || a.Deadline <= 0 {
		return math.NaN()
	}
	return 100 * left.Seconds() / a.Deadline.Seconds()
}

func appUtilization(a *App) float64 {
	if a.Held.Sign() <= 0 || a.Busy.Sign() < 0 {
		return math.NaN()
	}
	return 100 * a.Busy.Seconds() / a.Held.Seconds()
}

// gibHours is the memory held by the executors and the driver, in GiB-hours.
func gibHours(a *App) float64 {
	if a.Memory.Sign() < 0 {
		return math.NaN()
	}
	return gib(a.Memory) + gib(wide.Of(driverTime(a), a.Driver.MemoryMB()))
}

// gib converts MiB-time to GiB-hours.
func gib(mib wide.Time) float64 { return float64(mib.Hours() / 1024) }

// seconds is a time as a figure.
func seconds(f func(*App) time.Duration) Figure {
	return func(a *App) float64 {
		if d := f(a); d >= 0 {
			return d.Seconds()
		}
		return math.NaN()
	}
}

func meanOf(f Figure) func(*Group) float64 {
	return func(g *Group) float64 { return stats.Mean(g.values(f)) }
}

func quantileOf(p float64, f Figure) func(*Group) float64 {
	return func(g *Group) float64 { return stats.Quantile(p, g.values(f)) }
}

// values returns a figure of the applications for which it exists, sorted.
func (g *Group) values(f Figure) []float64 {
	var v []float64
	for i := range g.Apps {
		if x := f(&g.Apps[i]); !math.IsNaN(x) {
			v = append(v, x)
		}
	}
	slices.Sort(v)
	return v
}

// count adds a figure that exists for every application; 0 for no applications.
func (g *Group) count(f Figure) float64 {
	n := 0.0
	for i := range g.Apps {
		n += f(&g.Apps[i])
	}
	return n
}

// add adds f over the applications. It is NaN if there are none, or if f does not
// exist for one of them: the sum over the others would be too small.
func (g *Group) add(f Figure) float64 {
	if len(g.Apps) == 0 {
		return math.NaN()
	}
	return g.count(f)
}

// sum adds f over the applications, in seconds; NaN as in add, where f is negative.
func (g *Group) sum(f func(*App) wide.Time) float64 {
	if len(g.Apps) == 0 {
		return math.NaN()
	}
	var total wide.Time
	for i := range g.Apps {
		d := f(&g.Apps[i])
		if d.Sign() < 0 {
			return math.NaN()
		}
		total = total.Plus(d)
	}
	return total.Seconds()
}

// times is a time of an application as a term of sum.
func times(f func(*App) time.Duration) func(*App) wide.Time {
	return func(a *App) wide.Time { return wide.Of(f(a), 1) }
}

// total adds a count over the applications; NaN as in sum.
func (g *Group) total(f func(*App) int) float64 {
	return g.sum(func(a *App) wide.Time { return wide.Of(time.Second, int64(f(a))) })
}

// queries are the queries with a deadline of all applications.
func (g *Group) queries() []sla.QueryResult {
	var list []sla.QueryResult
	for i := range g.Apps {
		list = append(list, g.Apps[i].Queries...)
	}
	return list
}

// queryMisses counts the queries that missed their deadlines; NaN if no query has a
// deadline.
func (g *Group) queryMisses() float64 {
	queries := g.queries()
	if len(queries) == 0 {
		return math.NaN()
	}
	n := 0.0
	for i := range queries {
		n += oneIf(queries[i].Missed())
	}
	return n
}

// queryTardiness is the tardiness of the queries that ended, in seconds, sorted.
func (g *Group) queryTardiness() []float64 {
	var v []float64
	for _, q := range g.queries() {
		if q.Duration >= 0 {
			v = append(v, max(0, q.Duration-q.Deadline).Seconds())
		}
	}
	slices.Sort(v)
	return v
}

func (g *Group) utilization(f func(*App) wide.Time) float64 {
	return 100 * ratio(g.sum(f), g.Provided.Seconds())
}

// lifeShare is the sum of a time of Elasticity, in seconds, as a percentage of the sum
// of the turnarounds.
func lifeShare(f func(*Elasticity) float64) func(*Group) float64 {
	return func(g *Group) float64 {
		return 100 * ratio(g.add(func(a *App) float64 {
			if !a.Elasticity.Known {
				return math.NaN()
			}
			return f(&a.Elasticity)
		}), g.sum(times(turnaround)))
	}
}

// fairness is Jain's index over the mean speeds of the applications grouped by key. The
// speed of an application is critical path / turnaround. The index is NaN if fewer than
// two groups have a speed.
func (g *Group) fairness(key func(*App) string) float64 {
	speeds := map[string][]float64{}
	for i := range g.Apps {
		if a := &g.Apps[i]; a.Critical > 0 && a.Turnaround > 0 && key(a) != "" {
			speeds[key(a)] = append(speeds[key(a)], a.Critical.Seconds()/a.Turnaround.Seconds())
		}
	}
	if len(speeds) < 2 {
		return math.NaN()
	}
	var means []float64
	for _, k := range slices.Sorted(maps.Keys(speeds)) {
		means = append(means, stats.Mean(speeds[k]))
	}
	return jain(means)
}

// jain is the fairness index of Jain, Chiu and Hawe (A Quantitative Measure of Fairness
// and Discrimination for Resource Allocation in Shared Computer Systems, 1984): (sum of
// x)^2 / (n x sum of x^2). It is 1 if all values are equal and 1/n if only one is not
// 0; NaN for no values, and if all are 0.
func jain(x []float64) float64 {
	var sum, squares float64
	for _, v := range x {
		sum += v
		squares += float64(v * v)
	}
	return ratio(sum*sum, float64(len(x))*squares)
}

// ratio is part / whole; NaN if whole is 0.
func ratio(part, whole float64) float64 {
	if whole == 0 {
		return math.NaN()
	}
	return part / whole
}
