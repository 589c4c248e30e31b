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
	cmd := &cobra.Command{
		Use:   "compare [TRACE...]",
		Short: "Replay a workload under many policies, side by side",
		Long: `Replay a workload under many policies on one shared cluster, and compare what each
means for deadlines, queue wait, utilization and cost. The first row is always
"recorded": each application under the settings in its own log, with the recorded
truth beside it. Differences refer to this row.

Without a TRACE the built-in working day is used, which is made of recorded
applications. All logs together are one workload with their real arrival times;
idle days between them are removed.

An application misses its SLA if it ends after its deadline. Deadlines come from
--deadlines and --sla, otherwise from the built-in day, otherwise they are 1.5 times
the run alone on the idle cluster, with the misses at other factors beside it.
Queries inside applications can have deadlines too: see "dynalloc help deadlines".

Two tables divide the time of applications and of their executors by cause;
"dynalloc replay --why" shows the same for one executor.

The tables are printed. The pictures and the report in text, Markdown, CSV and JSON
are written to a folder.`,
		Example: `  dynalloc compare
  dynalloc compare --builtin fleet
  dynalloc compare /var/log/spark-events --cluster standalone,nodes=4,cores=32,memory=128g
  dynalloc compare logs/ --policy static,n=4 --policy spark,idle=10s,max=20 --policy new/spark-defaults.conf
  dynalloc compare logs/ --policy 'mixed:report-*=static,n=2;*=spark,max=6' --deadlines deadlines.csv -o results
  dynalloc compare logs/ --sla critical=1.5,2,3 --price core-hour=0.05,gib-hour=0.005
  dynalloc compare logs/ --since 2026-03-30 --until 2026-04-01 --format csv > results.csv`,
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
			s.Config.Attribute = true
			options, done := in.options(cmd, "replaying")
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
	completePolicies(cmd)
	in.addFlags(cmd)
	in.deadlineFlags.addFlags(cmd)
	in.addParallelFlag(cmd)
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
	return problems
}
