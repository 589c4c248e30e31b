package main

import (
	"bufio"
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"dynalloc/bench"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/traces"
)

func newReplay() *cobra.Command {
	var in inputs
	var format *choice
	var policy, app string
	var tasks bool
	var whyText string
	cmd := &cobra.Command{
		Use:   "replay [TRACE...] --policy POLICY",
		Short: "Replay a workload under one policy: what happens, and why",
		Long: `Replay a workload under one policy on a shared cluster, and print the timeline:
when applications, jobs and stages start and end, how many executors are wanted,
when each is granted, comes up and is given back, and why. After it stands what
each application got.

With --why N it tells the story of executor N instead: which decision asked for
it, what kept it while it ran no task and until when, which timeout removed it,
and how it spent its time.

Without a TRACE it runs on the recorded fleet that is built in.

With --format json, each line is one object: seconds since the start of the
workload, application, name, event and what belongs to it; the last line has the
event "summary".`,
		Example: `  dynalloc replay --policy spark,idle=10s
  dynalloc replay --builtin day --policy recorded --app 'report-*'
  dynalloc replay --policy spark,idle=10s --app warehouse-load --why 2
  dynalloc replay app-20260331080000-0001.zstd --policy spark,max=20 --tasks
  dynalloc replay logs/ --policy static,n=4 --format json | jq 'select(.event == "target changed")'`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if policy == "" {
				return usagef(`%s wants a --policy, such as --policy spark,idle=10s; "dynalloc help policies" explains them`, cmd.Name())
			}
			why, err := executorNumber(whyText)
			if err != nil {
				return err
			}
			if err := in.check(args); err != nil {
				return err
			}
			fleet, err := parseFleetTo(cmd.ErrOrStderr(), policy)
			if err != nil {
				return err
			}
			if in.builtin.value == "" && len(args) == 0 {
				in.builtin.value = "fleet"
			}
			s, partly, err := in.suite(cmd, args)
			if err != nil {
				return err
			}
			if err := refused(&s.Config.Cluster, fleet); err != nil {
				return err
			}
			s.Notes = append(s.Notes, warnings([]policies.Fleet{fleet})...)
			s.Policies, s.Truth = []policies.Fleet{fleet}, nil
			s, odd, err := s.Fitting()
			if err != nil {
				return err
			}
			for _, e := range odd {
				fmt.Fprintf(cmd.ErrOrStderr(), "dynalloc: left out: %v\n", e)
				partly = errPartly
			}
			if !slices.ContainsFunc(s.Workload.Apps, func(a *traces.Application) bool { return tellsOf(app, a) }) {
				return fmt.Errorf("--app %s: no application has such a name or id", app)
			}
			s.Config.Attribute = why >= 0
			out := bufio.NewWriter(cmd.OutOrStdout())
			err = play(cmd.Context(), s, fleet, newTeller(out, s.Workload, format.value, app, tasks, why))
			if flushErr := out.Flush(); err == nil {
				err = flushErr
			}
			if err != nil {
				return err
			}
			return partly
		},
	}
	f := cmd.Flags()
	f.StringVar(&policy, "policy", "", policyUsage)
	completePolicies(cmd)
	f.StringVar(&app, "app", "*", "tell only of applications whose name or id matches this `glob`; all are replayed")
	f.BoolVar(&tasks, "tasks", false, "tell of every task too")
	f.StringVar(&whyText, "why", "", "tell only why the `executor` of this number was added, kept and removed")
	in.addFlags(cmd)
	format = addChoice(cmd, "format", "text", "how to print", "text", "json")
	return cmd
}

// patience is how many instants are played before the replay looks whether the
// user wants it to stop: a few milliseconds' worth.
const patience = 1000

// play replays the suite's workload under one fleet, and tells of it.
func play(ctx context.Context, s *bench.Suite, fleet policies.Fleet, t teller) error {
	e, err := replay.New(s.Workload, fleet, s.Config, t)
	if err != nil {
		return err
	}
	t.begin(s, fleet)
	for n := 1; e.Step(); n++ {
		if n%patience == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	result, err := e.Result()
	if err != nil {
		return fmt.Errorf("after what is told so far: %w", err)
	}
	return t.end(result)
}
