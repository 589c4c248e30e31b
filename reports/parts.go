package reports

import (
	"math"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/replay"
)

// timeColumns are the causes of turnaround, holdColumns those of executor time.
var timeColumns, holdColumns = partsOf("time_", metrics.TimeParts[:]), partsOf("hold_", metrics.HoldParts[:])

// partsOf is a column of shares for each cause; their heads break before the last word.
func partsOf(prefix string, parts []metrics.Part) []column {
	var columns []column
	for _, p := range parts {
		columns = append(columns, column{twoLines(p.Label) + " %", prefix + p.Key})
	}
	return columns
}

// whereTimeWent are the tables of turnaround and of executor time by cause, over
// all applications and by class; none if the replays did not attribute.
func whereTimeWent(r *bench.Results) []section {
	reach, waves := column{"executors\nneeded, p50 s", "reach_p50"}, column{"of it\nwaves %", "time_waves"}
	var out []section
	for _, s := range []struct {
		heading string
		parts   []column
		ahead   column
		after   []column
	}{
		{"Where the time went, in shares of turnaround", timeColumns, column{"turnaround\np50 s", "turnaround_p50"}, []column{reach}},
		{"Where the executor time went, in shares of core-time held", holdColumns, column{"exec-h\nheld", "executor_hours_held"}, nil},
	} {
		columns := []column{s.ahead}
		for _, c := range s.parts {
			if anyShare(r, c.metric) {
				columns = append(columns, c)
			}
			if c.metric == "time_execution" && anyShare(r, waves.metric) {
				columns = append(columns, waves)
			}
		}
		if len(columns) > 1 {
			out = append(out, section{s.heading, byCause(r, append(columns, s.after...))})
		}
	}
	return out
}

// anyShare says whether a cause has a share anywhere.
func anyShare(r *bench.Results, metric string) bool {
	for _, row := range replays(r.Rows("")) {
		if row.Value(metric) > 0 {
			return true
		}
	}
	return false
}

// byCause has a block of replayed rows for all applications and for each class.
func byCause(r *bench.Results, columns []column) table {
	t := newTable([]string{"class", "policy"}, columns)
	groups := []string{""}
	if len(r.Classes) > 1 {
		groups = append(groups, r.Classes...)
	}
	for _, class := range groups {
		for i, row := range replays(r.Rows(class)) {
			name := class
			if class == "" {
				name = everyClass
			}
			if i > 0 {
				name = ""
			}
			t.rows = append(t.rows, append([]string{name, label(row)}, cells(row, columns)...))
		}
		t.breaks = append(t.breaks, len(t.rows))
	}
	return t
}

// attribute writes down where the time of one application went.
func (o *resultOfOne) attribute(a *replay.Attribution) {
	if a == nil {
		return
	}
	o.Time, o.Cores, o.Executors = make(map[string]int64), make(map[string]int64), make(map[string]int64)
	for c, p := range metrics.TimeParts {
		o.Time[p.Key] = a.Turnaround[c].Milliseconds()
	}
	for c, p := range metrics.HoldParts {
		o.Cores[p.Key], o.Executors[p.Key] = a.Cores[c].Milliseconds(), a.Executors[c].Milliseconds()
	}
	o.WavesMS, o.ReachMS = moment(a.Waves), moment(a.RampUp)
}

// share is a value for a picture, 0 where it does not exist.
func share(row metrics.Row, metric string) float64 {
	if v := row.Value(metric); !math.IsNaN(v) {
		return v
	}
	return 0
}

// twoLines breaks words near their middle.
func twoLines(s string) string {
	best := -1
	for i, c := range s {
		if c == ' ' && (best < 0 || abs(2*i-len(s)) < abs(2*best-len(s))) {
			best = i
		}
	}
	if best < 0 {
		return s
	}
	return s[:best] + "\n" + s[best+1:]
}

func abs(n int) int { return max(n, -n) }
