package metrics

import (
	"math"
	"slices"
	"testing"
	"time"

	"dynalloc/internal/wide"
)

// A ledger that overflowed gave a cluster of which -116 % was held. Such values are
// removed and named, and the others of the row stay.
func TestValuesThatCannotBeAreStruck(t *testing.T) {
	g := Group{Provided: wide.Of(time.Second, 100), Window: time.Second, NodeCost: math.NaN(), Apps: []App{{
		Turnaround: time.Minute, Held: wide.Of(time.Second, 90), Busy: wide.Of(time.Second, 40), Executors: wide.Of(time.Second, 45),
		Deadline: time.Second, HasDeadline: true, Critical: time.Second,
	}}}
	if r := g.Row("p", "", false); len(r.Strike()) != 0 {
		t.Errorf("a good row is struck: %v", r.Strike())
	}
	for _, c := range []struct {
		metric string
		value  float64
		struck []string
	}{
		{"utilization_held", -115.6, []string{"utilization_held"}},
		{"utilization_held", 100.1, []string{"utilization_held"}},
		{"utilization_held", 100 * (1 + 1e-12), nil},
		{"utilization_busy", 95, []string{"utilization_busy"}}, // of 90 % held
		{"slack_p50", -500, nil},
		{"slack_p50", 101, []string{"slack_p50"}},
		{"core_hours", -917028, []string{"core_hours"}},
		{"sla_misses", 2, []string{"sla_misses"}}, // of 1
		{"fairness_users", 1.5, []string{"fairness_users"}},
		{"turnaround_p95", math.Inf(1), []string{"turnaround_p95"}},
		{"queue_wait_mean", math.NaN(), nil},
	} {
		r := g.Row("p", "", false)
		r.Values[Position(c.metric)] = c.value
		var struck []string
		for _, v := range r.Strike() {
			struck = append(struck, v.Metric)
		}
		if !slices.Equal(struck, c.struck) {
			t.Errorf("%s of %g: struck are %v, want %v", c.metric, c.value, struck, c.struck)
		}
		for _, name := range struck {
			if !math.IsNaN(r.Value(name)) {
				t.Errorf("%s is still %g", name, r.Value(name))
			}
		}
		if math.IsNaN(r.Value("turnaround_p50")) || r.Value("utilization_held") > 100 {
			t.Errorf("%s: the rest of the row is not as it was", c.metric)
		}
	}
}
