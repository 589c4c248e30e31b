package standalone

import (
	"fmt"
	"strings"
	"testing"

	"dynalloc/internal/spark"
	"dynalloc/replay/cluster/manager"
)

// A script drives a Master and says what it did.
type script struct {
	*Master
	t *testing.T
}

func onWorkers(t *testing.T, o Options, cores ...int) script {
	nodes := make([]manager.Node, len(cores))
	for i, n := range cores {
		nodes[i] = manager.Node{Resources: manager.Resources{Cores: n, MemoryMB: 16 << 10}}
	}
	return script{New(nodes, o), t}
}

// app registers an application with executors of so many cores and 1 GB, and
// asks for so many.
func (s script) app(index, cores, asked int, more ...func(*manager.App)) {
	a := manager.App{Index: index, Profiles: []manager.Profile{{Cores: cores, TaskCPUs: 1, HeapMB: 1 << 10, OverheadMB: 384}}}
	for _, f := range more {
		f(&a)
	}
	s.Observe(manager.Event{Kind: manager.AppSubmitted, App: index, Submitted: &a})
	if !s.RunsDriver(a) {
		s.Observe(manager.Event{Kind: manager.AppRegistered, App: index})
		s.Observe(manager.Event{Kind: manager.TotalAsked, App: index, Total: asked})
	}
}

// pass is one pass of the Master: "0@2" is an executor of application 0 on
// worker 2, "driver 0@2" its driver.
func (s script) pass() string {
	var did []string
	for _, a := range s.Serve(0) {
		who := fmt.Sprint(a.App)
		if a.Kind == manager.PlaceDriver {
			who = "driver " + who
		}
		did = append(did, fmt.Sprintf("%s@%d", who, a.Node))
	}
	return strings.Join(did, " ")
}

func (s script) expect(want string) {
	s.t.Helper()
	if got := s.pass(); got != want {
		s.t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Three workers of four cores, five executors of two: spread out, each worker
// gets one in turn.
func TestExecutorsAreSpread(t *testing.T) {
	s := onWorkers(t, *Defaults(), 4, 4, 4)
	s.app(0, 2, 5)
	s.expect("0@2 0@2 0@1 0@1 0@0")
}

// Packed, the first worker is filled before the next is touched.
func TestExecutorsArePacked(t *testing.T) {
	s := onWorkers(t, Options{Selection: ByWorkerID}, 4, 4, 4)
	s.app(0, 2, 3)
	s.expect("0@0 0@0 0@1")
}

// Which worker is tried first is the Master's setting.
func TestWorkersAreSelected(t *testing.T) {
	for selection, want := range map[Selection]string{
		MostCores: "0@1", FewestCores: "0@0", MostMemory: "0@2", LeastMemory: "0@0", ByWorkerID: "0@0",
	} {
		s := onWorkers(t, Options{Spread: true, Selection: selection}, 4, 8, 6)
		s.app(0, 2, 1)
		if got := s.pass(); got != want {
			t.Errorf("%q: the executor goes to %s, want %s", selection, got, want)
		}
	}
}

// The first application takes all that it may, the second what is left, and
// what the first gives back goes to the second in the same pass.
func TestFirstComeFirstServed(t *testing.T) {
	s := onWorkers(t, *Defaults(), 8)
	s.app(0, 2, 9)
	s.app(1, 2, 2)
	s.expect("0@0 0@0 0@0 0@0")
	s.Observe(manager.Event{Kind: manager.TotalAsked, Total: 3})
	s.Observe(manager.Event{Kind: manager.ExecutorExited, Container: 1})
	s.expect("1@0")
}

// An application that sets no spark.cores.max has the Master's default.
func TestDefaultCores(t *testing.T) {
	s := onWorkers(t, Options{Spread: true, Selection: MostCores, DefaultCores: 4}, 16)
	s.app(0, 2, 9)
	s.app(1, 2, 9, func(a *manager.App) { a.CoresMax = 6 })
	s.expect("0@0 0@0 1@0 1@0 1@0")
}

// In cluster mode drivers are placed before executors, in order of arrival. One that
// finds no room does not delay the next.
func TestDriversGoFirst(t *testing.T) {
	clusterMode := func(cores int) func(*manager.App) {
		return func(a *manager.App) { a.ClusterMode, a.Driver = true, spark.DriverSize{Cores: cores, HeapMB: 1 << 10} }
	}
	s := onWorkers(t, *Defaults(), 4, 4)
	s.app(0, 2, 3)
	s.app(1, 2, 1, clusterMode(6))
	s.app(2, 2, 1, clusterMode(2))
	s.expect("driver 2@0 0@1 0@1 0@0")
	s.Observe(manager.Event{Kind: manager.AppRegistered, App: 2})
	s.Observe(manager.Event{Kind: manager.TotalAsked, App: 2, Total: 1})
	s.expect("")
	s.Observe(manager.Event{Kind: manager.AppFinished})
	s.expect("2@1")
}

// Cores are unset: each worker's executor gets all cores that it has.
func TestExecutorsWithoutCores(t *testing.T) {
	s := onWorkers(t, *Defaults(), 4, 8)
	s.app(0, 0, 5)
	var cores []int
	for _, a := range s.Serve(0) {
		cores = append(cores, a.Cores)
	}
	if fmt.Sprint(cores) != "[8 4]" {
		t.Errorf("executors have %v cores, want 8 and 4", cores)
	}
}

// A lost worker takes its executors along: the application gets others, and the
// worker serves again, empty, when it is back.
func TestALostWorker(t *testing.T) {
	s := onWorkers(t, *Defaults(), 4, 4)
	s.app(0, 2, 4)
	s.expect("0@1 0@1 0@0 0@0")
	s.Observe(manager.Event{Kind: manager.NodeLost, Node: 1})
	s.expect("")
	s.Observe(manager.Event{Kind: manager.NodeRestored, Node: 1})
	s.expect("0@1 0@1")
}

// An application that can never be placed is refused before it asks for anything.
func TestWhatFitsNowhere(t *testing.T) {
	s := onWorkers(t, *Defaults(), 4)
	err := s.Fits(manager.App{Profiles: []manager.Profile{{Cores: 6, TaskCPUs: 1, HeapMB: 1 << 10}}})
	if err == nil || !strings.Contains(err.Error(), "fits on no node of the cluster (4 cores, 16384 MiB)") {
		t.Errorf("got %v", err)
	}
	small := []manager.Profile{{Cores: 2, TaskCPUs: 1, HeapMB: 1 << 10}}
	driver := spark.DriverSize{Cores: 5, HeapMB: 1 << 10}
	err = s.Fits(manager.App{Profiles: small, ClusterMode: true, Driver: driver})
	if err == nil || !strings.HasPrefix(err.Error(), "its driver of 5 cores and 1024 MiB fits on no node") {
		t.Errorf("a driver in cluster mode: got %v", err)
	}
	if err := s.Fits(manager.App{Profiles: small, Driver: driver}); err != nil {
		t.Errorf("a driver outside of the cluster: got %v", err)
	}
}

// A worker of four cores is lost with a driver of one core and comes back with four.
// The driver's end must not free a fifth.
func TestALostWorkerComesBackWithItsOwnCores(t *testing.T) {
	s := onWorkers(t, *Defaults(), 4)
	s.app(0, 1, 0, func(a *manager.App) {
		a.ClusterMode, a.Driver = true, spark.DriverSize{Cores: 1, HeapMB: 1 << 10}
	})
	s.expect("driver 0@0")
	s.Observe(manager.Event{Kind: manager.NodeLost})
	s.Observe(manager.Event{Kind: manager.NodeRestored})
	s.Observe(manager.Event{Kind: manager.AppFinished})
	s.app(1, 1, 5)
	s.expect("1@0 1@0 1@0 1@0")
}
