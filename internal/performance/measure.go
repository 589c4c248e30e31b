package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// A bench is a program of benchmarks: the test binary of a package.
type bench struct {
	binary string
	folder string // of the package, where it runs
}

// growthPackage has the benchmarks that also run beside older code.
const growthPackage = "internal/performance/growth"

// build compiles the benchmarks of a package of a module into a folder.
func build(module, name, into string) (*bench, error) {
	b := &bench{filepath.Join(into, strings.ReplaceAll(name, "/", "-")+".test"), filepath.Join(module, name)}
	command := exec.Command("go", "test", "-c", "-o", b.binary, "./"+name)
	command.Dir = module
	return b, run(command)
}

// buildBefore compiles the benchmarks of growth of this code beside the code of an
// earlier commit.
func buildBefore(module, commit, into string) (*bench, error) {
	old := filepath.Join(into, "before")
	archive := filepath.Join(into, "before.tar")
	if err := os.Mkdir(old, 0o755); err != nil {
		return nil, err
	}
	git := exec.Command("git", "archive", "--format=tar", "--output="+archive, commit)
	git.Dir = module
	if err := run(git); err != nil {
		return nil, err
	}
	if err := run(exec.Command("tar", "-xf", archive, "-C", old)); err != nil {
		return nil, err
	}
	for _, folder := range []string{growthPackage, "internal/stopwatch"} {
		if err := os.RemoveAll(filepath.Join(old, folder)); err != nil {
			return nil, err
		}
		if err := os.CopyFS(filepath.Join(old, folder), os.DirFS(filepath.Join(module, folder))); err != nil {
			return nil, err
		}
	}
	for _, file := range []string{"meaning_test.go", "prepared_test.go"} { // may use what the earlier code lacks
		if err := os.Remove(filepath.Join(old, growthPackage, file)); err != nil {
			return nil, err
		}
	}
	return build(old, growthPackage, old) // apart from the binary of this code
}

// run executes a command; an error has what it said last.
func run(command *exec.Cmd) error {
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	if err := command.Run(); err != nil {
		lines := strings.Split(strings.TrimSpace(said.String()), "\n")
		return fmt.Errorf("%s: %w: %s", filepath.Base(command.Args[0]), err, lines[len(lines)-1])
	}
	return nil
}

// run executes the benchmarks that match a pattern, and adds what they print to the
// results. What a benchmark printed before the limit counts.
func (b *bench) run(r *results, limit time.Duration, pattern string, args ...string) error {
	return capture(r, limit, b.folder, append([]string{b.binary, "-test.run=^$", "-test.bench=" + pattern}, args...)...)
}

// patience is how many times the limit of its processor time a command may take of the
// clock: a machine that others use as well is not the fault of a benchmark.
const patience = 20

// capture runs a command that prints as benchmarks do, and adds it to the results. The
// limit is of its processor time.
func capture(r *results, limit time.Duration, folder string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience*limit)
	defer cancel()
	limited := []string{"-c", `ulimit -t "$0" && exec "$@"`, strconv.Itoa(int(limit.Seconds()))}
	command := exec.CommandContext(ctx, "sh", append(limited, args...)...)
	command.Dir = folder
	var printed, said bytes.Buffer
	command.Stdout, command.Stderr = &printed, &said
	err := command.Run()
	n, readErr := r.read(io.TeeReader(&printed, &said))
	if readErr != nil {
		return readErr
	}
	if state := command.ProcessState; err != nil && state != nil && state.ExitCode() == -1 {
		return fmt.Errorf("ended by a signal, as after %v of processor time", limit)
	}
	if err != nil {
		lines := strings.Split(strings.TrimSpace(said.String()), "\n")
		return fmt.Errorf("%s: %w: %s", filepath.Base(args[0]), err, lines[0])
	}
	if n == 0 {
		return fmt.Errorf("%s printed no result", filepath.Base(args[0]))
	}
	return nil
}
