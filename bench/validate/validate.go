package validate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/reuse"
	"dynalloc/internal/spark"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/calibrate"
	"dynalloc/replay/cluster"
	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// Where the executor start-up times of a validation come from.
const (
	StartupFrom    = "from"    // learned from FROM: a forecast
	StartupTo      = "to"      // as recorded in TO: only the replay's own error is left
	StartupGranted = "granted" // as recorded in TO, without the time in the queue: for applications that shared a cluster
)

// ErrWaited refuses the start-up times of applications that waited for each other:
// a log does not separate the time in the manager's queue from start-up.
var ErrWaited = errors.New("applications waited for each other, so its start-up times contain their time in the queue; use --startup granted or from")

// Options say how a validation is done. With the zero value the cluster is derived
// from the recording and start-up times are forecast.
type Options struct {
	Faults   []cluster.Fault      // of the recorded run, as far as they are known
	Losses   bool                 // replay the losses of executors that its log shows
	Cluster  *cluster.Cluster     // nil: see clusterFor
	Startup  string               // StartupFrom, StartupTo or StartupGranted; empty is StartupFrom
	Times    *latency.Model       // nil: learned from FROM
	Seed     uint64               // of all random numbers; 0 means 1
	Parallel int                  // pairs at a time, in RunAll; 0: one for each processor
	Progress func(bench.Progress) // in pairs; one call at a time; may be nil
}

// A Validation compares one replay with a recording: the work of the recording
// From under the configuration of the recording To.
type Validation struct {
	From, To string
	Policy   string // the configuration of To, as a spec or a fleet
	Cluster  string
	Startup  string // StartupFrom, StartupTo or StartupGranted
	Failed   error  // why the replay failed, and nothing is predicted; nil: it did not

	Apps     []Comparison // by recorded start; those that only From has come last
	Copy     []Comparison // with a copy of From as the prediction
	Constant []Comparison // with the median of the other recordings as the prediction; nil: there are none
	Summary  Summary

	decommissions bool // one of the two recordings decommissions executors
}

// Run rebuilds the workload from one recording, replays it under the configuration of
// another, which may be the same, and compares the result with the other. The replay
// uses only the Spark properties and the Spark version of to, and its start-up times
// unless these are learned.
//
// It fails if the configuration cannot be read or the start-up times are refused
// (ErrWaited). If the replay fails, Failed of the Validation says why.
func Run(ctx context.Context, from, to *traces.Workload, o Options) (v *Validation, err error) {
	p, err := newPair(from, to, o)
	if err != nil {
		return nil, err
	}
	err = bench.Options{Progress: o.Progress}.Each(ctx, 1, func(_ int, watch replay.Watch) error {
		v = p.validate(nil, watch)
		return nil
	})
	return v, err
}

// A pair is the prepared input of one validation.
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
				return nil, fmt.Errorf("%s: no recorded run of application %s; give event logs", w.Name, a.ID)
			}
		}
	}
	p := &pair{from: from, to: to, partner: partners(from, to), startup: o.Startup}
	if p.startup == "" {
		p.startup = StartupFrom
	}
	p.config = replay.Config{Seed: max(o.Seed, 1), Cluster: clusterFor(from, o.Cluster), Faults: o.Faults, RecordedLosses: o.Losses}
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
			continue // to does not say how it is configured
		}
		p.workload.Apps = append(p.workload.Apps, configured(a, to.Apps[j]))
		switch p.startup {
		case StartupGranted:
			p.config.Startups = append(p.config.Startups, granted[j])
		case StartupTo:
			p.config.Startups = append(p.config.Startups, calibrate.RequestedStartups(to.Apps[j], a.Setup))
		}
	}
	if len(p.workload.Apps) == 0 {
		return nil, fmt.Errorf("%s and %s have no application in common", from.Name, to.Name)
	}
	var err error
	p.fleet, err = bench.AsRecorded(to.Name, p.workload)
	return p, err
}

// validate replays and compares. The constant is the median of the other
// recordings of the workload; nil if there are none.
func (p *pair) validate(constant []View, watch replay.Watch) *Validation {
	v := &Validation{From: p.from.Name, To: p.to.Name, Policy: policyOf(p.fleet), Cluster: clusterText(p.config.Cluster), Startup: p.startup, decommissions: decommissions(p.from) || decommissions(p.to)}
	views := newObserver(p.workload)
	config := p.config
	config.Watch = watch
	_, v.Failed = reuse.Run(p.workload, bench.RecordedFleet(), config, views)
	recorded, replayed := Recorded(p.to), views.views()
	if v.Failed != nil {
		for i := range replayed {
			replayed[i] = noView(replayed[i].Name)
		}
	}
	v.Apps = compareAll(recorded, replayed, partners(p.workload, p.to))
	for i, a := range p.from.Apps {
		if !slices.Contains(p.partner, i) {
			v.Apps = append(v.Apps, unmatchedApp(a))
		}
	}
	v.Copy = compareAll(recorded, Recorded(p.from), p.partner)
	if constant != nil {
		v.Constant = compareAll(recorded, constant, partners(p.to, p.to))
	}
	v.Summary = summarize(v)
	return v
}

func decommissions(w *traces.Workload) bool {
	return slices.ContainsFunc(w.Apps, func(a *traces.Application) bool {
		return a.Properties.Bool("spark.decommission.enabled", false)
	})
}

// partners pairs the applications of to with those of from by their names.
func partners(from, to *traces.Workload) []int { return bench.Partners(from, to, bench.AppName) }

// configured returns the work of an application with the Spark properties and version
// of another recording of it.
func configured(work, settings *traces.Application) *traces.Application {
	a := *work
	a.Properties, a.SparkVersion, a.Master = settings.Properties, settings.SparkVersion, settings.Master
	a.Profiles = slices.Clone(work.Profiles)
	if len(a.Profiles) > 0 {
		resize(&a.Profiles[0], &a)
	}
	return &a
}

// resize gives a default profile the size that the properties of its application say.
// Executors whose cores are not set have one, or on a standalone cluster all of a
// worker (0).
func resize(p *traces.Profile, a *traces.Application) {
	x := spark.ExecutorSizeOf(a.Properties, spark.ParseVersion(a.SparkVersion), spark.DefaultHeapMB)
	if x.Cores == 0 && !spark.Master(a.Master).Standalone() {
		x.Cores = 1
	}
	p.Cores, p.TaskCPUs, p.MemoryMB, p.OverheadMB = x.Cores, x.TaskCPUs, x.HeapMB, x.OverheadMB
}

// Unlimited is a cluster that is never full: what an application that had a cluster
// to itself is replayed on.
var Unlimited = cluster.Uniform(1, 1<<16, 1<<30)

// clusterFor is the cluster of a replay: the one given; else Unlimited for a single
// application, and for several the most that they held at one time.
func clusterFor(from *traces.Workload, given *cluster.Cluster) cluster.Cluster {
	switch {
	case given != nil:
		return *given
	case len(from.Apps) == 1 && from.Apps[0].Profiles[0].Cores > 0:
		return Unlimited
	}
	return clusterHeld(from)
}

// clusterHeld is the most that the applications of a recording held at one time. The
// driver sees an executor leave a while after its cores are free for others, so
// that the executors that drivers see at one time may exceed the cluster; each is
// therefore counted without the median of that lag.
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

// policyOf writes a configuration: one spec if all applications have the same, else
// a fleet.
func policyOf(f policies.Fleet) string {
	for _, r := range f.Rules {
		if r.Spec != f.Rules[0].Spec {
			return policies.Fleet{Rules: f.Rules}.String()
		}
	}
	return f.Rules[0].Spec.String()
}

// waited reports whether applications of a recording waited for each other: an
// executor was requested while the executors present until its registration left
// no room for it on the cluster. Without a given cluster it is the most that the
// recording held.
func waited(w *traces.Workload, given *cluster.Cluster) bool {
	if len(w.Apps) < 2 {
		return false
	}
	c := given
	if c == nil {
		held := clusterHeld(w)
		c = &held
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
