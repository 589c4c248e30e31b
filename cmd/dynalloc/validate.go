package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"dynalloc/bench/validate"
	"dynalloc/replay/cluster"
	"dynalloc/reports"
	"dynalloc/traces"
	"dynalloc/traces/source"
)

func newValidate() *cobra.Command {
	var in inputs
	var format, startup *choice
	cmd := &cobra.Command{
		Use:   "validate FROM TO | validate FOLDER",
		Short: "Compare replays with real runs",
		Long: `Build the workload from the recording FROM, replay it under the configuration of the
recording TO, and compare the result with what TO recorded. A recording is an event
log, or a folder of event logs that shared a cluster; TO may be FROM. Of TO only the
Spark properties and the version reach the replay, and with --startup to its
start-up times.

With one FOLDER of many recordings, every ordered pair of recordings of the same
workload is validated. Their content (times, names, jobs and properties) determines
which logs form one recording, which recordings are of one workload, and which are
repeats.

Start-up of executors is an external condition. --startup from learns it from FROM,
as a real forecast would. --startup to takes it from TO: the k-th executor that the
replay requests starts as fast as the k-th in TO, so that the remaining error is the
replay's own. It is refused if applications waited for each other. There,
--startup granted counts start-up from the first moment at which the cluster had
room, as far as TO shows it, so that the wait itself is compared.

Without --cluster an application is replayed on a cluster that is never full, and
several that shared one on the most that they held in FROM.`,
		Example: `  dynalloc validate monday.zstd tuesday.zstd
  dynalloc validate --startup to recordings/etl
  dynalloc validate --cluster standalone,nodes=1,cores=16,memory=32g --startup granted fleet-dra fleet-dra
  dynalloc validate --format json recordings | jq .summary`,
		Args: func(_ *cobra.Command, args []string) error {
			if n := len(args); n < 1 || n > 2 {
				return usagef("expected two recordings, or one folder of recordings, found %d arguments", n)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o := validate.Options{Startup: startup.value, Seed: in.seed}
			for _, text := range in.cluster.faults {
				fault, err := cluster.ParseFault(text)
				if err != nil {
					return usageError{err}
				}
				o.Faults = append(o.Faults, fault)
			}
			if in.cluster.text != "" {
				c, _, err := cluster.Open(in.cluster.text, files{})
				if err != nil {
					return usageError{err}
				}
				o.Cluster = &c
			}
			if in.times != "" {
				times, err := readTimes(in.times)
				if err != nil {
					return err
				}
				o.Times = &times
			}
			if len(args) == 2 {
				return in.validatePair(cmd, args[0], args[1], o, format.value)
			}
			return in.validateAll(cmd, args[0], o, format.value)
		},
	}
	f := cmd.Flags()
	format = addChoice(cmd, "format", "text", "output format", "text", "json")
	startup = addChoice(cmd, "startup", validate.StartupFrom, "source of start-up times", validate.StartupFrom, validate.StartupTo, validate.StartupGranted)
	in.cluster.addFaults(f)
	in.cluster.addCluster(f, "the `cluster` of the recordings, such as standalone,nodes=1,cores=16,memory=32g; see \"dynalloc help clusters\"")
	complete(cmd, "cluster", "standalone,nodes=")
	f.Uint64Var(&in.seed, "seed", 1, "seed of every random number")
	in.addTimesFlag(cmd)
	in.addQuietFlag(cmd)
	return cmd
}

// readRecording reads all logs at one path.
func (in *inputs) readRecording(cmd *cobra.Command, path string) (w *traces.Workload, partly, err error) {
	logs, err := source.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer logs.Close()
	reading := in.reader(cmd, logs)
	w, _, err = traces.Collect(path, reading)
	if err != nil {
		return nil, nil, err
	}
	if partly = reading.failure(cmd.ErrOrStderr()); partly != nil && !errors.Is(partly, errPartly) {
		return nil, nil, partly
	}
	return w, partly, nil
}

func (in *inputs) validatePair(cmd *cobra.Command, from, to string, o validate.Options, format string) error {
	f, partly, err := in.readRecording(cmd, from)
	if err != nil {
		return err
	}
	t, partlyTo, err := in.readRecording(cmd, to)
	if err != nil {
		return err
	}
	v, err := validate.Run(f, t, o)
	if errors.Is(err, validate.ErrWaited) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	write := map[string]func(io.Writer, *validate.Validation) error{"text": reports.ValidationText, "json": reports.ValidationJSON}[format]
	if err := write(cmd.OutOrStdout(), v); err != nil {
		return err
	}
	if v.Failed != nil {
		return fmt.Errorf("%s to %s: %w", v.From, v.To, v.Failed)
	}
	return errors.Join(partly, partlyTo)
}

func (in *inputs) validateAll(cmd *cobra.Command, folder string, o validate.Options, format string) error {
	w, partly, err := in.readRecording(cmd, folder)
	if err != nil {
		return err
	}
	bar := newProgress(cmd.ErrOrStderr(), in.quiet, "replaying")
	o.Progress = bar.set
	set, err := validate.RunAll(cmd.Context(), validate.Recordings(w.Apps), o)
	bar.end()
	if err != nil {
		return err
	}
	if format == "json" {
		for _, note := range set.Notes {
			fmt.Fprintf(cmd.ErrOrStderr(), "dynalloc: %s\n", note)
		}
	}
	write := map[string]func(io.Writer, *validate.Set) error{"text": reports.ValidationSetText, "json": reports.ValidationSetJSON}[format]
	if err := write(cmd.OutOrStdout(), set); err != nil {
		return err
	}
	for _, v := range set.Pairs {
		if v.Failed != nil {
			err = errors.Join(err, fmt.Errorf("%s to %s: %w", v.From, v.To, v.Failed))
		}
	}
	if err != nil {
		return err
	}
	return partly
}
