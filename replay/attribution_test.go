package replay

import (
	"cmp"
	"fmt"
	"strings"
	"testing"
	"time"

	"dynalloc/policies"
	"dynalloc/traces"
)

// addsUp says where an attribution of a replay differs from what it divides.
func addsUp(t *testing.T, r *Result) {
	t.Helper()
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
			got, want time.Duration
		}{
			{"starting", b.Cores[HoldStarting], a.Ledger.Starting},
			{"busy", b.Cores[HoldBusy], a.Ledger.Busy},
			{"leaving", b.Cores[HoldLeaving], a.Ledger.Leaving},
			{"beside, as executor-time,", b.Executors[HoldBeside], 0},
		} {
			if same.got != same.want {
				t.Errorf("application %d: %s is %v and in the ledger %v", i, same.name, same.got, same.want)
			}
		}
		for c, d := range b.Turnaround {
			if d < 0 || d%time.Millisecond != 0 {
				t.Errorf("application %d: %v is %v", i, TimeCause(c), d)
			}
		}
		for c := range b.Cores {
			if b.Cores[c] < 0 || b.Executors[c] < 0 {
				t.Errorf("application %d: %v is %v of core-time, %v of executor-time", i, HoldCause(c), b.Cores[c], b.Executors[c])
			}
		}
	}
}

// Whatever the workload, the policy, the cluster and the times, each
// millisecond has one cause.
func TestAttributionsOfRandomReplaysAddUp(t *testing.T) {
	seen := Turnaround{}
	held := Holding{}
	for seed := range uint64(300) {
		w, fleet, config := randomRun(seed)
		config.Attribute, config.Faults = true, randomFaults(t, seed)
		r, err := Run(w, fleet, config)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		addsUp(t, r)
		if t.Failed() {
			t.Fatalf("seed %d under %s", seed, fleet)
		}
		for i := range r.Apps {
			for c, d := range r.Apps[i].Attribution.Turnaround {
				seen[c] += d
			}
			held.add(&r.Apps[i].Attribution.Cores)
		}
	}
	for c, d := range seen {
		if d == 0 && TimeCause(c) != TimeLocality { // random tasks prefer no node
			t.Errorf("no replay has any %v", TimeCause(c))
		}
	}
	for c, d := range held {
		if d == 0 {
			t.Errorf("no replay has any executor that is %v", HoldCause(c))
		}
	}
}

// randomFaults has some replays lose executors, a node for a while, or their
// manager.
func randomFaults(t *testing.T, seed uint64) []Fault {
	t.Helper()
	var faults []Fault
	texts := []string{"executor-loss,at=%ds", "node-loss,at=%ds,node=0,for=20s", "spot-reclaim,at=%ds,node=0,notice=5s,for=30s", "manager-away,at=%ds,for=15s"}
	for i := range seed % 4 {
		f, err := ParseFault(fmt.Sprintf(texts[(seed/4+i)%4], 5+seed%40+7*i))
		if err != nil {
			t.Fatal(err)
		}
		faults = append(faults, f)
	}
	return faults
}

// To ask for causes changes nothing of what happens.
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

// Cases that a person follows on paper: what an application's time is due to,
// second by second. Executors have one core and start in two seconds unless the
// workload says otherwise.
func TestWhereTheTimeWentByHand(t *testing.T) {
	for _, c := range []struct {
		name, workload, policy, cluster string
		app                             int
		want                            map[TimeCause]int // seconds
	}{
		{
			// Executors are asked for at the start and up at 2; the first job begins at 5.
			"start-up beside the driver is the driver's", `
app a cores=1 memory=1g
  job gap=5s
    stage tasks=1x4s
  job gap=3s
    stage tasks=1x2s`,
			"static,n=1", "", 0, map[TimeCause]int{TimeDriver: 8, TimeExecution: 6},
		},
		{
			"a fixed size that is too small is execution", `
app a cores=1 memory=1g
  job
    stage tasks=4x5s`,
			"static,n=1", "", 0, map[TimeCause]int{TimeStartup: 2, TimeExecution: 20},
		},
		{
			// 1 s backlog, then +1, +2, +4 at 1, 2, 3 s: the last of four comes with the second
			// round but one: asked for at 3 s, up at 5 s.
			"the ramp is followed to the executor of the last task", `
app a cores=1 memory=1g
  job
    stage tasks=4x10s`,
			"spark", "", 0, map[TimeCause]int{TimeRamp: 3, TimeStartup: 2, TimeExecution: 10},
		},
		{
			"a full cluster is the manager's queue", `
app first cores=1 memory=1g
  job
    stage tasks=1x30s
app second cores=1 memory=1g submit=10s
  job
    stage tasks=1x5s`,
			"static,n=1", "standalone,nodes=1,cores=1,memory=8g,startup=2s", 1, map[TimeCause]int{TimeQueue: 22, TimeStartup: 2, TimeExecution: 5},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, err := traces.ReadText(strings.NewReader(c.workload), c.name)
			if err != nil {
				t.Fatal(err)
			}
			fleet, err := policies.ParseFleet(c.policy)
			if err != nil {
				t.Fatal(err)
			}
			cluster, err := ParseCluster(cmp.Or(c.cluster, "standalone,nodes=1,cores=16,memory=64g,startup=2s"))
			if err != nil {
				t.Fatal(err)
			}
			r, err := Run(w, fleet, Config{Cluster: cluster, Offers: Ordered, Attribute: true})
			if err != nil {
				t.Fatal(err)
			}
			addsUp(t, r)
			for cause, got := range r.Apps[c.app].Attribution.Turnaround {
				if want := time.Duration(c.want[TimeCause(cause)]) * time.Second; got != want {
					t.Errorf("%v is %v, want %v", TimeCause(cause), got, want)
				}
			}
		})
	}
}
