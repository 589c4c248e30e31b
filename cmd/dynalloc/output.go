package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"dynalloc/replay"
	"dynalloc/reports"
)

// defaultFolder is the folder for pictures and files with --format text.
const defaultFolder = "dynalloc-out"

// outputFlags say in which format a result is printed, and into which folder its
// files are written.
type outputFlags struct {
	format *choice
	folder string
}

// addFormat adds --format with every format of a report.
func (o *outputFlags) addFormat(cmd *cobra.Command, usage string) {
	var names []string
	for _, f := range reports.Formats {
		names = append(names, f.Name)
	}
	o.format = addChoice(cmd, "format", "text", usage, names...)
}

// addFlags adds --format and --out.
func (o *outputFlags) addFlags(cmd *cobra.Command) {
	o.addFormat(cmd, "output format")
	cmd.Flags().StringVarP(&o.folder, "out", "o", "", "`folder` for pictures and files (default "+defaultFolder+" with --format text, else none)")
}

// check sets the default folder, and rejects one that cannot be created, before a
// long run.
func (o *outputFlags) check(cmd *cobra.Command) error {
	if !cmd.Flags().Changed("out") && o.format.value == "text" {
		o.folder = defaultFolder
	}
	return o.checkFolder()
}

// checkFolder rejects a folder that cannot be created, before a long run.
func (o *outputFlags) checkFolder() error {
	if o.folder == "" {
		return nil
	}
	info, err := os.Stat(o.folder)
	if err == nil && !info.IsDir() {
		return usagef("-o %s: it is a file; give a folder", o.folder)
	}
	if errors.Is(err, fs.ErrNotExist) {
		parent := filepath.Dir(filepath.Clean(o.folder))
		if info, err := os.Stat(parent); err != nil || !info.IsDir() {
			return usagef("-o %s: its parent folder %s does not exist; create it first", o.folder, parent)
		}
		return nil
	}
	return err
}

// print prints a result.
func (o *outputFlags) print(cmd *cobra.Command, d *reports.Document) error {
	if err := cmd.Context().Err(); err != nil {
		return err
	}
	return reports.Write(cmd.OutOrStdout(), o.format.value, d)
}

// write prints a result, writes it to the folder if there is one, and names the
// files unless quiet.
func (o *outputFlags) write(cmd *cobra.Command, quiet bool, d *reports.Document) error {
	if err := o.print(cmd, d); err != nil {
		return err
	}
	return o.writeFiles(cmd, quiet, d)
}

// writeFiles writes a result to the folder if there is one, and names the files unless
// quiet.
func (o *outputFlags) writeFiles(cmd *cobra.Command, quiet bool, d *reports.Document) error {
	if o.folder == "" {
		return nil
	}
	paths, err := reports.WriteAll(cmd.Context(), o.folder, d)
	if err != nil || quiet {
		return err
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "\nWritten to %s:", o.folder)
	for _, path := range paths {
		if name, err := filepath.Rel(o.folder, path); err == nil {
			fmt.Fprintf(cmd.ErrOrStderr(), " %s", name)
		}
	}
	fmt.Fprintln(cmd.ErrOrStderr())
	return nil
}

// incomplete prints what a result lacks, one line for each problem. It returns
// errPartly if there is any, otherwise partly.
func incomplete(cmd *cobra.Command, partly error, problems []string) error {
	for _, problem := range problems {
		fmt.Fprintf(cmd.ErrOrStderr(), "dynalloc: %s\n", problem)
		partly = errPartly
	}
	return partly
}

// leftOut names applications that cannot be replayed.
func leftOut(errs []*replay.AppError) (problems []string) {
	for _, e := range errs {
		problems = append(problems, fmt.Sprintf("left out: %v", e))
	}
	return problems
}
