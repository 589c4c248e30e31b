package decide

import (
	"fmt"
	"math"
	"os"
	"testing"

	"dynalloc/bench"
	"dynalloc/bench/stats"
	"dynalloc/bench/validate"
	"dynalloc/internal/logtest"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/traces"
)

// A truth is the real result of a workload under one configuration.
type truth struct {
	policy          policies.Spec
	time, executors float64 // seconds, executor-seconds: medians of the repeats
}

// configurations are the policies under which a workload really ran, with the real
// results. Configurations with equal policies are one.
func configurations(t *testing.T, group []*traces.Workload) []truth {
	var list []truth
	for _, repeats := range validate.ByConfiguration(group) {
		app := repeats[0].Apps[0]
		spec, err := replay.SpecFor(bench.RecordedFleet(), app)
		if err != nil {
			t.Fatal(err)
		}
		c := class{cores: traces.ExecutorCores(app), last: app, master: app.Master}
		var time, executors []float64
		for _, r := range repeats {
			v := validate.Recorded(r)[0]
			time, executors = append(time, v.Seconds), append(executors, v.ExecutorSeconds)
		}
		list = append(list, truth{c.plain(spec), stats.Median(time), stats.Median(executors)})
	}
	return list
}

// Where a workload really ran under several policies the best of them is known. A decision
// from the log of one run, among those policies, is right if its fixed size or its dynamic
// allocation misses no more deadlines in reality than the best of the other kind, and takes
// at most 5 % more executor-seconds where it misses as many. Verdicts of workloads whose
// kinds differ by more than the spread of repeats should be sure, and not wrong when they
// are. RECORDINGS names a folder of other recordings.
func TestAdviceIsAsGoodAsTheBestReally(t *testing.T) {
	folder := "../testdata/recordings"
	if other := os.Getenv("RECORDINGS"); other != "" {
		folder = other
	}
	sum, lines := truthOf(t, folder, 1)
	for _, line := range lines {
		t.Log(line)
	}
	t.Log(sum.String())
	if sum.asked < 20 || float64(sum.right) < 0.9*float64(sum.asked) || 10*sum.sureAndWrong > sum.sure || 10*sum.differSure < 6*sum.differ {
		t.Error(sum.String())
	}
}

// A counted counts decisions: how often the advised policy was right, and how the verdicts
// were that reach DecidedAt.
type counted struct {
	asked, right       int
	differ, differSure int // kinds differ in reality; of those, verdicts that are sure
	sure, sureAndWrong int
	bins               [5][2]int // by confidence from 0.5 in steps of 0.1: decisions, and those that were right
}

func (c *counted) String() string {
	text := fmt.Sprintf("right %d of %d; kinds differ in %d, %d of them sure; of %d sure verdicts %d wrong; by confidence:", c.right, c.asked, c.differ, c.differSure, c.sure, c.sureAndWrong)
	for i, b := range c.bins {
		text += fmt.Sprintf(" %.1f: %d of %d right;", 0.5+0.1*float64(i), b[1], b[0])
	}
	return text
}

// A case is a log of one run, and what really happened under the policies of its workload.
type recordedCase struct {
	log  *traces.Workload
	real []truth
	own  validate.Spread // of repeats
}

// recordedCases are the logs of a folder whose workloads really ran under several policies.
func recordedCases(t *testing.T, folder string) (list []recordedCase) {
	t.Helper()
	groups := validate.ByWorkload(validate.Recordings(logtest.Read(t, folder).Apps))
	borrowed := validate.Spread{}
	for _, group := range groups {
		borrowed = borrowed.Max(validate.SpreadOf(group))
	}
	for _, group := range groups {
		if len(group[0].Apps) > 1 {
			continue // a fleet
		}
		real := configurations(t, group)
		if len(real) < 2 || real[0].policy == real[1].policy {
			continue // two runs that differ in other things
		}
		own := validate.SpreadOf(group)
		if own == (validate.Spread{}) {
			own = borrowed
		}
		for _, log := range group {
			list = append(list, recordedCase{log, real, own})
		}
	}
	return list
}

// question is what to set for the log, among the policies that really ran.
func (c *recordedCase) question(seed uint64) Question {
	s := suiteOf(c.log)
	s.Config.Seed = seed
	var list []policies.Spec
	for _, r := range c.real {
		list = append(list, r.policy)
	}
	return only(s, list...)
}

// A judgedCase is a decision about a recorded case, compared with what really happened.
type judgedCase struct {
	Confidence          float64
	Right, Differ, Sure bool
	Said                string
}

// judge compares a decision with what really happened.
func (c *recordedCase) judge(d *Decision) judgedCase {
	of := &d.Classes[0]
	deadline := d.reference[0].Deadline.Seconds()
	var best [2]truth // the best fixed size, and the best dynamic allocation
	var set truth
	better := func(x, y truth) bool {
		if late, other := x.time > deadline, y.time > deadline; late != other {
			return other
		}
		return x.executors < y.executors
	}
	for _, r := range c.real {
		k := oneIf(!r.policy.Fixed())
		if best[k].time == 0 || better(r, best[k]) {
			best[k] = r
		}
		if r.policy == of.Set.Policy {
			set = r
		}
	}
	other := best[oneIf(of.Set.Policy.Fixed())]
	late := func(x truth, by float64) bool { return x.time > deadline*(1+by) }
	j := judgedCase{Confidence: of.Confidence, Sure: of.Verdict == Static || of.Verdict == Dynamic}
	j.Right = set.time > 0 && (other.time == 0 || !late(set, 2*c.own.Application) || late(other, -2*c.own.Application)) &&
		(other.time == 0 || late(other, 0) && !late(set, 0) || set.executors <= 1.05*other.executors)
	j.Differ = best[0].time > 0 && best[1].time > 0 && (late(best[0], 0) != late(best[1], 0) || math.Abs(math.Log(best[0].executors/best[1].executors)) > 2*c.own.Executors)
	j.Said = fmt.Sprintf("%s %.2f of %s, right %v; in reality %s %.0f s %.0f, %s %.0f s %.0f executor-seconds; deadline %.0f s",
		of.Verdict, of.Confidence, of.Set.Policy, j.Right, best[0].policy, best[0].time, best[0].executors, best[1].policy, best[1].time, best[1].executors, deadline)
	if !j.Right {
		for _, x := range of.Candidates {
			if x.Policy == other.policy { // the cause: what was forecast of the one that was better
				j.Said += fmt.Sprintf("; forecast of %s: %.0f s ± %.0f %%, %.0f executor-seconds, up to %.2f late", x.Policy, x.Turnaround, 100*validate.HalfWidth(of.Model.Time), x.ExecutorSeconds, x.Misses.High)
				break
			}
		}
	}
	return j
}

// truthOf decides from every recording of a folder, and compares with what really happened.
func truthOf(t *testing.T, folder string, seed uint64) (sum counted, lines []string) {
	t.Helper()
	for _, c := range recordedCases(t, folder) {
		j := c.judge(decided(t, c.question(seed)))
		sum.add(&j)
		lines = append(lines, c.log.Name+": "+j.Said)
	}
	return sum, lines
}

func (c *counted) add(j *judgedCase) {
	c.asked, c.right, c.differ, c.sure = c.asked+1, c.right+oneIf(j.Right), c.differ+oneIf(j.Differ), c.sure+oneIf(j.Sure)
	c.differSure += oneIf(j.Differ && j.Sure)
	c.sureAndWrong += oneIf(j.Sure && !j.Right)
	bin := &c.bins[min(4, max(0, int(10*(j.Confidence-0.5))))]
	bin[0], bin[1] = bin[0]+1, bin[1]+oneIf(j.Right)
}
