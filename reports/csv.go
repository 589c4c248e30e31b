package reports

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/traces"
)

// csvHead names the columns of the CSV report: one line for each number, as
// data frames and databases like it.
var csvHead = []string{
	"workload", "cluster", "seed", "deadlines", "policy", "spec", "source", "class", "metric", "unit", "better", "value", "difference", "grade",
}

// everyClass stands in the class column for all applications together.
const everyClass = "(all)"

// CSV writes every metric of every row in long form: over all applications and
// by class, replayed and recorded, with its difference to the first policy and
// the worst grade of the logs that it comes from. A value that does not exist is
// empty.
func CSV(w io.Writer, r *bench.Results) error {
	out := csv.NewWriter(w)
	if err := out.Write(csvHead); err != nil {
		return err
	}
	specs := make(map[string]string)
	for i := range r.Runs {
		specs[r.Runs[i].Policy.Name] = specOf(r.Runs[i].Policy)
	}
	sweeps := make([][][]bench.Misses, len(r.Runs)) // by policy, by class after all, by factor
	for i := range r.Runs {
		all, byClass := r.Sweep(r.Runs[i].Apps)
		sweeps[i] = append([][]bench.Misses{all}, byClass...)
	}
	for c, class := range append([]string{""}, r.Classes...) {
		name := class
		if class == "" {
			name = everyClass
		}
		grade := worstGrade(r.Suite.Workload, class).String()
		for _, row := range r.Rows(class) {
			differences := row.Minus(r.Base(row))
			for i, m := range metrics.Table {
				err := out.Write([]string{
					r.Suite.Workload.Name, r.Suite.Config.Cluster.String(), seed(r), r.DeadlineBasis,
					row.Policy, specs[row.Policy], source(row), name,
					m.Name, string(m.Unit), string(m.Better), exact(row.Values[i]), exact(differences[i]), grade,
				})
				if err != nil {
					return err
				}
			}
		}
		for i := range r.Runs {
			if r.Runs[i].Problem != "" {
				continue
			}
			for k, factor := range r.Slack.Factors {
				missed, base := sweeps[i][c][k].Missed, sweeps[0][c][k].Missed
				err := out.Write([]string{
					r.Suite.Workload.Name, r.Suite.Config.Cluster.String(), seed(r), r.DeadlineBasis,
					r.Runs[i].Policy.Name, specs[r.Runs[i].Policy.Name], "replay", name,
					fmt.Sprintf("sla_misses_at_%g", factor), string(metrics.Count), string(metrics.Lower),
					strconv.Itoa(missed), strconv.Itoa(missed - base), grade,
				})
				if err != nil {
					return err
				}
			}
		}
	}
	out.Flush()
	return out.Error()
}

// worstGrade is the worst grade of the logs of a class, all for the empty one.
func worstGrade(w *traces.Workload, class string) traces.Grade {
	grade := traces.Complete
	for _, a := range w.Apps {
		if class == "" || a.Class == class {
			grade = max(grade, a.Log.Grade)
		}
	}
	return grade
}

// source says whether a row is a replay or how it really was.
func source(r metrics.Row) string {
	if r.Recorded {
		return "recorded"
	}
	return "replay"
}

// exact writes a number to a millionth: below that is only the noise of floats.
func exact(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(rounded(v), 'f', -1, 64)
}

func rounded(v float64) float64 {
	v = math.Round(v*1e6) / 1e6
	if v == 0 {
		return 0
	}
	return v
}
