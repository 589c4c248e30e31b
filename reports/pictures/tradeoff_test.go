package pictures

import (
	"testing"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/policies"
)

// The cheapest policy is one under which Spark refuses the job: it is no choice, and so the
// next one is the front.
func TestARefusedPolicyIsNoChoice(t *testing.T) {
	row := func(hours, refused float64) metrics.Row {
		r := metrics.Row{Values: make([]float64, len(metrics.Table))}
		r.Values[metrics.Position("executor_hours_held")] = hours
		r.Values[metrics.Position("with_deadline")] = 6
		r.Values[metrics.Position("refused")] = refused
		return r
	}
	r := &bench.Results{}
	for name, all := range map[string]metrics.Row{"static,n=8": row(4, 0), "static,n=4": row(2, 0), "spark": row(0.3, 6)} {
		r.Runs = append(r.Runs, bench.Outcome{Policy: policies.Fleet{Name: name}, All: all})
	}
	choices, refused := choicesOf(r)
	if len(choices) != 2 || refused != 1 {
		t.Fatalf("%d choices and %d refused, want 2 and 1", len(choices), refused)
	}
	for _, c := range choices {
		if c.front != (c.policy == "static,n=4") {
			t.Errorf("%s on the front: %v", c.policy, c.front)
		}
	}
}
