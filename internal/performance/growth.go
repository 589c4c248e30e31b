package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"

	"dynalloc/reports/pictures"
)

// An axis is a size along which cost must not grow.
type axis struct {
	name  string
	label string
	bar   float64 // how many times the cost may rise, at most
	most  int     // the largest size that a run measures; on the axis of tasks the plan says it
	doc   string
}

var axes = []axis{
	{"tasks", "tasks of one application", 1.5, 0, "One application with one job, on 1,000 executors of one core; its stages have up to 1,000,000 tasks and run at once."},
	{"executors", "executors of one application", 2, 10_000, "One application with one stage of 400,000 tasks."},
	{"stages", "stages in a job", 2, 100_000, "100,000 stages of four tasks, cut into jobs of so many stages. 32 chains of stages run side by side, on 100 executors."},
	{"jobs", "jobs of one application", 2, 100_000, "100,000 stages of four tasks, cut into so many jobs. No stage waits for another of its job, so that one job has 100,000 stages at once; on 100 executors."},
	{"seconds", "simulated time", 2, 315_360_000, "One application whose ten jobs of 20,000 tasks are spread over the time; the dynamic policy gives its 500 executors back and requests them again."},
	{"applications", "applications at once", 2, 10_000, "Equal applications of 160 tasks on 1,000 nodes of 16 cores. Of 1,000 applications, so many run at once, wave after wave; of 10,000 all."},
	{"nodes", "nodes", 2, 10_000, "1,000 equal applications of 160 tasks on so many nodes of 16 cores, 100 applications at once."},
}

// contended is the work of the bars for many applications: no axis, but one size.
var contended = axis{name: "contended", label: "1,000 applications on 1,000 nodes", most: 1000}

// managers and policies are the lines of each axis, by their names in benchmarks and, for
// managers, on the page.
var (
	managers      = []string{"standalone", "yarn", "yarn-fair", "kubernetes"}
	managerTitles = []string{"standalone, FIFO", "YARN, capacity", "YARN, fair", "Kubernetes"}
	policies      = []string{"static", "dynamic"}
)

func managerTitle(name string) string { return managerTitles[slices.Index(managers, name)] }

// curve returns the costs relative to the bare queue of a manager and a policy along an
// axis, and the sizes that were measured.
func (r *results) curve(axis, manager, policy string) (sizes []int, costs []float64) {
	for _, size := range r.sizes(axis) {
		if cost, ok := r.median(point{axis, size, manager, policy}.name(), "x-bare"); ok {
			sizes, costs = append(sizes, size), append(costs, cost)
		}
	}
	return sizes, costs
}

// rise is how many times a cost is larger than at any smaller size, at most.
func rise(costs []float64) float64 {
	most := 1.0
	for i, low := range costs {
		for _, cost := range costs[i:] {
			most = max(most, cost/low)
		}
	}
	return most
}

// spread is the largest cost relative to the smallest.
func spread(costs []float64) float64 {
	if len(costs) == 0 {
		return 1
	}
	return slices.Max(costs) / slices.Min(costs)
}

// worst returns the largest rise along an axis, and whose it is.
func (r *results) worst(axis string) (most float64, whose string) {
	for _, manager := range managers {
		for _, policy := range policies {
			if _, costs := r.curve(axis, manager, policy); len(costs) > 1 && rise(costs) > most {
				most, whose = rise(costs), managerTitle(manager)+", "+policy
			}
		}
	}
	return most, whose
}

// sizeLabel writes a size of an axis.
func (a *axis) sizeLabel(size int) string {
	if a.name == "seconds" {
		switch {
		case size >= 31_536_000:
			return strconv.Itoa(size/31_536_000) + " y"
		case size >= 86_400:
			return strconv.Itoa(size/86_400) + " d"
		case size >= 3600:
			return strconv.Itoa(size/3600) + " h"
		}
		return strconv.Itoa(size/60) + " min"
	}
	return thousands(size)
}

// thousands writes a number with commas.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// draw draws the growth along an axis.
func (a *axis) draw(w io.Writer, r *results, setting string) error {
	g := pictures.Growth{
		Title:   "Cost of an event relative to the bare queue, by " + a.label,
		Setting: setting,
		X:       a.label + " (logarithmic)",
		Bar:     a.bar,
		Label:   func(x float64) string { return a.sizeLabel(int(x)) },
	}
	for _, manager := range managers {
		panel := pictures.GrowthPanel{Name: managerTitle(manager)}
		for _, policy := range policies {
			sizes, costs := r.curve(a.name, manager, policy)
			c := pictures.GrowthCurve{Name: policy}
			for i := range sizes {
				c.X, c.Y = append(c.X, float64(sizes[i])), append(c.Y, costs[i])
			}
			panel.Curves = append(panel.Curves, c)
			if len(costs) > 1 {
				if panel.Fact == "" {
					panel.Fact = "rise: "
				} else {
					panel.Fact += ", "
				}
				panel.Fact += fmt.Sprintf("%s %.1f", policy, rise(costs))
			}
		}
		g.Panels = append(g.Panels, panel)
	}
	return g.Draw(w)
}
