package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"dynalloc/reports"
)

// addFormat adds --format with every form of a report.
func addFormat(cmd *cobra.Command, usage string) *choice {
	var names []string
	for _, f := range reports.Formats {
		names = append(names, f.Name)
	}
	return addChoice(cmd, "format", "text", usage, names...)
}

// writeFiles writes a report into a folder, and says which files.
func writeFiles(cmd *cobra.Command, quiet bool, out string, d *reports.Document) error {
	paths, err := reports.WriteAll(out, d)
	if err != nil || quiet {
		return err
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "\nWritten to %s:", out)
	for _, path := range paths {
		fmt.Fprintf(cmd.ErrOrStderr(), " %s", filepath.Base(path))
	}
	fmt.Fprintln(cmd.ErrOrStderr())
	return nil
}
