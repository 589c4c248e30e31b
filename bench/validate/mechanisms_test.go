package validate

import (
	"testing"

	"dynalloc/internal/logtest"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

const (
	oneNode    = "standalone,nodes=1,cores=32,memory=64g"
	littleNode = "standalone,nodes=1,cores=32,memory=2g"
	twoNodes   = "standalone,nodes=2,cores=8,memory=8g"
	threeNodes = "standalone,nodes=3,cores=4,memory=4g"
)

// Real runs that the bars of VALIDATION.md do not cover, each replayed under
// its own policy on its own cluster: copies of slow tasks, failed attempts,
// several resource profiles, little memory, shuffle files that nothing keeps,
// older versions, preferred hosts. The error that is left is the replay's own. In
// locality/* tasks gave up waiting for their hosts; the log does not name these, but that
// the tasks ran elsewhere.
func TestMechanismsAreReplayed(t *testing.T) {
	for _, c := range []struct {
		recording, cluster string
		limit              float64 // of the application's time, relative
	}{
		{"memory/static8", littleNode, 0.05},
		{"memory/ess10", littleNode, 0.05},
		{"unprotected/loophole10", oneNode, 0.05},
		{"unprotected/static4", oneNode, 0.05},
		{"unprotected/track5t8", oneNode, 0.05},
		{"speculation/static4spec", twoNodes, 0.05},
		{"speculation/ess10spec", twoNodes, 0.05},
		{"speculation/static4", twoNodes, 0.05},
		{"failures/static4", twoNodes, 0.05},
		{"profiles/ess10", oneNode, 0.05},
		{"profiles/track10", oneNode, 0.05},
		{"steps/ess10-spark33", oneNode, 0.05},
		{"steps/ess10-spark35", oneNode, 0.06},
		{"steps/ess10-spark40", oneNode, 0.05},
		{"steps/ess10", oneNode, 0.05},
		{"steps/static4", oneNode, 0.05},
		{"steps/track10-spark33", oneNode, 0.05},
		{"spread/ess10", threeNodes + ",locality=inferred", 0.05},
		{"spread/static3", threeNodes + ",locality=inferred", 0.05},
		{"locality/ess10", threeNodes, 0.05},
		{"locality/static3", threeNodes, 0.05},
	} {
		t.Run(c.recording, func(t *testing.T) {
			on, err := cluster.Parse(c.cluster)
			if err != nil {
				t.Fatal(err)
			}
			w := logtest.Read(t, "../testdata/mechanisms/"+c.recording)
			v, err := Run(t.Context(), w, w, Options{Startup: StartupTo, Cluster: &on})
			if err != nil {
				t.Fatal(err)
			}
			e := v.Summary.Score.Application
			t.Logf("application time is off by %.1f %%", 100*e.Bias)
			if !(e.Max <= c.limit) {
				t.Errorf("application time is off by %.1f %%, limit %.0f %%", 100*e.Bias, 100*c.limit)
			}
		})
	}
}

// Executors and nodes that really died, each replayed with the fault at its time.
func TestFaultsAreReplayed(t *testing.T) {
	for _, c := range []struct {
		recording, cluster, fault string
		limit                     float64 // of the application's time, relative
	}{
		{"killed/static4", oneNode, "executor-loss,at=9600ms,executor=1", 0.05},
		{"killed/ess10", oneNode, "executor-loss,at=11s,executor=1", 0.05},
		{"killed/track10", oneNode, "executor-loss,at=23700ms,executor=1", 0.05},
		{"nodeloss/static3", threeNodes, "node-loss,at=14600ms,node=1", 0.05},
		{"nodeloss/ess10", threeNodes, "node-loss,at=12300ms,node=1", 0.08},
	} {
		t.Run(c.recording, func(t *testing.T) {
			on, err := cluster.Parse(c.cluster)
			if err != nil {
				t.Fatal(err)
			}
			fault, err := cluster.ParseFault(c.fault)
			if err != nil {
				t.Fatal(err)
			}
			w := logtest.Read(t, "../testdata/mechanisms/"+c.recording)
			v, err := Run(t.Context(), w, w, Options{Startup: StartupTo, Cluster: &on, Faults: []cluster.Fault{fault}})
			if err != nil {
				t.Fatal(err)
			}
			e := v.Summary.Score.Application
			t.Logf("application time is off by %.1f %%", 100*e.Bias)
			if !(e.Max <= c.limit) {
				t.Errorf("application time is off by %.1f %%, limit %.0f %%", 100*e.Bias, 100*c.limit)
			}
		})
	}
}

// The same runs with the losses that their logs show, and nothing given: who was lost and
// when is found in the log. In nodeloss the lost node stayed away, which a replay does not
// know.
func TestRecordedLossesAreReplayed(t *testing.T) {
	for _, c := range []struct {
		recording, cluster string
		limit              float64 // of the application's time, relative
	}{
		{"killed/static4", oneNode, 0.05},
		{"killed/ess10", oneNode, 0.05},
		{"killed/track10", oneNode, 0.05},
		{"nodeloss/static3", threeNodes, 0.05},
		{"nodeloss/ess10", threeNodes, 0.12},
	} {
		t.Run(c.recording, func(t *testing.T) {
			on, err := cluster.Parse(c.cluster)
			if err != nil {
				t.Fatal(err)
			}
			w := logtest.Read(t, "../testdata/mechanisms/"+c.recording)
			v, err := Run(t.Context(), w, w, Options{Startup: StartupTo, Cluster: &on, Losses: true})
			if err != nil {
				t.Fatal(err)
			}
			e := v.Summary.Score.Application
			t.Logf("application time is off by %.1f %%", 100*e.Bias)
			if !(e.Max <= c.limit) {
				t.Errorf("application time is off by %.1f %%, limit %.0f %%", 100*e.Bias, 100*c.limit)
			}
		})
	}
}

// When a node is lost, Spark logs its map outputs again with their old times. That
// is not a sign of a clock that was changed, or of lost events.
func TestALostNodeIsNoDamage(t *testing.T) {
	for _, name := range []string{"nodeloss/static3", "nodeloss/ess10", "killed/track10"} {
		if l := logtest.Read(t, "../testdata/mechanisms/"+name).Apps[0].Log; l.Grade > traces.Disturbed {
			t.Errorf("%s is graded %v: %v", name, l.Grade, l.Problems)
		}
	}
}
