package metrics

import (
	"math"
	"strings"
	"testing"
	"time"

	"dynalloc/bench/sla"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// A Python driver with 10 GiB of heap runs for an hour. Kubernetes places it with
// 40 % more for the Python process, so that a node of 13 GiB has no room for it,
// and the bill charges for the 14 GiB that it holds. A standalone cluster does not
// know the rule: there it takes a tenth more.
func TestDriverIsChargedForWhatItHolds(t *testing.T) {
	const script = `
app etl name=etl setup=1h
  set spark.driver.memory 10g
  set spark.kubernetes.resource.type python
`
	w, err := traces.ReadText(strings.NewReader(script), "etl")
	if err != nil {
		t.Fatal(err)
	}
	fleet, err := policies.ParseFleet("static,n=0")
	if err != nil {
		t.Fatal(err)
	}
	prices := Prices{CoreHour: 10, GiBHour: 1}
	for _, on := range []struct {
		cluster string
		cost    float64 // NaN: the driver does not fit
	}{
		{"kubernetes,cores=4,memory=15g", 10 + 14},
		{"kubernetes,cores=4,memory=13g", math.NaN()},
		{"standalone,cores=4,memory=13g", 10 + 11},
	} {
		c, err := cluster.Parse(on.cluster)
		if err != nil {
			t.Fatal(err)
		}
		if misfits := replay.Unschedulable(w, fleet, c); len(misfits) > 0 {
			if !math.IsNaN(on.cost) || !strings.Contains(misfits[0].Error(), "14Gi") {
				t.Errorf("%s: %v", on.cluster, misfits[0])
			}
			continue
		}
		result, err := replay.Run(w, fleet, replay.Config{Cluster: c})
		if err != nil {
			t.Fatal(err)
		}
		a := Replayed(w.Apps[0], &result.Apps[0], &sla.Reference{})
		cost := prices.cost(&a)
		if hours := driverTime(&a).Hours(); math.Abs(cost-on.cost*hours) > 1e-9 || driverTime(&a) < time.Hour {
			t.Errorf("%s: %.3f for %.3f hours, want %g for each", on.cluster, cost, hours, on.cost)
		}
	}
}
