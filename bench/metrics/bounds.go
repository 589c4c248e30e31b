package metrics

import (
	"fmt"
	"math"
	"slices"
)

// signed are the metrics that can be negative: what is left until a deadline. All others
// are 0 or more.
var signed = []string{"slack_p5", "slack_p50"}

// most has the largest value of the units that have one.
var most = map[Unit]float64{Percent: 100, Index: 1}

// notAbove has pairs of metrics of which the first counts a part of the second.
var notAbove = [][2]string{
	{"with_deadline", "applications"}, {"sla_misses", "with_deadline"}, {"failed", "applications"}, {"query_misses", "queries_with_deadline"},
	{"executor_hours_busy", "executor_hours_held"}, {"executor_hours_held", "executor_hours_and_driver"}, {"utilization_busy", "utilization_held"},
}

// rounding is how far floating-point sums may lie beyond a bound, as a share of it.
const rounding = 1e-9

// A Violation is a value that cannot be.
type Violation struct {
	Metric, Why string
}

// Strike removes the values of a row that cannot be (they become NaN) and returns them:
// a share outside of 0 to 100 %, a negative time, cost or count, and a part that is
// larger than the whole.
func (r *Row) Strike() (found []Violation) {
	strike := func(metric string, format string, args ...any) {
		r.Values[Position(metric)] = math.NaN()
		found = append(found, Violation{metric, fmt.Sprintf(format, args...)})
	}
	for i := range Table {
		m, v := &Table[i], &r.Values[i]
		least, limit := 0.0, math.Inf(1)
		if slices.Contains(signed, m.Name) {
			least = math.Inf(-1)
		}
		if l, bounded := most[m.Unit]; bounded {
			limit = l
			if *v > l && *v <= l*(1+rounding) {
				*v = l
			}
		}
		if *v < least || *v > limit || math.IsInf(*v, 0) {
			strike(m.Name, "%g %s", *v, m.Unit)
		}
	}
	for _, pair := range notAbove {
		part, whole := r.Value(pair[0]), r.Value(pair[1])
		if part > whole*(1+rounding) {
			strike(pair[0], "%g, and %s is %g", part, pair[1], whole)
		}
	}
	return found
}
