package sweep

import (
	"fmt"
	"strings"
	"testing"

	"dynalloc/policies"
)

// parsePolicy makes a policy of its text alone.
func parsePolicy(text string) (Policy, error) {
	f, err := policies.ParseFleet(text)
	return Policy{Fleet: f}, err
}

func mustRead(t *testing.T, text string) *Plan {
	t.Helper()
	p, err := ReadPlan(strings.NewReader(text), "sweep.plan", parsePolicy)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A plan of three policies, two loads and two windows stands for twelve cells, of which the
// policy changes fastest.
func TestAPlanCountsItsCells(t *testing.T) {
	p := mustRead(t, `
# what to try
policy	recorded        # the base
policy  spark,idle=10s|1min
load    1
load    0.5
window  whole from=1h,until=7200s,warm-up=500ms
`)
	var cells []string
	for i := range p.Size() {
		cells = append(cells, p.Cell(i).String())
	}
	want := `cell 0 (recorded, replica 0, load 1, seed 1, window whole)
cell 1 (spark,idle=10s, replica 0, load 1, seed 1, window whole)
cell 2 (spark,idle=1min, replica 0, load 1, seed 1, window whole)
cell 3 (recorded, replica 0, load 0.5, seed 1, window whole)
cell 4 (spark,idle=10s, replica 0, load 0.5, seed 1, window whole)
cell 5 (spark,idle=1min, replica 0, load 0.5, seed 1, window whole)
cell 6 (recorded, replica 0, load 1, seed 1, window from=3600s,until=7200s,warm-up=500ms)
cell 7 (spark,idle=10s, replica 0, load 1, seed 1, window from=3600s,until=7200s,warm-up=500ms)
cell 8 (spark,idle=1min, replica 0, load 1, seed 1, window from=3600s,until=7200s,warm-up=500ms)
cell 9 (recorded, replica 0, load 0.5, seed 1, window from=3600s,until=7200s,warm-up=500ms)
cell 10 (spark,idle=10s, replica 0, load 0.5, seed 1, window from=3600s,until=7200s,warm-up=500ms)
cell 11 (spark,idle=1min, replica 0, load 0.5, seed 1, window from=3600s,until=7200s,warm-up=500ms)`
	if got := strings.Join(cells, "\n"); got != want {
		t.Errorf("cells:\n%s\nwant:\n%s", got, want)
	}
}

// Lists of a policy combine, in fleets, too, and ranges of numbers have all of theirs.
func TestListsAndRanges(t *testing.T) {
	p := mustRead(t, "policy report-*=static,n=2|4;*=spark,max=6|8\nseed 3..4 7\nreplica 0..9999\n")
	seen := map[string]bool{}
	for i := range 4 {
		seen[p.Cell(i).Policy] = true
	}
	for _, want := range []string{"report-*=static,n=2;*=spark,max=6", "report-*=static,n=4;*=spark,max=8"} {
		if !seen[want] || len(seen) != 4 {
			t.Errorf("policies %v, want four with %s", seen, want)
		}
	}
	if n, last := p.Size(), p.Cell(p.Size()-1); n != 4*3*10_000 || last.Seed != 7 || last.Replica != 9999 {
		t.Errorf("%d cells, the last is %v", n, last)
	}
}

// Each mistake gets its line and what was expected.
func TestPlansWithMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "sweep.plan: no policy is given",
		"seed 1\n":                       "no policy is given",
		"policies a\n":                   `sweep.plan:1: "policies": expected one of policy, replica, load, seed, window`,
		"policy\n":                       "sweep.plan:1: policy: expected values",
		"policy spark\n\nseed one\n":     "sweep.plan:3: seed one: expected a whole number from 0 to 4294967295",
		"policy spark\nseed 1 1\n":       "seed 1: 1 is given twice",
		"policy spark\nseed 5..9 1..6\n": "seed 1..6: 5 is given twice",
		"policy spark\nseed 9..1\n":      "expected a whole number",
		"policy spark\nseed 1..4294967295\nreplica 0..9999\n":                   "the plan has more than 1000000 cells",
		"policy spark\nreplica 10000\n":                                         "from 0 to 9999",
		"policy spark\nload 0\n":                                                "expected a factor above 0 and at most 100",
		"policy spark\nload NaN\n":                                              "expected a factor",
		"policy spark\nload 1 1.0\n":                                            "load 1.0: it is given twice",
		"policy spark\nwindow 0..5h\n":                                          "expected whole, or times",
		"policy spark\nwindow from=5h,until=1h\n":                               "expected until=TIME after from",
		"policy spark\nwindow until=1h,form=2h\n":                               `did you mean "from"`,
		"policy spark\nwindow until=1us\n":                                      "expected whole milliseconds",
		"policy spark\nwindow until=9223372036854775807ms\n":                    "200 years",
		"policy spark,idle=10s|10s\n":                                           "expected different values",
		"policy spark,idle=10s|\n":                                              "expected different values",
		"policy spark\npolicy spark,max=5\npolicy spark\n":                      "sweep.plan:3: policy spark: another one has this name (line 1)",
		"policy static,n=2|4\npolicy static,n=4\n":                              "sweep.plan:2: policy static,n=4: another one has this name (line 1)",
		"policy spark,idel=10s\n":                                               `sweep.plan:1: policy spark has no setting "idel"; did you mean "idle"?`,
		"policy a:*=static,n=2|4\n":                                             "several policies would be called a",
		"policy spark" + strings.Repeat(",max=1|2|3|4|5|6|7|8|9|10", 30) + "\n": "the plan has more than",
		"policy spark\xff\n":                                                    "text in UTF-8",
		strings.Repeat("# comment\n", 200_000):                                  "at most 1048576 bytes",
	} {
		if _, err := ReadPlan(strings.NewReader(text), "sweep.plan", parsePolicy); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v; want %q", text, err, want)
		}
	}
}

// A plan of a million cells is held as its axes.
func TestAMillionCellsAreNotMaterialised(t *testing.T) {
	var text strings.Builder
	for i := range 100 {
		fmt.Fprintf(&text, "policy static,n=%d\n", i+1)
	}
	text.WriteString("seed 1..10000\n")
	read := func() { mustRead(t, text.String()) }
	if bytes := testing.AllocsPerRun(1, read); bytes > 10_000 {
		t.Errorf("%v allocations", bytes)
	}
	if p := mustRead(t, text.String()); p.Size() != MostCells || p.Cell(MostCells-1).Policy != "static,n=100" || p.Cell(MostCells-1).Seed != 10_000 {
		t.Errorf("%d cells, the last is %v", p.Size(), p.Cell(MostCells-1))
	}
}

func FuzzReadPlan(f *testing.F) {
	f.Add("policy spark,idle=10s|60s\nreplica 0..4\nload 0.5 1\nwindow whole from=0h,until=24h\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ReadPlan(strings.NewReader(text), "sweep.plan", parsePolicy)
		if err != nil {
			return
		}
		for _, i := range []int{0, p.Size() / 2, p.Size() - 1} {
			c := p.Cell(i)
			if _, err := parsePolicy(c.Policy); err != nil {
				t.Errorf("%v: %v", c, err)
			}
			if w, err := parseWindow(c.Window.String()); err != nil || w != c.Window {
				t.Errorf("%v: the window is read as %v, %v", c, w, err)
			}
		}
	})
}
