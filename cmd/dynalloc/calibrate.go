package main

import (
	"bytes"
	"fmt"

	"github.com/spf13/cobra"

	"dynalloc/bench/validate"
	"dynalloc/replay/calibrate"
	"dynalloc/reports"
)

// defaultTimesFile is the file that calibrate writes with --format text.
const defaultTimesFile = "times.json"

func newCalibrate() *cobra.Command {
	var logs readFlags
	var from clusterFlags
	var output outputFlags
	var out string
	cmd := &cobra.Command{
		Use:   "calibrate TRACE...",
		Short: "Learn from logs what start-up and first tasks cost",
		Args:  someTraces,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("out") && output.format.value == "text" {
				out = defaultTimesFile
			}
			on := validate.Unlimited
			if from.cluster.given() {
				on = from.cluster.value.cluster
			}
			w, partly, err := logs.read(cmd, args...)
			if err != nil {
				return err
			}
			times, _ := calibrate.Learn(w.FromSparkLogs(), on)
			var file bytes.Buffer
			if err := calibrate.Write(&file, &times); err != nil {
				return err
			}
			if output.format.value == "json" {
				_, err = cmd.OutOrStdout().Write(file.Bytes())
			} else {
				err = output.print(cmd, reports.Calibration(&times, len(w.Apps)))
			}
			if err != nil {
				return err
			}
			if out != "" {
				message := fmt.Sprintf("\nWritten to %s; use it in compare, replay or validate with --times %s.", out, out)
				if err := writeFile(cmd, logs.quiet, "times", out, file.Bytes(), message); err != nil {
					return err
				}
			}
			return partly
		},
	}
	from.addCluster(cmd, "the `cluster` of the logs, such as standalone,nodes=4,cores=32,memory=128g (default: never full)")
	output.addFormat(cmd, "output format; json is the file")
	cmd.Flags().StringVarP(&out, "out", "o", "", "`file` for the times (default "+defaultTimesFile+" with --format text, else none)")
	logs.addArrivalsFlag(cmd)
	logs.addCacheFlag(cmd)
	addQuietFlag(cmd, &logs.quiet)
	return cmd
}
