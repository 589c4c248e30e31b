package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"dynalloc/bench/selfreplay"
	"dynalloc/bench/validate"
	"dynalloc/replay/calibrate"
	"dynalloc/reports"
	"dynalloc/traces"
)

func newValidate() *cobra.Command {
	var logs readFlags
	var on clusterFlags
	var out outputFlags
	var startup *choice
	var seed uint64
	var times string
	var self bool
	var limits limitFlags
	cmd := &cobra.Command{
		Use:   "validate FROM TO | validate FOLDER | validate --self TRACE...",
		Short: "Compare replays with real runs",
		Args: func(_ *cobra.Command, args []string) error {
			if n := len(args); n < 1 || n > 2 && !self {
				return usagef("expected two recordings, or one folder of recordings, found %d arguments", n)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if self {
				return logs.validateSelf(cmd, args, limits.selfReplays(cmd), &out)
			}
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
	cmd.Flags().BoolVar(&self, "self", false, "compare each application with a replay of its own log, and say what causes a large error; of the other flags only --arrivals, --cache and --limit have an effect")
	limits.addFlags(cmd)
	startup = addChoice(cmd, "startup", validate.StartupFrom, "source of start-up times", validate.StartupFrom, validate.StartupTo, validate.StartupGranted)
	on.addFlags(cmd, "the `cluster` of the recordings, such as standalone,nodes=1,cores=16,memory=32g; see \"dynalloc help clusters\"")
	addSeedFlag(cmd, &seed)
	addTimesFlag(cmd, &times)
	logs.addArrivalsFlag(cmd)
	logs.addCacheFlag(cmd)
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
	v, err := validate.Run(cmd.Context(), f, t, o)
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

// validateSelf replays each application of some logs alone. A log is forgotten when
// its replay is done, as there may be very many.
func (f *readFlags) validateSelf(cmd *cobra.Command, paths []string, how selfreplay.Options, out *outputFlags) error {
	logs, done, err := f.open(cmd, paths...)
	if err != nil {
		return err
	}
	defer done()
	logs.EachLog = true
	reading := f.reader(cmd, logs)
	var list []reports.SelfReplayed
	var beyond []string
	for {
		a, err := reading.Read()
		if err == io.EOF {
			break
		}
		if _, unreadable := asLogError(err); unreadable {
			continue
		}
		if err != nil {
			return err
		}
		e := selfreplay.Explanation{Error: selfreplay.Unknown()}
		if why := a.Impossible(); why == nil {
			e = selfreplay.Explain(a, how)
			beyond = append(beyond, beyondLimits(a, &e.Error)...)
		} else {
			a.Log.Grade = traces.Unreadable
			beyond = append(beyond, fmt.Sprintf("%s: no self-replay: %v", a.Path, why))
		}
		list = append(list, reports.SelfReplayed{App: withoutWork(a), Explanation: e})
	}
	failure := reading.failure(cmd.ErrOrStderr())
	if len(list) == 0 {
		return failure
	}
	if err := out.print(cmd, reports.SelfReplays(list)); err != nil {
		return err
	}
	return incomplete(cmd, failure, beyond)
}

func validateAll(cmd *cobra.Command, logs *readFlags, folder string, o validate.Options, out *outputFlags) error {
	w, partly, err := logs.read(cmd, folder)
	if err != nil {
		return err
	}
	bar := newProgress(cmd.ErrOrStderr(), logs.quiet, "replaying", "pairs")
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
