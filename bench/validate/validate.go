package validate

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"dynalloc/bench"
	"dynalloc/internal/spark"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/calibrate"
	"dynalloc/replay/cluster"
	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// Sides from which executor start-up times can come in a validation.
const (
	StartupFrom    = "from"    // learned from FROM: an honest forecast
	StartupTo      = "to"      // as TO recorded them: what is left is the replay's own error
	StartupGranted = "granted" // as TO recorded them, without the wait for room on the cluster: for applications that shared one
)

// ErrWaited refuses start-up times of applications that waited for each other:
// a log does not tell their wait in the manager's queue from starting.
var ErrWaited = errors.New("applications waited for each other, so its start-up times contain their time in the queue; use --startup granted or from")

// ValidateOptions are how validations are done. The zero value derives the
// cluster and forecasts start-up.
type Options struct {
	Faults   []cluster.Fault       // what went wrong in the run, as far as it is known
	Cluster  *cluster.Cluster      // nil: see clusterFor
	Startup  string                // StartupFrom, StartupTo or StartupGranted; empty is StartupFrom
	Times    *latency.Model        // nil: learned from FROM
	Seed     uint64                // of every random number; 0 is 1
	Parallel int                   // pairs at a time, in ValidateAll; 0: one for each processor
	Progress func(done, total int) // told of each finished pair, one call at a time; may be nil
}

// A Validation is one replay held against what really happened: the workload
// of the recording From under the configuration of the recording To.
type Validation struct {
	From, To string
	Policy   string // the configuration of To, as a spec or a fleet
	Cluster  string
	Startup  string // StartupFrom, StartupTo or StartupGranted
	Failed   error  // the replay came to no end, so that nothing of it is known; nil: it did

	Apps     []Comparison // by recorded start; those that only From has come last
	Copy     []Comparison // what predicting that To looks like From would have given
	Constant []Comparison // what predicting the median of the other recordings would have given; nil: there are none
	Summary  Summary
}

// Run rebuilds the workload from one recording, replays it under the
// configuration of another, which may be the same, and compares what comes out
// with what the other recorded. Of to only the Spark properties and the Spark
// version reach the replay, and with StartupTo its list of start-up times.
//
// It fails where the configuration cannot be read or the start-up times are
// refused (ErrWaited); a replay that fails is a Validation with Failed set.
func Run(from, to *traces.Workload, o Options) (*Validation, error) {
	p, err := newPair(from, to, o)
	if err != nil {
		return nil, err
	}
	return p.validate(nil), nil
}

// A pair is what one validation replays, prepared.
type pair struct {
	from, to *traces.Workload
	partner  []int // for each application of to, its index in from; -1: none
	workload *traces.Workload
	config   replay.Config
	fleet    policies.Fleet
	startup  string
}

func newPair(from, to *traces.Workload, o Options) (*pair, error) {
	for _, w := range []*traces.Workload{from, to} {
		for _, a := range w.Apps {
			if a.Recorded == nil {
				return nil, fmt.Errorf("%s: how application %s really ran is not known; give event logs", w.Name, a.ID)
			}
		}
	}
	p := &pair{from: from, to: to, partner: partners(from, to), startup: o.Startup}
	if p.startup == "" {
		p.startup = StartupFrom
	}
	p.config = replay.Config{Seed: max(o.Seed, 1), Cluster: clusterFor(from, o.Cluster), Faults: o.Faults}
	if o.Times != nil {
		p.config.Times = *o.Times
	} else {
		p.config.Times, _ = calibrate.Learn(from, p.config.Cluster)
	}
	if p.startup == StartupTo && waited(to, o.Cluster) {
		return nil, fmt.Errorf("start-up times of %s: %w", to.Name, ErrWaited)
	}
	granted := calibrate.GrantedStartups(to, p.config.Cluster, p.config.Times.By[latency.RemovalLag].Quantiles.Median())
	p.workload = &traces.Workload{Name: from.Name, Epoch: from.Epoch}
	for i, a := range from.Apps {
		j := slices.Index(p.partner, i)
		if j < 0 {
			continue // to says nothing of how it would have been configured
		}
		p.workload.Apps = append(p.workload.Apps, configured(a, to.Apps[j]))
		switch p.startup {
		case StartupGranted:
			p.config.Startups = append(p.config.Startups, granted[j])
		case StartupTo:
			p.config.Startups = append(p.config.Startups, startupTimes(to.Apps[j], a.Setup))
		}
	}
	if len(p.workload.Apps) == 0 {
		return nil, fmt.Errorf("%s and %s have no application in common", from.Name, to.Name)
	}
	var err error
	p.fleet, err = bench.AsRecorded(to.Name, p.workload)
	return p, err
}

// validate replays and compares. The constant is what the other recordings of
// the workload have in the middle; nil if there are none.
func (p *pair) validate(constant []View) *Validation {
	v := &Validation{From: p.from.Name, To: p.to.Name, Policy: policyOf(p.fleet), Cluster: clusterText(p.config.Cluster), Startup: p.startup}
	views := newObserver(p.workload)
	_, v.Failed = replay.Run(p.workload, bench.RecordedFleet(), p.config, views)
	recorded, replayed := Recorded(p.to), views.views()
	if v.Failed != nil {
		for i := range replayed {
			replayed[i] = noView(replayed[i].Name)
		}
	}
	v.Apps = compareAll(recorded, replayed, partners(p.workload, p.to))
	for _, lost := range unmatched(p.partner, len(p.from.Apps)) {
		v.Apps = append(v.Apps, unmatchedApp(p.from.Apps[lost]))
	}
	v.Copy = compareAll(recorded, Recorded(p.from), p.partner)
	if constant != nil {
		v.Constant = compareAll(recorded, constant, partners(p.to, p.to))
	}
	v.Summary = summarize(v)
	return v
}

// partners pairs the applications of to with those of from: the same name, and
// the first with the first where a name comes more than once.
func partners(from, to *traces.Workload) []int {
	free := map[string][]int{}
	for i, a := range from.Apps {
		free[a.Name] = append(free[a.Name], i)
	}
	found := make([]int, len(to.Apps))
	for i, a := range to.Apps {
		found[i] = -1
		if same := free[a.Name]; len(same) > 0 {
			found[i], free[a.Name] = same[0], same[1:]
		}
	}
	return found
}

// unmatched are the indexes below n that have no partner.
func unmatched(partner []int, n int) []int {
	var lost []int
	for i := range n {
		if !slices.Contains(partner, i) {
			lost = append(lost, i)
		}
	}
	return lost
}

// configured is an application's work under the Spark properties and the
// version of another recording of it.
func configured(work, settings *traces.Application) *traces.Application {
	a := *work
	a.Properties, a.SparkVersion, a.Master = settings.Properties, settings.SparkVersion, settings.Master
	a.Profiles = slices.Clone(work.Profiles)
	if len(a.Profiles) > 0 {
		resize(&a.Profiles[0], a.Properties, spark.Master(a.Master))
	}
	return &a
}

// resize gives a default profile what properties leave to Spark's defaults;
// what they say is in the spec, which the replay prefers.
func resize(p *traces.Profile, properties spark.Properties, master spark.Master) {
	if properties["spark.executor.cores"] == "" {
		p.Cores = 1
		if master.Standalone() {
			p.Cores = 0 // all that a worker can give
		}
	}
	if properties["spark.executor.memory"] == "" {
		p.MemoryMB, p.OverheadMB = spark.DefaultHeapMB, spark.OverheadMB(spark.DefaultHeapMB)
	}
	p.TaskCPUs = properties.Count("spark.task.cpus", 1)
}

// Roomy is a cluster that is never full: what an application that had a cluster
// to itself is replayed on.
var Unlimited = cluster.Uniform(1, 1<<16, 1<<30)

// clusterFor is the cluster that is given; else, for one application, one that
// is never full, and for several, what they held at most.
func clusterFor(from *traces.Workload, given *cluster.Cluster) cluster.Cluster {
	switch {
	case given != nil:
		return *given
	case len(from.Apps) == 1 && from.Apps[0].Profiles[0].Cores > 0:
		return Unlimited
	}
	return clusterHeld(from)
}

// clusterHeld is the cluster that a recording itself shows: what its applications held
// at most. The driver sees an executor go a while after its cores are free for
// others, so that what drivers saw at one time can be more than there is.
func clusterHeld(w *traces.Workload) cluster.Cluster {
	times, _ := calibrate.Learn(w, Unlimited)
	freed := &traces.Workload{}
	for _, a := range w.Apps {
		own, record := *a, *a.Recorded
		own.Recorded, record.Executors = &record, slices.Clone(record.Executors)
		for i := range record.Executors {
			if x := &record.Executors[i]; x.Removed >= 0 {
				x.Removed = max(x.Added, x.LastTask, x.Removed-times.By[latency.RemovalLag].Quantiles.Median())
			}
		}
		freed.Apps = append(freed.Apps, &own)
	}
	return cluster.Assume(freed)
}

func clusterText(c cluster.Cluster) string {
	text := c.String()
	switch {
	case c.String() == Unlimited.String():
		text += " (never full)"
	case c.Assumed:
		text += " (assumed from FROM)"
	}
	return text
}

// policyOf writes a configuration: the spec if all applications share it, else
// each with its own.
func policyOf(f policies.Fleet) string {
	for _, r := range f.Rules {
		if r.Spec != f.Rules[0].Spec {
			return policies.Fleet{Rules: f.Rules}.String()
		}
	}
	return f.Rules[0].Spec.String()
}

// startupTimes are the start-up times of executors in order of request: from
// the request to the registration, or from the application's start for those of
// a dynamic application whose log has no request before them (Spark did not log
// them before 3.4). A static application asks when it starts; the replay asks
// when the driver is set up, and the list makes up for that. Spark sometimes
// loses the time of a request when a target falls; the executor then counts from
// the last request before it.
func startupTimes(a *traces.Application, setup time.Duration) []latency.GivenStartup {
	type life struct {
		asked time.Duration
		given latency.GivenStartup
	}
	dynamic := a.Properties.DynamicAllocation()
	var lives []life
	last := time.Duration(-1)
	for i := range a.Recorded.Executors { // in order of registration
		x := &a.Recorded.Executors[i]
		last = max(last, x.Requested)
		asked := x.Requested
		if asked < 0 {
			asked = last
		}
		switch {
		case asked >= 0:
			lives = append(lives, life{asked, latency.GivenStartup{Took: max(0, x.Added-asked)}})
		case dynamic:
			lives = append(lives, life{0, latency.GivenStartup{Took: x.Added, FromStart: true}})
		default:
			lives = append(lives, life{0, latency.GivenStartup{Took: max(0, x.Added-setup)}})
		}
	}
	slices.SortStableFunc(lives, func(x, y life) int { return cmp.Compare(x.asked, y.asked) })
	times := make([]latency.GivenStartup, len(lives))
	for i := range lives {
		times[i] = lives[i].given
	}
	return times
}

// waited says whether applications of a recording waited for each other: an
// executor was asked for while all that were there until it came did not leave
// room for it on the cluster, which is what the recording held at most if it is
// not given.
func waited(w *traces.Workload, given *cluster.Cluster) bool {
	if len(w.Apps) < 2 {
		return false
	}
	c := clusterHeld(w)
	if given != nil {
		c = *given
	}
	type life struct{ asked, added, gone time.Duration }
	var lives []life
	var cores []int
	for _, a := range w.Apps {
		start := a.Submit + a.EarlierAttempts
		for i := range a.Recorded.Executors {
			x := &a.Recorded.Executors[i]
			gone := x.Removed
			if gone < 0 {
				gone = a.Recorded.End
			}
			lives = append(lives, life{start + max(x.Requested, 0), start + x.Added, start + gone})
			cores = append(cores, x.Cores)
		}
	}
	for _, l := range lives {
		total := 0
		for i, other := range lives {
			if other.gone > l.asked && other.added <= l.added {
				total += cores[i]
			}
		}
		if total > c.Capacity() {
			return true
		}
	}
	return false
}
