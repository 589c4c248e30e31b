package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dynalloc/bench/selfreplay"
	"dynalloc/bench/stats"
	"dynalloc/bench/validate"
	"dynalloc/internal/golden"
	"dynalloc/internal/logtest"
	"dynalloc/traces"
)

// proofs are where advice and the real runs that followed it are kept.
const proofs = "../../bench/testdata/proofs"

// A proof is a row of bench/recorder/proofs.tsv.
type proof struct{ name, before, cores, memory string }

func readProofs(t *testing.T) (list []proof) {
	t.Helper()
	text, err := os.ReadFile("../../bench/recorder/proofs.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Split(strings.TrimSpace(line), "\t"); !strings.HasPrefix(line, "#") && len(f) >= 4 {
			if _, err := os.Stat(filepath.Join(proofs, f[0])); err == nil {
				list = append(list, proof{f[0], "../../bench/" + f[1], f[2], f[3]})
			}
		}
	}
	return list
}

// outcome is the part of a comparison that a proof needs.
type outcome struct {
	Rows []struct {
		Source string
		Class  *string
		Values map[string]*float64
	}
	Applications []struct {
		Name, Class string
		DeadlineMS  *int64 `json:"deadline_ms"`
	}
}

func (p *proof) compared(t *testing.T, args ...string) (o outcome) {
	t.Helper()
	var out, problems bytes.Buffer
	args = append([]string{"compare", "--policy", "recorded", "--format", "json", "--quiet", "--cluster", "standalone,nodes=1,cores=" + p.cores + ",memory=" + p.memory}, args...)
	if status := run(t.Context(), args, &out, &problems); status != statusDone && status != statusPartly {
		t.Fatalf("%v: status %d: %s", args, status, problems.String())
	}
	if err := json.Unmarshal(out.Bytes(), &o); err != nil {
		t.Fatal(err)
	}
	return o
}

// The table of docs/PROOF.md: what advice forecast, and what real Spark then did. The
// deadlines are those of the forecast: 1.5 times each run alone, in the recording that the
// advice was made from.
func TestProofDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString("| workload | class | now | set | late: forecast | real | turnaround, s: forecast | real | off | executor-seconds: forecast | real | off |\n|---|---|---|---|---|---:|---:|---:|---:|---:|---:|---:|\n")
	inside, of := 0, 0
	for _, p := range readProofs(t) {
		var advice struct {
			Classes []struct {
				Class    string
				Policy   string
				Now, Set struct {
					Policy     string
					Misses     *float64
					Of         int
					Interval   []float64 `json:"misses_interval"`
					Turnaround float64   `json:"turnaround_mean_s"`
					Executors  float64   `json:"executor_seconds"`
				}
			}
		}
		text, err := os.ReadFile(filepath.Join(proofs, p.name, "advice", "advice.json"))
		if err == nil {
			err = json.Unmarshal(text, &advice)
		}
		if err != nil {
			t.Fatal(err)
		}
		var deadlines strings.Builder
		for _, a := range p.compared(t, p.before).Applications {
			if a.DeadlineMS != nil {
				fmt.Fprintf(&deadlines, "%s,%dms\n", a.Name, *a.DeadlineMS)
			}
		}
		file := filepath.Join(t.TempDir(), "deadlines.csv")
		if err := os.WriteFile(file, []byte(deadlines.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		real := p.compared(t, filepath.Join(proofs, p.name, "run"), "--deadlines", file)
		before := logtest.Read(t, p.before).Apps
		for _, c := range advice.Classes {
			runs := slices.DeleteFunc(slices.Clone(before), func(a *traces.Application) bool { return a.Class != c.Class })
			var self []selfreplay.Error
			for _, a := range runs {
				self = append(self, selfreplay.Of(a, selfreplay.Options{}))
			}
			model := validate.ErrorOf(runs, self)
			for _, row := range real.Rows {
				if row.Source != "recorded" || len(advice.Classes) > 1 && (row.Class == nil || *row.Class != c.Class) || len(advice.Classes) == 1 && row.Class != nil {
					continue
				}
				time, executors, misses := *row.Values["turnaround_mean"], 3600**row.Values["executor_hours_held"], row.Values["sla_misses"]
				compare := func(forecast, real, deviation float64) string {
					of++
					half := validate.HalfWidth(deviation)
					mark := " **"
					if math.Abs(math.Log(real/forecast)) <= math.Log1p(half) {
						inside++
						mark = " "
					}
					return fmt.Sprintf("%.1f ± %.0f %% | %.1f |%s%+.1f %%%s", forecast, 100*half, real, mark, 100*(forecast/real-1), strings.TrimSpace(mark))
				}
				late := "-"
				if misses != nil {
					late = fmt.Sprintf("%.0f", *misses)
				}
				// The kept forecasts were made when intervals contained no chance of other runs.
				runs := float64(c.Set.Of)
				chance := stats.Proportion(*c.Set.Misses/runs, runs).Scaled(runs)
				fmt.Fprintf(&b, "| %s | %s | `%s` | `%s` | %.1f of %d [%.1f, %.1f] | %s | %s | %s |\n", p.name, c.Class, c.Now.Policy, c.Set.Policy, *c.Set.Misses, c.Set.Of,
					min(chance.Low, c.Set.Interval[0]), max(chance.High, c.Set.Interval[1]), late,
					compare(c.Set.Turnaround, time, model.Time), compare(c.Set.Executors, executors, model.Executors))
			}
		}
	}
	if of == 0 {
		t.Fatal("no proof was found")
	}
	fmt.Fprintf(&b, "\n%d of %d figures lie inside of their intervals.\n", inside, of)
	golden.CheckPart(t, "../../docs/PROOF.md", "make docs, from the runs of make prove", "\n"+b.String()+"\n")
}
