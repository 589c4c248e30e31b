package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"dynalloc/bench"
	"dynalloc/bench/builtin"
	"dynalloc/bench/metrics"
	"dynalloc/bench/sla"
	"dynalloc/replay/calibrate"
	"dynalloc/replay/cluster"
	"dynalloc/reports/words"
	"dynalloc/traces"
)

// inputs are the flags that select the workload and its cluster. Several commands
// share them.
type inputs struct {
	readFlags
	clusterFlags
	deadlineFlags
	limitFlags
	builtin  *choice
	name     string
	user     string
	since    *parsed[time.Time]
	until    *parsed[time.Time]
	seed     uint64
	parallel int
	times    string

	compares  bool // allocations: applications in local mode have none
	keepLocal bool
}

func (in *inputs) addFlags(cmd *cobra.Command) {
	in.addWorkloadFlags(cmd)
	addSeedFlag(cmd, &in.seed)
}

// addWorkloadFlags adds the flags for all but the seed.
func (in *inputs) addWorkloadFlags(cmd *cobra.Command) {
	in.readFlags.addFlags(cmd)
	in.addArrivalsFlag(cmd)
	in.clusterFlags.addFlags(cmd, "the `cluster`: standalone,nodes=4,cores=32,memory=128g, a YAML file, or example:standalone; see \"dynalloc help clusters\"")
	in.builtin = addChoice(cmd, "builtin", "", "replay a built-in workload: a day on a standalone cluster, one on YARN with contended queues, or the fleet that both are made of", "day", "queues", "fleet")
	f := cmd.Flags()
	f.StringVar(&in.name, "name", "", "only applications whose name matches this `glob`")
	f.StringVar(&in.user, "user", "", "only applications whose user matches this `glob`")
	in.since = addParsed(cmd, "since", "", "only applications submitted at this `time` or later, such as 2026-03-31 or 2026-03-31T08:00 (UTC)", "", parseTime)
	in.until = addParsed(cmd, "until", "", "only applications submitted before this `time`", "", parseTime)
	in.limitFlags.addFlags(cmd)
	addTimesFlag(cmd, &in.times)
}

// addComparisonFlags adds the flags of commands that compare allocations in many
// replays.
func (in *inputs) addComparisonFlags(cmd *cobra.Command) {
	in.compares = true
	cmd.Flags().BoolVar(&in.keepLocal, "keep-local", false, "keep applications in local mode, which have no executors to allocate: in their drivers under recorded, as on a cluster under other policies")
	cmd.Flags().IntVar(&in.parallel, "parallel", 0, "replays at a time (default: one for each processor)")
}

// options are those of many replays, with a line of progress that begins with what. kept is
// what is kept of all replays for each application, in bytes, when their number is known.
// done clears the bar.
func (in *inputs) options(cmd *cobra.Command, what string, w *traces.Workload, kept func(replays int) int64) (o bench.Options, done func()) {
	bar, tasks := in.progress(cmd, what, "replays"), 0
	for _, a := range w.Apps {
		for i := range a.Stages {
			tasks += a.Stages[i].Size()
		}
	}
	bar.of = func(replays int) (plan, warning string) {
		bound, whose := memoryBound()
		bytes := bench.Memory(w, in.parallel, kept(replays))
		memory := memoryIs(bytes, bound, whose)
		if bound > 0 && bytes > bound {
			warning = memory
		}
		return fmt.Sprintf("up to %s and %s, %s", words.Plural(len(w.Apps), "application"), words.Plural(tasks, "task"), memory), warning
	}
	return bench.Options{Parallel: in.parallel, Progress: bar.set, Took: bar.slow.add}, bar.end
}

// figures is what is kept of replays that are reduced to their figures.
func figures(replays int) int64 { return int64(replays) * bench.FigureBytes }

func addSeedFlag(cmd *cobra.Command, seed *uint64) {
	cmd.Flags().Uint64Var(seed, "seed", 1, "seed of every random number")
}

func addTimesFlag(cmd *cobra.Command, times *string) {
	cmd.Flags().StringVar(times, "times", "", "`file` with the costs of start-up and first tasks, made by \"dynalloc calibrate\" (default: learned from the logs)")
}

// check reports flags and arguments that contradict each other.
func (in *inputs) check(args []string) error {
	if in.builtin.given() && len(args) > 0 {
		return usagef("--builtin %s and %s: give a built-in workload or logs, not both", in.builtin, args[0])
	}
	if in.since.given() && in.until.given() && !in.since.value.Before(in.until.value) {
		return usagef("--since %s is not before --until %s", in.since, in.until)
	}
	return nil
}

// suite makes the comparison that the flags describe, with the built-in policies.
// The second result is errPartly if some logs could not be read completely; the
// command then goes on and ends with its status.
func (in *inputs) suite(cmd *cobra.Command, args []string) (s *bench.Suite, partly, err error) {
	if len(args) > 0 {
		s, partly, err = in.load(cmd, args)
	} else {
		s, err = in.loadBuiltin()
	}
	if err != nil {
		return nil, nil, err
	}
	s.Config.Seed = in.seed
	in.limitFlags.configure(&s.Config)
	s.Config.Horizon = bench.Horizon(s.Workload)
	if by := in.selection(); by != (traces.Selection{}) && len(s.Truth) > 0 {
		s.Notes = append(s.Notes, bench.SelectedOnly.With())
	}
	if in.times != "" {
		times, err := readFile("--times", in.times, calibrate.Read)
		if err != nil {
			return nil, nil, err
		}
		s.UseTimes(times, in.times)
	}
	if startup := s.Config.Cluster.Startup; startup >= 0 && (len(args) == 0 || in.times != "") {
		s.Notes = append(s.Notes, bench.ClusterStartup.With(startup))
	}
	return s, partly, in.deadlineFlags.configure(s)
}

// load reads the user's logs.
func (in *inputs) load(cmd *cobra.Command, paths []string) (s *bench.Suite, partly, err error) {
	w, partly, err := in.read(cmd, paths...)
	if err != nil {
		return nil, nil, err
	}
	if w, err = w.Select(in.selection()); err != nil {
		return nil, nil, err
	}
	notes := append(traces.YearsApart(w.Apps), bench.ShuffleNotes(w.Apps)...)
	notes = append(notes, bench.BarrierNotes(w.Apps)...)
	if in.compares {
		var local []bench.Note
		if w, local, err = in.withoutLocal(w); err != nil {
			return nil, nil, err
		}
		notes = append(notes, local...)
	}
	s = &bench.Suite{Workload: w, Notes: notes, Truth: []bench.Truth{{Policy: bench.RecordedFleet().Name, Workload: w}}}
	if !in.cluster.given() {
		if !slices.ContainsFunc(w.Apps, func(a *traces.Application) bool { return a.Recorded != nil }) {
			return nil, nil, usagef("%s does not say what cluster it ran on: give --cluster, as in --cluster standalone,nodes=4,cores=32,memory=128g", w.Name)
		}
		s.Config.Cluster = cluster.Assume(w)
	}
	in.clusterFlags.configure(&s.Config)
	s.LearnTimes(w.FromSparkLogs())
	return s, partly, s.UseDefaultPolicies()
}

// withoutLocal leaves out the applications in local mode, unless the user keeps them, and
// notes which these are.
func (in *inputs) withoutLocal(w *traces.Workload) (*traces.Workload, []bench.Note, error) {
	onCluster, local := w.SplitLocal()
	switch {
	case len(local) == 0:
		return w, nil, nil
	case in.keepLocal:
		return w, []bench.Note{bench.LocalKept.With(len(local), named(local))}, nil
	case len(onCluster.Apps) == 0:
		return nil, nil, fmt.Errorf("all applications (%s) ran in local mode, where the driver is the only executor: there is no allocation to compare; "+
			"give logs of applications that ran on a cluster, or --keep-local and a --cluster to replay these as if they ran on it", words.List(named(local), 3))
	}
	onCluster, err := onCluster.Select(traces.Selection{})
	return onCluster, []bench.Note{bench.LocalLeftOut.With(len(local), named(local))}, err
}

// named returns the ids and names of applications.
func named(apps []*traces.Application) (list []string) {
	for _, a := range apps {
		list = append(list, fmt.Sprintf("%s (%s)", a.ID, a.Name))
	}
	return list
}

// loadBuiltin returns a built-in workload, on its own cluster unless the user names
// another one.
func (in *inputs) loadBuiltin() (*bench.Suite, error) {
	load, ok := builtin.Suites[in.builtin.value]
	if !ok {
		load = builtin.Day
	}
	s, err := load()
	if err != nil {
		return nil, err
	}
	in.clusterFlags.configure(&s.Config)
	whole := s.Workload
	if s.Workload, err = in.selected(whole, in.selection()); err != nil {
		return nil, err
	}
	var truths []bench.Truth
	for _, t := range s.Truth {
		if t.Workload == whole {
			t.Workload = s.Workload
		} else if t.Workload, err = in.selected(t.Workload, traces.Selection{Name: in.name, User: in.user}); err != nil {
			continue // none of what is selected was recorded under this policy
		}
		truths = append(truths, t)
	}
	s.Truth = truths
	return s, s.UseDefaultPolicies()
}

// selected is the selected applications of a workload, in the user's classes.
func (in *inputs) selected(w *traces.Workload, by traces.Selection) (*traces.Workload, error) {
	w, err := w.Select(by)
	if err != nil {
		return nil, err
	}
	for _, a := range w.Apps {
		a.Class = classOf(a, in.classes)
	}
	return w, nil
}

func (in *inputs) selection() traces.Selection {
	return traces.Selection{Name: in.name, User: in.user, Since: in.since.value, Until: in.until.value}
}

// deadlineFlags are the flags for deadlines and prices.
type deadlineFlags struct {
	file   string
	sla    *parsed[slaText]
	prices *parsed[metrics.Prices]
}

// A slaText is what the value of --sla describes: factors of a reference, or one
// deadline for all applications.
type slaText struct {
	slack sla.SlackRule
	all   sla.Deadlines
}

func (d *deadlineFlags) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&d.file, "deadlines", "", `CSV `+"`file`"+` of deadlines, with lines such as report-*,90s; see "dynalloc help deadlines"`)
	d.sla = addParsed(cmd, "sla", "", "deadline of every application that --deadlines does not name: a `factor` of a reference, or several (alone=1.2,1.5,2,3, critical=3, history=1.2), or a deadline as in a file (90s, next)", "",
		func(text string) (slaText, error) {
			slack, all, err := sla.ParseSLA(text)
			return slaText{slack, all}, err
		})
	d.prices = addParsed(cmd, "price", "", "`prices` in any currency, such as core-hour=0.05,gib-hour=0.005,minimum=60s or node-hour=0.8", "", metrics.ParsePrices)
	complete(cmd, "sla", "alone=", "critical=", "history=", "next")
	complete(cmd, "price", "core-hour=", "gib-hour=", "node-hour=")
}

// configure replaces the deadlines and prices of a suite by those of the flags, if
// any are given.
func (d *deadlineFlags) configure(s *bench.Suite) error {
	if d.file != "" || d.sla.given() {
		s.Deadlines = nil
	}
	if d.file != "" {
		var err error
		if s.Deadlines, err = readFile("--deadlines", d.file, sla.ReadDeadlines); err != nil {
			return err
		}
	}
	if d.sla.given() {
		s.Slack, s.Deadlines = d.sla.value.slack, append(s.Deadlines, d.sla.value.all...)
	}
	if d.prices.given() {
		s.Prices = d.prices.value
	}
	return nil
}
