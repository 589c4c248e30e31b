package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"dynalloc/traces"
)

// A synthesis is what the flags of synth ask for.
type synthesis struct {
	arrivals string
	load     float64
	window   traces.Window
	span     time.Duration
	out      string
}

func newSynth() *cobra.Command {
	var in inputs
	var by synthesis
	cmd := &cobra.Command{
		Use:   "synth TRACE...",
		Short: "Make a workload: generate, combine, scale or cut recorded ones",
		Long: `Make a workload from recorded ones and write it as a text file, which compare,
replay and inspect accept like a log. Its notes say how it was made, and every
report shows them.

Without other flags a generator is fitted to the recorded workload and generates one
of the same length: each class has its own arrivals (drawn from its gaps, ten
neighbors at a time), its own applications, and task times drawn from those of the
same stage.

  --span      generate a workload of this length instead
  --arrivals  take arrivals (times, users, queues) from this source and applications
              from the TRACEs: by class where both have the class, otherwise any;
              generates nothing unless --span is given
  --load      multiply the work by this factor, by leaving out or copying all that a
              user submits of a class; arrivals are not compressed; generates
              nothing unless --span is given
  --from, --until, --warm-up, --drain
              keep a window of the workload; what is submitted shortly before and
              after it stays as load, in the classes (warm-up) and (drain)

They are applied in the order arrivals, window, span, load. --load 1 alone rewrites
a workload as text.`,
		Example: `  dynalloc synth /var/log/spark-events --span 48h -o two-days.workload
  dynalloc synth tpch_10g.json.gz --arrivals KTH-SP2-1996-2.swf.gz --from 240h --until 264h -o mixed.workload
  dynalloc synth logs/ --load 1.5 -o busier.workload
  dynalloc compare busier.workload --cluster standalone,nodes=4,cores=32,memory=128g`,
		Args: someTraces,
		RunE: func(cmd *cobra.Command, args []string) error {
			return in.synth(cmd, args, &by)
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
	f.Uint64Var(&in.seed, "seed", 1, "seed of every random number")
	in.addClassFlag(cmd)
	in.addQuietFlag(cmd)
	return cmd
}

func (in *inputs) synth(cmd *cobra.Command, paths []string, by *synthesis) error {
	f := cmd.Flags()
	windowed := f.Changed("from") || f.Changed("until") || f.Changed("warm-up") || f.Changed("drain")
	if f.Changed("span") && by.span <= 0 {
		return usagef("--span %v: expected a time above 0, such as 24h", by.span)
	}
	w, partly, err := in.workload(cmd, paths, traces.Selection{})
	if err != nil {
		return err
	}
	if by.arrivals != "" {
		arrivals, partlyArrivals, err := in.workload(cmd, []string{by.arrivals}, traces.Selection{})
		if err != nil {
			return err
		}
		partly = errors.Join(partly, partlyArrivals)
		if w, err = traces.Combine(arrivals, w, in.seed); err != nil {
			return err
		}
	}
	if windowed {
		if !f.Changed("until") {
			by.window.Until = w.Apps[len(w.Apps)-1].Submit + time.Millisecond
		}
		if w, err = w.Cut(by.window); err != nil {
			return err
		}
	}
	if by.span == 0 && by.arrivals == "" && !windowed && !f.Changed("load") {
		by.span = w.Apps[len(w.Apps)-1].Submit + time.Millisecond
	}
	if by.span > 0 {
		if w, err = traces.Synthesize(w, by.span, in.seed); err != nil {
			return err
		}
	}
	if by.load != 1 {
		if w, err = traces.Scale(w, by.load, in.seed); err != nil {
			return usageError{err}
		}
	}
	if err := in.writeWorkload(cmd, w, by.out); err != nil {
		return err
	}
	return partly
}

func (in *inputs) writeWorkload(cmd *cobra.Command, w *traces.Workload, path string) error {
	if path == "" {
		return traces.WriteText(cmd.OutOrStdout(), w)
	}
	var text bytes.Buffer
	if err := traces.WriteText(&text, w); err != nil {
		return err
	}
	if err := os.WriteFile(path, text.Bytes(), 0o644); err != nil {
		return fmt.Errorf("workload: %w", err)
	}
	if !in.quiet {
		fmt.Fprintf(cmd.ErrOrStderr(), "%s written to %s.\n", plural(len(w.Apps), "application"), path)
	}
	return nil
}
