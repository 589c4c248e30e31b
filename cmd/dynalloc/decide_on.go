package main

import (
	"bufio"
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"dynalloc/bench"
	"dynalloc/bench/decide"
)

// decideFlags are how a decision is made: here, on a Spark cluster, or by another process
// that asks this one for replays.
type decideFlags struct {
	on    onFlags
	serve bool
}

// longestReplay is the largest request of a replay in bytes.
const longestReplay = 1 << 20

func (f *decideFlags) addFlags(cmd *cobra.Command) {
	f.on.addFlags(cmd)
	cmd.Flags().BoolVar(&f.serve, "serve", false, "replay for another process: a request a line on standard input, an answer a line on standard output")
	if err := cmd.Flags().MarkHidden("serve"); err != nil {
		panic(err) // the flag does not exist: an error in this package
	}
}

// decide decides. The decision is nil if this process only replays for another one.
func (f *decideFlags) decide(cmd *cobra.Command, args []string, in *inputs, q decide.Question, o bench.Options) (*decide.Decision, error) {
	if f.serve {
		return nil, serve(cmd, q)
	}
	if f.on.master == "" {
		return decide.Decide(cmd.Context(), q, o)
	}
	command := append([]string{cmd.Name(), "--serve"}, givenTo(cmd, cmd)...)
	var log io.Writer
	if in.verbose {
		log = cmd.ErrOrStderr()
	}
	c, done, err := f.on.cluster(cmd, log, append(append(command, "--"), args...)...)
	if err != nil {
		return nil, err
	}
	defer done()
	session := c.Session()
	defer session.Close()
	d, err := decide.DecideElsewhere(cmd.Context(), q, o, func(ctx context.Context, requests []string, got func(int, string) error) error {
		failures, err := session.Do(ctx, requests, got)
		if err == nil && len(failures) > 0 {
			err = fmt.Errorf("a replay has no answer: the worker ended %d times: %s\n%s", failures[0].Attempts, failures[0].Status, failures[0].Stderr)
		}
		return err
	})
	session.Close()
	if in.verbose {
		fmt.Fprintln(cmd.ErrOrStderr(), sparkStats(c, &session.Stats))
	}
	return d, err
}

// serve answers the requests of a decision.
func serve(cmd *cobra.Command, q decide.Question) error {
	replays, err := decide.NewReplays(cmd.Context(), q, bench.Options{Parallel: 1})
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(cmd.InOrStdin())
	lines.Buffer(nil, longestReplay)
	for lines.Scan() {
		answer, err := replays.Answer(cmd.Context(), lines.Text())
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(cmd.OutOrStdout(), answer); err != nil {
			return err
		}
	}
	return lines.Err()
}
