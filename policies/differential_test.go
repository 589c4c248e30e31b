package policies

import (
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dynalloc/internal/differential"
)

var (
	sparkClasses   = flag.String("spark", "", "class path of an installed Spark and of Script.java: play scenarios through it")
	sparkScenarios = flag.Int("scenarios", 10000, "how many scenarios to play through Spark")
	sparkSeed      = flag.Uint64("seed", 1, "seed of the first scenario; the others follow")
	sparkRecord    = flag.Int("record", 0, "how many of the scenarios to record in testdata/oracle")
)

// What Spark's own classes have answered: to scenarios of the first seeds, and
// to those that once came out differently, shrunk.
const (
	recordedFile = "testdata/oracle/random-4.1.4.txt.gz"
	keptFile     = "testdata/oracle/kept-4.1.4.txt"
)

// TestRecordedScenarios holds the policy against what Spark's own
// ExecutorAllocationManager and ExecutorMonitor answered to random scenarios:
// targets, steps and the executors given back must agree at every tick, and so
// must the executors counted, the add timer and the number of requests.
func TestRecordedScenarios(t *testing.T) {
	ticks := 0
	for _, recorded := range parseScenarios(differential.Recorded(t, recordedFile, keptFile)) {
		s, want := recorded.split()
		for _, every := range []bool{true, false} {
			if diff := cmp.Diff(want, s.answers(t, every, nil)); diff != "" {
				t.Fatalf("scenario %s, asked at every tick: %v: Spark (-) and the policy (+) differ:\n%s\n%s", s.id, every, diff, s)
			}
		}
		ticks += s.ticks()
	}
	if ticks < 20000 {
		t.Errorf("only %d ticks are recorded: that shows too little", ticks)
	}
}

const answersFollow = "answers:"

// split takes a recorded scenario apart: what was asked, and the answers.
func (s scenario) split() (asked scenario, answers []string) {
	i := slices.Index(s.lines, answersFollow)
	return scenario{s.id, s.lines[:i]}, s.lines[i+1:]
}

func (s scenario) with(answers []string) scenario {
	return scenario{s.id, slices.Concat(s.lines, []string{answersFollow}, answers)}
}

// TestSpark plays random scenarios through an installed Spark; "make
// test-spark" does it. A scenario that comes out differently is shrunk and
// written down.
func TestSpark(t *testing.T) {
	if *sparkClasses == "" {
		t.Skip("needs an installed Spark: run make test-spark")
	}
	spark := startSpark(t)
	defer spark.Stop()
	var (
		q        quirks
		recorded []scenario
		ticks    int
		wrong    []scenario
	)
	const batch = 200
	for done := 0; done < *sparkScenarios && len(wrong) < 5; {
		var batched []scenario
		for range min(batch, *sparkScenarios-done) {
			batched = append(batched, newScenario(t, *sparkSeed+uint64(done)))
			done++
		}
		answers := spark.ask(batched)
		for i, s := range batched {
			want := answers[i]
			var one quirks
			counting = true
			every := s.answers(t, true, &one)
			counting = false
			if !slices.Equal(want, every) || !slices.Equal(want, s.answers(t, false, nil)) {
				wrong = append(wrong, spark.shrink(s))
			}
			q.add(&one)
			ticks += s.ticks()
			if len(recorded) < max(*sparkRecord, mutantScenarios) {
				recorded = append(recorded, s.with(want))
			}
		}
	}
	for _, s := range wrong {
		want := spark.ask([]scenario{s})[0]
		t.Errorf("Spark (-) and the policy (+) differ:\n%s\n%s", cmp.Diff(want, s.answers(t, true, nil)), s)
		differential.Keep(t, keptFile, s.with(want).String()+"\n")
	}
	if len(wrong) > 0 {
		return
	}
	fmt.Printf("%d scenarios, %d ticks: no difference\n", *sparkScenarios, ticks)
	if *sparkRecord > 0 {
		var text strings.Builder
		for _, s := range recorded[:*sparkRecord] {
			text.WriteString(s.String())
		}
		differential.Record(t, recordedFile, text.String())
	}
	least := 100
	if *sparkScenarios < 10000 {
		least = 0 // too few for rare things
	}
	table, rare := q.table(least)
	fmt.Printf("how often each quirk showed:\n%s", table)
	if rare != "" {
		t.Errorf("quirks that showed less than %d times:\n%s", least, rare)
	}
	checkBranches(t, recorded, least)
}

// installedSpark plays scenarios through Spark's classes.
type installedSpark struct {
	*differential.Process
	t *testing.T
}

func startSpark(t *testing.T) *installedSpark {
	return &installedSpark{differential.Java(t, "make test-spark", "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED", "--add-opens=java.base/java.lang=ALL-UNNAMED",
		"-Xmx1g", "-cp", *sparkClasses, "Script"), t}
}

// ask returns what Spark answers to each of the scenarios.
func (s *installedSpark) ask(asked []scenario) [][]string {
	var text strings.Builder
	for _, one := range asked {
		one.writeTo(&text)
	}
	text.WriteString(".\n")
	go io.WriteString(s.In, text.String()) // while its answers are read
	var b strings.Builder
	for s.Out.Scan() {
		if s.Out.Text() == "." {
			var answers [][]string
			for _, answer := range parseScenarios(b.String()) {
				answers = append(answers, answer.lines)
			}
			return answers
		}
		b.WriteString(s.Out.Text() + "\n")
	}
	s.t.Fatalf("Script.java ended early: compile it and see what it says to %s", asked[0])
	return nil
}

// shrink drops all of a scenario that does not matter for its disagreement.
func (s *installedSpark) shrink(from scenario) scenario {
	return from.shrink(func(candidates []scenario) int {
		for i, answer := range s.ask(candidates) {
			c := candidates[i]
			if strings.Contains(answer[len(answer)-1], "Exception") {
				continue // shrunk too far: Spark cannot play it
			}
			if !slices.Equal(answer, c.answers(s.t, true, nil)) || !slices.Equal(answer, c.answers(s.t, false, nil)) {
				return i
			}
		}
		return -1
	})
}
