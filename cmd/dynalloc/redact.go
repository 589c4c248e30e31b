package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"dynalloc/traces/redact"
	"dynalloc/traces/source"
)

func newRedact() *cobra.Command {
	var out string
	var quiet bool
	cmd := &cobra.Command{
		Use:   "redact LOG... -o FOLDER",
		Short: "Rewrite event logs without names, paths and queries, so that they can be shared",
		Long: `Write Spark event logs anew, with all that a replay is made of and without what
could tell whose they are. Reading the new logs gives the same workload but for
names.

Only what is on a list stays: the events, fields and Spark properties that a
workload needs. Query plans, call sites, descriptions, command lines, paths and
the properties that users made up are not on it. Names of applications, users,
hosts, stages, pools, groups and queues are replaced: the same name by the same
one in all logs of a call, and applications of one class stay of one class.

Times, durations, sizes, Spark's version and application ids of the usual forms
stay as they are. Lines that cannot be read are left out, and so are logs that the
history server compacted.`,
		Example: `  dynalloc redact /var/log/spark-events -o shared-logs
  dynalloc inspect shared-logs`,
		Args: someTraces,
		RunE: func(cmd *cobra.Command, args []string) error {
			if out == "" {
				return usagef("redact wants a folder for the new logs: -o FOLDER")
			}
			return redactLogs(cmd, args, out, quiet)
		},
	}
	cmd.Flags().StringVarP(&out, "out", "o", "", "`folder` for the new logs; it must be empty or not there")
	cmd.Flags().BoolVar(&quiet, "quiet", false, "no word of what is written")
	return cmd
}

func redactLogs(cmd *cobra.Command, paths []string, out string, quiet bool) error {
	entries, err := os.ReadDir(out)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("redact: %w", err)
	}
	if len(entries) > 0 {
		return usagef("-o %s: the folder is not empty; give one that is, so that nothing else is shared with the new logs", out)
	}
	logs, err := source.Open(paths...)
	if err != nil {
		return err
	}
	defer logs.Close()
	done, err := redact.Write(logs, func(name string) (io.WriteCloser, error) {
		if err := os.MkdirAll(out, 0o755); err != nil {
			return nil, err
		}
		return os.Create(filepath.Join(out, name))
	})
	if err != nil {
		return fmt.Errorf("redact: %w", err)
	}
	written, partly := 0, error(nil)
	for _, log := range done {
		switch {
		case log.Name == "":
			fmt.Fprintf(cmd.ErrOrStderr(), "dynalloc: %s: left out: the history server compacted it, which makes it useless for a replay\n", log.Path)
			partly = errPartly
			continue
		case log.Bad > 0:
			fmt.Fprintf(cmd.ErrOrStderr(), "dynalloc: %s: %s could not be read and are left out\n", log.Path, plural(log.Bad, "line"))
			partly = errPartly
		}
		written++
	}
	for _, s := range logs.Skipped() {
		if s.Failed {
			fmt.Fprintf(cmd.ErrOrStderr(), "dynalloc: %s: %s\n", s.Path, s.Why)
			partly = errPartly
		}
	}
	if written == 0 {
		return errors.New("no event log was found: redact takes Spark event logs, archives or folders of them")
	}
	if !quiet {
		fmt.Fprintf(cmd.ErrOrStderr(), "%s written to %s.\n", plural(written, "log"), out)
	}
	return partly
}
