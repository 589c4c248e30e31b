package main

import (
	"errors"

	"github.com/spf13/cobra"

	"dynalloc/bench"
	"dynalloc/reports"
	"dynalloc/reports/resultfile"
)

// errWorse ends a diff whose new results are worse: exit status 4.
var errWorse = errors.New("the new results are worse")

func newDiff() *cobra.Command {
	var out outputFlags
	var o bench.GateOptions
	var cost float64
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Check whether new results are worse than old ones: a gate for CI",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usagef("expected two result files, OLD and NEW, found %d arguments", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.Misses < 0 || cost < 0 {
				return usagef("--misses %g --cost %g: expected amounts of 0 or more", o.Misses, cost)
			}
			o.Cost = cost / 100
			before, err := readFile("results", args[0], resultfile.Read)
			if err != nil {
				return err
			}
			after, err := readFile("results", args[1], resultfile.Read)
			if err != nil {
				return err
			}
			gate, err := bench.CompareSnapshots(before, after, o)
			if err != nil {
				return err
			}
			if err := out.print(cmd, reports.Difference(gate)); err != nil {
				return err
			}
			if gate.Failed() {
				return errWorse
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.Float64Var(&o.Misses, "misses", 0, "`number` of additional misses that are allowed")
	f.Float64Var(&cost, "cost", 5, "additional executor-hours that are allowed, in `percent`")
	f.StringArrayVar(&o.Policies, "policy", nil, "compare only the `policy` of this name; repeatable (default: all that both files have)")
	addSeedFlag(cmd, &o.Seed)
	out.addFormat(cmd, "output format")
	return cmd
}
