package builtin

import (
	"bytes"
	"embed"
	"path"

	"dynalloc/bench"
	"dynalloc/bench/sla"
	"dynalloc/internal/note"
	"dynalloc/replay"
	"dynalloc/replay/calibrate"
	"dynalloc/replay/cluster"
	"dynalloc/replay/latency"
	"dynalloc/traces"
	"dynalloc/traces/source"
)

// How the built-in workloads came about.
var (
	madeDay       = note.Declare("builtin-day", "reports", "loads", "features", "people", "seed")
	recordedFleet = note.Declare("builtin-fleet")
)

// recordings are real runs of six applications that shared a standalone cluster of
// Spark 4.1.4, three times: all with fixed sizes, all dynamic, and mixed. Their
// tasks sleep for given times; everything else is Spark itself.
//
//go:embed recordings
var recordings embed.FS

// fleetCluster is the cluster on which the recordings were made.
const fleetCluster = "standalone,nodes=1,cores=16,memory=32g"

// dayCluster has 1 TB of memory, in nodes with room for eight executors of the day.
const dayCluster = "standalone,nodes=10,cores=16,memory=100g"

// Suites are the built-in comparisons by name.
var Suites = map[string]func() (*bench.Suite, error){"day": Day, "queues": Queues, "fleet": Fleet}

// Fleet is the recorded fleet: six applications within three minutes. The other two
// recordings of it are the truth beside the policies with which they ran.
func Fleet() (*bench.Suite, error) {
	s := &bench.Suite{Config: replay.Config{Seed: 1}}
	var err error
	if s.Config.Cluster, err = cluster.Parse(fleetCluster); err != nil {
		return nil, err
	}
	all, err := record("")
	if err != nil {
		return nil, err
	}
	s.LearnTimes(all)
	if s.Workload, err = record("fleet-static"); err != nil {
		return nil, err
	}
	s.Workload.Notes = append(s.Workload.Notes, recordedFleet.With())
	s.Truth = []bench.Truth{{Policy: "recorded", Workload: s.Workload}}
	for _, name := range []string{"fleet-dra", "fleet-mixed"} {
		w, err := record(name)
		if err != nil {
			return nil, err
		}
		f, err := bench.AsRecorded(name, w)
		if err != nil {
			return nil, err
		}
		s.Policies = append(s.Policies, f)
		s.Truth = append(s.Truth, bench.Truth{Policy: name, Workload: w})
	}
	return s, s.UseDefaultPolicies()
}

// Day is a day on a shared cluster of 1 TB, made from the recorded fleet: see MakeDay.
func Day() (*bench.Suite, error) {
	s := &bench.Suite{Config: replay.Config{Seed: 1}}
	var err error
	if s.Config.Cluster, err = cluster.Parse(dayCluster); err != nil {
		return nil, err
	}
	fleet, err := record("fleet-static")
	if err != nil {
		return nil, err
	}
	s.Workload = MakeDay(fleet, 20261122)
	return s, completeMade(s)
}

// completeMade adds to a suite with a made workload its deadlines, the times of the replay
// and the default policies.
func completeMade(s *bench.Suite) error {
	if err := useRealStartups(s); err != nil {
		return err
	}
	text, err := recordings.ReadFile("recordings/deadlines.csv")
	if err != nil {
		return err
	}
	if s.Deadlines, err = sla.ReadDeadlines(bytes.NewReader(text), "built-in deadlines.csv"); err != nil {
		return err
	}
	return s.UseDefaultPolicies()
}

// useRealStartups sets the times of a suite to those of the recordings, except that
// executors start as on clusters of many machines.
func useRealStartups(s *bench.Suite) error {
	recordedOn, err := cluster.Parse(fleetCluster)
	if err != nil {
		return err
	}
	all, err := record("")
	if err != nil {
		return err
	}
	times, _ := calibrate.Learn(all, recordedOn)
	times.By[latency.Startup] = realStartups
	times.Processors, times.DriverProcessors = 0, 0
	s.UseTimes(times, "the built-in recordings, with start-ups of real clusters")
	return nil
}

// record reads one of the recordings; all of them if name is empty.
func record(name string) (*traces.Workload, error) {
	logs, err := source.OpenFS(recordings, path.Join("recordings", name))
	if err != nil {
		return nil, err
	}
	w, bad, err := traces.Collect(name, logs)
	if err == nil && len(bad) > 0 {
		err = bad[0]
	}
	return w, err
}
