package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"dynalloc/bench"
	"dynalloc/bench/builtin"
	"dynalloc/bench/metrics"
	"dynalloc/bench/sla"
	"dynalloc/internal/spec"
	"dynalloc/replay"
	"dynalloc/replay/calibrate"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
	"dynalloc/traces/source"
)

// inputs are the flags that select the workload and its cluster. Several commands
// share them.
type inputs struct {
	builtin   *choice
	cluster   clusterFlags
	deadlines string
	sla       string
	prices    string
	times     string
	name      string
	user      string
	since     moment
	until     moment
	classes   []string
	seed      uint64
	quiet     bool
}

func (in *inputs) addFlags(cmd *cobra.Command) {
	in.builtin = addChoice(cmd, "builtin", "", "replay a built-in workload: a working day, or the fleet that it is made of", "day", "fleet")
	f := cmd.Flags()
	in.cluster.addFlags(cmd)
	f.StringVar(&in.name, "name", "", "only applications whose name matches this `glob`")
	f.StringVar(&in.user, "user", "", "only applications whose user matches this `glob`")
	f.Var(&in.since, "since", "only applications submitted at this time or later, such as 2026-03-31 or 2026-03-31T08:00 (UTC)")
	f.Var(&in.until, "until", "only applications submitted before this time")
	f.Uint64Var(&in.seed, "seed", 1, "seed of every random number")
	in.addTimesFlag(cmd)
	in.addClassFlag(cmd)
	in.addQuietFlag(cmd)
}

func (in *inputs) addClassFlag(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&in.classes, "class", nil, "treat the applications whose name matches this `glob` as one class; repeatable, the first match counts")
}

func (in *inputs) addTimesFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&in.times, "times", "", "`file` with the costs of start-up and first tasks, made by \"dynalloc calibrate\" (default: learned from the logs)")
}

func (in *inputs) addQuietFlag(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&in.quiet, "quiet", false, "no progress bar, and no report of written files")
}

// check reports wrong usage before anything is read.
func (in *inputs) check(args []string) error {
	if in.builtin.value != "" && len(args) > 0 {
		return usagef("--builtin %s and %s: give a built-in workload or logs, not both", in.builtin.value, args[0])
	}
	if !in.since.IsZero() && !in.until.IsZero() && !in.since.Before(in.until.Time) {
		return usagef("--since %s is not before --until %s", in.since.String(), in.until.String())
	}
	if in.sla != "" {
		if _, _, err := sla.ParseSLA(in.sla); err != nil {
			return usagef("--sla %s: %w", in.sla, err)
		}
	}
	if in.prices != "" {
		if _, err := metrics.ParsePrices(in.prices); err != nil {
			return usagef("--price %s: %w", in.prices, err)
		}
	}
	return in.cluster.check()
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
	s.Config.Horizon = bench.Horizon(s.Workload)
	if by := in.selection(); by != (traces.Selection{}) && len(s.Truth) > 0 {
		s.Notes = append(s.Notes, "Only what is selected is replayed. The recorded truth of it is from a cluster that it shared with the rest.")
	}
	if in.times != "" {
		times, err := readTimes(in.times)
		if err != nil {
			return nil, nil, err
		}
		s.UseTimes(times, in.times)
	}
	if startup := s.Config.Cluster.Startup; startup >= 0 && (len(args) == 0 || in.times != "") {
		s.Notes = append(s.Notes, fmt.Sprintf("Executors start in %s, as the cluster says, and not as these times do.", spec.FormatDuration(startup)))
	}
	if err := in.setDeadlines(s); err != nil {
		return nil, nil, err
	}
	if in.prices != "" {
		s.Prices, err = metrics.ParsePrices(in.prices)
	}
	return s, partly, err
}

// workload reads traces and selects applications. partly is errPartly if something
// could not be read.
func (in *inputs) workload(cmd *cobra.Command, paths []string, selected traces.Selection) (w *traces.Workload, partly, err error) {
	logs, err := source.Open(paths...)
	if err != nil {
		return nil, nil, err
	}
	defer logs.Close()
	reading := in.reader(cmd, logs)
	w, _, err = traces.Collect(strings.Join(paths, " "), reading)
	if err != nil {
		return nil, nil, err
	}
	if partly = reading.failure(cmd.ErrOrStderr()); partly != nil && !errors.Is(partly, errPartly) {
		return nil, nil, partly
	}
	w, err = w.Select(selected)
	return w, partly, err
}

// load reads the user's logs.
func (in *inputs) load(cmd *cobra.Command, paths []string) (s *bench.Suite, partly, err error) {
	w, partly, err := in.workload(cmd, paths, in.selection())
	if err != nil {
		return nil, nil, err
	}
	if in.cluster.text == "" && !slices.ContainsFunc(w.Apps, func(a *traces.Application) bool { return a.Recorded != nil }) {
		return nil, nil, usagef("%s does not say what cluster it ran on: give --cluster, as in --cluster standalone,nodes=4,cores=32,memory=128g", w.Name)
	}
	s = &bench.Suite{Workload: w, Truth: []bench.Truth{{Policy: recorded, Workload: w}}}
	if in.cluster.text == "" {
		s.Config.Cluster = cluster.Assume(w)
	}
	if err := in.cluster.open(&s.Config); err != nil {
		return nil, nil, err
	}
	s.LearnTimes(w.Logged())
	s.Policies, err = bench.Fleets(builtin.PoliciesOn(&s.Config.Cluster))
	return s, partly, err
}

// loadBuiltin returns a built-in workload, on its own cluster unless the user names
// another one.
func (in *inputs) loadBuiltin() (*bench.Suite, error) {
	load := builtin.Day
	if in.builtin.value == "fleet" {
		load = builtin.Fleet
	}
	s, err := load()
	if err != nil {
		return nil, err
	}
	if err := in.cluster.open(&s.Config); err != nil {
		return nil, err
	}
	if refused(&s.Config.Cluster, s.Policies...) != nil {
		fleets, err := bench.Fleets(builtin.PoliciesOn(&s.Config.Cluster))
		if err != nil {
			return nil, err
		}
		setPolicies(s, fleets)
	}
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
	return s, nil
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
	return traces.Selection{Name: in.name, User: in.user, Since: in.since.Time, Until: in.until.Time}
}

func readTimes(path string) (replay.Times, error) {
	f, err := os.Open(path)
	if err != nil {
		return replay.Times{}, fmt.Errorf("times: %w", err)
	}
	defer f.Close()
	return calibrate.Read(f, path)
}
