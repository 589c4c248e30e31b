package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"dynalloc/bench"
	"dynalloc/bench/selfreplay"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/traces"
)

func newReplay() *cobra.Command {
	var in inputs
	var format *choice
	var policy, app string
	var tasks bool
	var why *parsed[int]
	cmd := &cobra.Command{
		Use:   "replay [TRACE...] --policy POLICY",
		Short: "Show what happens under one policy, and why",
		RunE: func(cmd *cobra.Command, args []string) error {
			if policy == "" {
				return usagef(`%s needs a --policy, such as --policy spark,idle=10s; see "dynalloc help policies"`, cmd.Name())
			}
			if err := in.check(args); err != nil {
				return err
			}
			fleet, err := parseFleetTo(cmd.ErrOrStderr(), policy)
			if err != nil {
				return err
			}
			if !in.builtin.given() && len(args) == 0 {
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
			s, odd, err := s.Feasible()
			if err != nil {
				return err
			}
			s.Config.Watch = stopWith(cmd.Context())
			s, beyond, err := bounded(s)
			if err != nil {
				return err
			}
			partly = incomplete(cmd, partly, leftOut(append(odd, beyond...)))
			if !slices.ContainsFunc(s.Workload.Apps, func(a *traces.Application) bool { return shows(app, a) }) {
				return fmt.Errorf("--app %s: no application has such a name or id", app)
			}
			executor := -1
			if why.given() {
				executor = why.value
			}
			s.Notes = append(s.Notes, selfReplayNotes(app, s.Workload.Apps, in.selfReplays(cmd))...)
			s.Config.Attribute = why.given()
			out := bufio.NewWriter(cmd.OutOrStdout())
			err = play(s, fleet, newEventWriter(out, s.Workload, format.value, app, tasks, executor))
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
	f.StringVar(&app, "app", "*", "show only applications whose name or id matches this `glob`; all are replayed")
	f.BoolVar(&tasks, "tasks", false, "also show every task")
	why = addParsed(cmd, "why", "", "show only why the `executor` with this number was added, kept and removed", "", parseExecutor)
	in.addFlags(cmd)
	format = addChoice(cmd, "format", "text", "output format", "text", "json")
	return cmd
}

// bounded leaves out the applications that cannot be replayed to their end under the suite's
// only policy, as compare does. It replays without showing anything, because an application
// passes its limit when it has had its effects on others.
func bounded(s *bench.Suite) (rest *bench.Suite, beyond []*replay.AppError, err error) {
	for {
		_, err := replay.Run(s.Workload, s.Policies[0], s.Config)
		var bad *replay.AppError
		if !errors.As(err, &bad) {
			return s, beyond, nil // another error comes again when the replay is shown
		}
		beyond = append(beyond, bad)
		if s, err = s.Without([]*replay.AppError{bad}); err != nil {
			return nil, nil, err
		}
	}
}

// selfReplayNotes state how well replays reproduce the logs of the applications that
// are shown.
func selfReplayNotes(app string, apps []*traces.Application, how selfreplay.Options) []bench.Note {
	apps = slices.DeleteFunc(slices.Clone(apps), func(a *traces.Application) bool { return !shows(app, a) })
	var errs []selfreplay.Error
	for _, a := range apps {
		errs = append(errs, selfreplay.Of(a, how))
	}
	return bench.SelfReplayNotes(apps, errs)
}

// play replays the suite's workload under one fleet, and writes its events.
func play(s *bench.Suite, fleet policies.Fleet, t eventWriter) error {
	e, err := replay.New(s.Workload, fleet, s.Config, t)
	if err != nil {
		return err
	}
	t.begin(s, fleet)
	for e.Step() {
	}
	result, err := e.Result()
	if errors.Is(err, context.Canceled) {
		return err
	}
	if err != nil {
		return fmt.Errorf("last events before the failure: %w", err)
	}
	return t.end(result)
}
