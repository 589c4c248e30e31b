package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"dynalloc/internal/pending"
	"dynalloc/reports/words"
	"dynalloc/traces/redact"
	"dynalloc/traces/source"
)

func newRedact() *cobra.Command {
	var out string
	var quiet bool
	cmd := &cobra.Command{
		Use:   "redact LOG... -o FOLDER",
		Short: "Remove names, paths and queries from event logs, so that they can be shared",
		Args:  someTraces,
		RunE: func(cmd *cobra.Command, args []string) error {
			if out == "" {
				return usagef("redact needs a folder for the new logs: -o FOLDER")
			}
			return redactLogs(cmd, args, out, quiet)
		},
	}
	cmd.Flags().StringVarP(&out, "out", "o", "", "`folder` for the new logs; it must be empty or not exist")
	addQuietFlag(cmd, &quiet)
	return cmd
}

func redactLogs(cmd *cobra.Command, paths []string, out string, quiet bool) error {
	entries, err := os.ReadDir(out)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("redact: %w", err)
	}
	if len(entries) > 0 {
		return usagef("-o %s: the folder is not empty; give an empty one, so that nothing else is shared with the new logs", out)
	}
	logs, err := source.OpenContext(cmd.Context(), paths...)
	if err != nil {
		return err
	}
	defer logs.Close()
	_, missing := os.Stat(out)
	var files []*pending.File
	done, err := redact.Write(logs, func(name string) (io.WriteCloser, error) {
		if err := os.MkdirAll(out, 0o755); err != nil {
			return nil, err
		}
		f, err := pending.Create(filepath.Join(out, name))
		if err == nil {
			files = append(files, f)
		}
		return f, err
	})
	if err == nil {
		err = cmd.Context().Err()
	}
	for _, f := range files {
		if err == nil {
			err = f.Commit()
		} else {
			f.Discard()
		}
	}
	if err != nil {
		if missing != nil {
			os.Remove(out)
		}
		return fmt.Errorf("redact: %w", err)
	}
	written, partly := 0, error(nil)
	for _, log := range done {
		switch {
		case log.Name == "":
			fmt.Fprintf(cmd.ErrOrStderr(), "dynalloc: %s: left out: the history server compacted it, so it cannot be replayed\n", log.Path)
			partly = errPartly
			continue
		case log.Bad > 0:
			fmt.Fprintf(cmd.ErrOrStderr(), "dynalloc: %s: %s could not be read and are left out\n", log.Path, words.Plural(log.Bad, "line"))
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
		return errors.New("no event log was found: redact reads Spark event logs, and archives or folders of them")
	}
	if !quiet {
		fmt.Fprintf(cmd.ErrOrStderr(), "%s written to %s.\n", words.Plural(written, "log"), out)
	}
	return partly
}
