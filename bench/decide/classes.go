package decide

import (
	"fmt"
	"slices"

	"dynalloc/bench"
	"dynalloc/internal/spark"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// A class is a set of applications that run under one policy.
type class struct {
	name    string
	token   string        // replaces the class's name in rules, because a name used as a pattern could match other classes
	apps    []int         // indexes into the workload
	current policies.Spec // the most frequent recorded settings
	others  int           // applications with other settings than current
	cores   int           // of one executor; 0: not known
	room    int           // largest useful number of executors: limited by the tasks and by the cluster's size
	last    *traces.Application
	master  string // spark.master on the cluster of the comparison

	logQuality
	blocks    bench.Blocks // of apps
	deadlines int          // applications with a deadline
	space     policies.Space
	refused   []refusal
	short     []policies.Spec // the best of both kinds alone on the cluster, which enter the joint search
}

// stays reports whether the class keeps its settings, because its logs are not sufficient for
// advice.
func (c *class) stays() bool { return len(c.insufficiencies) > 0 }

// A refusal is a policy that Spark refuses, and why.
type refusal struct {
	policy policies.Spec
	why    replay.Failure
}

// classesOf divides a workload into classes, sorted by name.
func classesOf(w *traces.Workload, c *cluster.Cluster) ([]*class, error) {
	var list []*class
	for k, name := range bench.Classes(w) {
		if name == traces.ClassWarmUp || name == traces.ClassDrain {
			continue // warm-up and drain applications are only load before and after the window
		}
		cl := &class{name: name, token: fmt.Sprintf("#%d#", k)}
		settings := map[policies.Spec]int{} // only looked up, never ranged over
		for i, a := range w.Apps {
			if a.Class != name {
				continue
			}
			cl.apps = append(cl.apps, i)
			cl.last, cl.master = a, string(c.Traits().MasterOf(spark.Master(a.Master)))
			s, err := replay.SpecFor(bench.RecordedFleet(), a)
			if err != nil {
				return nil, fmt.Errorf("application %s: %w", a.ID, err)
			}
			settings[s]++
			if settings[s] >= settings[cl.current] {
				cl.current = s
			}
			cl.cores = max(cl.cores, traces.ExecutorCores(a))
			cl.room = max(cl.room, traces.UsefulExecutors(a), a.PeakExecutors())
		}
		cl.others = len(cl.apps) - settings[cl.current]
		cl.current = cl.plain(cl.current)
		if cl.cores > 0 {
			cl.room = min(cl.room, c.Capacity()/cl.cores)
		}
		cl.room = max(cl.room, 1)
		list = append(list, cl)
	}
	return list, nil
}

// canHave reports whether the class's Spark version supports a spec. A policy that is
// not a setting of Spark, such as a script, is always possible.
func (c *class) canHave(s policies.Spec) bool {
	_, err := c.snippet(s)
	return err == nil || s.Kind.Snippet == nil
}

// protections are the ways to protect shuffle files on the class's cluster, the current
// one first; a remote shuffle service is the only one. Spark has no shuffle service on
// Kubernetes.
func (c *class) protections() []policies.Protection {
	service := policies.Protection{Service: true, TrackingTimeout: policies.Never}
	switch now := c.current.Protection; {
	case replay.RemoteShuffle(c.last):
		return []policies.Protection{remoteProtection(c.last)}
	case spark.Master(c.master).Kubernetes():
		return []policies.Protection{tracking}
	case c.current.Dynamic() && now.Tracking && !now.Service:
		return []policies.Protection{tracking, service}
	}
	return []policies.Protection{service, tracking}
}

// snippet is the change from the settings of the class's last run to a spec.
func (c *class) snippet(s policies.Spec) (policies.Snippet, error) {
	return s.SnippetFor(c.last.Properties, policies.AppInfo{SparkVersion: c.last.SparkVersion, Master: c.master}, c.cores)
}

// plain drops settings that only repeat the recorded size of executors, so that equal
// policies have equal specs.
func (c *class) plain(s policies.Spec) policies.Spec {
	if s.Cores == c.cores {
		s.Cores = 0
	}
	if p := c.last.Profiles; len(p) > 0 && s.MemoryMB == p[0].MemoryMB {
		s.MemoryMB = 0
	}
	if s.Fixed() && c.cores > 0 && s.CoresMax/c.cores == s.Executors {
		s.CoresMax = 0
	}
	if s.Fixed() {
		s.Protection = policies.Protection{TrackingTimeout: policies.Never}
	}
	return s
}

// unique keeps the first of specs with equal text.
func unique(list []policies.Spec) []policies.Spec {
	seen := map[string]bool{}
	return slices.DeleteFunc(list, func(s policies.Spec) bool {
		again := seen[s.String()]
		seen[s.String()] = true
		return again
	})
}

// runs are the applications of the class.
func (c *class) runs(w *traces.Workload) []*traces.Application {
	var runs []*traces.Application
	for _, at := range c.apps {
		runs = append(runs, w.Apps[at])
	}
	return runs
}
