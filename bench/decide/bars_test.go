package decide

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"dynalloc/bench"
	"dynalloc/bench/builtin"
)

// seedsOfBars is how many seeds the bars are measured with: those of SEEDS, or two.
func seedsOfBars() int {
	if n, err := strconv.Atoi(os.Getenv("SEEDS")); err == nil {
		return n
	}
	return 2
}

// A contradictions collects what is decided of each class under several seeds.
type contradictions struct {
	static, dynamic map[string]int // times that the verdict was sure, by workload and class
	costs           map[string][]float64
	order           []string // keys of costs
}

func (c *contradictions) add(workload string, d *Decision) {
	for _, of := range d.Classes {
		switch key := workload + " " + of.Class; of.Verdict {
		case Static:
			c.static[key]++
		case Dynamic:
			c.dynamic[key]++
		}
	}
	if c.costs[workload] == nil {
		c.order = append(c.order, workload)
	}
	c.costs[workload] = append(c.costs[workload], d.Advised.ExecutorHours)
}

// The decision holds for every seed: no class is static with confidence under one seed and
// dynamic under another, and what is advised costs the same within 5 %. On real recordings
// verdicts are as right as their confidence says. SEEDS is the number of seeds (make
// advice-bars: 50), and WORKLOADS are those to decide about; without it, the recorded fleet
// with a small budget, where costs may differ more.
func TestDecisionsHoldForEverySeed(t *testing.T) {
	names := strings.Fields(os.Getenv("WORKLOADS"))
	budget, spread := 0, 0.05
	if len(names) == 0 {
		names, budget, spread = []string{"fleet"}, 2500, 0.15
	}
	sum := contradictions{map[string]int{}, map[string]int{}, map[string][]float64{}, nil}
	var truth counted
	var wrong []string
	for seed := 1; seed <= seedsOfBars(); seed++ {
		for _, name := range names {
			if name == "recordings" {
				one, lines := truthOf(t, "../testdata/recordings", uint64(seed))
				truth.join(&one)
				for _, line := range lines {
					if strings.Contains(line, "right false") {
						wrong = append(wrong, fmt.Sprintf("seed %d: %s", seed, line))
					}
				}
				continue
			}
			s, err := builtin.Suites[name]()
			if err != nil {
				t.Fatal(err)
			}
			s.Config.Horizon, s.Config.Seed = bench.Horizon(s.Workload), uint64(seed)
			d, err := Decide(t.Context(), Question{Suite: s, MissRate: DefaultMissRate, MaxSlowdown: DefaultMaxSlowdown, Budget: budget}, bench.Options{})
			if err != nil {
				t.Fatal(err)
			}
			sum.add(name, d)
			t.Logf("%s, seed %d: %.3f executor-hours (in force %.3f), %.2f misses (%.2f), %.0f replays", name, seed, d.Advised.ExecutorHours, d.Now.ExecutorHours, d.Advised.Misses, d.Now.Misses, d.Tried.Replays)
			for _, c := range d.Classes {
				t.Logf("| %s | %d | %s | %s | %.2f | %.2f | %.2f | %s | %.1f | %.2f of %d |", name, seed, c.Class, c.Verdict, c.Confidence, c.ConfidenceError, c.Equivalent, c.Set.Policy, c.Set.ExecutorSeconds, c.Set.Misses.Value, c.Set.Deadlines)
			}
		}
	}
	for key, n := range sum.static {
		if m := sum.dynamic[key]; m > 0 {
			t.Errorf("%s: static %d times, dynamic %d times", key, n, m)
		}
	}
	for _, name := range sum.order {
		list := sum.costs[name]
		low, high := slices.Min(list), slices.Max(list)
		t.Logf("%s: costs differ by %.1f %% over %d seeds", name, 100*(high/low-1), len(list))
		if high/low-1 > spread {
			t.Errorf("%s: what is advised costs from %.3f to %.3f executor-hours", name, low, high)
		}
	}
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

func (c *counted) join(o *counted) {
	c.asked, c.right, c.differ, c.differSure = c.asked+o.asked, c.right+o.right, c.differ+o.differ, c.differSure+o.differSure
	c.sure, c.sureAndWrong = c.sure+o.sure, c.sureAndWrong+o.sureAndWrong
	for i := range c.bins {
		c.bins[i][0], c.bins[i][1] = c.bins[i][0]+o.bins[i][0], c.bins[i][1]+o.bins[i][1]
	}
}
