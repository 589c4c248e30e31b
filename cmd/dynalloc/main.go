// Command dynalloc replays recorded Spark workloads under many executor-allocation
// policies on a shared cluster, and reports what each policy would have meant for
// deadlines, queue wait, utilization and cost.
//
//	dynalloc compare [TRACE...]   compare many policies
//	dynalloc advise  [TRACE...]   recommend settings for each class of applications
//	dynalloc tune    [TRACE...]   find the cheapest settings that keep the deadlines
//	dynalloc sweep [TRACE...]     replay many combinations, to be stopped and continued
//	dynalloc diff OLD NEW         check whether new results are worse than old ones
//	dynalloc replay  [TRACE...]   show what happens under one policy, and why
//	dynalloc inspect TRACE...     show the content and the quality of event logs
//	dynalloc validate FROM TO     compare replays with real runs
//	dynalloc calibrate TRACE...   learn what start-up and first tasks cost
//	dynalloc synth TRACE...       generate, combine, scale or cut workloads
//	dynalloc redact LOG...        remove names, paths and queries from event logs
//	dynalloc version              print the version of the program
//
// A TRACE is a Spark event log, an archive or folder of event logs, or a file in
// one of the formats of docs/FORMATS.md. Every command has examples in its --help.
//
// # Exit status
//
//	0  done
//	1  failed: nothing could be read, a file could not be written, a replay failed
//	2  wrong usage: an unknown flag, a policy that Spark refuses, ...
//	3  partly: done, but a file could not be read, lines were skipped, events are
//	   missing from a log (grade lossy), an application could not be replayed and
//	   is left out, a policy has a row without values, or "dynalloc tune" was
//	   interrupted and prints the best fleet so far
//	4  worse: "dynalloc diff" found more misses or a higher cost than it allows
//	130, 143  interrupted by SIGINT (Ctrl-C) or SIGTERM: there is no result, and
//	   nothing half-written stays
//
// # Reading the code
//
// main.go starts the command that is asked for. Each command has a file with its
// flags, and a function that reads the input, calls one of the packages below and
// prints the result: compare.go, advise.go, tune.go, diff.go, replay.go with timeline.go
// and why.go, sweep.go with sweep_merge.go, inspect.go, validate.go, calibrate.go, synth.go, redact.go and
// version.go. What the commands share, in the order of a run:
//
//   - flags.go: flags that are parsed when they are set;
//   - inputs.go: which workload is replayed on which cluster, with which deadlines;
//     clusters.go, fleets.go and limits.go have its parts;
//   - reading.go: reads logs and files; cache.go: keeps what was read for later runs;
//   - progress.go: the line of progress; interrupt.go: what a signal does;
//   - on.go, sweep_on.go and decide_on.go: replays on a Spark cluster; sent.go: the files that are sent there;
//   - memory.go: how much memory a command takes, and may take;
//   - output.go: formats, and files in a folder.
//
// help.go has the help: the texts of commands and topics are templates in help.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	_ "time/tzdata" // deadlines have time zones, which some machines lack

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dynalloc/internal/spec"
)

// Exit statuses, as the package comment explains them.
const (
	statusDone   = 0
	statusFailed = 1
	statusUsage  = 2
	statusPartly = 3
	statusWorse  = 4
)

func main() {
	os.Exit(run(untilSignal(), os.Args[1:], os.Stdout, os.Stderr))
}

// run is the program without its process: its output and its exit status depend only
// on its arguments and the files that they name.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(context.WithValue(ctx, argumentsKey{}, args))
	var usage usageError
	switch {
	case err == nil:
		return statusDone
	case errors.Is(err, errPartly):
		return statusPartly
	case errors.Is(err, errWorse):
		return statusWorse
	case ctx.Err() != nil: // whatever failed because of it
		why := interruptionOf(ctx)
		fmt.Fprintf(stderr, "dynalloc: %v\n", why)
		return why.status()
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "dynalloc: %v\n", err)
		return statusUsage
	}
	fmt.Fprintf(stderr, "dynalloc: %v\n", err)
	return statusFailed
}

// A usageError is an error of the command line: exit status 2.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// errPartly ends a command that used what could be read: exit status 3. What could
// not be read has been reported before.
var errPartly = errors.New("partly read")

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "dynalloc",
		Short:         "What would another executor-allocation policy have done to these Spark workloads?",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
				return usagef("there is no command %q; did you mean %q?", args[0], near[0])
			}
			return usagef(`there is no command %q; "dynalloc --help" lists them`, args[0])
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SuggestionsMinimumDistance = 2
	root.SetFlagErrorFunc(explainFlag)
	root.AddCommand(newCompare(), newAdvise(), newTune(), newDiff(), newReplay(), newSweep(), newInspect(), newValidate(), newCalibrate(), newSynth(), newRedact(), newVersion(), newGuard())
	addHelp(root)
	root.InitDefaultHelpCmd()
	if help, _, err := root.Find([]string{"help"}); err == nil {
		help.Example = "  dynalloc help advise\n  dynalloc help policies"
		help.Args = func(_ *cobra.Command, args []string) error {
			_, unknown, err := root.Find(args)
			if err != nil {
				return err
			}
			return root.Args(root, unknown)
		}
	}
	return root
}

// explainFlag turns an error of the flag parser into one line that says what to do.
func explainFlag(cmd *cobra.Command, err error) error {
	see := fmt.Sprintf(`; see "%s --help"`, cmd.CommandPath())
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		name, value, err := invalid.GetFlag().Name, invalid.GetValue(), wanted(invalid)
		if strings.Contains(err.Error(), value) {
			return usagef("--%s: %w", name, err) // which repeats the value
		}
		return usagef("--%s %s: %w", name, value, err)
	}
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return usagef("%w%s", err, see)
	}
	name := unknown.GetSpecifiedName()
	if group := unknown.GetSpecifiedShortnames(); len(group) > 0 {
		word, _, _ := strings.Cut(group, "=")
		if cmd.Flags().Lookup(word) != nil {
			return usagef("unknown flag -%s; long flags have two dashes: --%s", group, word)
		}
		return usagef("unknown flag -%s%s", group, see)
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near := spec.Nearest(name, names); near != "" {
		return usagef("unknown flag --%s; did you mean --%s?", name, near)
	}
	return usagef("unknown flag --%s%s", name, see)
}

// wanted says which values a flag accepts.
func wanted(invalid *pflag.InvalidValueError) error {
	switch invalid.GetFlag().Value.Type() {
	case "uint64":
		return errors.New("expected a whole number, 0 or more")
	case "int":
		return errors.New("expected a whole number")
	case "bool":
		return errors.New("expected true or false, or no value")
	}
	return invalid.Unwrap()
}
