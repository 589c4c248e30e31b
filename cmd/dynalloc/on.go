package main

import (
	"context"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dynalloc/bench/onspark"
)

// onFlags are the flags of commands whose replays can run on a Spark cluster.
type onFlags struct {
	master    string
	conf      []string
	worker    string
	transform bool
}

// masters are the forms of --on.
var masters = regexp.MustCompile(`^(spark://.+|yarn|k8s://.+|sc://.+|local(\[.+\])?)$`)

func (o *onFlags) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.master, "on", "", "run the replays on this Spark `cluster`: spark://HOST:PORT, yarn, k8s://URL, or sc://HOST:PORT of Spark Connect; see docs/SPARK.md")
	f.StringArrayVar(&o.conf, "conf", nil, "with --on: a `property` of the Spark session, as in spark.executor.cores=4; repeatable")
	f.StringVar(&o.worker, "worker", "", "with --on: the dynalloc `program` for the executors, if theirs is another system or architecture (default: this program)")
	f.BoolVar(&o.transform, "transform", false, "with --on: start the program by SQL (SELECT TRANSFORM), which needs neither Python nor pyarrow on the executors (default: only if they lack it)")
}

func (o *onFlags) check() error {
	if o.master == "" {
		if len(o.conf) > 0 || o.worker != "" || o.transform {
			return usagef("--conf, --worker and --transform need --on, the Spark cluster")
		}
		return nil
	}
	if !masters.MatchString(o.master) {
		return usagef("--on %s: expected spark://HOST:PORT, yarn, k8s://URL or sc://HOST:PORT", o.master)
	}
	for _, p := range o.conf {
		if !strings.Contains(p, "=") {
			return usagef("--conf %s: expected KEY=VALUE", p)
		}
	}
	return nil
}

// cluster is the cluster of --on with a worker on it: a command of this program and its
// arguments. The files that were read so far are sent to it. done removes what was made for
// that.
func (o *onFlags) cluster(cmd *cobra.Command, log io.Writer, worker ...string) (c *onspark.Cluster, done func(), err error) {
	folder, err := os.MkdirTemp("", "dynalloc-on")
	if err != nil {
		return nil, nil, err
	}
	done = func() { os.RemoveAll(folder) }
	program, err := o.program(folder)
	if err == nil {
		var inputs string
		if inputs, err = onspark.WriteBundle(folder, sentFiles.all()); err == nil {
			command := []string{"env", inputsVariable + "=" + filepath.Base(inputs), "./" + filepath.Base(program), "guard", "--"}
			return &onspark.Cluster{
				Master: o.master, Conf: o.conf, Files: []string{program, inputs},
				Command: append(command, worker...), Transform: o.transform, Log: log,
			}, done, nil
		}
	}
	done()
	return nil, nil, err
}

// program copies the program for the executors to a folder, under a name that follows from
// its content.
func (o *onFlags) program(folder string) (string, error) {
	from := o.worker
	if from == "" {
		var err error
		if from, err = os.Executable(); err != nil {
			return "", fmt.Errorf("this program cannot be found, so it cannot be sent: %w; give --worker", err)
		}
	} else if err := sameProgram(from); err != nil {
		return "", fmt.Errorf("--worker %s: %w", from, err)
	}
	content, err := os.ReadFile(from)
	if err != nil {
		return "", err
	}
	hash := sha256.Sum256(content)
	name := filepath.Join(folder, "dynalloc-"+hex.EncodeToString(hash[:8]))
	return name, os.WriteFile(name, content, 0o755)
}

// sameProgram returns an error unless a file is a build of this program from the same
// sources, as far as the two say from which they are.
func sameProgram(file string) error {
	there, err := buildinfo.ReadFile(file)
	if err != nil {
		return fmt.Errorf("expected the dynalloc program, as go build makes it: %w", err)
	}
	here, known := debug.ReadBuildInfo()
	if !known {
		return nil
	}
	if there.Path != here.Path {
		return fmt.Errorf("it is %s; expected a build of %s", there.Path, here.Path)
	}
	if a, b := revision(there), revision(here); a != "" && b != "" && a != b {
		return fmt.Errorf("it was built from commit %s, and this program from %s; their results may differ", a, b)
	}
	return nil
}

func revision(b *debug.BuildInfo) string {
	for _, s := range b.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return ""
}

type argumentsKey struct{}

// ofThisProcess are flags that a worker must not get: where it runs, and what is made of
// results.
var ofThisProcess = []string{"on", "conf", "worker", "transform", "cache", "out", "format", "details", "verbose"}

// givenTo are the flags of the running command that a worker has, too, as arguments for it,
// in the order in which they were given.
func givenTo(cmd, worker *cobra.Command) (arguments []string) {
	given, _ := cmd.Context().Value(argumentsKey{}).([]string)
	_, given, err := cmd.Root().Find(given)
	if err != nil {
		return nil
	}
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.AddFlagSet(cmd.Flags())
	flags.ParseAll(given, func(flag *pflag.Flag, value string) error { // they have been parsed once
		if worker.Flags().Lookup(flag.Name) != nil && !slices.Contains(ofThisProcess, flag.Name) {
			arguments = append(arguments, "--"+flag.Name+"="+value)
		}
		return nil
	})
	return append(arguments, "--cache=saved") // beside the files, so that one worker of a node reads the logs
}

// newGuard makes the command that Spark's tasks run.
func newGuard() *cobra.Command {
	return &cobra.Command{
		Use:    "guard -- COMMAND...",
		Short:  "Run a worker on an executor of Spark, and start it again if it ends",
		Hidden: true,
		Args:   cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			program, err := os.Executable()
			if err != nil {
				return err
			}
			err = onspark.Guard(cmd.Context(), append([]string{program}, args...), cmd.InOrStdin(), cmd.OutOrStdout())
			if errors.Is(err, context.Canceled) {
				return nil
			}
			return err
		},
	}
}
