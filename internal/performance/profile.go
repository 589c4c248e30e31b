package main

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/pprof/profile"
)

// entry is the function under which time counts: what a benchmark prepares does not.
const entry = "dynalloc/replay.Run"

// A profiled is a benchmark whose time is divided among functions.
type profiled struct {
	title       string
	at          point
	now, before *cost // nil: not measured
}

// A cost is the processor time of an event, and the functions that take it.
type cost struct {
	perEvent  float64            // nanoseconds
	functions map[string]float64 // their own nanoseconds of each event
}

// profiledCases are the benchmarks whose profiles are on the page.
func profiledCases() []*profiled {
	return []*profiled{
		{title: "One application, static", at: point{"tasks", 1_000_000, "standalone", "static"}},
		{title: "One application, dynamic", at: point{"tasks", 1_000_000, "standalone", "dynamic"}},
		{title: "10,000 stages in a job, dynamic", at: point{"stages", 10_000, "standalone", "dynamic"}},
		{title: "1,000 applications on 1,000 nodes, FIFO, dynamic", at: point{"contended", 1000, "standalone", "dynamic"}},
		{title: "1,000 applications on 1,000 nodes, YARN, dynamic", at: point{"contended", 1000, "yarn", "dynamic"}},
		{title: "1,000 applications on 1,000 nodes, Kubernetes, dynamic", at: point{"contended", 1000, "kubernetes", "dynamic"}},
	}
}

// pattern selects the benchmark of one point.
func (p point) pattern() string {
	parts := strings.Split("Benchmark"+p.name(), "/")
	for i := range parts {
		parts[i] = "^" + parts[i] + "$"
	}
	return strings.Join(parts, "/")
}

// profile measures a point with its profile.
func (b *bench) profile(at point, limit time.Duration, folder string) (*cost, error) {
	path := filepath.Join(folder, "cpu.profile")
	r := newResults()
	if err := b.run(r, limit, at.pattern(), "-test.benchtime=5s", "-test.cpuprofile="+path); err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p, err := profile.Parse(f)
	if err != nil {
		return nil, err
	}
	perEvent, _ := r.median(at.name(), "ns/event")
	c := &cost{perEvent, ownTime(p)}
	all := 0.0
	for _, v := range c.functions {
		all += v
	}
	for name := range c.functions { // each is scaled alone
		c.functions[name] *= perEvent / all
	}
	return c, nil
}

// ownTime sums the samples under entry by the function that ran.
func ownTime(p *profile.Profile) map[string]float64 {
	own := map[string]float64{}
	for _, sample := range p.Sample {
		var leaf string
		inside := false
		for _, location := range sample.Location {
			for _, line := range location.Line { // an inlined function comes before its caller
				if leaf == "" && !strings.HasPrefix(line.Function.Name, "runtime.asyncPreempt") { // where others took the processor
					leaf = line.Function.Name
				}
				inside = inside || line.Function.Name == entry
			}
		}
		if inside {
			own[shortName(leaf)] += float64(sample.Value[len(sample.Value)-1])
		}
	}
	return own
}

// typeArguments are those of a generic function in a profile.
var typeArguments = regexp.MustCompile(`\[.*\]`)

// shortName is the name of a function without the module, pointers and type arguments.
func shortName(name string) string {
	name = typeArguments.ReplaceAllString(strings.TrimPrefix(name, "dynalloc/"), "")
	return strings.NewReplacer("(*", "", ")", "").Replace(name)
}

// top returns the functions that take most time in either of two costs, of which one
// may be nil.
func top(n int, now, before *cost) []string {
	most := map[string]float64{}
	for _, c := range []*cost{now, before} {
		if c != nil {
			for name, v := range c.functions {
				most[name] = max(most[name], v/c.perEvent)
			}
		}
	}
	names := slices.SortedFunc(maps.Keys(most), func(a, b string) int {
		return cmp.Or(cmp.Compare(most[b], most[a]), cmp.Compare(a, b))
	})
	return names[:min(n, len(names))]
}

// parts divides functions by what they are for, by the prefixes of their names; the
// first that matches counts.
var parts = []struct {
	name     string
	prefixes []string
}{
	{"queue of events", []string{"replay/agenda."}},
	{"cluster manager", []string{"replay/cluster"}},
	{"policy", []string{"policies."}},
	{"accounts and causes", []string{"replay/outcome.", "replay/attribution.", "internal/wide."}},
	{"random numbers", []string{"replay/random.", "math/rand"}},
	{"task scheduling and the rest of the engine", []string{"replay"}},
	{"the run time of Go: memory, maps, copying", []string{"runtime.", "internal/runtime/", "aeshash", "memeq"}},
	{"other", []string{""}},
}

// divided returns the share of each of the parts.
func (c *cost) divided() []float64 {
	shares := make([]float64, len(parts))
	for name, v := range c.functions {
		i := slices.IndexFunc(parts, func(p struct {
			name     string
			prefixes []string
		}) bool {
			return slices.ContainsFunc(p.prefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
		})
		shares[i] += v / c.perEvent
	}
	return shares
}
