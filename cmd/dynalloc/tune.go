package main

import (
	"github.com/spf13/cobra"

	"dynalloc/policies"
	"dynalloc/reports"
)

func newTune() *cobra.Command {
	var in inputs
	var out outputFlags
	var shuffle *choice
	var candidates []string
	var ask questionFlags
	var how decideFlags
	cmd := &cobra.Command{
		Use:   "tune [TRACE...]",
		Short: "Find the cheapest settings that keep the deadlines",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := in.check(args); err != nil {
				return err
			}
			if err := how.on.check(); err != nil {
				return err
			}
			t := ask.question(nil)
			for _, text := range candidates {
				specs, err := candidatesOf(text)
				if err != nil {
					return err
				}
				t.Policies = append(t.Policies, specs...)
			}
			if shuffle.value != "" {
				s, err := policies.Parse("spark,shuffle=" + shuffle.value)
				if err != nil {
					return usageError{err}
				}
				t.Protection = &s.Protection
			}
			if err := out.check(cmd); err != nil {
				return err
			}
			if err := t.Check(); err != nil {
				return usageError{err}
			}
			s, partly, err := in.suite(cmd, args)
			if err != nil {
				return err
			}
			t.Suite = s
			options, done := in.options(cmd, "searching", s.Workload, figures)
			tuned, err := how.decide(cmd, args, &in, t, options)
			done()
			if err != nil || tuned == nil {
				return err
			}
			if tuned.Interrupted { // there is no time for the files
				if err := reports.Write(cmd.OutOrStdout(), out.format.value, reports.Search(tuned)); err != nil {
					return err
				}
				return incomplete(cmd, partly, []string{"interrupted; this is the best fleet so far, and no files were written"})
			}
			if err := out.write(cmd, in.quiet, reports.Search(tuned)); err != nil {
				return err
			}
			return incomplete(cmd, partly, leftOut(tuned.LeftOut))
		},
	}
	f := cmd.Flags()
	ask.addFlags(cmd)
	f.StringArrayVar(&candidates, "candidate", nil, "a `policy` to try besides the usual ones, such as script,file=my.star; repeatable")
	shuffle = addChoice(cmd, "shuffle", "", "what protects shuffle files under dynamic allocation (default: every way that the cluster has is tried)", "service", "tracking", "decommission")
	in.addFlags(cmd)
	in.deadlineFlags.addFlags(cmd)
	in.addComparisonFlags(cmd)
	how.addFlags(cmd)
	out.addFlags(cmd)
	return cmd
}

// candidatesOf parses the value of --candidate: one policy, or those of a fleet.
func candidatesOf(text string) ([]policies.Spec, error) {
	f, err := parseFleet(text)
	if err != nil {
		return nil, err
	}
	var specs []policies.Spec
	for _, rule := range f.Rules {
		specs = append(specs, rule.Spec)
	}
	return specs, nil
}
