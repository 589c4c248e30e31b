package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"dynalloc/bench"
	"dynalloc/bench/decide"
	"dynalloc/policies"
	"dynalloc/reports"
)

// The goals of advise.
const (
	goalMisses = "misses"
	goalTime   = "time"
)

// questionFlags are the flags of a decision, which advise and tune share.
type questionFlags struct {
	prefer           *choice
	missRate, slower *parsed[float64]
	budget, replicas int
}

func (q *questionFlags) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	q.missRate = addParsed(cmd, "miss-rate", "1%", "maximum `share` of the runs of a class with a deadline that miss it, such as 1% or 0.01", "", parseShare)
	q.slower = addParsed(cmd, "slower", fmt.Sprintf("%g%%", 100*decide.DefaultMaxSlowdown), "`share` by which a class without deadlines may take longer, on average, than under the settings in force", "", parseShare)
	q.prefer = addChoice(cmd, "prefer", string(decide.PreferSafe), "the answer whose misses stay below the target with the model's error, or whose estimate does", string(decide.PreferSafe), string(decide.PreferCheap))
	f.IntVar(&q.replicas, "replicas", 0, "`number` of replicas of each finalist of the search (default by the budget)")
	f.IntVar(&q.budget, "budget", 0, "`number` of replays of the workload after which no more are added (default by its size)")
}

// question is the question that the flags ask about a suite.
func (q *questionFlags) question(s *bench.Suite) decide.Question {
	return decide.Question{Suite: s, MissRate: q.missRate.value, MaxSlowdown: q.slower.value, Prefer: decide.Preference(q.prefer.value), Replicas: q.replicas, Budget: q.budget}
}

func newAdvise() *cobra.Command {
	var in inputs
	var out outputFlags
	var goal *choice
	var ask questionFlags
	var how decideFlags
	var texts []string
	var only, details bool
	cmd := &cobra.Command{
		Use:   "advise [TRACE...]",
		Short: "Recommend settings for each class of applications",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := in.check(args); err != nil {
				return err
			}
			if err := how.on.check(); err != nil {
				return err
			}
			given, err := plainPolicies(texts)
			if err != nil {
				return err
			}
			if err := out.checkFolder(); err != nil {
				return err
			}
			if only && len(given) == 0 {
				return usagef("--only needs at least one --policy, because it tries nothing else")
			}
			s, partly, err := in.suite(cmd, args)
			if err != nil {
				return err
			}
			q := ask.question(s)
			q.Policies, q.Only, q.ShortestTime = given, only, goal.value == goalTime
			if err := q.Check(); err != nil {
				return usageError{err}
			}
			options, done := in.options(cmd, "trying policies", s.Workload, figures)
			advice, err := how.decide(cmd, args, &in, q, options)
			done()
			if err != nil || advice == nil {
				return err
			}
			d := reports.Advice(advice)
			if details || out.format.value != "text" {
				err = out.write(cmd, in.quiet, d)
			} else if _, err = io.WriteString(cmd.OutOrStdout(), reports.AdviceScreen(advice)); err == nil {
				err = out.writeFiles(cmd, in.quiet, d)
			}
			if err != nil {
				return err
			}
			return incomplete(cmd, partly, leftOut(advice.LeftOut))
		},
	}
	f := cmd.Flags()
	in.addFlags(cmd)
	in.deadlineFlags.addFlags(cmd)
	goal = addChoice(cmd, "goal", goalMisses, "what to minimize first: missed deadlines beyond --miss-rate, or turnaround", goalMisses, goalTime)
	ask.addFlags(cmd)
	f.StringArrayVar(&texts, "policy", nil, "also try this `policy` (or spark-defaults.conf file) for every class; repeatable")
	completePolicies(cmd)
	f.BoolVar(&only, "only", false, "try only the policies of --policy and the settings in the logs")
	in.addComparisonFlags(cmd)
	how.addFlags(cmd)
	out.addFormat(cmd, "output format")
	f.StringVarP(&out.folder, "out", "o", "", "`folder` for the summary, the results and the settings of each class (default none)")
	f.BoolVar(&details, "details", false, "print the evidence, and all policies that were judged")
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
