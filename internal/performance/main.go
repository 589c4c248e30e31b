package main

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A plan says what a run measures.
type plan struct {
	module string        // the folder of go.mod
	docs   string        // where the page and the pictures go
	axes   string        // a pattern of the names of axes
	tasks  int           // the largest size on the axis of tasks
	most   int           // the largest size on the other axes
	rounds int           // of everything
	limit  time.Duration // of the processor time of one process of benchmarks
	before string        // the commit to compare with; empty: none
	peers  bool
	log    func(format string, args ...any)
}

func main() {
	p := plan{log: func(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }}
	flag.StringVar(&p.module, "module", ".", "the `folder` of go.mod")
	flag.StringVar(&p.docs, "docs", "docs", "the `folder` of PERFORMANCE.md and its pictures")
	flag.StringVar(&p.axes, "axes", ".", "measure the axes whose names match the `pattern`")
	flag.IntVar(&p.tasks, "tasks", 10_000_000, "the largest `size` on the axis of tasks; 100000000 takes minutes and much memory")
	flag.IntVar(&p.most, "most", math.MaxInt, "the largest `size` on the other axes")
	flag.IntVar(&p.rounds, "rounds", 3, "measure everything this `many` times, and take medians")
	flag.DurationVar(&p.limit, "limit", 40*time.Second, "end a process of benchmarks after this `time` of a processor")
	flag.StringVar(&p.before, "before", "", "compare with the code of this `commit`; empty: with none")
	flag.BoolVar(&p.peers, "peers", true, "compare with SimPy and CloudSim Plus, which are installed into a temporary folder")
	flag.Parse()
	if err := p.run(); err != nil {
		fmt.Fprintln(os.Stderr, "performance:", err)
		os.Exit(1)
	}
}

// run measures, and writes the page with its pictures.
func (p *plan) run() error {
	start, loadBefore := time.Now(), load()
	temporary, err := os.MkdirTemp("", "performance")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temporary)
	if p.module, err = filepath.Abs(p.module); err != nil {
		return err
	}
	chosen, err := p.chosen()
	if err != nil {
		return err
	}
	r, code := newResults(), commit(p.module)
	growth, err := build(p.module, growthPackage, temporary)
	if err != nil {
		return err
	}
	others := p.buildOthers(temporary, r)
	var peers []peer
	if p.peers {
		peers = installPeers(p.module, temporary, r)
	}
	for round := range p.rounds {
		p.log("round %d of %d, after %v", round+1, p.rounds, time.Since(start).Round(time.Second))
		p.grow(growth, chosen, r)
		if p.peers {
			if err := growth.run(r, p.limit, "^BenchmarkPeers$", "-test.benchtime=1x"); err != nil {
				return err
			}
		}
		for i := range peers {
			peers[i].run(r, 4*p.limit)
		}
		for _, o := range others {
			if err := o.bench.run(r, 4*p.limit, o.pattern, o.args...); err != nil {
				r.leaveOut(strings.Trim(o.pattern, "^$"), err.Error())
			}
		}
	}
	var cases []*profiled
	if p.before != "" {
		p.log("profiles, after %v", time.Since(start).Round(time.Second))
		cases = p.profiles(growth, temporary, r)
	}
	page := &page{results: r, plan: p, axes: chosen, cases: cases, code: code, start: start, took: time.Since(start), loads: [2]string{loadBefore, load()}}
	p.log("writing %s, after %v", filepath.Join(p.docs, "PERFORMANCE.md"), page.took.Round(time.Second))
	return page.write()
}

// chosen returns the axes to measure.
func (p *plan) chosen() ([]axis, error) {
	pattern, err := regexp.Compile(p.axes)
	if err != nil {
		return nil, err
	}
	var chosen []axis
	for _, a := range append(slices.Clip(axes), contended) {
		if a.most = min(a.most, p.most); a.name == "tasks" {
			a.most = p.tasks
		}
		if pattern.MatchString(a.name) {
			chosen = append(chosen, a)
		}
	}
	return chosen, nil
}

// grow runs the benchmarks of growth once: a process for each axis and manager.
func (p *plan) grow(growth *bench, chosen []axis, r *results) {
	for i := range chosen {
		a := &chosen[i]
		for _, manager := range managers {
			what := a.label + ", " + managerTitle(manager)
			if r.isAbsent(what) {
				continue // it would take as long again
			}
			pattern := fmt.Sprintf("^BenchmarkGrowth$/^axis=%s$/^size=(%s)$/^manager=%s$", a.name, a.sizesUpTo(), manager)
			limit := p.limit
			if a.name == "tasks" {
				limit *= time.Duration(max(1, a.most/10_000_000))
			}
			if err := growth.run(r, limit, pattern, "-test.benchtime=1x", fmt.Sprintf("-tasks=%d", a.most)); err != nil {
				r.leaveOut(what, err.Error())
				p.log("%s: %v", what, err)
			}
		}
	}
}

// sizesUpTo is a pattern of the sizes to measure.
func (a *axis) sizesUpTo() string {
	var sizes []string
	for _, n := range []int{60, 3600, 86_400, 2_592_000, 31_536_000, 315_360_000} {
		if n <= a.most && a.name == "seconds" {
			sizes = append(sizes, fmt.Sprint(n))
		}
	}
	if a.name != "seconds" {
		for n := 1; n <= a.most; n *= 10 {
			sizes = append(sizes, fmt.Sprint(n))
		}
	}
	return strings.Join(sizes, "|")
}

// An other is a program of benchmarks that are not of growth.
type other struct {
	bench   *bench
	pattern string
	args    []string
}

// buildOthers compiles the benchmarks that stand beside what they measure.
func (p *plan) buildOthers(into string, r *results) (others []other) {
	if !p.peers {
		return nil
	}
	for _, o := range otherBenchmarks {
		b, err := build(p.module, o.name, into)
		if err != nil {
			r.leaveOut(strings.Trim(o.pattern, "^$"), err.Error())
			continue
		}
		others = append(others, other{b, o.pattern, o.args})
	}
	return others
}

// otherBenchmarks are those of other packages that the page shows.
var otherBenchmarks = []struct {
	name, pattern string
	args          []string
}{
	{"replay", "^BenchmarkAttribution$", []string{"-test.benchtime=1x"}},
	{"internal/performance/reading", "^BenchmarkReading$", []string{"-test.benchtime=1x"}},
	{"bench", "^BenchmarkCompare$", []string{"-test.benchtime=1x"}},
}

// profiles measures where the time goes, in this code and in that of an earlier commit.
func (p *plan) profiles(growth *bench, temporary string, r *results) []*profiled {
	old, err := buildBefore(p.module, p.before, temporary)
	if err != nil {
		r.leaveOut("the code of commit "+p.before, err.Error())
	}
	cases := profiledCases()
	for _, c := range cases {
		if c.now, err = growth.profile(c.at, p.limit, temporary); err != nil {
			r.leaveOut("profile of: "+c.title, err.Error())
		}
		if old == nil {
			continue
		}
		if c.before, err = old.profile(c.at, 2*p.limit, temporary); err != nil {
			r.leaveOut("profile of the earlier code: "+c.title, err.Error())
		}
	}
	return cases
}
