package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"dynalloc/bench/validate"
	"dynalloc/replay/calibrate"
	"dynalloc/reports"
)

func newValidate() *cobra.Command {
	var logs readFlags
	var on clusterFlags
	var out outputFlags
	var startup *choice
	var seed uint64
	var times string
	cmd := &cobra.Command{
		Use:   "validate FROM TO | validate FOLDER",
		Short: "Compare replays with real runs",
		Args: func(_ *cobra.Command, args []string) error {
			if n := len(args); n < 1 || n > 2 {
				return usagef("expected two recordings, or one folder of recordings, found %d arguments", n)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o := validate.Options{Startup: startup.value, Seed: seed, Faults: on.faults}
			if on.cluster.given() {
				o.Cluster = &on.cluster.value.cluster
			}
			if times != "" {
				learned, err := readFile("--times", times, calibrate.Read)
				if err != nil {
					return err
				}
				o.Times = &learned
			}
			if len(args) == 2 {
				return validatePair(cmd, &logs, args[0], args[1], o, &out)
			}
			return validateAll(cmd, &logs, args[0], o, &out)
		},
	}
	out.addFormat(cmd, "output format")
	startup = addChoice(cmd, "startup", validate.StartupFrom, "source of start-up times", validate.StartupFrom, validate.StartupTo, validate.StartupGranted)
	on.addFlags(cmd, "the `cluster` of the recordings, such as standalone,nodes=1,cores=16,memory=32g; see \"dynalloc help clusters\"")
	addSeedFlag(cmd, &seed)
	addTimesFlag(cmd, &times)
	addQuietFlag(cmd, &logs.quiet)
	return cmd
}

func validatePair(cmd *cobra.Command, logs *readFlags, from, to string, o validate.Options, out *outputFlags) error {
	f, partly, err := logs.read(cmd, from)
	if err != nil {
		return err
	}
	t, partlyTo, err := logs.read(cmd, to)
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
	if err := out.print(cmd, reports.Validation(v)); err != nil {
		return err
	}
	if v.Failed != nil {
		return fmt.Errorf("%s to %s: %w", v.From, v.To, v.Failed)
	}
	return errors.Join(partly, partlyTo)
}

func validateAll(cmd *cobra.Command, logs *readFlags, folder string, o validate.Options, out *outputFlags) error {
	w, partly, err := logs.read(cmd, folder)
	if err != nil {
		return err
	}
	bar := newProgress(cmd.ErrOrStderr(), logs.quiet, "replaying")
	o.Progress = bar.set
	set, err := validate.RunAll(cmd.Context(), validate.Recordings(w.Apps), o)
	bar.end()
	if err != nil {
		return err
	}
	if err := out.print(cmd, reports.ValidationSet(set)); err != nil {
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
