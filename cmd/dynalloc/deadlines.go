package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"dynalloc/bench"
	"dynalloc/bench/sla"
)

// addDeadlineFlags adds what says when an application is late, and what it costs
// to be in time.
func (in *inputs) addDeadlineFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&in.deadlines, "deadlines", "", `CSV `+"`file`"+` of deadlines, with lines such as report-*,90s; see "dynalloc help deadlines"`)
	f.StringVar(&in.sla, "sla", "", "deadline of every application that --deadlines does not name: a `factor` of a reference, or several (alone=1.2,1.5,2,3, critical=3, history=1.2), or a deadline as in a file (90s, next)")
	f.StringVar(&in.prices, "price", "", "`prices` as in core-hour=0.05,gib-hour=0.005,minimum=60s or node-hour=0.8, in any currency")
	complete(cmd, "sla", "alone=", "critical=", "history=", "next")
	complete(cmd, "price", "core-hour=", "gib-hour=", "node-hour=")
}

// setDeadlines gives a suite the deadlines that the flags ask for, in the place
// of its own.
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

func newDeadlineHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "deadlines",
		Short: "How deadlines are written: for applications, and for queries inside of them",
		Long: `A file of deadlines is CSV. Its header names the columns: "deadline", and any of
those that say whose it is.

  name,queue,tag,deadline
  report-board-*,,,30s
  report-*,finance,,06:00 Europe/Berlin
  ,,team=risk,next
  adhoc-*,,,none
  *,,,alone=2

The first line whose patterns all fit decides. * stands for any text, ? for one
character; an empty field fits all. A line that starts with # is a comment. Without
a header the columns are name and deadline. "pattern" is another word for name.

  name         of the application
  class        of the application: its name without dates and numbers, or --class
  queue, user  as in the log
  tag          a tag of spark.yarn.tags; a label of the driver's pod, as team=risk
               (spark.kubernetes.driver.label.team), or a tag of a Databricks
               cluster; or any property that is set, as spark.app.tier=gold

A deadline is one of

  90s, 15m, 1h30m       so long after submission
  06:00 Europe/Berlin   the next time that the clock there shows six
  next                  before the next run of the same program is submitted
  alone=1.5             so many times its run alone on the idle cluster
  critical=3            so many times its critical path: endless executors, at once
  history=1.2           so many times the 95 % quantile of its recorded runs
  none                  no deadline

Lines with a group, description or execution are for queries inside of
applications: jobs of one job group, of one SQL execution, or one job by itself.
Their deadline is a duration, alone=, history= or none, from the submission of the
first job to the end of the last.

  name,group,description,deadline
  thrift-server,*,,10s
  notebook-*,,*dashboard*,alone=2

  group        spark.jobGroup.id
  description  spark.job.description
  execution    spark.sql.execution.id

--sla is for every application that the file does not name, or for all without
one. It takes any of these deadlines, and of a factor several: the report then
tells the misses at each, and the middle one makes the deadlines.

  --sla history=1.2
  --sla critical=1.5,2,3
  --deadlines sla.csv --sla alone=2

Without --deadlines and --sla it is alone=1.2,1.5,2,3.`,
	}
}
