package main

import (
	"github.com/spf13/cobra"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/bench/sla"
)

// deadlineFlags are the flags for deadlines and prices.
type deadlineFlags struct {
	file   string
	sla    *parsed[slaText]
	prices *parsed[metrics.Prices]
}

// A slaText is what the value of --sla describes: factors of a reference, or one
// deadline for all applications.
type slaText struct {
	slack sla.SlackRule
	all   sla.Deadlines
}

func (d *deadlineFlags) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&d.file, "deadlines", "", `CSV `+"`file`"+` of deadlines, with lines such as report-*,90s; see "dynalloc help deadlines"`)
	d.sla = addParsed(cmd, "sla", "", "deadline of every application that --deadlines does not name: a `factor` of a reference, or several (alone=1.2,1.5,2,3, critical=3, history=1.2), or a deadline as in a file (90s, next)", "",
		func(text string) (slaText, error) {
			slack, all, err := sla.ParseSLA(text)
			return slaText{slack, all}, err
		})
	d.prices = addParsed(cmd, "price", "", "`prices` in any currency, such as core-hour=0.05,gib-hour=0.005,minimum=60s or node-hour=0.8", "", metrics.ParsePrices)
	complete(cmd, "sla", "alone=", "critical=", "history=", "next")
	complete(cmd, "price", "core-hour=", "gib-hour=", "node-hour=")
}

// configure replaces the deadlines and prices of a suite by those of the flags, if
// any are given.
func (d *deadlineFlags) configure(s *bench.Suite) error {
	if d.file != "" || d.sla.given() {
		s.Deadlines = nil
	}
	if d.file != "" {
		var err error
		if s.Deadlines, err = readFile("--deadlines", d.file, sla.ReadDeadlines); err != nil {
			return err
		}
	}
	if d.sla.given() {
		s.Slack, s.Deadlines = d.sla.value.slack, append(s.Deadlines, d.sla.value.all...)
	}
	if d.prices.given() {
		s.Prices = d.prices.value
	}
	return nil
}
