package main

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"dynalloc/bench/onspark"
	"dynalloc/internal/golden"
)

// What docs/SCALE.md is calculated from, besides what is measured.
const (
	uplink      = 125e6 // of the driver, bytes in a second: 1 Gbit/s
	nodeCores   = 16
	ownCores    = 8 // of the machine with which a cluster is compared
	scaleCells  = 240
	emptyCells  = 20_000
	emptyTasks  = 10
	scaleTraces = "bench/testdata/recordings at load 20"
)

// A scale is what was measured, in seconds and bytes.
type scale struct {
	cell              float64 // of one processor, in a process that runs already
	begin             float64 // from the start of the driver to its first answers
	worker            float64 // start of a worker, until it has read the workload
	task, each        float64 // what Spark adds to a task, and to an answer in it, on an executor
	driver            float64 // processor time of the driver for an answer
	driverStart       float64 // and for its start
	files, sent, got  float64 // bytes to each node, and for each answer to and from the driver
	alone             [2]float64
	spark             [2]float64 // wall time of all cells on one and two cores, without the start
	share             [2]float64 // of the time of the cores in which a worker had a cell
	sparkStarts       [2]float64
	cells             int
	sparkName, system string
}

// time is how long n cells of c seconds take on a cluster: it starts, each node gets the
// files from the driver, each core starts a worker; then the cores are busy, unless the
// driver is.
func (s *scale) time(n, c, cores float64) float64 {
	files := s.files * math.Ceil(cores/nodeCores) / uplink
	perTask := max(1, math.Min(5/max(c, 1e-6), n/cores/2))
	onCores := n * (c + s.each + s.task/perTask) / cores
	last := c * perTask / 2 // the cores do not end at the same moment
	return s.begin + files + s.worker + max(onCores+last, n*s.driver)
}

// least is the cell above which a cluster is faster than the own machine for n cells, in
// seconds; infinite if none is.
func (s *scale) least(n, cores float64) float64 {
	low, high := 1e-6, 1e6
	if s.time(n, high, cores) > n*high/ownCores {
		return math.Inf(1)
	}
	for range 100 {
		middle := math.Sqrt(low * high)
		if s.time(n, middle, cores) < n*middle/ownCores {
			high = middle
		} else {
			low = middle
		}
	}
	return high
}

// TestScaleDocument measures a sweep on Spark and calculates what larger clusters do. It
// writes docs/SCALE.md with -update.
func TestScaleDocument(t *testing.T) {
	if *sparkPython == "" {
		t.Skip("needs Spark: make scale installs it and runs this test")
	}
	s := measureScale(t)
	text := s.document()
	t.Log(text)
	if golden.Updating() {
		if err := os.WriteFile("../../docs/SCALE.md", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func measureScale(t *testing.T) *scale {
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	traces, err := filepath.Abs("../../bench/testdata/recordings")
	if err != nil {
		t.Fatal(err)
	}
	plan := write("plan", "policy recorded\npolicy static,n=2|4|8\npolicy spark,idle=10s|60s,max=4|8\nreplica 0..29\nload 20\n")
	machine := write("cluster.yaml", "manager: standalone\nnodes:\n  - type: worker\n    count: 4\n    cores: 8\n    memory: 64g\n")
	inputs, err := onspark.WriteBundle(folder, []string{plan, machine, traces})
	if err != nil {
		t.Fatal(err)
	}
	program := built(t, nil)
	worker := []string{"sweep", "worker", "--plan=" + plan, "--cluster=" + machine, "--workload=" + traces, "--cache=saved"}
	c := startSpark(t)
	t.Setenv("SPARK_HOME", c.home)
	t.Setenv("PYSPARK_PYTHON", *sparkPython)
	t.Setenv("SPARK_LOCAL_IP", "127.0.0.1")
	s := &scale{cells: scaleCells}

	requests := make([]string, scaleCells)
	for i := range requests {
		requests[i] = fmt.Sprintf(`{"cell":%d}`, i)
	}
	for k := range 2 { // this machine with one and two processes
		begin := time.Now()
		var all []*exec.Cmd
		for p := range k + 1 {
			cmd := exec.Command(program, worker[:len(worker)-1]...)
			cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
			var mine []string
			for i := p; i < scaleCells; i += k + 1 {
				mine = append(mine, requests[i])
			}
			cmd.Stdin = strings.NewReader(strings.Join(mine, "\n"))
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			all = append(all, cmd)
		}
		for _, cmd := range all {
			if err := cmd.Wait(); err != nil {
				t.Fatal(err)
			}
			if k == 0 {
				s.cell = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds() / scaleCells
			}
		}
		s.alone[k] = time.Since(begin).Seconds()
	}

	got := func(int, string) error { return nil }
	must := func(failures []onspark.Failure, err error) {
		t.Helper()
		if err != nil || len(failures) > 0 {
			t.Fatal(failures, err)
		}
	}
	conf := []string{"spark.executor.memory=512m", "spark.driver.memory=512m", "spark.ui.enabled=false"}
	for k := range 2 {
		cluster := onspark.Cluster{
			Master: c.master(), Conf: append(conf, "spark.cores.max="+strconv.Itoa(k+1)), Files: []string{program, inputs},
			Command: []string{"env", inputsVariable + "=" + filepath.Base(inputs), "./" + filepath.Base(program), "guard", "--"},
		}
		cluster.Command = append(cluster.Command, worker...)
		session := cluster.Session()
		begin := time.Now()
		must(session.Do(t.Context(), requests[:k+1], got))
		s.sparkStarts[k] = time.Since(begin).Seconds()
		begin = time.Now()
		before := session.Stats
		must(session.Do(t.Context(), requests, got))
		s.spark[k] = time.Since(begin).Seconds()
		inWorkers := session.Stats.StartMS + session.Stats.AnswerMS - before.StartMS - before.AnswerMS
		s.share[k] = float64(inWorkers) / 1000 / s.spark[k] / float64(k+1)
		session.Close()
		st := session.Stats
		s.sparkName = "Spark " + st.Spark
		s.worker = float64(st.StartMS)/1000/float64(max(st.Starts, 1)) - s.cell
		s.files, s.got, s.sent = float64(st.FileBytes), float64(st.GotBytes)/float64(scaleCells), float64(st.SentBytes)/float64(scaleCells)
	}
	s.begin = min(s.sparkStarts[0], s.sparkStarts[1]) - s.worker

	// Answers that cost nothing show what Spark and the driver add.
	empty := onspark.Cluster{Master: c.master(), Conf: append(conf, "spark.cores.max=1"), Files: []string{write("empty.sh", "#!/bin/sh\nwhile read -r id rest; do echo \"$id next 0 {}\"; done\n")}, Command: []string{"./empty.sh"}}
	wall := func(n int, session *onspark.Session) float64 {
		begin := time.Now()
		must(session.Do(t.Context(), manyOf(n), got))
		return time.Since(begin).Seconds()
	}
	idle := empty.Session()
	wall(1, idle)
	idle.Close()
	s.driverStart = idle.Stats.Driver.Seconds()
	session := empty.Session()
	wall(1, session)
	for range emptyTasks { // one job each, which is the most that a task can cost
		s.task += wall(1, session) / emptyTasks
	}
	s.each = wall(emptyCells, session) / emptyCells // with its share of the tasks
	session.Close()
	s.driver = max(0, session.Stats.Driver.Seconds()-s.driverStart) / emptyCells
	if out, err := exec.Command("uname", "-sm").Output(); err == nil {
		s.system = strings.TrimSpace(string(out))
	}
	return s
}

// manyOf is a list of small requests.
func manyOf(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = `{"cell":0}`
	}
	return list
}

func (s *scale) document() string {
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	ms := func(v float64) string {
		if v >= 1 {
			return strconv.FormatFloat(v, 'f', 1, 64) + " s"
		}
		return strconv.FormatFloat(1000*v, 'g', 3, 64) + " ms"
	}
	seconds := func(v float64) string {
		if math.IsInf(v, 1) {
			return "never"
		}
		return ms(v)
	}
	p("# How sweeps grow on Spark\n")
	p("For people who consider a cluster for `dynalloc sweep --on`. `make scale` measures, calculates and rewrites this page.\n")
	p("## Measured\n")
	p("%s on %s with two processors, a standalone cluster with workers on the same machine, and %d cells of %s.", s.sparkName, cmp.Or(s.system, "this machine"), s.cells, scaleTraces)
	p("Other work on the machine makes times longer.\n")
	p("| quantity | value |\n|---|---:|")
	p("| a cell, processor time in one process | %s |", ms(s.cell))
	p("| start of the session, until the first answer without the worker's start | %s |", seconds(s.begin))
	p("| start of a worker on a core: reading the workload, each application alone | %s |", ms(s.worker))
	p("| what Spark adds to a task: a job with one task | %s |", ms(s.task))
	p("| what Python and Spark add to an answer, on the executor | %s |", ms(s.each))
	p("| driver, processor time for an answer | %s |", ms(s.driver))
	p("| driver, processor time to start and end | %s |", seconds(s.driverStart))
	p("| program and inputs, bytes to each node | %.1f MB |", s.files/1e6)
	p("| bytes to and from the driver for each cell | %.0f and %.0f |\n", s.sent, s.got)
	p("| cores | this machine alone | Spark, after its start | efficiency of Spark |\n|---:|---:|---:|---:|")
	for k := range 2 {
		p("| %d | %s | %s | %.0f %% |", k+1, seconds(s.alone[k]), seconds(s.spark[k]), 100*s.share[k])
	}
	p("\nEfficiency is the share of the cores' time in which a worker had a cell, in the same run, so that other work on the machine changes it")
	p("little. The two times are of different runs. The driver, the Master and the workers share the two processors with the cells.\n")
	p("## Calculated\n")
	p("The time of *n* cells of *c* seconds on *P* cores: the session starts; each node of %d cores gets the files from the driver, whose", nodeCores)
	p("link has %.0f MB/s; each core starts a worker. Then either the cores or the driver are busy the longest:\n", uplink/1e6)
	p("    T = start + files × nodes / link + worker + max(n × (c + answer + task / cells of a task) / P + half a task, n × driver)\n")
	p("A task has cells for %d seconds, and fewer at the end. This neglects lost executors, which repeat at most their running tasks.\n", 5)
	p("Efficiency, *n c / (P T)*:\n")
	p("| cells | size of a cell | 10 cores | 100 cores | 1,000 cores | time on 1,000 cores |\n|---:|---:|---:|---:|---:|---:|")
	for _, n := range []float64{10_000, 100_000} {
		for _, c := range []float64{0.01, 0.1, 1, 10} {
			e := func(cores float64) float64 { return 100 * n * c / cores / s.time(n, c, cores) }
			p("| %.0f | %s | %.0f %% | %.0f %% | %.0f %% | %s |", n, seconds(c), e(10), e(100), e(1000), seconds(s.time(n, c, 1000)))
		}
	}
	p("\n## When a cluster does not pay\n")
	p("Below this size of a cell, a machine with %d cores of the same speed is done earlier than the cluster:\n", ownCores)
	p("| cells | 16 cores | 100 cores | 1,000 cores |\n|---:|---:|---:|---:|")
	for _, n := range []float64{1000, 10_000, 100_000} {
		p("| %.0f | %s | %s | %s |", n, seconds(s.least(n, 16)), seconds(s.least(n, 100)), seconds(s.least(n, 1000)))
	}
	p("\nThe driver is the limit of small cells: it can take at most %.0f answers in a second, however many cores there are.", 1/max(s.driver, 1e-9))
	return b.String()
}
