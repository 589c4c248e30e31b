package bench

import (
	"os"
	"path/filepath"
	"testing"

	"dynalloc/internal/logtest"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/calibrate"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// The causes of turnaround and of executor-time add up to the millisecond on every
// recording, under its own policy and others, on the cluster that the logs show.
func TestAttributionsAddUpOnEveryRecording(t *testing.T) {
	const others = "../../shared/recordings" // beside the repository
	for _, folder := range []string{"testdata/recordings", "testdata/mechanisms", others} {
		t.Run(filepath.Base(filepath.Dir(folder))+"/"+filepath.Base(folder), func(t *testing.T) {
			if _, err := os.Stat(folder); err != nil && folder == others {
				t.Skipf("%s is not here", folder)
			}
			for _, recording := range logtest.Folders(t, folder) {
				w := logtest.Read(t, recording)
				for _, policy := range []string{
					"recorded", "static,n=2", "spark,idle=5s", "spark,idle=5s,min=2,shuffle=tracking", "spark,idle=3s,cached=10s,shuffle=decommission", "spark,idle=3s,shuffle=none",
				} {
					adds(t, w, policy)
				}
			}
		})
	}
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
