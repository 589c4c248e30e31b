package validate

import (
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"dynalloc/bench/modelerror"
	"dynalloc/bench/selfreplay"
	"dynalloc/internal/logtest"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

var update = flag.Bool("update", false, "rewrite the measured errors in bench/modelerror/evidence.go")

// differenceErrors are the errors of predicted differences between the
// configurations of a workload: the logarithm of the predicted ratio less that of
// the real one, for every pair of configurations from every recording. The figure
// is 0 for application time, 1 for executor-seconds.
func differenceErrors(w *Workload, figure int) []float64 {
	var errors []float64
	for i, c := range w.configurations {
		for _, d := range w.configurations[:i] {
			for from := range c.predicted {
				e := math.Log(c.predicted[from][figure]/c.real[figure]) - math.Log(d.predicted[from][figure]/d.real[figure])
				if !math.IsNaN(e) {
					errors = append(errors, e)
				}
			}
		}
	}
	return errors
}

func rootMeanSquare(values []float64) float64 {
	squares := 0.0
	for _, v := range values {
		squares += v * v
	}
	return math.Sqrt(squares / float64(len(values)))
}

// A measured workload has the errors of all of its pairs: of time, and of executor-seconds.
type measured struct {
	modelerror.Workload
	pairs [2][]float64
}

// recordedWorkloads are the recordings of real Spark of one workload under several
// configurations, with their clusters. Decommissioning is left out, because the replay
// predicts it less well (docs/VALIDATION.md); failures and speculation, because chance in
// them is another one in each run; and other versions of Spark, because they behave in
// another way.
func recordedWorkloads(t *testing.T) (list []measured) {
	t.Helper()
	add := func(folder string, on *cluster.Cluster) {
		apps := slices.DeleteFunc(logtest.Read(t, folder).Apps, func(a *traces.Application) bool {
			return a.Properties["spark.decommission.enabled"] == "true" || !strings.HasPrefix(a.SparkVersion, "4.1")
		})
		set, err := RunAll(t.Context(), Recordings(apps), Options{Startup: StartupTo, Cluster: on})
		if err != nil {
			t.Fatal(err)
		}
		for i := range set.Workloads {
			v := &set.Workloads[i]
			name, _, _ := strings.Cut(v.Name, "-1,") // TPC-H names all of its queries
			name, _, _ = strings.Cut(name, " and ")
			own := slices.DeleteFunc(slices.Clone(apps), func(a *traces.Application) bool { return !strings.HasPrefix(a.Name, name) })
			m := measured{Workload: modelerror.Workload{Name: name, Shape: modelerror.ShapeOf(own, selfError(own)), Configurations: len(v.configurations)}}
			m.pairs = [2][]float64{differenceErrors(v, 0), differenceErrors(v, 1)}
			m.Time, m.Executors = rootMeanSquare(m.pairs[0]), rootMeanSquare(m.pairs[1])
			list = append(list, m)
		}
	}
	add(strings.TrimSuffix(kept, "/"), nil)
	for _, c := range [][2]string{{"memory", littleNode}, {"unprotected", oneNode}, {"profiles", oneNode}, {"steps", oneNode}, {"spread", threeNodes + ",locality=inferred"}, {"locality", threeNodes}} {
		on, err := cluster.Parse(c[1])
		if err != nil {
			t.Fatal(err)
		}
		add("../testdata/mechanisms/"+c[0], &on)
	}
	add("../testdata/mechanisms/sqldash", nil)
	return list
}

// selfError is the root mean square of the errors of self-replays.
func selfError(apps []*traces.Application) float64 {
	var errors []selfreplay.Error
	for _, a := range apps {
		errors = append(errors, selfreplay.Of(a, selfreplay.Options{}))
	}
	return ModelError{}.With(errors).Time
}

// The errors that widen intervals are those that the recordings show.
func TestModelErrorIsTheMeasuredOne(t *testing.T) {
	list := recordedWorkloads(t)
	if *update {
		rewriteEvidence(t, list)
		return
	}
	if len(list) != len(modelerror.Evidence) {
		t.Fatalf("%d workloads were recorded, and %d are known: run this test with -update", len(list), len(modelerror.Evidence))
	}
	for i, m := range list {
		t.Logf("| %s | %d | %d | %.1f %% | %.1f %% |", m.Name, m.Configurations, len(m.pairs[0]), 100*m.Time, 100*m.Executors)
		known := modelerror.Evidence[i]
		same := func(a, b float64) bool { return math.Abs(math.Log(a/b)) < 0.1 }
		if m.Name != known.Name || m.Configurations != known.Configurations || !same(m.Time, known.Time) || !same(m.Executors, known.Executors) {
			t.Errorf("%s: the recordings show %.4f and %.4f, and %+v is known: run this test with -update, and read the change", m.Name, m.Time, m.Executors, known)
		}
	}
}

// rewriteEvidence writes what was measured as Go.
func rewriteEvidence(t *testing.T, list []measured) {
	t.Helper()
	var b strings.Builder
	b.WriteString("package modelerror\n\n// Evidence are the known workloads: recordings of real Spark in bench/testdata, measured by\n// TestModelErrorIsTheMeasuredOne of package validate, which also rewrites this table (-update).\nvar Evidence = []Workload{\n")
	for _, m := range list {
		s := m.Shape
		fmt.Fprintf(&b, "\t{%q, Shape{Short: %.2f, Again: %.2f, Computes: %.2f, Starts: %.2f, Brief: %.2f, Self: %.2f}, %d, %.4f, %.4f},\n",
			m.Name, s.Short, s.Again, s.Computes, s.Starts, s.Brief, s.Self, m.Configurations, m.Time, m.Executors)
	}
	b.WriteString("}\n")
	if err := os.WriteFile("../modelerror/evidence.go", []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Each workload is predicted from the others. The 95 % intervals hold 90 to 99 % of all
// errors, taking workloads alike, no workload has significantly fewer than 95 % of its pairs
// inside (binomial, 1 %), and half of the intervals are at most twice as wide as the
// narrowest that would hold 95 % of all pairs.
func TestModelErrorsCoverWorkloadsThatAreLeftOut(t *testing.T) {
	list := recordedWorkloads(t)
	var known []modelerror.Workload
	for _, m := range list {
		known = append(known, m.Workload)
	}
	for f, figure := range []func(*modelerror.Workload) float64{modelerror.TimeOf, modelerror.ExecutorsOf} {
		share := 0.0
		var off, widths []float64
		for i, m := range list {
			others := slices.Delete(slices.Clone(known), i, i+1)
			half := modelerror.Predict(others, m.Shape, figure).HalfWidth(0.95)
			inside := 0
			for _, e := range m.pairs[f] {
				if math.Abs(e) <= half {
					inside++
				}
				off, widths = append(off, math.Abs(e)), append(widths, half)
			}
			of := len(m.pairs[f])
			share += float64(inside) / float64(of) / float64(len(list))
			t.Logf("| %s | %d of %d | %.1f %% | %.1f %% |", m.Name, inside, of, 100*half, 100*figure(&known[i]))
			if p := (distuv.Binomial{N: float64(of), P: 0.95}).CDF(float64(inside)); p < 0.01 {
				t.Errorf("figure %d of %s: only %d of %d pairs are inside of ±%.3f", f, m.Name, inside, of, half)
			}
		}
		slices.Sort(off)
		slices.Sort(widths)
		narrowest, median := off[len(off)*95/100], widths[len(widths)/2]
		t.Logf("figure %d: %.1f %% inside, the median half-width is %.3f, the narrowest would be %.3f", f, 100*share, median, narrowest)
		if share < 0.90 || share > 0.99 || median > 2*narrowest {
			t.Errorf("figure %d: %.3f of the pairs are inside, the median half-width is %.3f, the narrowest would be %.3f", f, share, median, narrowest)
		}
	}
}
