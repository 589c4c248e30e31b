package sweep

import (
	"math"

	"dynalloc/bench/metrics"
	"dynalloc/bench/stats"
)

// A Group is the results of one policy at one load in one window: of its replicas and seeds.
type Group struct {
	Policy  string
	Load    float64
	Window  string
	Results int
	Metrics []stats.Estimate // by index into metrics.Table; NaN where no result has a value
}

// A Summary is the groups of a sweep, in the order of their first cells.
type Summary struct {
	Manifest Manifest
	Groups   []*Group
}

// moments are the sums from which a mean and its error follow (Welford, Technometrics 4,
// 1962), which stay exact where the values are large and near to each other.
type moments struct {
	n             int
	mean, squares float64
}

func (m *moments) add(v float64) {
	m.n++
	off := v - m.mean
	m.mean += off / float64(m.n)
	m.squares += float64(off * (v - m.mean))
}

// estimate is the mean with the 95 % interval of Student's distribution; without an interval
// for fewer than two values.
func (m *moments) estimate() stats.Estimate {
	switch m.n {
	case 0:
		return stats.Estimate{Value: math.NaN(), Interval: stats.NoInterval()}
	case 1:
		return stats.Estimate{Value: m.mean, Interval: stats.NoInterval()}
	}
	half := float64(stats.StudentQuantile(m.n-1) * math.Sqrt(m.squares/float64(m.n-1)/float64(m.n)))
	return stats.Estimate{Value: m.mean, Interval: stats.Interval{Low: m.mean - half, High: m.mean + half}}
}

// A unit is a value of a policy's metrics that is independent of its other units: a result,
// or at a load other than 1 the mean of all replicas of a seed, because the seed chooses the
// applications that are copied or left out, which replicas share.
type unit struct {
	of      *Result // the first of its results
	results int
	metrics []moments // by index into metrics.Table
}

// units calls do with each unit. Seeds change more slowly than replicas and policies, so the
// results of a seed at one load and in one window are beside each other.
func (f *Folder) units(do func(*unit) error) error {
	var open []*unit // of one seed, load and window
	of := map[string]int{}
	flush := func() error {
		for _, u := range open {
			if err := do(u); err != nil {
				return err
			}
		}
		open = nil
		clear(of)
		return nil
	}
	err := f.Each(func(r *Result) error {
		if len(open) > 0 {
			if last := open[0].of; last.Load == 1 || last.Load != r.Load || last.Window != r.Window || last.Seed != r.Seed {
				if err := flush(); err != nil {
					return err
				}
			}
		}
		i, there := of[r.Policy]
		if !there {
			i = len(open)
			of[r.Policy], open = i, append(open, &unit{of: r, metrics: make([]moments, len(metrics.Table))})
		}
		open[i].results++
		for k := range metrics.Table {
			if v, there := r.All[metrics.Table[k].Name]; there {
				open[i].metrics[k].add(v)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}

// Summary reads the results once, and keeps sums alone.
func (f *Folder) Summary() (*Summary, error) {
	s := &Summary{Manifest: f.Manifest}
	type id struct {
		policy string
		load   float64
		window string
	}
	sums := map[id][]moments{}
	groups := map[id]*Group{}
	err := f.units(func(u *unit) error {
		of := id{u.of.Policy, u.of.Load, u.of.Window}
		g := groups[of]
		if g == nil {
			g = &Group{Policy: u.of.Policy, Load: u.of.Load, Window: u.of.Window}
			groups[of], sums[of] = g, make([]moments, len(metrics.Table))
			s.Groups = append(s.Groups, g)
		}
		g.Results += u.results
		for i := range u.metrics {
			if u.metrics[i].n > 0 {
				sums[of][i].add(u.metrics[i].mean)
			}
		}
		return nil
	})
	for of, g := range groups {
		for i := range sums[of] {
			g.Metrics = append(g.Metrics, sums[of][i].estimate())
		}
	}
	return s, err
}

// Metric is a group's estimate of the metric of a name.
func (g *Group) Metric(name string) stats.Estimate { return g.Metrics[metrics.Position(name)] }
