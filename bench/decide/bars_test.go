package decide

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"dynalloc/bench"
	"dynalloc/bench/builtin"
	"dynalloc/internal/logtest"
)

// A bar is what is decided about one input under one seed. It is a line of the file BARS, so
// that a run that was ended goes on where it stopped.
type bar struct {
	Input         string
	Seed          uint64
	ExecutorHours float64 // of what is advised
	Classes       []barClass
	Truth         *judgedCase // nil: it is not known
}

type barClass struct {
	Class, Policy                 string
	Verdict                       Verdict
	Confidence, Error, Equivalent float64
}

// An asked is an input of the bars.
type asked struct {
	name     string
	question func(seed uint64) Question
	truth    *recordedCase
	all      bool // all settings are tried, so that the cost of what is advised may differ
}

// barInputs are the inputs that WORKLOADS names: built-in workloads, "fleets" for the other
// recorded fleets, and "recordings" for each log whose truth is known.
func barInputs(t *testing.T, names []string) (list []asked) {
	t.Helper()
	about := func(s *bench.Suite, seed uint64) Question {
		own := *s
		own.Config.Horizon, own.Config.Seed = bench.Horizon(s.Workload), seed
		return Question{Suite: &own, MissRate: DefaultMissRate, MaxSlowdown: DefaultMaxSlowdown}
	}
	for _, name := range names {
		switch name {
		case "recordings":
			for _, c := range recordedCases(t, "../testdata/recordings") {
				list = append(list, asked{name: strings.TrimPrefix(filepath.ToSlash(c.log.Name), "../testdata/"), question: c.question, truth: &c})
			}
		case "fleets":
			for _, other := range []string{"fleet-dra", "fleet-mixed"} {
				s := suiteOf(logtest.Read(t, "../builtin/recordings/"+other))
				fleet, err := builtin.Fleet()
				if err != nil {
					t.Fatal(err)
				}
				s.Config.Cluster = fleet.Config.Cluster
				list = append(list, asked{name: other, question: func(seed uint64) Question { return about(s, seed) }, all: true})
			}
		default:
			s, err := builtin.Suites[name]()
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, asked{name: name, question: func(seed uint64) Question { return about(s, seed) }, all: true})
		}
	}
	return list
}

// decideFor is the bar of an input and a seed, without break-evens.
func (a *asked) decideFor(t *testing.T, seed uint64) bar {
	t.Helper()
	d, err := newDecider(t.Context(), a.question(seed), bench.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d.brief = true
	out, err := d.decide(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := bar{Input: a.name, Seed: seed, ExecutorHours: out.Advised.ExecutorHours}
	for _, c := range out.Classes {
		if math.IsNaN(c.Confidence) {
			c.Confidence, c.ConfidenceError = 0, 0 // only one kind could be tried
		}
		b.Classes = append(b.Classes, barClass{c.Class, c.Set.Policy.String(), c.Verdict, c.Confidence, c.ConfidenceError, c.Equivalent})
	}
	if a.truth != nil {
		j := a.truth.judge(out)
		b.Truth = &j
	}
	return b
}

// keptBars are the bars of a file, by input and seed; the rest is appended to it.
func keptBars(t *testing.T, file string) map[string]bar {
	t.Helper()
	kept := map[string]bar{}
	f, err := os.Open(file)
	if os.IsNotExist(err) {
		return kept
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var b bar
		if err := json.Unmarshal(lines.Bytes(), &b); err == nil { // else the run was ended in the middle of a line
			kept[fmt.Sprint(b.Input, " ", b.Seed)] = b
		}
	}
	return kept
}

// The decision holds for every seed: no class is static with confidence under one seed and
// dynamic under another, and what is advised costs the same within 5 %. On real recordings
// verdicts are as right as their confidence says. SEEDS is the number of seeds (make
// advice-bars: 50), and WORKLOADS are the inputs, without it the recorded fleet. Each finished
// seed and input is a line of the file BARS, and is not decided again.
func TestDecisionsHoldForEverySeed(t *testing.T) {
	names := strings.Fields(os.Getenv("WORKLOADS"))
	if len(names) == 0 {
		names = []string{"fleet"}
	}
	seeds, err := strconv.Atoi(os.Getenv("SEEDS"))
	if err != nil {
		seeds = 2
	}
	file := os.Getenv("BARS")
	if file == "" {
		file = filepath.Join(t.TempDir(), "bars.jsonl")
	}
	kept := keptBars(t, file)
	out, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	inputs := barInputs(t, names)
	sum := contradictions{map[string]map[Verdict]int{}, map[string][]float64{}}
	var truth counted
	var wrong []string
	for seed := range uint64(seeds) {
		for _, in := range inputs {
			b, known := kept[fmt.Sprint(in.name, " ", seed+1)]
			if !known {
				b = in.decideFor(t, seed+1)
				line, err := json.Marshal(b)
				if err == nil {
					_, err = fmt.Fprintf(out, "\n%s", line) // also after a line that was not finished
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			sum.add(&in, &b)
			if b.Truth != nil {
				truth.add(b.Truth)
				if !b.Truth.Right {
					wrong = append(wrong, fmt.Sprintf("seed %d, %s: %s", b.Seed, b.Input, b.Truth.Said))
				}
			}
		}
	}
	sum.report(t)
	if truth.asked > 0 {
		t.Log(truth.String())
		for _, line := range wrong {
			t.Log(line)
		}
		if 10*truth.differSure < 6*truth.differ || 10*truth.sureAndWrong > truth.sure {
			t.Error(truth.String())
		}
	}
}

// A contradictions collects what is decided of each class under several seeds.
type contradictions struct {
	verdicts map[string]map[Verdict]int // by input and class
	costs    map[string][]float64       // by input of which all settings were tried
}

func (c *contradictions) add(in *asked, b *bar) {
	for _, of := range b.Classes {
		key := b.Input + ", " + of.Class
		if c.verdicts[key] == nil {
			c.verdicts[key] = map[Verdict]int{}
		}
		c.verdicts[key][of.Verdict]++
	}
	if in.all {
		c.costs[b.Input] = append(c.costs[b.Input], b.ExecutorHours)
	}
}

// report prints how often each verdict was given, and how far costs differ.
func (c *contradictions) report(t *testing.T) {
	for _, key := range slices.Sorted(maps.Keys(c.verdicts)) {
		v := c.verdicts[key]
		t.Logf("%s: static %d, dynamic %d, no difference %d, undecided %d, insufficient %d", key, v[Static], v[Dynamic], v[NoDifference], v[Undecided], v[Insufficient])
		if v[Static] > 0 && v[Dynamic] > 0 {
			t.Errorf("%s: static %d times, dynamic %d times", key, v[Static], v[Dynamic])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(c.costs)) {
		low, high := slices.Min(c.costs[key]), slices.Max(c.costs[key])
		t.Logf("%s: costs differ by %.1f %% over %d seeds", key, 100*(high/low-1), len(c.costs[key]))
		if high/low-1 > 0.05 {
			t.Errorf("%s: what is advised costs from %.3f to %.3f executor-hours", key, low, high)
		}
	}
}

// A run of the bars that was ended in the middle of a line goes on after the last whole one.
func TestBarsGoOnWhereTheyStopped(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bars.jsonl")
	if err := os.WriteFile(file, []byte(`{"Input":"fleet","Seed":1,"ExecutorHours":2}`+"\n"+`{"Input":"fleet","Se`), 0o644); err != nil {
		t.Fatal(err)
	}
	kept := keptBars(t, file)
	if b := kept["fleet 1"]; len(kept) != 1 || b.ExecutorHours != 2 {
		t.Errorf("%+v", kept)
	}
}
