package reports

import (
	"fmt"

	"dynalloc/bench"
	"dynalloc/bench/decide"
	"dynalloc/bench/stats"
)

// told is what of the differences to the base can be told from chance; without
// rows where the runs are too few for it. It comes with a note on what it says.
func told(r *bench.Results) (t table, note string) {
	list, blocks := decide.Significances(r)
	if len(list) == 0 {
		return table{}, fmt.Sprintf("%s are too few to say which differences are more than chance (docs/STATISTICS.md).", plural(len(r.Suite.Workload.Apps), "run"))
	}
	t = table{head: []string{"policy", "more SLA\nmisses", "longer\nturnaround %", "more executor-\nhours %"}, left: 1}
	for _, l := range list {
		if l.NoValues {
			t.rows = append(t.rows, []string{l.Policy, missing, missing, missing})
			continue
		}
		misses := "~"
		if l.MissesSignificant {
			misses = fmt.Sprintf("%+.0f [%+.0f, %+.0f]", l.MissDelta.Value, l.MissDelta.Low, l.MissDelta.High)
		}
		t.rows = append(t.rows, []string{l.Policy, misses, against(l.TimeDelta), against(l.CostDelta)})
	}
	return t, fmt.Sprintf("What can be told: differences to %s with 95 %% intervals over %s, which hold together and cover the model's own error; ~ is where nothing can be told (docs/STATISTICS.md).", r.Runs[0].Policy.Name, blocks)
}

// toldJSON is one policy's difference to the base, and whether it can be told.
type toldJSON struct {
	Policy       string      `json:"policy"`
	Blocks       string      `json:"blocks"`
	MoreMisses   *float64    `json:"more_misses"`
	MissesWithin *[2]float64 `json:"more_misses_interval"`
	MissesTold   bool        `json:"more_misses_told"`
	Longer       *float64    `json:"longer_turnaround_share"`
	LongerWithin *[2]float64 `json:"longer_turnaround_interval"`
	Dearer       *float64    `json:"more_executor_time_share"`
	DearerWithin *[2]float64 `json:"more_executor_time_interval"`
}

func toldOf(r *bench.Results) []toldJSON {
	out := []toldJSON{}
	list, blocks := decide.Significances(r)
	for _, l := range list {
		line := toldJSON{Policy: l.Policy, Blocks: blocks.String(), MissesTold: l.MissesSignificant}
		if !l.NoValues {
			line.MoreMisses, line.MissesWithin = estimate(l.MissDelta)
			line.Longer, line.LongerWithin = estimate(l.TimeDelta)
			line.Dearer, line.DearerWithin = estimate(l.CostDelta)
		}
		out = append(out, line)
	}
	return out
}

func estimate(e stats.Estimate) (*float64, *[2]float64) {
	v, within := rounded(e.Value), [2]float64{rounded(e.Low), rounded(e.High)}
	if !finite(v) || !finite(e.Low) {
		return nil, nil
	}
	return &v, &within
}
