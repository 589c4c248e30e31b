package main

import (
	"io"

	"github.com/spf13/cobra"

	"dynalloc/bench/selfreplay"
	"dynalloc/reports"
	"dynalloc/traces"
)

func newInspect() *cobra.Command {
	var out outputFlags
	var in readFlags
	var limits limitFlags
	cmd := &cobra.Command{
		Use:   "inspect TRACE...",
		Short: "Show the content and the quality of event logs",
		Args:  someTraces,
		RunE: func(cmd *cobra.Command, args []string) error {
			return in.inspect(cmd, args, limits.selfReplays(cmd), &out)
		},
	}
	out.addFormat(cmd, "output format")
	in.addFlags(cmd)
	in.addArrivalsFlag(cmd)
	limits.addFlags(cmd)
	return cmd
}

func someTraces(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usagef("%s needs at least one TRACE: an event log, or an archive or folder of event logs", cmd.Name())
	}
	return nil
}

func (in *readFlags) inspect(cmd *cobra.Command, paths []string, how selfreplay.Options, out *outputFlags) error {
	logs, done, err := in.open(cmd, paths...)
	if err != nil {
		return err
	}
	defer done()
	logs.EachLog = true
	var found []*traces.Application
	var self []selfreplay.Error
	var beyond []string
	reading := in.reader(cmd, logs)
	for {
		a, err := reading.Read()
		if err == io.EOF {
			break
		}
		if unreadable, ok := asLogError(err); ok {
			found, self = append(found, &traces.Application{Path: unreadable.Path, Log: unreadable.Log}), append(self, selfreplay.Unknown())
			continue
		}
		if err != nil {
			return err
		}
		e := selfreplay.Unknown()
		if why := a.Impossible(); why == nil {
			e = selfreplay.Of(a, how)
			beyond = append(beyond, beyondLimits(a, &e)...)
		} else {
			a.Log.Grade, a.Log.Problems = traces.Unreadable, append(a.Log.Problems, traces.ImpossibleValue.With(why))
			reading.lossy++
		}
		found, self = append(found, withoutWork(a)), append(self, e)
	}
	for _, i := range traces.AbsurdClocks(found) {
		if log := &found[i].Log; !in.allClocks {
			log.Grade, log.Problems = max(log.Grade, traces.Clock), append(log.Problems, traces.AbsurdClock.With(found[i].Started))
			reading.lossy++
		}
	}
	failure := reading.failure(cmd.ErrOrStderr())
	if reading.applications == 0 {
		found, self = found[:0], self[:0]
	}
	if err := out.print(cmd, reports.Inspection(found, self, logs.Skipped())); err != nil {
		return err
	}
	return incomplete(cmd, failure, beyond)
}

// withoutWork is an application without its jobs and tasks: there may be very many logs.
func withoutWork(a *traces.Application) *traces.Application {
	return &traces.Application{
		Path: a.Path, ID: a.ID, Attempt: a.Attempt, Name: a.Name, Class: a.Class, User: a.User, Started: a.Started, Submit: a.Submit, SparkVersion: a.SparkVersion, Log: a.Log, Excluded: a.Excluded,
	}
}
