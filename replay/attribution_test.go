package replay

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"dynalloc/internal/wide"
	"dynalloc/replay/attribution"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// addsUp reports parts of an attribution that do not add up to their whole.
func addsUp(t *testing.T, r *Result) {
	t.Helper()
	if r.Ledger.Held().Cmp(r.Provided) > 0 && !r.Cluster.Traits().Overcommits {
		t.Errorf("%v of core-time were held of %v", r.Ledger.Held(), r.Provided)
	}
	for i := range r.Apps {
		a := &r.Apps[i]
		b := a.Attribution
		if got, want := b.Turnaround.Total(), a.End-a.Submit; got != want {
			t.Errorf("application %d: the parts of its turnaround add up to %v and not to %v: %v", i, got, want, b.Turnaround)
		}
		if got, want := b.Cores.Total(), a.Ledger.Held(); got != want {
			t.Errorf("application %d: the parts of its core-time add up to %v and not to %v: %v", i, got, want, b.Cores)
		}
		if got, want := b.Executors.Total(), a.Ledger.Executor; got != want {
			t.Errorf("application %d: the parts of its executor-time add up to %v and not to %v: %v", i, got, want, b.Executors)
		}
		for _, same := range []struct {
			name      string
			got, want wide.Time
		}{
			{"starting", b.Cores[attribution.HoldStarting], a.Ledger.Starting},
			{"busy", b.Cores[attribution.HoldBusy], a.Ledger.Busy},
			{"leaving", b.Cores[attribution.HoldLeaving], a.Ledger.Leaving},
			{"beside, as executor-time,", b.Executors[attribution.HoldBeside], wide.Time{}},
		} {
			if same.got != same.want {
				t.Errorf("application %d: %s is %v and in the ledger %v", i, same.name, same.got, same.want)
			}
		}
		if b.Waves < 0 || b.Waves > b.Turnaround[attribution.TimeExecution] {
			t.Errorf("application %d: %v of %v of execution in waves", i, b.Waves, b.Turnaround[attribution.TimeExecution])
		}
		for c, d := range b.Turnaround {
			if d < 0 || d%time.Millisecond != 0 {
				t.Errorf("application %d: %v is %v", i, attribution.TimeCause(c), d)
			}
		}
		for c := range b.Cores {
			if b.Cores[c].Sign() < 0 || b.Executors[c].Sign() < 0 {
				t.Errorf("application %d: %v is %v of core-time, %v of executor-time", i, attribution.HoldCause(c), b.Cores[c], b.Executors[c])
			}
		}
	}
}

// Whatever the workload, the policy, the cluster and the times, each
// millisecond has one cause.
func TestAttributionsOfRandomReplaysAddUp(t *testing.T) {
	seen, managers := attribution.Turnaround{}, map[string]bool{}
	held := attribution.Holding{}
	for seed := range uint64(303) {
		if seed >= 300 {
			seed = []uint64{363, 638, 1675}[seed-300] // these once did not end
		}
		w, fleet, config := randomRun(seed)
		enrich(w, &config, seed)
		limit(w, seed)
		config.Attribute, config.Faults = true, randomFaults(t, seed)
		r, err := Run(w, fleet, config)
		if err != nil && strings.Contains(err.Error(), "no external shuffle service on Kubernetes") {
			config.Cluster.Manager = "standalone"
			r, err = Run(w, fleet, config)
		}
		if err != nil {
			t.Fatalf("seed %d on %s: %v", seed, config.Cluster, err)
		}
		managers[config.Cluster.Manager] = true
		addsUp(t, r)
		if t.Failed() {
			t.Fatalf("seed %d under %s", seed, fleet)
		}
		for i := range r.Apps {
			for c, d := range r.Apps[i].Attribution.Turnaround {
				seen[c] += d
			}
			for c, d := range r.Apps[i].Attribution.Cores {
				held[c] = held[c].Plus(d)
			}
		}
	}
	if len(managers) != len(cluster.Managers()) {
		t.Errorf("replayed on %v, want %v", managers, cluster.Managers())
	}
	for c, d := range seen {
		if d == 0 {
			t.Errorf("no replay has any %v", attribution.TimeCause(c))
		}
	}
	for c, d := range held {
		if d.Sign() == 0 {
			t.Errorf("no replay has any executor that is %v", attribution.HoldCause(c))
		}
	}
}

// limit adds barrier stages, and executors that take no tasks after failures.
func limit(w *traces.Workload, seed uint64) {
	for _, a := range w.Apps {
		if seed%3 == 0 {
			a.Properties["spark.excludeOnFailure.enabled"] = "true"
		}
		for i := range a.Stages {
			a.Stages[i].Barrier = seed%5 == 0 && i%4 == 3
		}
	}
}

// enrich adds what makes attribution harder to a random workload: copies of slow
// tasks, tasks that fail, tasks that prefer a node, and other managers.
func enrich(w *traces.Workload, c *Config, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 3))
	c.Cluster.Locality = r.IntN(2) == 0
	c.Cluster.Manager = cluster.Managers()[r.IntN(len(cluster.Managers()))]
	c.Cluster.Pools[0].Cores += 3 // for drivers that run in the cluster
	for _, a := range w.Apps {
		if r.IntN(2) == 0 {
			a.Properties["spark.speculation"], a.Properties["spark.speculation.quantile"] = "true", "0.3"
			a.Properties["spark.speculation.efficiency.enabled"] = "false"
		}
		a.Hosts = []string{"x", "y", "z"}
		for i := range a.Stages {
			s := &a.Stages[i]
			for k := range s.Tasks {
				if r.IntN(3) == 0 {
					s.Tasks[k].Host, s.Tasks[k].Locality = int16(r.IntN(3)), traces.NodeLocal
				}
				if r.IntN(20) == 0 {
					s.Failures = append(s.Failures, traces.Failure{Task: k, Work: time.Duration(r.IntN(2000)) * time.Millisecond})
				}
			}
		}
	}
}

// randomFaults has some replays lose executors, a node for some time, or their
// manager.
func randomFaults(t *testing.T, seed uint64) []cluster.Fault {
	t.Helper()
	var faults []cluster.Fault
	texts := []string{"executor-loss,at=%ds", "node-loss,at=%ds,node=0,for=20s", "spot-reclaim,at=%ds,node=0,notice=5s,for=30s", "node-loss,at=%ds,node=0,silent=15s,for=20s", "manager-away,at=%ds,for=15s"}
	for i := range seed % 4 {
		f, err := cluster.ParseFault(fmt.Sprintf(texts[(seed/4+i)%5], 5+seed%40+7*i))
		if err != nil {
			t.Fatal(err)
		}
		faults = append(faults, f)
	}
	return faults
}

// Attribution does not change what happens.
func TestAttributionChangesNothing(t *testing.T) {
	for seed := range uint64(50) {
		w, fleet, config := randomRun(seed)
		plain, err := Run(w, fleet, config)
		if err != nil {
			t.Fatal(err)
		}
		config.Attribute = true
		asked, err := Run(w, fleet, config)
		if err != nil {
			t.Fatal(err)
		}
		if plain.Digest != asked.Digest || plain.Ledger != asked.Ledger {
			t.Fatalf("seed %d: another replay", seed)
		}
	}
}

// Cases that a person can follow on paper: the causes of an application's time and
// of its executors' time, second by second. Some are stories in testdata, which say
// what happened; the others are described here. Executors have one core, start in
// two seconds, and their drivers see at once that they are gone, unless the case
// says otherwise.
func TestWhereTheTimeWentByHand(t *testing.T) {
	type seconds = map[attribution.TimeCause]float64
	type coreSeconds = map[attribution.HoldCause]float64
	for _, c := range []struct {
		name, workload, policy, cluster string
		app                             int
		want                            seconds
		cores                           coreSeconds // nil: of no interest
		waves                           float64     // of the execution
	}{
		{
			// The executor is asked for at the start and up at 2; the first job begins at 5.
			"start-up beside the driver is the driver's", `
app a
  job gap=5s
    stage tasks=1x4s
  job gap=3s
    stage tasks=1x2s`, "static,n=1", "", 0,
			seconds{attribution.TimeDriver: 8, attribution.TimeExecution: 6}, coreSeconds{attribution.HoldStarting: 2, attribution.HoldBusy: 6, attribution.HoldMinimum: 3 + 3}, 0,
		},
		{
			"a fixed size that is too small is execution", `
app a
  job
    stage tasks=4x5s`, "static,n=1", "", 0,
			seconds{attribution.TimeStartup: 2, attribution.TimeExecution: 20}, coreSeconds{attribution.HoldStarting: 2, attribution.HoldBusy: 20}, 15,
		},
		{
			// +1, +2, +1 at 1, 2 and 3 s: the executor of the last task is asked for at 3 s.
			"the ramp is followed to the executor of the last task", `
app a
  job
    stage tasks=4x10s`, "spark", "", 0,
			seconds{attribution.TimeRamp: 3, attribution.TimeStartup: 2, attribution.TimeExecution: 10}, coreSeconds{attribution.HoldStarting: 8, attribution.HoldBusy: 40, attribution.HoldIdle: 2 + 1 + 1}, 0,
		},
		{
			"a full cluster is the manager's queue", `
app first
  job
    stage tasks=1x30s
app second submit=10s
  job
    stage tasks=1x5s`, "static,n=1", "standalone,nodes=1,cores=1,memory=8g,startup=2s", 1,
			seconds{attribution.TimeQueue: 22, attribution.TimeStartup: 2, attribution.TimeExecution: 5}, nil, 0,
		},
		{
			// The second job's task waits behind that of the first, from 2 to 12.
			"another job has the only slot", `
app a
  job
    stage tasks=1x10s
  job after=-1
    stage tasks=1x5s`, "static,n=1", "", 0,
			seconds{attribution.TimeStartup: 2, attribution.TimeSlot: 10, attribution.TimeExecution: 5}, nil, 0,
		},
		{
			// The first job's task has the slot from 3 to 11. The second is ready at 5, and its
			// executor asked for at 6 and up at 8: it waits for the slot all the while, for that
			// comes first in the order.
			"another job has a slot while an executor starts", `
app a
  job
    stage tasks=1x8s
  job after=-1 gap=5s
    stage tasks=1x20s`, "spark", "", 0,
			seconds{attribution.TimeDriver: 5, attribution.TimeSlot: 3, attribution.TimeExecution: 20}, nil, 0,
		},
		{
			// Executors come at 3, 4, 4 and 5 s; the last task starts at 4 s.
			"an executor that comes after the last task is surplus", `
app a
  job
    stage tasks=4x1s
  end gap=10s`, "spark,idle=3s", "", 0,
			seconds{attribution.TimeRamp: 2, attribution.TimeStartup: 2, attribution.TimeExecution: 1, attribution.TimeDriver: 10}, coreSeconds{attribution.HoldStarting: 8, attribution.HoldBusy: 4, attribution.HoldIdle: 9, attribution.HoldSurplus: 3}, 0,
		},
		{
			"the minimum holds an idle executor", `
app a
  job
    stage tasks=1x2s
  end gap=10s`, "spark,idle=3s,min=1", "", 0,
			seconds{attribution.TimeStartup: 2, attribution.TimeExecution: 2, attribution.TimeDriver: 10}, coreSeconds{attribution.HoldStarting: 2, attribution.HoldBusy: 2, attribution.HoldMinimum: 10}, 0,
		},
		{
			"a core without a task beside one that has one", `
app a cores=2
  job
    stage tasks=1x5s`, "static,n=1", "", 0,
			seconds{attribution.TimeStartup: 2, attribution.TimeExecution: 5}, coreSeconds{attribution.HoldStarting: 4, attribution.HoldBusy: 5, attribution.HoldBeside: 5}, 0,
		},
		{
			// Three of four map tasks run again from 56 to 69: one ready at 56 whose executor
			// is asked for at 58 and up at 59. The last of the second stage waits from 69 to 71.
			"none_reruns_maps", "", "", "", 0,
			seconds{attribution.TimeRamp: 3 + 2 + 1, attribution.TimeStartup: 3, attribution.TimeExecution: 10 + 40 + 5, attribution.TimeRecompute: 10, attribution.TimeDriver: 2}, nil, 0,
		},
		{
			// From 104 to 134 executor 0 holds files that no running job needs.
			"tracking_holds_until_the_job_ends", "", "", "", 0,
			seconds{attribution.TimeRamp: 3, attribution.TimeStartup: 1, attribution.TimeExecution: 100, attribution.TimeDriver: 60},
			coreSeconds{attribution.HoldStarting: 4, attribution.HoldBusy: 130, attribution.HoldLiveShuffle: 2 + 91 + 91 + 90, attribution.HoldOldShuffle: 30}, 0,
		},
		{
			// Ten of the second job's eleven seconds are lost blocks.
			"lost_cache_is_computed_again", "", "", "", 0,
			seconds{attribution.TimeRamp: 6, attribution.TimeStartup: 2, attribution.TimeExecution: 11, attribution.TimeRecompute: 10, attribution.TimeDriver: 30},
			coreSeconds{attribution.HoldStarting: 8, attribution.HoldBusy: 84, attribution.HoldCache: 60 + 4}, 0,
		},
		{
			// The slow task runs from 3 to 15.1, its copy until 17.1.
			"speculation_copies_a_straggler", "", "", "", 0,
			seconds{attribution.TimeStartup: 1, attribution.TimeExecution: 16.1}, nil, 2,
		},
		{
			// Executor 0 is free from 1 to 4.
			"tasks_wait_for_their_nodes", "", "", "", 0,
			seconds{attribution.TimeStartup: 1, attribution.TimeLocality: 3, attribution.TimeExecution: 20}, nil, 10,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			workload, run := c.workload, "policy "+c.policy+"\ncluster "+cmp.Or(c.cluster, "standalone,nodes=1,cores=16,memory=64g,startup=2s")
			if workload == "" {
				workload, run = storyOf(t, c.name)
			}
			w, err := traces.ReadText(strings.NewReader(workload), c.name)
			if err != nil {
				t.Fatal(err)
			}
			played := readRun(t, run)
			fleet, config := fleet(t, played.policy), played.config
			config.Attribute = true
			r, err := Run(w, fleet, config)
			if err != nil {
				t.Fatal(err)
			}
			addsUp(t, r)
			a := r.Apps[c.app].Attribution
			for cause, got := range a.Turnaround {
				if want := c.want[attribution.TimeCause(cause)]; got.Seconds() != want {
					t.Errorf("%v is %v, want %v s", attribution.TimeCause(cause), got, want)
				}
			}
			if a.Waves.Seconds() != c.waves {
				t.Errorf("%v of it in waves, want %v s", a.Waves, c.waves)
			}
			for cause, got := range a.Cores {
				if want := c.cores[attribution.HoldCause(cause)]; c.cores != nil && got.Seconds() != want {
					t.Errorf("executors are %v for %v of core-time, want %v s", attribution.HoldCause(cause), got, want)
				}
			}
		})
	}
}

// With unlimited executors from the start, the time consists of the driver and the
// work of the longest tasks, without waves. With one executor of one slot, it
// consists of the driver, the start-up, and other tasks.
func TestEndlessExecutorsLeaveOnlyTheWork(t *testing.T) {
	for seed := range uint64(100) {
		w := randomWorkload(seed)
		for _, a := range w.Apps {
			a.Profiles[0].Cores = 1
		}
		for _, c := range []struct {
			policy, cluster string
			gone            []attribution.TimeCause
			endless         bool
		}{
			{"static,n=200", "standalone,nodes=1,cores=2000,memory=8000g,startup=0s", []attribution.TimeCause{attribution.TimeRecompute, attribution.TimeLocality, attribution.TimeSlot, attribution.TimeStartup, attribution.TimeQueue, attribution.TimeRamp}, true},
			{"static,n=1", "standalone,nodes=1,cores=2000,memory=8000g,startup=3s", []attribution.TimeCause{attribution.TimeRecompute, attribution.TimeLocality, attribution.TimeQueue, attribution.TimeRamp}, false},
		} {
			played := readRun(t, "policy "+c.policy+"\ncluster "+c.cluster)
			played.config.Attribute = true
			r, err := Run(w, fleet(t, played.policy), played.config)
			if err != nil {
				t.Fatal(err)
			}
			addsUp(t, r)
			for i := range r.Apps {
				a := r.Apps[i].Attribution
				for _, cause := range c.gone {
					if a.Turnaround[cause] != 0 {
						t.Errorf("seed %d, application %d under %s: %v of %v", seed, i, c.policy, a.Turnaround[cause], cause)
					}
				}
				if c.endless && a.Waves != 0 {
					t.Errorf("seed %d, application %d: %v in waves", seed, i, a.Waves)
				}
			}
		}
	}
}

// storyOf is the workload and the run of a story in testdata.
func storyOf(t *testing.T, name string) (workload, run string) {
	t.Helper()
	story, err := txtar.ParseFile("testdata/" + name + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range story.Files {
		switch f.Name {
		case "workload":
			workload = string(f.Data)
		case "run":
			run = string(f.Data)
		}
	}
	return workload, run
}

// Lateness is attributed to the causes from the last one in their order on, each
// with the time that it has, and to the work itself only when all delays are used.
func TestLatenessIsDueToTheLastCausesFirst(t *testing.T) {
	const s = time.Second
	parts := attribution.Turnaround{attribution.TimeDriver: 10 * s, attribution.TimeExecution: 20 * s, attribution.TimeStartup: 3 * s, attribution.TimeRamp: 5 * s}
	for _, c := range []struct {
		late time.Duration
		want attribution.Turnaround
	}{
		{-s, attribution.Turnaround{}},
		{4 * s, attribution.Turnaround{attribution.TimeRamp: 4 * s}},
		{7 * s, attribution.Turnaround{attribution.TimeStartup: 2 * s, attribution.TimeRamp: 5 * s}},
		{15 * s, attribution.Turnaround{attribution.TimeExecution: 7 * s, attribution.TimeStartup: 3 * s, attribution.TimeRamp: 5 * s}},
	} {
		if got := parts.Late(c.late); got != c.want {
			t.Errorf("late by %v: %v, want %v", c.late, got, c.want)
		}
	}
	if got := parts.Delay(); got != 8*s {
		t.Errorf("delay is %v", got)
	}
}

// Four tasks of ten seconds have their executors after five seconds. A fixed size is
// complete when its executors are usable. An application without tasks never ramps
// up.
func TestHowLongUntilTheExecutorsNeededAreThere(t *testing.T) {
	for _, c := range []struct {
		workload, policy string
		want             time.Duration
	}{
		{"app a\n job\n stage tasks=4x10s", "spark", 5 * time.Second},
		{"app a\n job\n stage tasks=4x10s", "spark,max=2", 4 * time.Second},
		{"app a\n job\n stage tasks=4x10s", "static,n=2", 2 * time.Second},
		{"app a\n job gap=9s\n stage tasks=4x10s", "static,n=4", 0},
		{"app a", "static,n=4", -1},
	} {
		w, err := traces.ReadText(strings.NewReader(c.workload), "reach")
		if err != nil {
			t.Fatal(err)
		}
		played := readRun(t, "policy "+c.policy+"\ncluster standalone,nodes=1,cores=16,memory=64g,startup=2s")
		fleet, config := fleet(t, played.policy), played.config
		config.Attribute = true
		r, err := Run(w, fleet, config)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Apps[0].Attribution.RampUp; got != c.want {
			t.Errorf("%q under %s: %v, want %v", c.workload, c.policy, got, c.want)
		}
	}
}
