package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"dynalloc/bench"
	"dynalloc/bench/sweep"
	"dynalloc/bench/sweep/store"
	"dynalloc/policies"
	"dynalloc/policies/script"
	"dynalloc/reports/sweeps"
	"dynalloc/reports/words"
)

// sweepFlags are the flags that the sweep and its worker share: the workload, its cluster
// and the plan.
type sweepFlags struct {
	inputs
	on   onFlags
	plan string
	axes map[string]*[]string // by name
}

func newSweep() *cobra.Command {
	var f sweepFlags
	var out outputFlags
	var summary bool
	shard := sweep.Shard{Of: 1}
	cmd := &cobra.Command{
		Use:   "sweep [TRACE...]",
		Short: "Replay many combinations of policies, loads, seeds and windows; stop and go on at any time",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(args); err != nil {
				return err
			}
			if err := f.on.check(); err != nil {
				return err
			}
			if out.folder == "" {
				return usagef("give -o FOLDER: results are kept there, and the same command goes on with them")
			}
			if summary && (len(args) > 0 || f.planned() || shard.Of > 1) {
				return usagef("--summary only reads complete results: finish the sweep or merge its shards first, then give \"dynalloc sweep --summary -o FOLDER\" alone")
			}
			if err := out.checkFolder(); err != nil {
				return err
			}
			if summary {
				return summarize(cmd, &out, f.quiet)
			}
			return f.sweep(cmd, args, shard, out.folder)
		},
	}
	f.addFlags(cmd)
	f.on.addFlags(cmd)
	out.addFormat(cmd, "format of --summary")
	cmd.Flags().StringVarP(&out.folder, "out", "o", "", "`folder` of the results")
	cmd.Flags().BoolVar(&summary, "summary", false, "print tables of the complete results in the folder, and write them there with pictures and a file for benchstat")
	addParsed(cmd, "shard", "", "only every N-th cell, from number `I/N` on: 0/4, 1/4, 2/4 and 3/4 are all; see \"dynalloc sweep merge --help\"", "", func(text string) (sweep.Shard, error) {
		var err error
		shard, err = parseShard(text)
		return shard, err
	})
	cmd.AddCommand(newSweepWorker(), newSweepMerge())
	return cmd
}

// planned reports whether a plan is given.
func (f *sweepFlags) planned() bool {
	return f.plan != "" || slices.ContainsFunc(sweep.Axes, func(axis string) bool { return len(*f.axes[axis]) > 0 })
}

// summarize reports a complete sweep.
func summarize(cmd *cobra.Command, out *outputFlags, quiet bool) error {
	results, err := sweep.OpenFolder(out.folder)
	if err != nil {
		return err
	}
	document, err := sweeps.Document(results)
	if err != nil {
		return err
	}
	return out.write(cmd, quiet, document)
}

// parseShard reads I/N.
func parseShard(text string) (s sweep.Shard, err error) {
	index, of, _ := strings.Cut(text, "/")
	if s.Index, err = strconv.Atoi(index); err == nil {
		s.Of, err = strconv.Atoi(of)
	}
	if err != nil || s.Index < 0 || s.Of > sweep.MostCells || s.Index >= s.Of {
		return s, fmt.Errorf("expected I/N with I from 0 to N-1, such as 0/4, 1/4, 2/4 and 3/4")
	}
	return s, nil
}

// sweep replays the cells of a shard that have no result, and writes all results in the order
// of the cells if the shard is the whole plan.
func (f *sweepFlags) sweep(cmd *cobra.Command, args []string, shard sweep.Shard, folder string) error {
	keys, suite, partly, err := f.read(cmd, args)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	results, err := store.Create(filepath.Join(folder, shard.StoreFile()))
	if err != nil {
		return err
	}
	defer results.Close()
	sayDamage(cmd, results)
	missing, err := keys.Missing(shard, results)
	if err != nil {
		return err
	}
	var failed []error
	if len(missing) > 0 {
		if partly, failed, err = f.replay(cmd, args, keys, suite, missing, results, partly); err != nil {
			if cmd.Context().Err() != nil {
				fmt.Fprintf(cmd.ErrOrStderr(), "dynalloc: %s in %s; the same command goes on\n", words.Plural(results.Len(), "result"), results.Path)
			}
			return err
		}
	}
	if err := results.Sync(); err != nil {
		return err
	}
	written := results.Path
	if shard.Of == 1 {
		if _, err := keys.Write(cmd.Context(), folder, results); err != nil {
			return err
		}
		written = filepath.Join(folder, sweep.ResultsFile)
	}
	if !f.quiet {
		of := shard.Size(keys.Plan.Size())
		fmt.Fprintf(cmd.ErrOrStderr(), "%d of %s written to %s.\n", of-len(failed), words.Plural(of, "cell"), written)
	}
	return partly
}

// replay replays cells, keeps their results, and names those that have none.
func (f *sweepFlags) replay(cmd *cobra.Command, args []string, keys sweep.Keys, s *bench.Suite, cells []int, to *store.Store, partly error) (_ error, failed []error, err error) {
	r, partly, err := f.runner(cmd, keys, s, partly)
	if err != nil {
		return nil, nil, err
	}
	if f.on.master != "" {
		failed, err = f.replayOn(cmd, args, r, cells, to)
	} else {
		bar := f.progress(cmd, "sweeping", "cells")
		failed, err = r.RunAll(cmd.Context(), cells, to, bench.Options{Parallel: f.parallel, Progress: bar.set})
		bar.end()
	}
	var problems []string
	for i, err := range failed {
		if i == mostCellsNamed {
			problems = append(problems, fmt.Sprintf("%d more cells have no result", len(failed)-i))
			break
		}
		problems = append(problems, err.Error())
	}
	return incomplete(cmd, partly, problems), failed, err
}

// mostCellsNamed is how many cells without a result are named on standard error.
const mostCellsNamed = 1000

// sayDamage names the lines of a store that cannot be used.
func sayDamage(cmd *cobra.Command, s *store.Store) {
	for i, d := range s.Damaged {
		if more := len(s.Damaged) - i; i >= mostNamed && more > 1 {
			fmt.Fprintf(cmd.ErrOrStderr(), "dynalloc: %s: %d more lines are damaged\n", s.Path, more)
			break
		}
		fmt.Fprintf(cmd.ErrOrStderr(), "dynalloc: %s:%d: the line is damaged and is not used: %v\n", s.Path, d.Line, d.Err)
	}
}

func (f *sweepFlags) addFlags(cmd *cobra.Command) {
	f.addPlanFlags(cmd)
	f.addWorkloadFlags(cmd)
	f.deadlineFlags.addFlags(cmd)
	f.addComparisonFlags(cmd)
}

// addPlanFlags adds --plan and the axes.
func (f *sweepFlags) addPlanFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.plan, "plan", "", "`file` with the policies, replicas, loads, seeds and windows; see docs/SWEEP.md")
	f.axes = map[string]*[]string{}
	for _, axis := range []struct{ name, usage string }{
		{"policy", policyUsage + "; values may be lists, as in spark,idle=10s|60s; repeatable"},
		{"replica", "numbers of `replicas`, such as 0..4: variations at random of the workload and the model; 0 is the workload as it is (default 0)"},
		{"load", "`factors` on the work, such as \"0.5 1 2\" (default 1)"},
		{"seed", "`seeds` of random numbers, such as 1..10 (default 1)"},
		{"window", "`windows` of the workload, such as \"whole from=0h,until=24h,warm-up=1h\" (default whole)"},
	} {
		f.axes[axis.name] = cmd.Flags().StringArray(axis.name, nil, axis.usage)
	}
	completePolicies(cmd)
}

// readPlan reads the plan of the file or of the flags.
func (f *sweepFlags) readPlan() (*sweep.Plan, error) {
	var text strings.Builder
	for _, axis := range sweep.Axes {
		for _, values := range *f.axes[axis] {
			if f.plan != "" {
				return nil, usagef("--plan %s and --%s: give the axes in the plan or as flags, not both", f.plan, axis)
			}
			fmt.Fprintf(&text, "%s %s\n", axis, strings.ReplaceAll(values, "\n", " "))
		}
	}
	if f.plan != "" {
		return readFile("--plan", f.plan, func(r io.Reader, name string) (*sweep.Plan, error) { return sweep.ReadPlan(r, name, sweepPolicy) })
	}
	p, err := sweep.ReadPlan(strings.NewReader(text.String()), "", sweepPolicy)
	if err != nil {
		return nil, usageError{err}
	}
	return p, nil
}

// sweepPolicy makes a policy of a plan. Its result depends on the scripts that it names.
func sweepPolicy(text string) (p sweep.Policy, err error) {
	if filepath.Ext(text) == ".conf" {
		p.Fleet, err = readConf(text)
		return p, err
	}
	fleet, err := policies.ParseFleet(text)
	if err != nil {
		return p, err
	}
	hash := sha256.New()
	p.Fleet, err = script.Load(fleet, func(file string) ([]byte, error) {
		content, err := sentFiles.readFile(file)
		fmt.Fprintf(hash, "%d:%s", len(content), content)
		return content, err
	}, func(string) {})
	if slices.ContainsFunc(fleet.Rules, func(r policies.Rule) bool { return r.Spec.Unread() }) {
		p.Files = fmt.Sprintf("%x", hash.Sum(nil))
	}
	return p, err
}

// read reads the plan and the workload, whose only policy is the recorded one.
func (f *sweepFlags) read(cmd *cobra.Command, traces []string) (k sweep.Keys, s *bench.Suite, partly, err error) {
	if k.Plan, err = f.readPlan(); err != nil {
		return k, nil, nil, err
	}
	if s, partly, err = f.suite(cmd, traces); err != nil {
		return k, nil, nil, err
	}
	setPolicies(s, []policies.Fleet{bench.RecordedFleet()})
	k.Inputs = sweep.InputsOf(s)
	return k, s, partly, nil
}

// runner prepares the replays of cells.
func (f *sweepFlags) runner(cmd *cobra.Command, k sweep.Keys, s *bench.Suite, partly error) (r *sweep.Runner, _, err error) {
	options, done := f.options(cmd, "each application alone", s.Workload, figures)
	defer done()
	if r, err = sweep.NewRunner(cmd.Context(), k, s, options); err != nil {
		return nil, nil, err
	}
	return r, incomplete(cmd, partly, leftOut(r.Prepared.LeftOut)), nil
}

func newSweepWorker() *cobra.Command {
	var f sweepFlags
	var traces []string
	cmd := &cobra.Command{
		Use:   "worker",
		Short: "Replay the cells that are asked for on standard input",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(traces); err != nil {
				return err
			}
			keys, suite, partly, err := f.read(cmd, traces)
			if err != nil {
				return err
			}
			r, partly, err := f.runner(cmd, keys, suite, partly)
			if err != nil {
				return err
			}
			if err := r.Serve(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout(), func(err error) {
				partly = incomplete(cmd, partly, []string{err.Error()})
			}); err != nil {
				return err
			}
			return partly
		},
	}
	cmd.Flags().StringArrayVar(&traces, "workload", nil, "the `trace` to replay; repeatable (default: a built-in day)")
	f.addFlags(cmd)
	return cmd
}
