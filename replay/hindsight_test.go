package replay

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"dynalloc/internal/wide"
	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// Spark ramps up from 1 s to 4 s. Hindsight knows the demand in advance: it requests
// all twelve executors at once, releases each when its task has ended, and has the
// two of the second job ready just in time. The only wait is the first start-up.
func TestHindsightAsksInAdvanceAndKeepsNothing(t *testing.T) {
	w, err := traces.ReadText(strings.NewReader(`
app etl cores=1
  job
    stage tasks=12x10s
  job gap=90s
    stage tasks=2x5s
`), "ramp")
	if err != nil {
		t.Fatal(err)
	}
	c := Config{Offers: Ordered}
	if c.Cluster, err = cluster.Parse("standalone,nodes=1,cores=100,memory=400g,startup=2s"); err != nil {
		t.Fatal(err)
	}
	spark, hindsight := play(t, w, fleet(t, "spark"), c).Apps[0], play(t, w, fleet(t, "hindsight"), c).Apps[0]
	if hindsight.End != 107*time.Second || spark.End != 115*time.Second {
		t.Errorf("it ends at %s, and under Spark's policy at %s; want 1m47s and 1m55s", hindsight.End, spark.End)
	}
	if held := hindsight.Ledger.Executor; held != wide.Of(time.Second, 12*12+2*7) {
		t.Errorf("it held %s of executor time; want 14 start-ups of 2 s, 12 tasks of 10 s and 2 of 5 s", held)
	}
}

// With known demand, an application never starts its first task later than under
// Spark's policy with the same protection. If the cluster has room, no more of its
// executors wait for a grant; if not, earlier requests wait longer. If executors
// take no shuffle files with them when they leave, it never ends later.
func TestHindsightIsNeverWorseThanSpark(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, file := range files {
		story, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sections := map[string][]byte{}
		for _, f := range story.Files {
			sections[f.Name] = f.Data
		}
		first := readRun(t, string(sections["run"]))
		f, err := policies.ParseFleet(first.policy)
		if err != nil {
			continue // Spark refuses it
		}
		c := first.config
		hindsight := policies.Fleet{Name: "hindsight"}
		safe := true
		for _, r := range f.Rules {
			safe = safe && r.Spec.Protection.Service
			if r.Spec.Dynamic() {
				r.Spec.Kind = policies.Hindsight().Kind
				hindsight.Rules = append(hindsight.Rules, r)
			}
		}
		if len(hindsight.Rules) < len(f.Rules) {
			continue
		}
		w, err := traces.ReadText(bytes.NewReader(sections["workload"]), file)
		if err != nil {
			t.Fatal(err)
		}
		compared++
		if _, err := Run(w, f, c); err != nil {
			continue // it does not end under any policy
		}
		spark, foreseen := play(t, w, f, c), play(t, w, hindsight, c)
		for i := range spark.Apps {
			s, h := &spark.Apps[i], &foreseen.Apps[i]
			if h.FirstTask > s.FirstTask {
				t.Errorf("%s: the first task starts at %s, under Spark's policy at %s", file, h.FirstTask, s.FirstTask)
			}
			if s.Wait.Sign() == 0 && h.Wait.Sign() > 0 {
				t.Errorf("%s: executors wait %s for a grant, under Spark's policy not at all", file, h.Wait)
			}
			if safe && h.End > s.End {
				t.Errorf("%s: it ends at %s, under Spark's policy at %s", file, h.End, s.End)
			}
		}
	}
	if compared < 10 {
		t.Errorf("only %d stories are of Spark's policy", compared)
	}
}
