package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"dynalloc/bench/validate"
	"dynalloc/replay"
	"dynalloc/replay/calibrate"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
	"dynalloc/traces/source"
)

// defaultTimesFile is the file that calibrate writes with --format text.
const defaultTimesFile = "times.json"

func newCalibrate() *cobra.Command {
	var in inputs
	var format *choice
	var out string
	cmd := &cobra.Command{
		Use:   "calibrate TRACE...",
		Short: "Learn from logs what start-up and first tasks cost",
		Long: `Learn from event logs how long executors take to start and to be removed, what
their first tasks cost, and the overhead of every task. The result is a file for
--times of compare, replay and validate. Without --times these learn from the logs
that they replay.

The table shows for each cause the number of samples and their quantiles. A cause
with fewer than 10 samples has its default. Executors that start together, and
first tasks that run together, slow each other down where they share processors:
the quantiles are those of one alone, and "each other" is the additional time for
every other one on the same node.

A log cannot show what first tasks lose inside their run time. That part is a
default, measured with tasks of known length, scaled by what the log shows of the
same cause relative to its default.

Start-up is the time from request to registration of executors that found room.
Give --cluster if the applications shared a cluster that was full at times.

--format json prints the file, and writes it only with -o.`,
		Example: `  dynalloc calibrate /var/log/spark-events
  dynalloc calibrate logs/ --cluster standalone,nodes=4,cores=32,memory=128g -o cluster.json
  dynalloc compare logs/ --times cluster.json
  dynalloc calibrate logs/ --format json | jq '.causes[] | {what, n, quantiles_ms}'`,
		Args: someTraces,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("out") && format.value == "text" {
				out = defaultTimesFile
			}
			return in.calibrate(cmd, args, format.value, out)
		},
	}
	f := cmd.Flags()
	in.cluster.addCluster(f, "the `cluster` of the logs, such as standalone,nodes=4,cores=32,memory=128g (default: never full)")
	complete(cmd, "cluster", "standalone,nodes=")
	format = addChoice(cmd, "format", "text", "output format", "text", "json")
	f.StringVarP(&out, "out", "o", "", "`file` for the times (default "+defaultTimesFile+" with --format text, else none)")
	in.addQuietFlag(cmd)
	return cmd
}

func (in *inputs) calibrate(cmd *cobra.Command, paths []string, format, out string) error {
	on := validate.Unlimited
	if in.cluster.text != "" {
		var err error
		if on, _, err = cluster.Open(in.cluster.text, files{}); err != nil {
			return usageError{err}
		}
	}
	logs, err := source.Open(paths...)
	if err != nil {
		return err
	}
	defer logs.Close()
	reading := in.reader(cmd, logs)
	w, _, err := traces.Collect(strings.Join(paths, " "), reading)
	if err != nil {
		return err
	}
	partly := reading.failure(cmd.ErrOrStderr())
	if partly != nil && !errors.Is(partly, errPartly) {
		return partly
	}
	times, _ := calibrate.Learn(w.Logged(), on)
	var file bytes.Buffer
	if err := calibrate.Write(&file, &times); err != nil {
		return err
	}
	if format == "json" {
		_, err = cmd.OutOrStdout().Write(file.Bytes())
	} else {
		err = timesText(cmd.OutOrStdout(), &times, len(w.Apps))
	}
	if err != nil {
		return err
	}
	if out != "" {
		if err := os.WriteFile(out, file.Bytes(), 0o644); err != nil {
			return fmt.Errorf("times: %w", err)
		}
		if !in.quiet {
			fmt.Fprintf(cmd.ErrOrStderr(), "\nWritten to %s; give it to compare, replay or validate as --times %s.\n", out, out)
		}
	}
	return partly
}

// timesText prints times as a table, and below it where defaults stand.
func timesText(w io.Writer, t *replay.Times, logs int) error {
	fmt.Fprintf(w, "What a run takes beside its work, from the logs of %s. Times are of one alone.\n\n", plural(logs, "application"))
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "cause\tn\t5 %\t25 %\tmedian\t75 %\t95 %\teach other\tfrom")
	for cause := range replay.Causes {
		d := &t.By[cause]
		from := "default"
		if d.Learned() {
			from = plural(len(d.Logs), "log")
		}
		fmt.Fprintf(table, "%s\t%d\t", cause, d.N)
		for _, q := range d.Quantiles[1 : len(d.Quantiles)-1] {
			fmt.Fprintf(table, "%s\t", brief(q))
		}
		fmt.Fprintf(table, "%+.0f %%\t%s\n", 100*d.Crowding, from)
	}
	table.Flush()
	fmt.Fprintln(w)
	if t.Processors > 0 {
		fmt.Fprintf(w, "Executors that start together share %g of a node's processors.\n", t.Processors)
	}
	for cause := range replay.Causes {
		if d := &t.By[cause]; !d.Learned() {
			fmt.Fprintf(w, "%s: %s.\n", cause, d.Source)
		}
	}
	return nil
}

// brief writes a time with three digits or so.
func brief(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
