package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"dynalloc/bench"
	"dynalloc/reports"
)

// defaultOut is the folder for pictures and files with --format text.
const defaultOut = "dynalloc-out"

func newCompare() *cobra.Command {
	var in inputs
	var format *choice
	var policyTexts []string
	var out string
	var parallel int
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
			if !cmd.Flags().Changed("out") && format.value == "text" {
				out = defaultOut
			}
			if err := checkOut(out); err != nil {
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
			bar := newProgress(cmd.ErrOrStderr(), in.quiet, "replaying")
			results, err := bench.Run(cmd.Context(), s, bench.Options{Parallel: parallel, Progress: bar.set})
			bar.end()
			if err != nil {
				return err
			}
			if err := in.report(cmd, results, format.value, out); err != nil {
				return err
			}
			if missing(cmd.ErrOrStderr(), results) {
				return errPartly
			}
			return partly
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&policyTexts, "policy", nil, policyUsage+"; repeatable (default: a list)")
	completePolicies(cmd)
	in.addFlags(cmd)
	in.deadlineFlags.addFlags(cmd)
	format = addFormat(cmd, "output format")
	f.StringVarP(&out, "out", "o", "", "`folder` for pictures and files (default "+defaultOut+" with --format text, else none)")
	f.IntVar(&parallel, "parallel", 0, "replays at a time (default: one for each processor)")
	return cmd
}

// missing names the applications that are in no row and the rows without values,
// and reports whether there are any.
func missing(stderr io.Writer, r *bench.Results) bool {
	lines := []string{}
	for _, e := range r.LeftOut {
		lines = append(lines, fmt.Sprintf("left out of every row: %v", e))
	}
	for i := range r.Runs {
		if problem := r.Runs[i].Problem; problem != "" {
			lines = append(lines, "a row without values: "+problem)
		}
	}
	for _, line := range lines {
		fmt.Fprintf(stderr, "dynalloc: %s\n", line)
	}
	return len(lines) > 0
}

// checkOut rejects an output folder that cannot be created, before a long run.
func checkOut(dir string) error {
	if dir == "" {
		return nil
	}
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		return usagef("-o %s: it is a file; give a folder", dir)
	}
	if errors.Is(err, fs.ErrNotExist) {
		parent := filepath.Dir(filepath.Clean(dir))
		if info, err := os.Stat(parent); err != nil || !info.IsDir() {
			return usagef("-o %s: its parent folder %s does not exist; create it first", dir, parent)
		}
		return nil
	}
	return err
}

// report prints the results and writes the files.
func (in *inputs) report(cmd *cobra.Command, r *bench.Results, format, out string) error {
	d := reports.Comparison(r)
	if err := reports.Write(cmd.OutOrStdout(), format, d); err != nil {
		return err
	}
	if out == "" {
		return nil
	}
	if err := cmd.Context().Err(); err != nil {
		return err
	}
	return writeFiles(cmd, in.quiet, out, d)
}
