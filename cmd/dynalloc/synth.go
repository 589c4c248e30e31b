package main

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"dynalloc/reports"
	"dynalloc/reports/words"
	"dynalloc/traces"
)

// A synthesis is what the flags of synth describe.
type synthesis struct {
	readFlags
	arrivals string
	load     float64
	window   traces.Window
	span     time.Duration
	seed     uint64
	out      string
}

func newSynth() *cobra.Command {
	var by synthesis
	cmd := &cobra.Command{
		Use:   "synth TRACE...",
		Short: "Make a workload: generate, combine, scale or cut recorded ones",
		Args:  someTraces,
		RunE: func(cmd *cobra.Command, args []string) error {
			return by.synth(cmd, args)
		},
	}
	f := cmd.Flags()
	f.StringVar(&by.arrivals, "arrivals", "", "take arrivals from this `trace`, and applications from the others")
	f.Float64Var(&by.load, "load", 1, "multiply the work by this `factor`, in whole pipelines")
	f.DurationVar(&by.window.From, "from", 0, "start of a window, as `time` from the first submission, such as 240h")
	f.DurationVar(&by.window.Until, "until", 0, "end of the window (default: that of the workload)")
	f.DurationVar(&by.window.WarmUp, "warm-up", 0, "keep what is submitted within this `time` before the window, as load")
	f.DurationVar(&by.window.Drain, "drain", 0, "keep what is submitted within this `time` after the window, as load")
	f.DurationVar(&by.span, "span", 0, "length of the generated workload, as `time` (default, without the other flags: as recorded)")
	f.StringVarP(&by.out, "out", "o", "", "`file` to write, preferably named *.workload (default: standard output)")
	addSeedFlag(cmd, &by.seed)
	by.readFlags.addFlags(cmd)
	return cmd
}

func (by *synthesis) synth(cmd *cobra.Command, paths []string) error {
	f := cmd.Flags()
	windowed := f.Changed("from") || f.Changed("until") || f.Changed("warm-up") || f.Changed("drain")
	if f.Changed("span") && by.span <= 0 {
		return usagef("--span %v: expected a time above 0, such as 24h", by.span)
	}
	w, partly, err := by.workload(cmd, paths...)
	if err != nil {
		return err
	}
	if by.arrivals != "" {
		arrivals, partlyArrivals, err := by.workload(cmd, by.arrivals)
		if err != nil {
			return err
		}
		partly = errors.Join(partly, partlyArrivals)
		if w, err = traces.Combine(arrivals, w, by.seed); err != nil {
			return err
		}
	}
	if windowed {
		if !f.Changed("until") {
			by.window.Until = spanOf(w)
		}
		if w, _, err = w.Cut(by.window); err != nil {
			return err
		}
	}
	if by.span == 0 && by.arrivals == "" && !windowed && !f.Changed("load") {
		by.span = spanOf(w)
	}
	if by.span > 0 {
		if w, err = traces.Synthesize(w, by.span, by.seed); err != nil {
			return err
		}
	}
	if by.load != 1 {
		if w, _, err = traces.Scale(w, by.load, by.seed); err != nil {
			return usageError{err}
		}
	}
	if err := by.write(cmd, w); err != nil {
		return err
	}
	return partly
}

// workload reads traces as a workload that starts with its first application.
func (by *synthesis) workload(cmd *cobra.Command, paths ...string) (w *traces.Workload, partly, err error) {
	if w, partly, err = by.read(cmd, paths...); err != nil {
		return nil, nil, err
	}
	w, err = w.Select(traces.Selection{})
	return w, partly, err
}

// spanOf is the time that includes all submissions of a workload.
func spanOf(w *traces.Workload) time.Duration {
	return w.Apps[len(w.Apps)-1].Submit + time.Millisecond
}

func (by *synthesis) write(cmd *cobra.Command, w *traces.Workload) error {
	if by.out == "" {
		return traces.WriteText(cmd.OutOrStdout(), w, reports.Word)
	}
	var text bytes.Buffer
	if err := traces.WriteText(&text, w, reports.Word); err != nil {
		return err
	}
	message := fmt.Sprintf("%s written to %s.", words.Plural(len(w.Apps), "application"), by.out)
	return writeFile(cmd, by.quiet, "workload", by.out, text.Bytes(), message)
}
