package bench

import (
	"fmt"
	"math"
	"slices"
	"time"

	"dynalloc/bench/metrics"
	"dynalloc/bench/stats"
	"dynalloc/internal/note"
	"dynalloc/traces"
)

// A Snapshot is the content of a result file: applications and their results under each
// policy.
type Snapshot struct {
	Name     string
	Workload *traces.Workload // identities, classes, users and times of the applications, without their work
	Policies []SnapshotPolicy
}

// A SnapshotPolicy is one policy of a result file.
type SnapshotPolicy struct {
	Name, Spec string
	Apps       []metrics.App // by application of the workload; empty: the replay passed its horizon
}

// GateOptions are the limits by which new results may be worse than old ones.
type GateOptions struct {
	Misses   float64  // additional misses that are allowed
	Cost     float64  // additional executor-time that is allowed, as a share of the old
	Policies []string // the policies that are compared; empty: all that both files have
	Seed     uint64   // of the resampling
}

// A Gate compares two result files.
type Gate struct {
	Old, New *Snapshot
	Options  GateOptions
	Blocks   Blocks
	Lines    []GateLine // by policy in the order of the old file: all applications, then each class
	Unpaired []Note     // which applications are not compared, because only one file has them
	Notes    []Note
}

// A GateLine compares one policy, over all applications or one class. If there are too
// few runs for statistics, every difference counts as significant and has no interval.
type GateLine struct {
	Policy             string
	Class              string // empty: all
	Of                 int    // applications with a deadline
	OldMisses          int
	NewMisses          int
	MissDelta          stats.Estimate // new minus old
	MissesSignificant  bool           // by interval and test
	OldHours, NewHours float64        // executor-hours
	CostDelta          stats.Estimate // of executor-hours, as a share of the old
	CostSignificant    bool
}

// Worse names the figures that fail the gate: those that are significantly worse by
// more than the limit.
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

// Failed reports whether any line is worse than the limits allow.
func (g *Gate) Failed() bool {
	return slices.ContainsFunc(g.Lines, func(l GateLine) bool { return len(l.Worse(g.Options)) > 0 })
}

// Visible is the least difference over all applications that these runs can show: the
// largest half-width of the intervals of all policies, in executor-time as a share of the
// old and in misses. Both are 0 where nothing differs, and NaN if there are too few runs.
func (g *Gate) Visible() (cost, misses float64) {
	for i := range g.Lines {
		if l := &g.Lines[i]; l.Class == "" {
			cost, misses = max(cost, halfWidth(l.CostDelta)), max(misses, halfWidth(l.MissDelta))
		}
	}
	if g.Blocks.Unit == ByReplica {
		return math.NaN(), math.NaN()
	}
	return cost, misses
}

func halfWidth(e stats.Estimate) float64 {
	if w := (e.High - e.Low) / 2; w > 0 { // false for NaN
		return w
	}
	return 0
}

var (
	policyOnlyIn      = note.Declare("gate-policy-only-in", "policy", "file")
	policyNowEnds     = note.Declare("gate-policy-now-ends", "policy", "file")
	appsOnlyIn        = note.Declare("gate-apps-only-in", "count", "total", "file")
	otherSubmissions  = note.Declare("gate-other-submissions", "count", "old", "new")
	policySpecChanged = note.Declare("gate-spec-changed", "policy", "old", "new")
)

// CompareSnapshots compares a result file with an older one. Applications are paired by
// their identities; those that only one file has are left out and counted in Unpaired.
// It fails if the files have no application or no policy in common, or if a policy that
// ended before does not end now.
func CompareSnapshots(before, after *Snapshot, o GateOptions) (*Gate, error) {
	g := &Gate{Old: before, New: after, Options: o}
	pairs := g.pairApps()
	if len(pairs) == 0 {
		return nil, fmt.Errorf("no application is in both files: %s has %s, and %s has %s; give results of the same workload", before.Name, before.period(), after.Name, after.period())
	}
	olds := make([]int, len(pairs))
	for k := range pairs {
		olds[k] = pairs[k].old
	}
	g.Blocks = BlocksOf(before.Workload, olds)
	compared := 0
	var misses, costs []stats.Contrast
	for i := range before.Policies {
		p := &before.Policies[i]
		if len(o.Policies) > 0 && !slices.Contains(o.Policies, p.Name) {
			continue
		}
		q := after.policy(p.Name)
		switch {
		case q == nil:
			return nil, fmt.Errorf("policy %s of %s is not in %s; replay it there too, or name the policies to compare with --policy", p.Name, before.Name, after.Name)
		case len(p.Apps) == 0 && len(q.Apps) > 0:
			g.Notes = append(g.Notes, policyNowEnds.With(p.Name, before.Name))
			continue
		case len(q.Apps) == 0:
			return nil, fmt.Errorf("policy %s does not end in %s", p.Name, after.Name)
		}
		compared++
		if p.Spec != q.Spec {
			g.Notes = append(g.Notes, policySpecChanged.With(p.Name, p.Spec, q.Spec))
		}
		g.addLines(p, q, pairs, &misses, &costs)
	}
	for i := range after.Policies {
		if name := after.Policies[i].Name; before.policy(name) == nil && len(o.Policies) == 0 {
			g.Notes = append(g.Notes, policyOnlyIn.With(name, after.Name))
		}
	}
	for _, name := range o.Policies {
		if !slices.ContainsFunc(g.Lines, func(l GateLine) bool { return l.Policy == name }) {
			return nil, fmt.Errorf("policy %s is not in both files", name)
		}
	}
	if compared == 0 {
		return nil, fmt.Errorf("%s and %s have no policy in common", before.Name, after.Name)
	}
	g.estimate(misses, costs)
	return g, nil
}

// An appPair is the indexes of one application in both files.
type appPair struct{ old, new int }

// pairApps pairs the applications of both files by their identities, and counts those
// without a partner.
func (g *Gate) pairApps() []appPair {
	var pairs []appPair
	for old, k := range Partners(g.New.Workload, g.Old.Workload, (*traces.Application).Identity) {
		if k >= 0 {
			pairs = append(pairs, appPair{old, k})
		}
	}
	pairs = g.inStep(pairs)
	for _, s := range []*Snapshot{g.Old, g.New} {
		if total := len(s.Workload.Apps); total > len(pairs) {
			g.Unpaired = append(g.Unpaired, appsOnlyIn.With(total-len(pairs), total, s.Name))
		}
	}
	same := 0
	for _, k := range Partners(g.New.Workload, g.Old.Workload, func(a *traces.Application) string { return a.ID }) {
		if k >= 0 {
			same++
		}
	}
	if same > len(pairs) {
		g.Unpaired = append(g.Unpaired, otherSubmissions.With(same-len(pairs), g.Old.Name, g.New.Name))
	}
	return pairs
}

// inStep drops pairs of different submissions where no wall clock tells them apart: the
// offsets of both files differ by as much as those of most pairs, which is not 0 if one
// file has only a part of the workload.
func (g *Gate) inStep(pairs []appPair) []appPair {
	later := func(p appPair) time.Duration {
		return g.New.Workload.Apps[p.new].Submit - g.Old.Workload.Apps[p.old].Submit
	}
	count := map[time.Duration]int{}
	var step time.Duration
	for _, p := range pairs {
		if g.Old.Workload.Apps[p.old].Started.IsZero() {
			count[later(p)]++
			if n := count[later(p)]; n > count[step] {
				step = later(p)
			}
		}
	}
	return slices.DeleteFunc(pairs, func(p appPair) bool {
		return g.Old.Workload.Apps[p.old].Started.IsZero() && later(p) != step
	})
}

// period says how many applications a file has, and when they were submitted.
func (s *Snapshot) period() string {
	apps := s.Workload.Apps
	text := fmt.Sprintf("%d applications", len(apps))
	if len(apps) == 0 || apps[0].Started.IsZero() {
		return text
	}
	first, last := apps[0].Started, apps[0].Started
	for _, a := range apps {
		if a.Started.Before(first) {
			first = a.Started
		}
		if a.Started.After(last) {
			last = a.Started
		}
	}
	return fmt.Sprintf("%s submitted from %s to %s", text, first.Format("2006-01-02 15:04"), last.Format("2006-01-02 15:04"))
}

// addLines sums the figures of one policy, and its paired differences by block.
func (g *Gate) addLines(p, q *SnapshotPolicy, pairs []appPair, misses, costs *[]stats.Contrast) {
	names := []string{""}
	if all := Classes(g.Old.Workload); len(all) > 1 {
		names = append(names, all...)
	}
	for _, class := range names {
		l := GateLine{Policy: p.Name, Class: class}
		miss, cost := stats.NewContrast(g.Blocks.N), stats.NewContrast(g.Blocks.N)
		miss.Counts = true
		of := 0
		for k, pair := range pairs {
			if class != "" && g.Old.Workload.Apps[pair.old].Class != class {
				continue
			}
			of++
			b, before, after := g.Blocks.Of[k], &p.Apps[pair.old], &q.Apps[pair.new]
			l.Of += int(metrics.DeadlineOf(after))
			l.OldMisses += int(metrics.MissOf(before))
			l.NewMisses += int(metrics.MissOf(after))
			l.OldHours += metrics.ExecutorSecondsOf(before) / 3600
			l.NewHours += metrics.ExecutorSecondsOf(after) / 3600
			miss.Add(b, metrics.MissOf(after)-metrics.MissOf(before), metrics.DeadlineOf(after))
			cost.Add(b, metrics.ExecutorSecondsOf(after)-metrics.ExecutorSecondsOf(before), metrics.ExecutorSecondsOf(before))
		}
		if of > 0 {
			g.Lines = append(g.Lines, l)
			*misses, *costs = append(*misses, miss), append(*costs, cost)
		}
	}
}

// estimate sets the differences of the lines, with simultaneous intervals.
func (g *Gate) estimate(misses, costs []stats.Contrast) {
	exact := g.Blocks.Unit == ByReplica // too few runs for intervals
	for i := range g.Lines {
		l := &g.Lines[i]
		l.MissDelta.Value = float64(l.NewMisses - l.OldMisses)
		if l.CostDelta.Value = l.NewHours/l.OldHours - 1; l.OldHours == 0 {
			l.CostDelta.Value = math.NaN() // no share of nothing
		}
		l.MissesSignificant, l.CostSignificant = exact, exact
	}
	if exact {
		return
	}
	p := stats.AdjustedSignFlips(misses, g.Options.Seed)
	miss, cost := stats.Simultaneous(misses, g.Options.Seed), stats.Simultaneous(costs, g.Options.Seed)
	for i := range g.Lines {
		l := &g.Lines[i]
		if of := stats.Sum(misses[i].Weights); of > 0 {
			l.MissDelta.Interval = miss[i].Interval.Scaled(of).Within(-of, of)
			l.MissesSignificant = miss[i].Significant() && p[i] <= 1-stats.Confidence
		}
		l.CostDelta.Interval, l.CostSignificant = cost[i].Interval.Within(-1, math.Inf(1)), cost[i].Significant()
	}
}

// policy returns the policy of that name, nil if the file has none.
func (s *Snapshot) policy(name string) *SnapshotPolicy {
	for i := range s.Policies {
		if s.Policies[i].Name == name {
			return &s.Policies[i]
		}
	}
	return nil
}
