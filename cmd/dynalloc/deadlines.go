package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"dynalloc/bench"
	"dynalloc/bench/sla"
)

// addDeadlineFlags adds the flags for deadlines and prices.
func (in *inputs) addDeadlineFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&in.deadlines, "deadlines", "", `CSV `+"`file`"+` of deadlines, with lines such as report-*,90s; see "dynalloc help deadlines"`)
	f.StringVar(&in.sla, "sla", "", "deadline of every application that --deadlines does not name: a `factor` of a reference, or several (alone=1.2,1.5,2,3, critical=3, history=1.2), or a deadline as in a file (90s, next)")
	f.StringVar(&in.prices, "price", "", "`prices` in any currency, such as core-hour=0.05,gib-hour=0.005,minimum=60s or node-hour=0.8")
	complete(cmd, "sla", "alone=", "critical=", "history=", "next")
	complete(cmd, "price", "core-hour=", "gib-hour=", "node-hour=")
}

// setDeadlines replaces a suite's deadlines by those of the flags, if there are any.
func (in *inputs) setDeadlines(s *bench.Suite) error {
	if in.deadlines == "" && in.sla == "" {
		return nil
	}
	s.Deadlines = nil
	if in.deadlines != "" {
		var err error
		if s.Deadlines, err = readDeadlines(in.deadlines); err != nil {
			return err
		}
	}
	if in.sla != "" {
		slack, all, err := sla.ParseSLA(in.sla)
		if err != nil {
			return err
		}
		s.Slack, s.Deadlines = slack, append(s.Deadlines, all...)
	}
	return nil
}

func readDeadlines(path string) (sla.Deadlines, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("deadlines: %w", err)
	}
	defer f.Close()
	return sla.ReadDeadlines(f, path)
}
