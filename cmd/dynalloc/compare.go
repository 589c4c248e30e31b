package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"dynalloc/bench"
	"dynalloc/reports"
)

func newCompare() *cobra.Command {
	var in inputs
	var out outputFlags
	var policyTexts []string
	var effects bool
	cmd := &cobra.Command{
		Use:   "compare [TRACE...]",
		Short: "Replay a workload under many policies, side by side",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := in.check(args); err != nil {
				return err
			}
			fleets, err := parseFleets(policyTexts)
			if err != nil {
				return err
			}
			if err := out.check(cmd); err != nil {
				return err
			}
			s, partly, err := in.suite(cmd, args)
			if err != nil {
				return err
			}
			if len(policyTexts) > 0 {
				setPolicies(s, fleets)
			}
			if err := refused(&s.Config.Cluster, s.Policies...); err != nil {
				return err
			}
			s.Notes = append(s.Notes, warnings(s.Policies)...)
			s.Config.Attribute, s.Effects = true, effects
			options, done := in.options(cmd, "replaying", s.Workload, func(int) int64 {
				return int64(len(s.Policies)+1) * bench.ResultBytes // and each application alone
			})
			results, err := bench.Run(cmd.Context(), s, options)
			done()
			if err != nil {
				return err
			}
			if err := cmd.Context().Err(); err != nil {
				return err
			}
			if err := out.write(cmd, in.quiet, reports.Comparison(results)); err != nil {
				return err
			}
			return incomplete(cmd, partly, missing(results))
		},
	}
	cmd.Flags().StringArrayVar(&policyTexts, "policy", nil, policyUsage+"; repeatable (default: a list)")
	cmd.Flags().BoolVar(&effects, "effects", false, "measure the effects of each class under each policy on the other classes, even if that takes more replays than the comparison itself")
	completePolicies(cmd)
	in.addFlags(cmd)
	in.deadlineFlags.addFlags(cmd)
	in.addComparisonFlags(cmd)
	out.addFlags(cmd)
	return cmd
}

// missing names the applications that are in no row, and the rows without values.
func missing(r *bench.Results) (problems []string) {
	for _, e := range r.LeftOut {
		problems = append(problems, fmt.Sprintf("left out of every row: %v", e))
	}
	for i := range r.Runs {
		if problem := r.Runs[i].Problem; problem != "" {
			problems = append(problems, "a row without values: "+problem)
		}
	}
	return append(problems, reports.WordAll(r.Struck)...)
}
