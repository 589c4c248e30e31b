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

// A class is the applications that advice is given for together.
type class struct {
	name    string
	token   string // stands for the class in rules: a name as written could cover others
	apps    []int  // indexes into the workload
	current policies.Spec
	others  int // applications that ran under other settings than current
	cores   int // of one executor; 0: not known
	room    int // most executors that are of use, or that the cluster has room for
	last    *traces.Application
	master  string // spark.master where the class is to run
}

// classesOf sorts a workload into the classes to be advised, by name.
func classesOf(w *traces.Workload, c *cluster.Cluster) ([]*class, error) {
	var list []*class
	for k, name := range bench.Classes(w) {
		if name == traces.ClassWarmUp || name == traces.ClassDrain {
			continue // there for their load alone
		}
		cl := &class{name: name, token: fmt.Sprintf("#%d#", k)}
		settings := map[policies.Spec]int{} // only looked up, in the order of applications
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
			cl.cores = max(cl.cores, coresOf(a))
			cl.room = max(cl.room, usefulExecutors(a), a.PeakExecutors())
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

// coresOf is what one executor of an application has; 0 where it takes what a
// worker gives and no executor was recorded.
func coresOf(a *traces.Application) int {
	if len(a.Profiles) > 0 && a.Profiles[0].Cores > 0 {
		return a.Profiles[0].Cores
	}
	if a.Recorded != nil {
		for i := range a.Recorded.Executors {
			if x := &a.Recorded.Executors[i]; x.ID != "driver" && x.Cores > 0 {
				return x.Cores
			}
		}
	}
	return 0
}

// usefulExecutors is how many executors an application has tasks for: those of its
// largest job, all stages at one time.
func usefulExecutors(a *traces.Application) int {
	slots := 1
	if len(a.Profiles) > 0 {
		slots = max(1, coresOf(a)/max(1, a.Profiles[0].TaskCPUs))
	}
	most := 1
	for _, j := range a.Jobs {
		largest := 0
		for _, s := range j.Stages {
			largest = max(largest, len(a.Stages[s].Tasks))
		}
		most = max(most, (largest+slots-1)/slots)
	}
	return most
}

// candidates are the policies that are tried for a class: what it has now, what
// each kind of policy offers, and what it has now changed in one respect. Those
// that its Spark version cannot have are left out.
func (c *class) candidates() []policies.Spec {
	space := policies.Space{Protections: c.protections()}
	for n := 1; n < c.room; n = max(n+1, n*5/4) {
		space.Sizes = append(space.Sizes, n)
	}
	space.Sizes = append(space.Sizes, c.room)
	list := []policies.Spec{c.current}
	for _, s := range policies.Candidates(space) {
		if c.canHave(s) {
			list = append(list, s)
		}
	}
	return unique(append(list, c.current.Variants(space)...))
}

// canHave tells whether the class's Spark can be set to a spec. What is no
// setting of Spark is the user's to bring about.
func (c *class) canHave(s policies.Spec) bool {
	_, err := c.snippet(s)
	return err == nil || s.Kind.Snippet == nil
}

// protections are what can keep shuffle files where the class ran, what it uses
// now first: the shuffle service is not for Kubernetes.
func (c *class) protections() []policies.Protection {
	service := policies.Protection{Service: true, TrackingTimeout: policies.Never}
	switch now := c.current.Protection; {
	case spark.Master(c.master).Kubernetes():
		return []policies.Protection{tracking}
	case c.current.Dynamic() && now.Tracking && !now.Service:
		return []policies.Protection{tracking, service}
	}
	return []policies.Protection{service, tracking}
}

// snippet is what to change in the settings of the class's last run.
func (c *class) snippet(s policies.Spec) (policies.Snippet, error) {
	return s.SnippetFor(c.last.Properties, policies.AppInfo{SparkVersion: c.last.SparkVersion, Master: c.master}, c.cores)
}

// plain leaves out of the settings of a log what only repeats the shape of its
// executors.
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

// unique keeps the first of equal specs; their own text tells what is equal.
func unique(list []policies.Spec) []policies.Spec {
	seen := map[string]bool{}
	return slices.DeleteFunc(list, func(s policies.Spec) bool {
		again := seen[s.String()]
		seen[s.String()] = true
		return again
	})
}
