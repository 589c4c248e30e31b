package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of the program",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			info, _ := debug.ReadBuildInfo()
			return printVersion(cmd.OutOrStdout(), info)
		},
	}
}

// printVersion writes what a bug report needs. The info is nil if the program was
// built without modules.
func printVersion(w io.Writer, info *debug.BuildInfo) error {
	version, revision := "(devel)", "unknown"
	if info != nil {
		if info.Main.Version != "" {
			version = info.Main.Version
		}
		setting := map[string]string{}
		for _, s := range info.Settings {
			setting[s.Key] = s.Value
		}
		if r := setting["vcs.revision"]; r != "" {
			revision = r + " of " + setting["vcs.time"]
			if setting["vcs.modified"] == "true" {
				revision += ", modified"
			}
		}
	}
	_, err := fmt.Fprintf(w, "dynalloc %s\nrevision %s\nbuilt with %s for %s/%s\n", version, revision, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s takes no arguments, found %q", cmd.Name(), args[0])
	}
	return nil
}
