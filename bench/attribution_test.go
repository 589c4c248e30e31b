package bench

import (
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/calibrate"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// Where time and executor time went adds up to the millisecond on every
// recording, under its own policy and others, on the cluster that the logs show.
func TestAttributionsAddUpOnEveryRecording(t *testing.T) {
	for _, folder := range []string{"testdata/recordings", "testdata/mechanisms", "../../shared/recordings"} {
		t.Run(filepath.Base(filepath.Dir(folder))+"/"+filepath.Base(folder), func(t *testing.T) {
			if _, err := os.Stat(folder); err != nil {
				t.Skipf("%s is not here", folder)
			}
			for _, recording := range foldersOfLogs(t, folder) {
				w := read(t, recording)
				for _, policy := range []string{
					"recorded", "static,n=2", "spark,idle=5s", "spark,idle=5s,min=2,shuffle=tracking", "spark,idle=3s,cached=10s,shuffle=decommission", "spark,idle=3s,shuffle=none",
				} {
					adds(t, w, policy)
				}
			}
		})
	}
}

// foldersOfLogs are the folders below one that hold event logs.
func foldersOfLogs(t *testing.T, folder string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if logs, _ := filepath.Glob(filepath.Join(path, "*.zstd")); len(logs) > 0 {
			found = append(found, path)
		}
		return nil
	})
	if err != nil || len(found) == 0 {
		t.Fatalf("%s: %v, %d folders with logs", folder, err, len(found))
	}
	return found
}

// adds replays a workload under a policy and checks each application.
func adds(t *testing.T, w *traces.Workload, policy string) {
	t.Helper()
	fleet, err := policies.ParseFleet(policy)
	if err != nil {
		t.Fatal(err)
	}
	r, err := replay.Run(w, fleet, replay.Config{Cluster: cluster.Assume(w), Times: calibrate.Defaults(), Seed: 1, Attribute: true})
	if err != nil {
		t.Fatalf("%s under %s: %v", w.Name, policy, err)
	}
	for i := range r.Apps {
		a := &r.Apps[i]
		if a.Attribution.Turnaround.Total() != a.End-a.Submit || a.Attribution.Cores.Total() != a.Ledger.Held() || a.Attribution.Executors.Total() != a.Ledger.Executor {
			t.Errorf("%s under %s, application %d: %v of %v; %v of %v; %v of %v", w.Name, policy, i, a.Attribution.Turnaround, a.End-a.Submit,
				a.Attribution.Cores, a.Ledger.Held(), a.Attribution.Executors, a.Ledger.Executor)
		}
	}
}

// attributed are the names of the metrics of where time went.
var attributed = func() string {
	names := ""
	for _, m := range attributionMetrics() {
		names += m.Name + " "
	}
	return names
}()

// attributeByHand divides the time of two applications that took 60 and 40 s and
// held 200 and 40 core-seconds, and returns the shares, worked out by hand.
func attributeByHand(g *Group) map[string]float64 {
	const s = time.Second
	g.Apps[0].Attribution = &replay.Attribution{
		Turnaround: replay.Turnaround{
			replay.TimeDriver: 2 * s, replay.TimeExecution: 30 * s, replay.TimeRecompute: 6 * s, replay.TimeLocality: 3 * s,
			replay.TimeSlot: 4 * s, replay.TimeStartup: 5 * s, replay.TimeQueue: 3 * s, replay.TimeRamp: 7 * s,
		},
		Cores: replay.Holding{
			replay.HoldStarting: 10 * s, replay.HoldBusy: 100 * s, replay.HoldBeside: 12 * s, replay.HoldLeaving: 6 * s, replay.HoldLiveShuffle: 18 * s,
			replay.HoldOldShuffle: 9 * s, replay.HoldCache: 15 * s, replay.HoldMinimum: 3 * s, replay.HoldSurplus: 21 * s, replay.HoldIdle: 6 * s,
		},
		Waves: 12 * s,
		Reach: 4 * s,
	}
	g.Apps[1].Attribution = &replay.Attribution{
		Turnaround: replay.Turnaround{replay.TimeDriver: 1 * s, replay.TimeExecution: 36 * s, replay.TimeStartup: 3 * s},
		Cores:      replay.Holding{replay.HoldStarting: 0, replay.HoldBusy: 40 * s},
		Reach:      8 * s,
	}
	return map[string]float64{
		"time_driver": 3, "time_execution": 66, "time_waves": 12, "time_recompute": 6, "time_locality": 3, "time_slot": 4, "time_startup": 8, "time_queue": 3, "time_ramp": 7,
		"hold_starting": 1000 / 240.0, "hold_busy": 14000 / 240.0, "hold_beside": 5, "hold_leaving": 2.5, "hold_live_shuffle": 7.5,
		"hold_held_shuffle": 3.75, "hold_cache": 6.25, "hold_minimum": 1.25, "hold_surplus": 8.75, "hold_idle": 2.5,
		"reach_p50": 6,
	}
}

// The shares of a group add up to all of it, in every row of a comparison.
func TestSharesOfARowAddUp(t *testing.T) {
	s, err := BuiltinFleet()
	if err != nil {
		t.Fatal(err)
	}
	s.Config.Attribute = true
	r, err := Run(t.Context(), s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, class := range append([]string{""}, r.Classes...) {
		for _, row := range r.Rows(class) {
			if row.Recorded {
				continue
			}
			spent, hold := 0.0, 0.0
			for _, p := range TimeParts {
				spent += row.Value("time_" + p.Key)
			}
			for _, p := range HoldParts {
				hold += row.Value("hold_" + p.Key)
			}
			if math.Abs(spent-100) > 1e-6 || math.Abs(hold-100) > 1e-6 {
				t.Errorf("%s, class %q: %v %% of the time, %v %% of the executor time", row.Policy, class, spent, hold)
			}
			if row.Value("time_waves") > row.Value("time_execution") {
				t.Errorf("%s, class %q: more waves than execution", row.Policy, class)
			}
		}
	}
}
