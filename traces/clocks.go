package traces

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// A lifetime is when an application ran, in ms on a clock that all share.
type lifetime struct {
	from, to int64
	spark    bool // of a Spark event log
}

// firstSparkLog is before the first event log that Spark can have written, in ms since
// 1970: version 0.8 of 2013 was the first that logged its events.
var firstSparkLog = time.Date(2013, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()

// farOff is how many times the span of the other applications lies between them and one
// whose clock is absurd.
const farOff = 10

// A clockGroup is applications between which less than a year passed.
type clockGroup struct {
	lifetime
	members []int // indexes into the list of lifetimes, in order of start
}

// clockGroups divides lifetimes into groups, in order of time.
func clockGroups(list []lifetime) (groups []clockGroup) {
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(list[x].from, list[y].from) })
	for _, i := range order {
		a := list[i]
		if n := len(groups); n > 0 && a.from-groups[n-1].to <= year.Milliseconds() {
			g := &groups[n-1]
			g.members, g.to, g.spark = append(g.members, i), max(g.to, a.to), g.spark && a.spark
			continue
		}
		groups = append(groups, clockGroup{a, []int{i}})
	}
	return groups
}

// absurdClocks returns which applications have a clock that is years off those of the
// others. The group with more than half of all applications is right; another is absurd
// if the time between them is more than ten times as long as the right group spans. Event
// logs from before Spark wrote any are absurd beside any other group, so they count for
// no majority. Without a majority nothing else is absurd: nobody can tell which clock is
// right.
func absurdClocks(list []lifetime) []bool {
	groups := clockGroups(list)
	beforeSpark := func(g *clockGroup) bool { return g.spark && g.from < firstSparkLog }
	possible := 0
	var right *clockGroup
	for i := range groups {
		if g := &groups[i]; !beforeSpark(g) {
			possible += len(g.members)
		}
	}
	for i := range groups {
		if g := &groups[i]; !beforeSpark(g) && 2*len(g.members) > possible {
			right = g
		}
	}
	absurd := make([]bool, len(list))
	for i := range groups {
		g := &groups[i]
		off := beforeSpark(g) && possible > 0
		if right != nil && g != right {
			off = off || max(g.from-right.to, right.from-g.to) > farOff*(right.to-right.from)
		}
		for _, m := range g.members {
			absurd[m] = off
		}
	}
	return absurd
}

// AbsurdClocks returns the indexes of the applications whose clock is years off those of
// the others; see docs/FORMATS.md for the rule. Applications of sources with a wall clock
// are compared with each other, and those of sources without one by their offsets. It
// reads Started, Submit and Log.
func AbsurdClocks(apps []*Application) (indexes []int) {
	for _, wall := range []bool{true, false} {
		list, of := lifetimes(apps, wall)
		for i, absurd := range absurdClocks(list) {
			if absurd {
				indexes = append(indexes, of[i])
			}
		}
	}
	slices.Sort(indexes)
	return indexes
}

// lifetimes are those of the applications of sources with a wall clock, or without one;
// of has their indexes.
func lifetimes(apps []*Application, wall bool) (list []lifetime, of []int) {
	for i, a := range apps {
		if a.Started.IsZero() == wall {
			continue
		}
		from := a.Submit.Milliseconds()
		if wall {
			from = a.Started.UnixMilli()
		}
		list = append(list, lifetime{from, from + min(a.Log.Span, MaxLength).Milliseconds(), a.Log.Lines > 0})
		of = append(of, i)
	}
	return list, of
}

// YearsApart returns a note if applications with a wall clock lie in groups between which
// more than a year passed. Either a clock is wrong, or nothing of that time is known: in
// both cases shares of the whole time, and pictures, say little.
func YearsApart(apps []*Application) []Note {
	list, of := lifetimes(apps, true)
	groups := clockGroups(list)
	if len(groups) < 2 {
		return nil
	}
	date := func(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.DateOnly) }
	var named []string
	for i := range groups {
		g := &groups[i]
		first := apps[of[g.members[0]]]
		named = append(named, fmt.Sprintf("%d of %s to %s (%s)", len(g.members), date(g.from), date(g.to), cmp.Or(first.Path, first.ID)))
	}
	return []Note{ClocksYearsApart.With(len(list), named, date(groups[1].from))}
}

// WithRightClocks returns the workload without the applications whose clock is absurd,
// and an error for each of these. A note counts and names them.
func (w *Workload) WithRightClocks() (*Workload, []*LogError) {
	absurd := AbsurdClocks(w.Apps)
	if len(absurd) == 0 {
		return w, nil
	}
	rest := w.derived()
	for i, a := range w.Apps {
		if !slices.Contains(absurd, i) {
			rest.Apps = append(rest.Apps, a)
		}
	}
	when := func(a *Application) string {
		if a.Started.IsZero() {
			return fmt.Sprintf("%.0f s", a.Submit.Seconds())
		}
		return a.Started.Format(time.DateOnly)
	}
	first, last := when(rest.Apps[0]), when(rest.Apps[len(rest.Apps)-1])
	var out []*LogError
	for _, i := range absurd {
		out = append(out, w.Apps[i].leftOut(fmt.Errorf("its clock says %s, years off the others (%s to %s); --all-clocks keeps it", when(w.Apps[i]), first, last)))
	}
	rest.Notes = append(rest.Notes, absurdlyTimed.With(len(absurd), len(w.Apps), namesOf(out)))
	rest.arrange()
	return rest, out
}
