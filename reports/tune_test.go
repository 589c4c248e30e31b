package reports

import (
	"bytes"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dynalloc/bench/decide"
	"dynalloc/bench/stats"
	"dynalloc/internal/golden"
	"dynalloc/policies"
)

// tuned is a search over the lecture's case, made by hand: three fleets, one of
// which is chosen, and hindsight.
func tuned(t *testing.T) *decide.TuneResult {
	t.Helper()
	fleet := func(text string) policies.Fleet {
		f, err := policies.ParseFleet(text)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	estimate := func(value, low, high float64) stats.Estimate {
		return stats.Estimate{Value: value, Interval: stats.Interval{Low: low, High: high}}
	}
	return &decide.TuneResult{
		Suite: lecture().Suite, Tuning: decide.Tuning{MissRate: 0.05, MaxSlowdown: 0.1}, Chosen: 1, Replicas: 4, Spent: 211.4, Grid: 600, Candidates: 150,
		DeadlineBasis: "from deadlines.csv", WithoutDeadlines: []string{"load"}, Notes: []string{"What limits the workload."},
		Bounds: decide.Bounds{Misses: 0.25, ExecutorHours: 0.5},
		Base:   decide.FleetResult{Fleet: fleet("recorded"), Misses: 2, Deadlines: 20, MissRate: estimate(0.1, 0.04, 0.23), ExecutorHours: 2},
		Fleets: []decide.FleetResult{
			{Fleet: fleet("load=static,n=1;report-*=spark,max=1"), Conf: []string{"spark.executor.instances 1\n", "spark.dynamicAllocation.maxExecutors 1\n"}, Misses: 7.5, Deadlines: 20, MissRate: estimate(0.375, 0.2, 0.6), ExecutorHours: 0.9, Saved: estimate(0.55, 0.5, 0.6), Slowdown: 0.02, OnFront: true},
			{Fleet: fleet("load=static,n=2;report-*=spark,idle=5s,max=4"), Conf: []string{"spark.executor.instances 2\n", "spark.dynamicAllocation.maxExecutors 4\n"}, Misses: 0.75, Deadlines: 20, MissRate: estimate(0.0375, 0.001, 0.12), ExecutorHours: 1.25, Saved: estimate(0.375, 0.31, 0.44), Slowdown: 0.03, MeetsGoal: true, OnFront: true},
			{Fleet: fleet("load=recorded;report-*=script,file=my.star"), Conf: []string{"# as it is set now\n", "# there are no settings of Spark for this policy\n"}, Misses: 1, Deadlines: 20, MissRate: estimate(0.05, 0.01, 0.2), ExecutorHours: 2.5, Saved: estimate(-0.25, math.NaN(), math.NaN()), Slowdown: 0.3},
		},
		Hindsight: []decide.FleetResult{
			{Fleet: fleet("load=hindsight,max=2;report-*=hindsight,max=4"), Misses: 0.5, Deadlines: 20, MissRate: estimate(0.025, 0.001, 0.1), ExecutorHours: 0.75, Saved: estimate(0.625, 0.6, 0.65), MeetsGoal: true, OnFront: true},
		},
		Others: []decide.FleetResult{{Misses: 3, ExecutorHours: 1.5}, {Misses: 99, ExecutorHours: 1.5}},
	}
}

// A search in every form, as a reader gets it: with hindsight marked as what no
// driver can run, and with values that do not exist left out.
func TestReportsOfASearch(t *testing.T) {
	for _, c := range []struct {
		file  string
		write func(io.Writer, *decide.TuneResult) error
	}{
		{"tune.txt", TuneText}, {"tune.json", TuneJSON}, {"tune.csv", TuneCSV},
	} {
		t.Run(c.file, func(t *testing.T) {
			var b bytes.Buffer
			if err := c.write(&b, tuned(t)); err != nil {
				t.Fatal(err)
			}
			golden.Check(t, c.file, b.Bytes())
		})
	}
}

func TestSearchWithoutAnAnswer(t *testing.T) {
	none := tuned(t)
	none.Chosen, none.Interrupted, none.Hindsight = -1, true, nil
	var b bytes.Buffer
	if err := TuneText(&b, none); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"No fleet that was tried keeps a miss rate of 5 %.", "The fewest misses are 0.75 of 20, or 3.8 % [0.1, 12], at 1.25 executor-hours.",
		"stopped before its end", "The search was stopped.",
	} {
		if !strings.Contains(strings.Join(strings.Fields(b.String()), " "), want) {
			t.Errorf("it does not say %q:\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "spark-defaults.conf") || strings.Contains(b.String(), "hindsight") {
		t.Errorf("it says what to set, or shows hindsight, where there is none:\n%s", b.String())
	}
}

func TestPictureOfTheFront(t *testing.T) {
	empty := tuned(t)
	empty.Fleets, empty.Hindsight, empty.Others, empty.Chosen = nil, nil, nil, -1
	for name, found := range map[string]*decide.TuneResult{"search": tuned(t), "empty": empty} {
		t.Run(name, func(t *testing.T) {
			var first, second bytes.Buffer
			if err := Front(&first, found); err != nil {
				t.Fatal(err)
			}
			if err := Front(&second, found); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(first.Bytes(), second.Bytes()) {
				t.Error("drawn twice, two pictures")
			}
			inspect(t, &first)
		})
	}
}

func TestFilesOfASearch(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	paths, err := WriteAll(dir, TuneReports, tuned(t))
	if err != nil || len(paths) != len(TuneReports) {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", path, err)
		}
	}
}
