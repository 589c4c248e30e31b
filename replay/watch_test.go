package replay

import (
	"errors"
	"strings"
	"testing"

	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// A replay asks its watch at least once in watchInterval events, even in one instant in
// which 200,000 tasks start and end, and stops there with the error of the watch.
func TestAReplayStopsWithinFewEvents(t *testing.T) {
	for name, text := range map[string]string{
		"all at once":       "app big cores=1000 memory=1g\n  job\n    stage tasks=200000x5s\n",
		"one after another": "app big cores=10 memory=1g\n  job\n    stage tasks=50000x5s\n",
		"under a policy":    strings.Repeat("app busy cores=2 memory=1g\n  job\n    stage tasks=2000x1s\n", 20),
	} {
		w, err := traces.ReadText(strings.NewReader(text), "big")
		if err != nil {
			t.Fatal(err)
		}
		policy := "static,n=200"
		if name == "under a policy" {
			policy = "spark,idle=1s"
		}
		fleet, err := policies.ParseFleet(policy)
		if err != nil {
			t.Fatal(err)
		}
		stop := errors.New("stop")
		calls, events, since := 0, 0, 0
		config := Config{Cluster: cluster.Uniform(200, 1000, 1<<20), Seed: 1}
		watched := ObserverFunc(func(Event) {
			if events, since = events+1, since+1; since > watchInterval {
				t.Fatalf("%s: %d events without a look at the watch", name, since)
			}
		})
		var last, of int
		config.Watch = func(started, tasks int) error {
			if since, calls = 0, calls+1; started < last || tasks == 0 {
				t.Errorf("%s: %d tasks of %d have started after %d", name, started, tasks, last)
			}
			last, of = started, tasks
			return nil
		}
		whole, err := Run(w, fleet, config, watched)
		if err != nil || of != 200000 && of != 50000 && of != 40000 || last == 0 {
			t.Fatalf("%s: %d of %d tasks have started, %v", name, last, of, err)
		}
		unwatched := config
		unwatched.Watch = nil
		if r, err := Run(w, fleet, unwatched); err != nil || r.Digest != whole.Digest {
			t.Errorf("%s: without a watch something else happens, %v", name, err)
		}
		for at := 1; at <= calls; at += 1 + calls/7 {
			asked := 0
			since, events = 0, 0
			config.Watch = func(int, int) error {
				if since, asked = 0, asked+1; asked < at {
					return nil
				}
				return stop
			}
			result, err := Run(w, fleet, config, watched)
			if result != nil || !errors.Is(err, stop) || since > watchInterval {
				t.Errorf("%s, stopped at look %d of %d: %d events after it, error %v", name, at, calls, since, err)
			}
		}
	}
}
