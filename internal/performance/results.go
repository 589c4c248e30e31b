package main

import (
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// Results are the values of benchmarks, each measured once in each round.
type results struct {
	values map[string]map[string][]float64 // by name without "Benchmark", and unit
	absent []absence
}

// An absence is something that was not measured, and why.
type absence struct{ what, why string }

func newResults() *results { return &results{values: map[string]map[string][]float64{}} }

// read adds what benchmarks print, and returns how many printed.
func (r *results) read(from io.Reader) (n int, err error) {
	reader := benchfmt.NewReader(from, "")
	for reader.Scan() {
		result, ok := reader.Result().(*benchfmt.Result)
		if !ok {
			continue // a line that no benchmark printed
		}
		base, parts := result.Name.Parts()
		name := string(base)
		for _, part := range parts {
			if part[0] == '/' { // and not the number of processors
				name += string(part)
			}
		}
		units := r.values[name]
		if units == nil {
			units = map[string][]float64{}
			r.values[name] = units
		}
		n++
		for _, v := range result.Values {
			unit, value := v.Unit, v.Value
			if v.OrigUnit != "" { // benchfmt turns ns into sec; the page has what the benchmark says
				unit, value = v.OrigUnit, v.OrigValue
			}
			units[unit] = append(units[unit], value)
		}
	}
	return n, reader.Err()
}

// leaveOut records that something was not measured.
func (r *results) leaveOut(what, why string) {
	if a := (absence{what, why}); !slices.Contains(r.absent, a) {
		r.absent = append(r.absent, a)
	}
}

// median returns the median of a value over the rounds.
func (r *results) median(name, unit string) (value float64, ok bool) {
	values := slices.Sorted(slices.Values(r.values[name][unit]))
	n := len(values)
	if n == 0 {
		return 0, false
	}
	return (values[(n-1)/2] + values[n/2]) / 2, true
}

// noise is how far apart the rounds are for half of the benchmarks, at least: the median
// of the differences of the largest and the smallest value relative to the smallest.
func (r *results) noise(unit string) float64 {
	var apart []float64
	for _, units := range r.values { // sorted below
		if values := units[unit]; len(values) > 1 {
			apart = append(apart, slices.Max(values)/slices.Min(values)-1)
		}
	}
	if len(apart) == 0 {
		return math.NaN()
	}
	slices.Sort(apart)
	return apart[len(apart)/2]
}

// A point is a benchmark of growth by its parts.
type point struct {
	axis            string
	size            int
	manager, policy string
}

func (p point) name() string {
	return "Growth/axis=" + p.axis + "/size=" + strconv.Itoa(p.size) + "/manager=" + p.manager + "/policy=" + p.policy
}

// sizes are those that were measured on an axis, in ascending order.
func (r *results) sizes(axis string) (sizes []int) {
	for name := range r.values { // sorted below
		if rest, ok := strings.CutPrefix(name, "Growth/axis="+axis+"/size="); ok {
			digits, _, _ := strings.Cut(rest, "/")
			if n, err := strconv.Atoi(digits); err == nil && !slices.Contains(sizes, n) {
				sizes = append(sizes, n)
			}
		}
	}
	slices.Sort(sizes)
	return sizes
}

// isAbsent reports whether something was left out.
func (r *results) isAbsent(what string) bool {
	return slices.ContainsFunc(r.absent, func(a absence) bool { return a.what == what })
}
