package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A bar is what the project demands of a figure of the page.
type bar struct {
	what     string
	limit    float64
	atLeast  bool // the limit is the least, not the most
	measured float64
	whose    string // the worst of several
	ok       bool   // it was measured
}

// holds reports whether the figure is within its bar.
func (b *bar) holds() bool {
	return b.ok && (b.measured == b.limit || b.atLeast == (b.measured > b.limit))
}

func (b *bar) demand() string {
	if b.atLeast {
		return "at least "
	}
	return "at most "
}

// verdict says how a figure stands to its bar.
func (b *bar) verdict() string {
	switch {
	case !b.ok:
		return notMeasured
	case b.holds():
		return "holds"
	}
	return "misses its bar"
}

// allBars compares the results with all bars.
func (p *page) allBars() (bars []bar) {
	r := p.results
	for _, a := range p.axes {
		if a.bar == 0 {
			continue // no axis
		}
		b := bar{what: "rise by " + a.label, limit: a.bar}
		b.measured, b.whose = r.worst(a.name)
		sizes := r.sizes(a.name)
		b.ok = len(sizes) > 1
		if b.ok && sizes[len(sizes)-1] < a.most {
			b.what += " (up to " + a.sizeLabel(sizes[len(sizes)-1]) + ")"
		}
		bars = append(bars, b)
	}
	// worst is the largest value of a unit at some points.
	worst := func(what string, limit float64, unit string, points ...point) {
		b := bar{what: what, limit: limit}
		for _, at := range points {
			if v, ok := r.median(at.name(), unit); ok && v > b.measured {
				b.measured, b.whose, b.ok = v, fmt.Sprintf("%s, %s, %s=%s", managerTitle(at.manager), at.policy, at.axis, thousands(at.size)), true
			}
		}
		bars = append(bars, b)
	}
	many := func(policy string) []point {
		return []point{{"tasks", 100_000, "standalone", policy}, {"tasks", 1_000_000, "standalone", policy}, {"executors", 100, "standalone", policy}, {"executors", 1000, "standalone", policy}, {"executors", 10_000, "standalone", policy}}
	}
	contended := func(manager string) []point {
		return []point{{"contended", 1000, manager, "static"}, {"contended", 1000, manager, "dynamic"}}
	}
	worst("times bare, static, one application", 2.5, "x-bare", many("static")...)
	worst("times bare, dynamic, one application", 4, "x-bare", many("dynamic")...)
	worst("times bare, FIFO, 1,000 applications on 1,000 nodes", 8, "x-bare", contended("standalone")...)
	worst("times bare, YARN, 1,000 applications on 1,000 nodes", 20, "x-bare", append(contended("yarn"), contended("yarn-fair")...)...)
	worst("times bare, Kubernetes, 1,000 applications on 1,000 nodes", 20, "x-bare", contended("kubernetes")...)
	queue, ok := r.median(fmt.Sprintf("Peers/program=SimPy/tasks=%s/slots=%s", largeWork.tasks, largeWork.slots), "ns/event")
	b := bar{what: "FIFO, 1,000 applications on 1,000 nodes, relative to SimPy's single queue", limit: 1}
	for _, at := range contended("standalone") {
		if v, measured := r.median(at.name(), "ns/event"); ok && measured && v/queue > b.measured {
			b.measured, b.whose, b.ok = v/queue, at.policy, true
		}
	}
	bars = append(bars, b)
	for _, f := range otherFigures {
		bars = append(bars, r.worstOf(f))
	}
	return bars
}

// A figure is one that benchmarks of other packages print, and its bar.
type figure struct {
	what    string
	pattern string // of the names of benchmarks, without "Benchmark"
	unit    string
	limit   float64
	atLeast bool
}

var otherFigures = []figure{
	{"replay with attribution, relative to one without", `^Attribution/`, "with/without", 1.15, false},
	{"reading a large log, times bare", `^Reading/logs=large$`, "x-bare", 2.2, false},
	{"reading a log of many stages, times bare", `^Reading/logs=stages$`, "x-bare", 3, false},
	{"reading many small logs, times bare", `^Reading/logs=small$`, "x-bare", 3, false},
	{"encoding/json, relative to reading", `^Reading/`, "x-json", 8, true},
	{"comparing 48 policies on 1,000 applications, times the built-in day", `^Compare/workload=many-small$`, "x-day", 20, false},
	{"comparing 48 policies on 1,000 applications, MB at the peak", `^Compare/workload=many-small$`, "peak-MB", 1000, false},
	{"share of the processors that comparing the built-in day keeps busy", `^Compare/workload=day$`, "busy", 0.85, true},
}

// worstOf is the worst value of a figure.
func (r *results) worstOf(f figure) bar {
	b := bar{what: f.what, limit: f.limit, atLeast: f.atLeast}
	pattern := regexp.MustCompile(f.pattern)
	for _, name := range slices.Sorted(maps.Keys(r.values)) {
		v, ok := r.median(name, f.unit)
		if ok && pattern.MatchString(name) && (!b.ok || f.atLeast == (v < b.measured)) {
			_, b.whose, _ = strings.Cut(name, "/")
			b.measured, b.ok = v, true
		}
	}
	return b
}

func (p *page) bars() string {
	var rows [][]string
	for _, b := range p.allBars() {
		rows = append(rows, []string{b.what, b.whose, times(b.measured, b.ok), b.demand() + digits(b.limit), b.verdict()})
	}
	return table(2, []string{"figure", "worst", "measured", "bar", ""}, rows)
}

// missed names the bars that do not hold.
func (p *page) missed() string {
	var names []string
	all := p.allBars()
	for _, b := range all {
		if b.ok && !b.holds() {
			names = append(names, b.what)
		}
	}
	if len(names) == 0 {
		return "No figure that was measured misses its bar."
	}
	miss := "miss their bars"
	if len(names) == 1 {
		miss = "misses its bar"
	}
	return fmt.Sprintf("%d of %d figures %s: %s.", len(names), len(all), miss, strings.Join(names, "; "))
}
