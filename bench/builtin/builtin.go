package builtin

import (
	"bytes"
	"embed"
	"path"
	"slices"

	"dynalloc/bench"
	"dynalloc/bench/sla"
	"dynalloc/internal/note"
	"dynalloc/replay"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
	"dynalloc/traces/source"
)

// How the built-in workloads came about.
var (
	madeDay       = note.Declare("builtin-day", "reports", "loads", "people", "seed")
	recordedFleet = note.Declare("builtin-fleet")
)

// recordings are real runs of six applications that shared a standalone cluster of
// Spark 4.1.4, three times: all with fixed sizes, all dynamic, and mixed. Their
// tasks sleep for given times; everything else is Spark itself.
//
//go:embed recordings
var recordings embed.FS

// builtinCluster is the cluster on which the recordings were made.
const builtinCluster = "standalone,nodes=1,cores=16,memory=32g"

// Policies are the policies of a comparison if none are given: the recorded
// settings, three fixed sizes, dynamic allocation with the shuffle service at three
// idle timeouts (60 s is Spark's default), with a longer backlog timeout, with
// bounds, and without the service, and a fleet that keeps reports at a fixed size
// while the others are dynamic, like the recording fleet-mixed.
var Policies = policiesWith("", "tracking:spark,idle=10s,shuffle=tracking")

// PoliciesOn are the policies of a comparison on a cluster if none are given. They
// are Policies; without a shuffle service dynamic allocation uses shuffle tracking,
// and decommissioning replaces the policy without the service.
func PoliciesOn(c *cluster.Cluster) []string {
	if c.Traits().NoShuffleService == nil {
		return Policies
	}
	return policiesWith(",shuffle=tracking", "decommission:spark,idle=10s,shuffle=decommission")
}

func policiesWith(protection, other string) []string {
	return []string{
		"recorded",
		"static,n=2", "static,n=4", "static,n=8",
		"spark,idle=60s" + protection, "spark,idle=10s" + protection, "spark,idle=3s" + protection,
		"spark,idle=10s,backlog=5s" + protection, "spark,idle=10s,min=2,max=6" + protection,
		other,
		"mixed:*report*=static,n=2;*=spark,idle=5s,max=6" + protection,
	}
}

// Fleet is the recorded fleet: six applications within three minutes. The other two
// recordings of it are the truth beside the policies with which they ran.
func Fleet() (*bench.Suite, error) {
	s, err := builtin()
	if err != nil {
		return nil, err
	}
	if s.Workload, err = record("fleet-static"); err != nil {
		return nil, err
	}
	s.Workload.Notes = append(s.Workload.Notes, recordedFleet.With())
	s.Truth = []bench.Truth{{Policy: "recorded", Workload: s.Workload}}
	for i, name := range []string{"fleet-dra", "fleet-mixed"} {
		w, err := record(name)
		if err != nil {
			return nil, err
		}
		f, err := bench.AsRecorded(name, w)
		if err != nil {
			return nil, err
		}
		s.Policies = slices.Insert(s.Policies, 1+i, f)
		s.Truth = append(s.Truth, bench.Truth{Policy: name, Workload: w})
	}
	return s, nil
}

// Day is a working day made from the recorded fleet, whose applications arrive many
// times between 8:00 and 18:00: a report every five minutes and a load every ten,
// both with a deadline, and ad-hoc queries and feature builds at random times, more
// of them in the middle of the day.
func Day() (*bench.Suite, error) {
	s, err := builtin()
	if err != nil {
		return nil, err
	}
	fleet, err := record("fleet-static")
	if err != nil {
		return nil, err
	}
	s.Workload = MakeDay(fleet, 20261122)
	text, err := recordings.ReadFile("recordings/deadlines.csv")
	if err != nil {
		return nil, err
	}
	s.Deadlines, err = sla.ReadDeadlines(bytes.NewReader(text), "built-in deadlines.csv")
	return s, err
}

// builtin is the part that the two built-in suites share.
func builtin() (*bench.Suite, error) {
	s := &bench.Suite{Config: replay.Config{Seed: 1}}
	var err error
	if s.Config.Cluster, err = cluster.Parse(builtinCluster); err != nil {
		return nil, err
	}
	all, err := record("")
	if err != nil {
		return nil, err
	}
	s.LearnTimes(all)
	s.Policies, err = bench.Fleets(Policies)
	return s, err
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
