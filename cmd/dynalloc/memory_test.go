package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The estimate of memory is within a factor of two of the most that the process had
// resident: for many small applications under many policies, for large stages of tasks that
// all differ, and for very many small stages.
func TestMemoryIsAsEstimated(t *testing.T) {
	if testing.Short() {
		t.Skip("runs three comparisons of seconds")
	}
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("needs /proc, as Linux has it, to see how much memory a process has resident")
	}
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(1, 2))
	tasks := func(n int) string {
		list := make([]string, n)
		for i := range list {
			list[i] = fmt.Sprintf("1x%dms", 500+r.IntN(8000))
		}
		return "    stage tasks=" + strings.Join(list, ",") + "\n"
	}
	var small, large, stages strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&small, "app a%d class=c%d cores=2 memory=2g submit=%ds\n  job\n%s%s", i, i%13, 7*i, tasks(80), tasks(20))
	}
	large.WriteString("app large cores=4 memory=1g\n")
	for range 5 {
		large.WriteString("  job\n" + tasks(300_000))
	}
	stages.WriteString("app stages cores=4 memory=1g\n")
	for range 40_000 {
		stages.WriteString("  job\n    stage tasks=2x300ms\n")
	}
	for name, c := range map[string]struct{ workload, flags string }{
		"small applications": {small.String(), ""},
		"large stages":       {large.String(), "--policy static,n=50"},
		"many stages":        {stages.String(), "--policy static,n=50"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+".workload")
			if err := os.WriteFile(path, []byte(c.workload), 0o644); err != nil {
				t.Fatal(err)
			}
			args := "compare -v --parallel 2 -o out --cluster standalone,nodes=100,cores=16,memory=64g " + c.flags + " " + path
			cmd := exec.Command("dynalloc", strings.Fields(args)...) // TestMain puts it into the PATH
			cmd.Dir = t.TempDir()
			said, peak := runWatched(t, cmd)
			m := regexp.MustCompile(`about (\S+) ([MG])B of memory`).FindSubmatch(said)
			if m == nil {
				t.Fatalf("no estimate: %s", said)
			}
			estimate, err := strconv.ParseFloat(string(m[1]), 64)
			if err != nil {
				t.Fatal(err)
			}
			if m[2][0] == 'G' {
				estimate *= 1000
			}
			t.Logf("estimated %.0f MB, measured %.0f MB", estimate, peak)
			if ratio := estimate / peak; ratio < 0.5 || ratio > 2 {
				t.Errorf("estimated %.0f MB, measured %.0f MB", estimate, peak)
			}
		})
	}
}

// runWatched runs a command and returns what it printed, and the most memory in MB that
// the system says it had resident. It asks while the command runs, because the figure
// that the system gives afterwards includes the memory of the process that started it.
func runWatched(t *testing.T, cmd *exec.Cmd) (said []byte, peak float64) {
	t.Helper()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	status := fmt.Sprintf("/proc/%d/status", cmd.Process.Pid)
	for {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatalf("%v: %s", err, out.Bytes())
			}
			return out.Bytes(), peak
		case <-time.After(10 * time.Millisecond):
			text, err := os.ReadFile(status)
			if err != nil {
				continue // the process has ended
			}
			if m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(text); m != nil {
				kib, _ := strconv.ParseFloat(string(m[1]), 64)
				peak = kib * 1024 / 1e6
			}
		}
	}
}

// The plan names the bound that is in force, and what to do where it will not be enough.
func TestThePlanNamesTheBoundOfMemory(t *testing.T) {
	for want, got := range map[string]string{
		"about 730 MB of memory": memoryIs(731_420_000, 0, ""),
		"about 1.07 GB of memory of the 2.15 GB that GOMEMLIMIT allows": memoryIs(1<<30, 1<<31, "GOMEMLIMIT"),
		"about 2.15 GB of memory, more than the 1.07 GB that the control group allows: give it more, fewer replays at a time (--parallel 1), or a part of the applications (--name, --since)": memoryIs(1<<31, 1<<30, "the control group"),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "w.workload"), []byte("app a cores=1 memory=1g\n  job\n    stage tasks=2x1s\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{"": "dynalloc: replaying: about 63 MB of memory, more than the 20 MB that GOMEMLIMIT allows: ", "--quiet": ""} {
		cmd := exec.Command("dynalloc", strings.Fields("compare --format csv --policy static,n=1 --cluster standalone,nodes=1,cores=4,memory=8g w.workload "+args)...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOMEMLIMIT=20000000")
		var stderr strings.Builder
		cmd.Stderr = &stderr
		if err := cmd.Run(); err != nil {
			t.Fatalf("%v: %s", err, &stderr)
		}
		if !strings.HasPrefix(stderr.String(), want) || want == "" && stderr.Len() > 0 {
			t.Errorf("%q: standard error %q, want %q", args, &stderr, want)
		}
	}
}

// The least limit of a group and of those around it counts, in both versions of control groups.
func TestControlGroupsLimitMemory(t *testing.T) {
	for _, c := range []struct {
		files map[string]string
		want  int64
	}{
		{nil, 0},
		{map[string]string{"/proc/self/cgroup": "0::/user/job\n", "/sys/fs/cgroup/user/job/memory.max": "max\n"}, 0},
		{map[string]string{"/proc/self/cgroup": "0::/user/job\n", "/sys/fs/cgroup/user/job/memory.max": "max\n", "/sys/fs/cgroup/user/memory.max": "1000\n"}, 1000},
		{map[string]string{"/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/memory.max": "4096\n"}, 4096},
		{map[string]string{"/proc/self/cgroup": "5:cpu:/a\n4:memory:/docker/1\n", "/sys/fs/cgroup/memory/memory.limit_in_bytes": "2048\n", "/sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes": "9223372036854771712\n"}, 2048},
	} {
		got := controlGroupLimit(func(path string) ([]byte, error) {
			if text, there := c.files[path]; there {
				return []byte(text), nil
			}
			return nil, errors.New("not there")
		})
		if got != c.want {
			t.Errorf("%v: %d, want %d", c.files, got, c.want)
		}
	}
}
