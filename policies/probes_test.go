package policies

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A probe stands in the policy at one place where it can go two ways:
// TestInstrument writes copies of the policy's files with a probe around every
// condition, and around every case and statement, which can be left out. A
// probe counts which way was taken, and it can force one. Without such copies
// there are no probes.
type probe struct {
	where  string // "spark.go:230 raise": with the function
	text   string // the source
	whole  bool   // a case or a statement: there is no other way
	taken  [2]int // how often it was false, true
	forced int    // 1: always true, -1: always false, 0: as it is
}

var (
	probes   []*probe
	counting bool // only one of the plays of a scenario counts
)

func newProbe(where, text string, whole bool) *probe {
	p := &probe{where: where, text: text, whole: whole}
	probes = append(probes, p)
	return p
}

func (p *probe) takes(way bool) bool {
	if p.forced != 0 {
		return p.forced > 0
	}
	if counting && way {
		p.taken[1]++
	} else if counting {
		p.taken[0]++
	}
	return way
}

// mutantScenarios is how many scenarios a policy with a branch removed may
// pass before it counts as not caught.
const mutantScenarios = 1500

var showBranches = flag.Bool("branches", false, "list every branch with how often it was taken")

// unseen are branches that change no answer, each with the reason. The list
// is short because a branch that can go goes.
var unseen = []struct{ function, text, reason string }{
	{"plainStart", "a == nil || !a.submitted || a.pending < 2 || e.Speculative || a.started.has(e.Task) is false", shorter},
	{"plainEnd", "a == nil || !a.submitted || a.running == 0 || a.pendingCopies != nil || e.failed() is false", shorter},
	{"add", "d.drop(a)", onlyMemory},
	{"add", "!a.unschedulable is true", onlyMemory},
	{"jobEnd", "m.jobs = slices.Delete(m.jobs, i, i+1)", onlyMemory},
	{"timedOut", "now < m.next is true", looksAgain},
	{"updateDeadline", "t.deadline > old is false", looksAgain},
	{"updateDeadline", "t.timedOut is false", looksAgain},
	{"jobStart", "t.activeShuffle is false", looksAgain},
	{"Tick", "len(idle) > 0 is false", looksAgain},
	{"blockUpdated", "len(t.cached) == 1 is false", sameDeadline},
	{"blockUpdated", "len(t.cached) == 0 is false", sameDeadline},
	{"unpersist", "len(t.cached) == 0 is false", sameDeadline},
	{"timeout", "t.shuffles.len() == 0 is true", sameTimeout},
	{"timeout", "len(t.cached) == 0 is true", sameTimeout},
}

// Why a branch changes no answer.
const (
	shorter      = "a shorter way to the same sums"
	onlyMemory   = "frees or keeps memory"
	looksAgain   = "saves a look at executors or a tick that would change nothing"
	sameDeadline = "the deadline would come out the same"
	sameTimeout  = "the maximum over nothing is the idle timeout, too"
)

// checkBranches says how often the policy's branches were taken, and plays the
// recorded scenarios against the policy with each branch removed in turn, which
// must come out differently.
func checkBranches(t *testing.T, recorded []scenario, least int) {
	if len(probes) == 0 {
		fmt.Println("branches are not counted: the policy was built without probes")
		return
	}
	type way struct {
		*probe
		taken  int
		forced int // what removes it
	}
	var ways []way
	for _, p := range probes {
		ways = append(ways, way{p, p.taken[1], -1})
		if !p.whole {
			ways = append(ways, way{p, p.taken[0], 1})
		}
	}
	fmt.Println("the rarest branches:")
	slices.SortStableFunc(ways, func(a, b way) int { return a.taken - b.taken })
	caught, byScripts, excused, old, shown := 0, 0, 0, 0, 0
	rarest := -1
	scripts := readScripts(t)
	var missed, rare []string
	for _, w := range ways {
		line := fmt.Sprintf("%9d  %-28s %s", w.taken, w.where, w.text)
		if !w.whole {
			line += map[int]string{-1: " is true", 1: " is false"}[w.forced]
		}
		// The timeouts before Spark 3.5 are no branch of the installed one.
		before := w.taken == 0 && strings.HasSuffix(w.where, " timeout")
		if before {
			old++
		} else if rarest < 0 {
			rarest = w.taken
		}
		if *showBranches || !before && shown < 5 {
			shown++
			fmt.Println(line)
		}
		excuse := slices.ContainsFunc(unseen, func(u struct{ function, text, reason string }) bool {
			return strings.HasSuffix(w.where, " "+u.function) && strings.HasSuffix(line, u.text)
		})
		if w.taken < least && !before {
			rare = append(rare, line)
		}
		w.probe.forced = w.forced
		found := catches(t, nil, recorded)
		if !found && catches(t, scripts, nil) {
			byScripts++
			found = true
		}
		w.probe.forced = 0
		switch {
		case found:
			caught++
		case excuse:
			excused++
		default:
			missed = append(missed, line)
		}
	}
	fmt.Printf("%d branches: the rarest taken %d times, %d only before Spark 3.5\n", len(ways), rarest, old)
	fmt.Printf("%d policies without one of them: %d caught, %d of these only by the event scripts; %d excused\n",
		len(ways), caught, byScripts, excused)
	if len(rare) > 0 {
		t.Errorf("%d branches taken less than %d times:\n%s", len(rare), least, strings.Join(rare, "\n"))
	}
	if len(missed) > 0 {
		t.Errorf("%d policies without a branch were not caught:\n%s", len(missed), strings.Join(missed, "\n"))
	}
}

// catches tells whether the policy as it is now answers any of the scripts
// or scenarios otherwise than Spark. To panic is otherwise, too.
func catches(t *testing.T, scripts []*script, recorded []scenario) (caught bool) {
	defer func() { caught = caught || recover() != nil }()
	for _, s := range scripts {
		fresh := *s
		fresh.wrong = func(string) { caught = true }
		if fresh.play(t); caught {
			return true
		}
	}
	for _, r := range recorded[:min(len(recorded), mutantScenarios)] {
		s, want := r.split()
		if !slices.Equal(want, s.answers(t, false, nil)) {
			return true
		}
	}
	return false
}
