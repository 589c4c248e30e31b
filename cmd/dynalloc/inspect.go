package main

import (
	"io"

	"github.com/spf13/cobra"

	"dynalloc/reports"
	"dynalloc/traces"
	"dynalloc/traces/source"
)

func newInspect() *cobra.Command {
	var out outputFlags
	var in readFlags
	cmd := &cobra.Command{
		Use:   "inspect TRACE...",
		Short: "Show the content and the quality of event logs",
		Long: `Show the content of event logs. Each log is listed separately, including attempts
of one application, with its counts, its quality grade and its problems.

The grade is the worst that applies:

  complete    everything is there
  cut         the log ends before the application does
  lossy       events are missing, or lines could not be read
  clock       times go backwards: the clock of the driver was set
  compacted   the history server removed finished work: useless for a replay
  unreadable  the log contains no application

Counts are those of the log: JobStart events, distinct submitted stages, TaskEnd
events and those of them whose reason is not Success, distinct executors added and
removed (including the driver if it is logged as one), seconds from the first event
to the last.

With --format json, standard output is one object: applications, a list of path,
id, attempt, name, class, spark_version, seconds, jobs, stages, tasks, failed_tasks,
executors_added, executors_removed, grade and problems. An unreadable log is listed
with what is known of it. If nothing could be read, the list is empty and the exit
status is 1.

The exit status is 3 if only a part could be read: a file could not be read, or a
log has a grade worse than cut.`,
		Example: `  dynalloc inspect /var/log/spark-events
  dynalloc inspect app-20260331080000-0001.zstd
  dynalloc inspect logs.tar.gz --format json | jq '.applications[] | select(.grade != "complete")'`,
		Args: someTraces,
		RunE: func(cmd *cobra.Command, args []string) error {
			return in.inspect(cmd, args, &out)
		},
	}
	out.addFormat(cmd, "output format")
	in.addFlags(cmd)
	return cmd
}

func someTraces(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usagef("%s needs at least one TRACE: an event log, or an archive or folder of event logs", cmd.Name())
	}
	return nil
}

func (in *readFlags) inspect(cmd *cobra.Command, paths []string, out *outputFlags) error {
	logs, err := source.Open(paths...)
	if err != nil {
		return err
	}
	defer logs.Close()
	logs.EachLog = true
	var found []*traces.Application
	reading := in.reader(cmd, logs)
	for {
		a, err := reading.Read()
		if err == io.EOF {
			break
		}
		if unreadable, ok := asLogError(err); ok {
			found = append(found, &traces.Application{Path: unreadable.Path, Log: unreadable.Log})
			continue
		}
		if err != nil {
			return err
		}
		// Without its jobs and tasks: there may be very many logs.
		found = append(found, &traces.Application{
			Path: a.Path, ID: a.ID, Attempt: a.Attempt, Name: a.Name, Class: a.Class, SparkVersion: a.SparkVersion, Log: a.Log,
		})
	}
	failure := reading.failure(cmd.ErrOrStderr())
	if reading.applications == 0 {
		found = found[:0]
	}
	if err := out.print(cmd, reports.Inspection(found, logs.Skipped())); err != nil {
		return err
	}
	return failure
}
