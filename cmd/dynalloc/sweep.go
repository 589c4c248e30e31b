package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"dynalloc/bench"
	"dynalloc/bench/sweep"
	"dynalloc/policies"
	"dynalloc/policies/script"
)

// sweepFlags are the flags that the sweep and its worker share: the workload, its cluster
// and the plan.
type sweepFlags struct {
	inputs
	plan string
	axes map[string]*[]string // by name
}

func newSweep() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sweep",
		Short: "Replay many combinations of policies, loads, seeds and windows; stop and go on at any time",
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newSweepWorker())
	return cmd
}

func (f *sweepFlags) addFlags(cmd *cobra.Command) {
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
	f.addWorkloadFlags(cmd)
	f.deadlineFlags.addFlags(cmd)
	f.addComparisonFlags(cmd)
}

// read reads the plan.
func (f *sweepFlags) read() (*sweep.Plan, error) {
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

// prepare reads the plan and the workload.
func (f *sweepFlags) prepare(cmd *cobra.Command, traces []string) (r *sweep.Runner, partly, err error) {
	plan, err := f.read()
	if err != nil {
		return nil, nil, err
	}
	s, partly, err := f.suite(cmd, traces)
	if err != nil {
		return nil, nil, err
	}
	setPolicies(s, []policies.Fleet{bench.RecordedFleet()})
	options, done := f.options(cmd, "each application alone", s.Workload)
	defer done()
	if r, err = sweep.NewRunner(cmd.Context(), plan, s, options); err != nil {
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
			r, partly, err := f.prepare(cmd, traces)
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
