package bench

import (
	"fmt"
	"slices"

	"dynalloc/bench/metrics"
	"dynalloc/bench/stats"
	"dynalloc/traces"
)

// A Snapshot is what a result file holds: applications, and what each got under
// each policy.
type Snapshot struct {
	Name     string
	Workload *traces.Workload // identities, classes, users and times; no work
	Policies []SnapshotPolicy
}

// A SnapshotPolicy is one policy of a result file.
type SnapshotPolicy struct {
	Name, Spec string
	Apps       []metrics.App // in the workload's order; empty: the policy's replay came to no end
}

// GateOptions say by how much results may be worse.
type GateOptions struct {
	Misses   float64  // more misses that are let pass
	Cost     float64  // executor-time more that is let pass, as a share
	Policies []string // that are looked at; none: all that both have
	Seed     uint64
}

// A Gate is a comparison of two result files.
type Gate struct {
	Old, New *Snapshot
	Options  GateOptions
	Blocks   Blocks
	Lines    []GateLine // by policy in the order of the old file: all applications, then each class
	Notes    []string
}

// A GateLine is what became of one policy, over all applications or one class.
type GateLine struct {
	Policy             string
	Class              string // empty: all
	Of                 int    // applications with a deadline
	OldMisses          int
	NewMisses          int
	MissDelta          stats.Estimate // misses; without an interval where there are too few runs
	MissesSignificant  bool           // the difference of misses is told by interval and test, or there are too few runs for either
	OldHours, NewHours float64        // executor-hours
	CostDelta          stats.Estimate // share
	CostSignificant    bool
}

// Worse says what of a line fails the gate: more misses or more executor-time
// than is let pass, and told from chance.
func (l *GateLine) Worse(o GateOptions) []string {
	var why []string
	if l.MissesSignificant && l.MissDelta.Value > o.Misses {
		why = append(why, "misses")
	}
	if l.CostSignificant && l.CostDelta.Value > o.Cost {
		why = append(why, "cost")
	}
	return why
}

// Failed tells whether any line is worse.
func (g *Gate) Failed() bool {
	return slices.ContainsFunc(g.Lines, func(l GateLine) bool { return len(l.Worse(g.Options)) > 0 })
}

// CompareSnapshots holds a result file against an older one. Applications are
// paired by their ids; those that only one file has are left out, and a note
// says so. It fails if the files have no application or no policy in common.
func CompareSnapshots(before, after *Snapshot, o GateOptions) (*Gate, error) {
	g := &Gate{Old: before, New: after, Options: o}
	x, y := g.pairs()
	if len(x) == 0 {
		return nil, fmt.Errorf("%s and %s have no application in common: give results of the same workload", before.Name, after.Name)
	}
	g.Blocks = BlocksOf(before.Workload, x)
	compared := 0
	for i := range before.Policies {
		p := &before.Policies[i]
		if len(o.Policies) > 0 && !slices.Contains(o.Policies, p.Name) {
			continue
		}
		k := slices.IndexFunc(after.Policies, func(q SnapshotPolicy) bool { return q.Name == p.Name })
		switch {
		case k < 0:
			g.Notes = append(g.Notes, fmt.Sprintf("%s is only in %s.", p.Name, before.Name))
			continue
		case len(p.Apps) == 0 && len(after.Policies[k].Apps) > 0:
			g.Notes = append(g.Notes, fmt.Sprintf("%s came to no end in %s; it does now.", p.Name, before.Name))
			continue
		case len(after.Policies[k].Apps) == 0:
			return nil, fmt.Errorf("policy %s comes to no end in %s", p.Name, after.Name)
		}
		compared++
		g.addLines(p, &after.Policies[k], x, y)
	}
	for _, name := range o.Policies {
		if !slices.ContainsFunc(g.Lines, func(l GateLine) bool { return l.Policy == name }) {
			return nil, fmt.Errorf("policy %s is not in both files", name)
		}
	}
	if compared == 0 {
		return nil, fmt.Errorf("%s and %s have no policy in common", before.Name, after.Name)
	}
	g.estimate(x, y)
	return g, nil
}

// pairs are the indexes of the applications that both files have.
func (g *Gate) pairs() (x, y []int) {
	free := map[string][]int{}
	for k, a := range g.New.Workload.Apps {
		free[a.ID] = append(free[a.ID], k)
	}
	for i, a := range g.Old.Workload.Apps {
		if same := free[a.ID]; len(same) > 0 {
			x, y = append(x, i), append(y, same[0])
			free[a.ID] = same[1:]
		}
	}
	if lost := len(g.Old.Workload.Apps) - len(x); lost > 0 {
		g.Notes = append(g.Notes, fmt.Sprintf("%d of %d applications are only in %s.", lost, len(g.Old.Workload.Apps), g.Old.Name))
	}
	if added := len(g.New.Workload.Apps) - len(y); added > 0 {
		g.Notes = append(g.Notes, fmt.Sprintf("%d of %d applications are only in %s.", added, len(g.New.Workload.Apps), g.New.Name))
	}
	return x, y
}

// addLines adds up what there is of a policy.
func (g *Gate) addLines(p, q *SnapshotPolicy, x, y []int) {
	if p.Spec != q.Spec {
		g.Notes = append(g.Notes, fmt.Sprintf("%s was %s and is %s.", p.Name, p.Spec, q.Spec))
	}
	names := []string{""}
	if all := Classes(g.Old.Workload); len(all) > 1 {
		names = append(names, all...)
	}
	for _, class := range names {
		l := GateLine{Policy: p.Name, Class: class}
		of := 0
		for k := range x {
			if a := g.Old.Workload.Apps[x[k]]; class != "" && a.Class != class {
				continue
			}
			of++
			before, after := &p.Apps[x[k]], &q.Apps[y[k]]
			if after.HasDeadline {
				l.Of++
			}
			l.OldMisses += int(metrics.MissOf(before))
			l.NewMisses += int(metrics.MissOf(after))
			l.OldHours += metrics.ExecutorSecondsOf(before) / 3600
			l.NewHours += metrics.ExecutorSecondsOf(after) / 3600
		}
		if of > 0 {
			g.Lines = append(g.Lines, l)
		}
	}
}

// estimate gives the lines their differences, with intervals that hold together.
func (g *Gate) estimate(x, y []int) {
	exact := g.Blocks.Unit == ByReplica // too few runs: a difference is what it is
	misses, costs := make([]stats.Contrast, len(g.Lines)), make([]stats.Contrast, len(g.Lines))
	p := make([]float64, len(g.Lines))
	for i := range g.Lines {
		l := &g.Lines[i]
		misses[i], costs[i] = g.contrasts(l, x, y)
		l.MissDelta.Value = float64(l.NewMisses - l.OldMisses)
		l.CostDelta.Value = l.NewHours/l.OldHours - 1
		l.MissesSignificant, l.CostSignificant = exact, exact
		p[i] = stats.SignFlip(misses[i].Sums, g.Options.Seed)
	}
	if exact {
		return
	}
	p = stats.Holm(p)
	more, dearer := stats.Simultaneous(misses, g.Options.Seed), stats.Simultaneous(costs, g.Options.Seed)
	for i := range g.Lines {
		l := &g.Lines[i]
		if of := stats.Sum(misses[i].Weights); of > 0 {
			l.MissDelta.Interval = more[i].Interval.Scaled(of)
			l.MissesSignificant = more[i].Significant() && p[i] <= 1-stats.Confidence
		}
		l.CostDelta.Interval, l.CostSignificant = dearer[i].Interval, dearer[i].Significant()
	}
}

// contrasts are the paired differences of a line, by block.
func (g *Gate) contrasts(l *GateLine, x, y []int) (misses, cost stats.Contrast) {
	blank := func() []float64 { return make([]float64, g.Blocks.N) }
	misses = stats.Contrast{Sums: blank(), Weights: blank(), Counts: true}
	cost = stats.Contrast{Sums: blank(), Weights: blank()}
	before, after := g.Old.policy(l.Policy), g.New.policy(l.Policy)
	for k := range x {
		if l.Class != "" && g.Old.Workload.Apps[x[k]].Class != l.Class {
			continue
		}
		b := g.Blocks.Of[k]
		was, is := &before.Apps[x[k]], &after.Apps[y[k]]
		misses.Sums[b] += metrics.MissOf(is) - metrics.MissOf(was)
		misses.Weights[b] += metrics.DeadlineOf(is)
		cost.Sums[b] += metrics.ExecutorSecondsOf(is) - metrics.ExecutorSecondsOf(was)
		cost.Weights[b] += metrics.ExecutorSecondsOf(was)
	}
	return misses, cost
}

func (s *Snapshot) policy(name string) *SnapshotPolicy {
	i := slices.IndexFunc(s.Policies, func(p SnapshotPolicy) bool { return p.Name == name })
	return &s.Policies[i]
}
