package policies

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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
	packed, err := os.ReadFile(recordedFile)
	if err != nil {
		t.Fatal(err)
	}
	unpack, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	random, err := io.ReadAll(unpack)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(keptFile)
	if err != nil {
		t.Fatal(err)
	}
	ticks := 0
	for _, recorded := range parseScenarios(string(random) + string(kept)) {
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
	defer spark.stop()
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
		keep(t, s.with(want))
	}
	if len(wrong) > 0 {
		return
	}
	fmt.Printf("%d scenarios, %d ticks: no difference\n", *sparkScenarios, ticks)
	if *sparkRecord > 0 {
		record(t, recorded[:*sparkRecord])
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

// keep appends a scenario to the golden cases.
func keep(t *testing.T, s scenario) {
	file, err := os.OpenFile(keptFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err == nil {
		_, err = fmt.Fprintln(file, s)
	}
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		t.Error(err)
	}
}

func record(t *testing.T, recorded []scenario) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range recorded {
		io.WriteString(w, s.String())
	}
	w.Close()
	if err := os.WriteFile(recordedFile, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// installedSpark is a process that plays scenarios through Spark's classes.
type installedSpark struct {
	t       *testing.T
	command *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Scanner
}

func startSpark(t *testing.T) *installedSpark {
	s := &installedSpark{t: t}
	s.command = exec.Command("java", "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED", "--add-opens=java.base/java.lang=ALL-UNNAMED",
		"-Xmx1g", "-cp", *sparkClasses, "Script")
	var err error
	if s.in, err = s.command.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := s.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.out = bufio.NewScanner(out)
	if err := s.command.Start(); err != nil {
		t.Fatalf("%v: make test-spark needs Java 17", err)
	}
	return s
}

func (s *installedSpark) stop() {
	s.in.Close()
	if err := s.command.Wait(); err != nil {
		s.t.Error("java:", err)
	}
}

// ask returns what Spark answers to each of the scenarios.
func (s *installedSpark) ask(asked []scenario) [][]string {
	var text strings.Builder
	for _, one := range asked {
		one.writeTo(&text)
	}
	text.WriteString(".\n")
	go io.WriteString(s.in, text.String()) // while its answers are read
	var b strings.Builder
	for s.out.Scan() {
		if s.out.Text() == "." {
			var answers [][]string
			for _, answer := range parseScenarios(b.String()) {
				answers = append(answers, answer.lines)
			}
			return answers
		}
		b.WriteString(s.out.Text() + "\n")
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
