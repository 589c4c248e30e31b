package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

var sparkPython = flag.String("spark", "", "Python with pyspark, pandas, pyarrow, grpcio, grpcio-status, googleapis-common-protos and zstandard, for TestSweepsOnSpark")

// A sparkCluster is a standalone cluster of two workers with a core each on this machine.
type sparkCluster struct {
	t            *testing.T
	home, folder string
	env          []string
	port         int
	killed       struct{ running, starting int }
}

// startSpark starts a cluster, which ends with the test.
func startSpark(t *testing.T) *sparkCluster {
	out, err := exec.Command(*sparkPython, "-c", "import pyspark; print(pyspark.__path__[0])").Output()
	if err != nil {
		t.Fatal(err)
	}
	c := &sparkCluster{t: t, home: strings.TrimSpace(string(out)), folder: t.TempDir(), port: freePort(t)}
	c.env = append(os.Environ(), "SPARK_HOME="+c.home, "PYSPARK_PYTHON="+*sparkPython, "SPARK_LOCAL_IP=127.0.0.1",
		"SPARK_DAEMON_MEMORY=512m", "SPARK_MASTER_OPTS=-Dspark.deploy.maxExecutorRetries=-1", "SPARK_LOCAL_DIRS="+c.folder)
	c.daemon("org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", strconv.Itoa(c.port), "--webui-port", "0")
	c.listens(c.port)
	for range 2 {
		c.daemon("org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", "1g", "--webui-port", "0", "--work-dir", c.folder, c.master())
	}
	return c
}

func (c *sparkCluster) master() string { return fmt.Sprintf("spark://127.0.0.1:%d", c.port) }

// daemon starts a class of Spark, and returns what ends it.
func (c *sparkCluster) daemon(class string, args ...string) (stop func()) {
	return c.start(exec.Command(filepath.Join(c.home, "bin", "spark-class"), append([]string{class}, args...)...))
}

func (c *sparkCluster) start(cmd *exec.Cmd) (stop func()) {
	c.t.Helper()
	log, err := os.CreateTemp(c.folder, "log")
	if err != nil {
		c.t.Fatal(err)
	}
	defer log.Close()
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = c.env, c.folder, log, log
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			cmd.Process.Kill()
			cmd.Wait()
		}
	}
	c.t.Cleanup(stop)
	return stop
}

// connectServer starts a Connect server on the cluster.
func (c *sparkCluster) connectServer(port int) (stop func()) {
	stop = c.start(exec.Command(filepath.Join(c.home, "bin", "spark-submit"),
		"--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "--master", c.master(), "--driver-memory", "512m",
		"--conf", "spark.executor.memory=512m", "--conf", "spark.task.maxFailures=100", "--conf", "spark.ui.enabled=false",
		"--conf", "spark.connect.grpc.binding.port="+strconv.Itoa(port), "spark-internal"))
	c.listens(port)
	return stop
}

func freePort(t *testing.T) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func (c *sparkCluster) listens(port int) {
	c.t.Helper()
	for range 1500 {
		if conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			conn.Close()
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
	c.t.Fatalf("nothing listens on port %d", port)
}

// executors are the processes of the cluster's executors that have registered with their
// driver, and those that have not yet.
func (c *sparkCluster) executors() (running, starting []int) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		text, _ := os.ReadFile(file)
		folder, err := os.Readlink(filepath.Join(filepath.Dir(file), "cwd"))
		if err != nil || !strings.HasPrefix(folder, c.folder) || !bytes.Contains(text, []byte("\x00org.apache.spark.executor.CoarseGrainedExecutorBackend\x00")) {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		log, _ := os.ReadFile(filepath.Join(folder, "stderr"))
		if bytes.Contains(log, []byte("Successfully registered with driver")) {
			running = append(running, pid)
		} else {
			starting = append(starting, pid)
		}
	}
	return running, starting
}

// kills is how many executors of each kind are killed in a sweep.
const kills = 4

// killing kills executors, until the result is called: one that runs, then one that starts,
// at least some time apart, up to kills of each. It kills one that runs only after there are more results than
// at the last time, so that it does not kill all of them before they can do anything on a
// slow machine.
func (c *sparkCluster) killing(every time.Duration, results func() int) (stop func()) {
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		next, before := time.Now(), -1
		for {
			select {
			case <-end:
				return
			case <-time.After(50 * time.Millisecond):
			}
			if time.Now().Before(next) || c.killed.starting == kills {
				continue
			}
			running, starting := c.executors()
			now := results()
			switch {
			case c.killed.starting < c.killed.running && len(starting) > 0:
				syscall.Kill(starting[0], syscall.SIGKILL)
				c.killed.starting++
			case c.killed.starting >= c.killed.running && len(running) > 0 && now > before:
				syscall.Kill(running[0], syscall.SIGKILL)
				c.killed.running++
				before = now
			default:
				continue
			}
			next = time.Now().Add(every)
		}
	}()
	return func() { close(end); <-ended }
}

// built builds the program; replaced has the texts of files to build instead.
func built(t *testing.T, replaced map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	program := filepath.Join(folder, "dynalloc")
	args := []string{"build", "-o", program}
	if len(replaced) > 0 {
		overlay := filepath.Join(folder, "overlay.json")
		var files []string
		for file, text := range replaced {
			at := filepath.Join(folder, filepath.Base(file))
			if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			absolute, err := filepath.Abs(file)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, fmt.Sprintf("%q:%q", absolute, at))
		}
		if err := os.WriteFile(overlay, []byte(`{"Replace":{`+strings.Join(files, ",")+`}}`), 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, "-overlay", overlay)
	}
	cmd := exec.Command("go", append(args, ".")...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// TestSweepsOnSpark sweeps on a real cluster while executors are killed, and compares the
// results with those of this machine byte by byte.
func TestSweepsOnSpark(t *testing.T) {
	if *sparkPython == "" {
		t.Skip("needs Spark: make test-on-spark installs it and runs this test")
	}
	folder := t.TempDir()
	plan := filepath.Join(folder, "plan")
	if err := os.WriteFile(plan, []byte("policy recorded\npolicy static,n=2|4|8\npolicy spark,idle=10s|60s,max=4|8|16\nreplica 0..29\nload 10\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	const cells = 300
	program := built(t, nil)
	c := startSpark(t)
	sweep := func(program, name string, flags ...string) *exec.Cmd {
		cmd := exec.Command(program, append([]string{"sweep", "--plan", plan, "--cluster", "cluster.yaml", "-o", filepath.Join(folder, name)}, append(flags, "traces")...)...)
		cmd.Env, cmd.Dir = append(c.env, "PYSPARK_DRIVER_PYTHON="+*sparkPython), folder
		return cmd
	}
	if err := os.CopyFS(filepath.Join(folder, "traces"), os.DirFS("../../bench/testdata/recordings")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "cluster.yaml"), []byte("manager: standalone\nnodes:\n  - type: worker\n    count: 4\n    cores: 8\n    memory: 64g\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	results := func(name string) []string {
		text, _ := os.ReadFile(filepath.Join(folder, name, "cells.jsonl"))
		return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	}
	if out, err := sweep(program, "single").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	single := results("single")
	if len(single) != cells {
		t.Fatalf("%d results on this machine", len(single))
	}
	equal := func(t *testing.T, name string) {
		t.Helper()
		if got := results(name); !slices.Equal(got, single) {
			t.Errorf("%d results on Spark, or not the bytes of the %d of this machine", len(got), len(single))
		}
	}
	small := []string{"--conf", "spark.executor.memory=512m", "--conf", "spark.driver.memory=512m", "--conf", "spark.ui.enabled=false"}
	classic := append([]string{"--on", c.master()}, small...)

	stored := func(name string) int {
		text, _ := os.ReadFile(filepath.Join(folder, name, "store.jsonl"))
		return bytes.Count(text, []byte("\n"))
	}

	// half runs a sweep until about a third of its results are there.
	half := func(t *testing.T, cmd *exec.Cmd, name string, out *bytes.Buffer) (ended chan error) {
		t.Helper()
		cmd.Stdout, cmd.Stderr = out, out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended = make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		for {
			select {
			case err := <-ended:
				t.Fatalf("it ended before the half: %v\n%s", err, out)
			case <-time.After(50 * time.Millisecond):
			}
			if stored(name) > cells/3 {
				return ended
			}
		}
	}
	killing := func(t *testing.T, name string) func() {
		c.killed.running, c.killed.starting = 0, 0
		stop := c.killing(1250*time.Millisecond, func() int { return stored(name) })
		return func() {
			stop()
			t.Logf("killed: %d running and %d starting executors", c.killed.running, c.killed.starting)
			if c.killed.running == 0 || c.killed.starting == 0 {
				t.Error("both running and starting executors should have been killed")
			}
		}
	}
	run := func(t *testing.T, cmd *exec.Cmd) {
		t.Helper()
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if i := bytes.Index(out, []byte("\nSpark ")); i >= 0 {
			t.Logf("%s", bytes.TrimSpace(out[i:]))
		}
	}

	t.Run("executors are killed, speculation is on, and the driver is killed", func(t *testing.T) {
		defer killing(t, "classic")()
		flags := append(classic, "--conf", "spark.speculation=true", "--conf", "spark.speculation.multiplier=1.1", "--conf", "spark.speculation.quantile=0.3", "-v")
		first := sweep(program, "classic", flags...)
		ended := half(t, first, "classic", new(bytes.Buffer))
		first.Process.Kill()
		<-ended
		run(t, sweep(program, "classic", flags...))
		equal(t, "classic")
	})

	t.Run("a worker ends at one cell", func(t *testing.T) {
		source, err := os.ReadFile("../../bench/sweep/worker.go")
		if err != nil {
			t.Fatal(err)
		}
		const call = "line, err := r.Run(cell,"
		crash := strings.Replace(string(source), call, `if cell == 123 { println("out of luck"); panic(cell) }; `+call, 1)
		if crash == string(source) {
			t.Fatalf("worker.go has no %q any more", call)
		}
		crashing := built(t, map[string]string{"../../bench/sweep/worker.go": crash})
		out, err := sweep(program, "crash", append(classic, "--worker", crashing)...).CombinedOutput()
		var status *exec.ExitError
		if !errors.As(err, &status) || status.ExitCode() != statusPartly {
			t.Fatalf("%v\n%s", err, out)
		}
		for _, said := range []string{"cell 123 ", "exit status 2", "out of luck"} {
			if !bytes.Contains(out, []byte(said)) {
				t.Errorf("it does not say %q:\n%s", said, out)
			}
		}
		if got := results("crash"); !slices.Equal(got, slices.Delete(slices.Clone(single), 123, 124)) {
			t.Errorf("%d of the other results", len(got))
		}
		run(t, sweep(program, "crash")) // the cell that is left, on this machine
		equal(t, "crash")
	})

	t.Run("the executors have no pyarrow", func(t *testing.T) {
		none := filepath.Join(folder, "none", "pyarrow")
		if err := os.MkdirAll(none, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(none, "__init__.py"), []byte("raise ImportError('this machine has no pyarrow')\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		run(t, sweep(program, "none", append(classic, "-v", "--conf", "spark.task.maxFailures=4", "--conf", "spark.executorEnv.PYTHONPATH="+filepath.Dir(none))...))
		equal(t, "none")
	})

	t.Run("Spark Connect, with executors killed and the server started again", func(t *testing.T) {
		port := freePort(t)
		stop := c.connectServer(port)
		defer killing(t, "connect")()
		cmd := sweep(program, "connect", "-v", "--on", fmt.Sprintf("sc://127.0.0.1:%d", port))
		var out bytes.Buffer
		ended := half(t, cmd, "connect", &out)
		stop()
		defer c.connectServer(port)()
		if err := <-ended; err != nil {
			t.Fatalf("%v\n%s", err, &out)
		}
		equal(t, "connect")
	})
}
