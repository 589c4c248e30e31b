package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A sweep that is killed at many moments, each time before it is complete, goes on where it
// was, and in the end its results have the bytes of one that nobody disturbed. Between kills
// a line of the store is damaged, too.
func TestASweepThatIsKilledGoesOn(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills many processes")
	}
	t.Chdir(t.TempDir())
	workload := "app etl cores=2 memory=1g\n  job\n    stage tasks=400x10s\n    stage tasks=300x5s\napp etl-2 cores=2 memory=1g submit=1min\n  job\n    stage tasks=900x7s\n"
	if err := os.WriteFile("app.workload", []byte(workload), 0o644); err != nil {
		t.Fatal(err)
	}
	sweep := func(folder string) *exec.Cmd {
		cmd := exec.Command("dynalloc", "sweep", "app.workload", "--cluster", "standalone,nodes=4,cores=8,memory=32g", "-o", folder, "--quiet",
			"--policy", "static,n=1|2|4|8", "--policy", "spark,idle=10s|60s,max=2|8", "--replica", "0..3", "--load", "1 2", "--seed", "1..2")
		cmd.Stderr = new(bytes.Buffer)
		return cmd
	}
	if err := sweep("undisturbed").Run(); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("undisturbed/cells.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(5, 6))
	store := filepath.Join("killed", "store.jsonl")
	kills, reached := 0, map[int]bool{}
	for round := 0; ; round++ {
		if round == 500 {
			t.Fatalf("not complete after %d kills", kills)
		}
		cmd := sweep("killed")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// Killed when the store has grown by up to a tenth of the results, and sometimes at once.
		until := sizeOf(store) + int64(random.IntN(len(want)/10))
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		var err error
		for running := true; running; {
			if round%4 == 0 || sizeOf(store) > until {
				_ = cmd.Process.Kill()
			}
			select {
			case err = <-ended:
				running = false
			case <-time.After(time.Millisecond):
			}
		}
		if cmd.ProcessState.Exited() {
			if err != nil {
				t.Fatalf("%v: %s", err, cmd.Stderr)
			}
			break
		}
		kills++
		text, err := os.ReadFile(store)
		if err != nil {
			continue // it was killed before
		}
		reached[bytes.Count(text, []byte("\n"))] = true
		if n := len(text); n > 100 && round%5 == 0 {
			text[100+random.IntN(n-100)] ^= 4
			if err := os.WriteFile(store, text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	got, err := os.ReadFile("killed/cells.jsonl")
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("after %d kills the results differ: %v", kills, err)
	}
	if left := filesIn(t, "killed"); len(left) != 3 || len(reached) < 2 {
		t.Errorf("files %q; lines after the kills: %v", left, reached)
	}
	t.Logf("%d kills, at %d numbers of lines", kills, len(reached))
}

// sizeOf is the size of a file, 0 if there is none.
func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// A second process on the same results is refused, with what to do; SIGTERM ends the first
// within a second and says how to go on, and it goes on.
func TestTwoSweepsInOneFolder(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	in := t.TempDir()
	huge := hugeWorkload(t, in)
	t.Chdir(in)
	args := []string{"sweep", huge, "--cluster", "standalone,nodes=100,cores=16,memory=64g", "-o", "out", "--policy", "static,n=50|60", "--seed", "1..9"}
	first := exec.Command("dynalloc", args...)
	var said bytes.Buffer
	first.Stderr = &said
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		if _, err := os.Stat("out/store.jsonl"); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	second := exec.Command("dynalloc", args...)
	text, _ := second.CombinedOutput()
	if want := "dynalloc: out/store.jsonl: another process works on it: wait for it or end it, or write to another folder\n"; second.ProcessState.ExitCode() != statusFailed || string(text) != want {
		t.Errorf("the second: status %d, %q", second.ProcessState.ExitCode(), text)
	}
	if err := first.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait() // its error is the status
	if status := first.ProcessState.ExitCode(); status != 130 || !strings.HasSuffix(said.String(), "the same command goes on\ndynalloc: interrupted\n") {
		t.Errorf("the first: status %d, %q", status, said.String())
	}
}

// Cells that fail are named in their order, whatever the parallelism, and the rest is kept.
func TestSweepNamesCellsThatFail(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("app.workload", []byte("app a cores=2 memory=1g\n  job\n    stage tasks=4x10s\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, parallel := range []int{1, 8} {
		var stdout, stderr bytes.Buffer
		status := run(t.Context(), []string{"sweep", "app.workload", "--cluster", "standalone,nodes=1,cores=4,memory=8g", "-o", fmt.Sprint("out", parallel),
			"--policy", "static,n=1,cores=2|64", "--seed", "1..3", "--parallel", fmt.Sprint(parallel)}, &stdout, &stderr)
		lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
		if status != statusPartly || len(lines) != 4 || lines[3] != fmt.Sprintf("3 of 6 cells written to out%d/cells.jsonl.", parallel) {
			t.Fatalf("status %d, %q", status, lines)
		}
		for i, line := range lines[:3] {
			if !strings.HasPrefix(line, fmt.Sprintf("dynalloc: cell %d (static,n=1,cores=64, replica 0, load 1, seed %d, ", 2*i+1, i+1)) {
				t.Errorf("line %d: %q", i, line)
			}
		}
	}
}
