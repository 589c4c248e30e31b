package main

import (
	"github.com/spf13/cobra"

	"dynalloc/bench/decide"
	"dynalloc/policies"
	"dynalloc/reports"
)

func newAdvise() *cobra.Command {
	var in inputs
	var out outputFlags
	var goal *choice
	var texts []string
	var only bool
	cmd := &cobra.Command{
		Use:   "advise [TRACE...]",
		Short: "Recommend settings for each class of applications",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := in.check(args); err != nil {
				return err
			}
			given, err := plainPolicies(texts)
			if err != nil {
				return err
			}
			if only && len(given) == 0 {
				return usagef("--only needs at least one --policy, because it tries nothing else")
			}
			s, partly, err := in.suite(cmd, args)
			if err != nil {
				return err
			}
			options, done := in.options(cmd, "trying policies")
			advice, err := decide.Advise(cmd.Context(), s, decide.AdviseOptions{Options: options, Goal: decide.Goal(goal.value), Policies: given, Only: only})
			done()
			if err != nil {
				return err
			}
			if err := out.print(cmd, reports.Advice(advice)); err != nil {
				return err
			}
			return incomplete(cmd, partly, leftOut(advice.LeftOut))
		},
	}
	f := cmd.Flags()
	in.addFlags(cmd)
	in.deadlineFlags.addFlags(cmd)
	goal = addChoice(cmd, "goal", string(decide.FewestMisses), "what to minimize first: missed deadlines, or turnaround", string(decide.FewestMisses), string(decide.ShortestTime))
	f.StringArrayVar(&texts, "policy", nil, "also try this `policy` (or spark-defaults.conf file) for every class; repeatable")
	completePolicies(cmd)
	f.BoolVar(&only, "only", false, "try only the policies of --policy and the settings in the logs")
	in.addComparisonFlags(cmd)
	out.addFormat(cmd, "output format")
	return cmd
}

// plainPolicies parses policies that are tried for each class separately, so they
// cannot be fleets.
func plainPolicies(texts []string) ([]policies.Spec, error) {
	var specs []policies.Spec
	for _, text := range texts {
		f, err := parseFleet(text)
		if err != nil {
			return nil, err
		}
		if len(f.Rules) != 1 || f.Rules[0].Pattern != "*" {
			return nil, usagef("--policy %s: a fleet already assigns a policy to each class; give one policy at a time", text)
		}
		if !f.Deployable() {
			return nil, usagef("--policy %s: no driver can know the demand in advance, so it cannot be recommended", text)
		}
		if !f.Rules[0].Spec.Recorded() { // which is always tried
			specs = append(specs, f.Rules[0].Spec)
		}
	}
	return specs, nil
}
