package replay

import (
	"errors"
	"strings"
	"testing"

	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// An application whose settings ask for almost endless work is left out by name, and the
// same one whatever else runs: a good application beside it is replayed as if alone.
func TestAnApplicationMayHaveSoManyEvents(t *testing.T) {
	for name, c := range map[string]struct {
		app, policy string
		cores       int
	}{
		// A task of twenty hours is checked ten times a second for being slow.
		"checks":          {"app bad cores=2 memory=1g speculation=true\n  job\n    stage tasks=2x20h\n", "static,n=1", 4},
		"many executors":  {"app bad cores=1 memory=1m\n  job\n    stage tasks=2x1s\n", "bad=static,n=60000;*=static,n=1", 1 << 20},
		"a million cores": {"app bad cores=1000000 memory=1g\n  job\n    stage tasks=2x1s\n", "static,n=1000", 1 << 30},
	} {
		t.Run(name, func(t *testing.T) {
			good := "app good cores=2 memory=1g\n  job\n    stage tasks=20x5s\n"
			config := Config{Cluster: cluster.Uniform(2, c.cores, 1<<30), Seed: 1, MostEvents: 50_000}
			result := func(text string) (*Result, error) {
				w, err := traces.ReadText(strings.NewReader(text), "limits")
				if err != nil {
					t.Fatal(err)
				}
				fleet, err := policies.ParseFleet(c.policy)
				if err != nil {
					t.Fatal(err)
				}
				return Run(w, fleet, config)
			}
			var beyond *AppError
			_, err := result(good + c.app)
			if !errors.As(err, &beyond) || beyond.App != 1 || !strings.Contains(err.Error(), "more than 5") || !strings.Contains(err.Error(), "--limit events=") {
				t.Fatalf("%v", err)
			}
			if _, err := result(good); err != nil {
				t.Errorf("without it: %v", err)
			}
		})
	}
}

// The limit grows with the application, so that a large one is no hostile one.
func TestALargeApplicationMayHaveMoreEvents(t *testing.T) {
	w, err := traces.ReadText(strings.NewReader("app large cores=2 memory=1g\n  job\n    stage tasks=20000x5s\n"), "large")
	if err != nil {
		t.Fatal(err)
	}
	config := Config{Cluster: cluster.Uniform(4, 32, 1<<20), Seed: 1, MostEvents: 1000}
	if _, err := Run(w, policies.FleetOf("recorded", mustSpec(t, "spark,idle=1s")), config); err != nil {
		t.Error(err)
	}
}

func mustSpec(t *testing.T, text string) policies.Spec {
	t.Helper()
	s, err := policies.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
