package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"dynalloc/bench"
	"dynalloc/bench/onspark"
	"dynalloc/bench/sweep"
	"dynalloc/bench/sweep/store"
	"dynalloc/reports/words"
)

// replayOn replays cells on the Spark cluster of --on, as RunAll does on this machine. args
// are the traces.
func (f *sweepFlags) replayOn(cmd *cobra.Command, args []string, r *sweep.Runner, cells []int, to *store.Store) (failed []error, err error) {
	command := append([]string{"sweep", "worker"}, givenTo(cmd, newSweepWorker())...)
	for _, trace := range args {
		command = append(command, "--workload="+trace)
	}
	var log io.Writer
	if f.verbose {
		log = cmd.ErrOrStderr()
	}
	c, done, err := f.on.cluster(cmd, log, command...)
	if err != nil {
		return nil, err
	}
	defer done()
	requests := make([]string, len(cells))
	for i := range cells {
		text, err := json.Marshal(sweep.Request{Cell: &cells[i]})
		if err != nil {
			return nil, err
		}
		requests[i] = string(text)
	}
	progress := bench.Progress{Total: len(cells)}
	bar := f.progress(cmd, "sweeping", "cells")
	failures := map[int]error{}
	unanswered, stats, err := c.Do(cmd.Context(), requests, func(i int, line string) error {
		progress.Done++
		bar.set(progress)
		cell := r.Plan.Cell(cells[i])
		key, err := r.Of(&cell)
		if err != nil {
			return err
		}
		if got, err := store.Key([]byte(line)); err == nil && got == key {
			return to.Append([]byte(line))
		}
		var failure sweep.Failure
		if json.Unmarshal([]byte(line), &failure) != nil || failure.Error == "" || failure.Cell != cells[i] {
			return fmt.Errorf("%v: the result from Spark is of another input or program; expected the key %s, found %.200s", cell, key, line)
		}
		failures[i] = fmt.Errorf("%s", failure.Error)
		return nil
	})
	bar.end()
	for _, u := range unanswered {
		text := fmt.Sprintf("%v: the worker ended %s: %s", r.Plan.Cell(cells[u.Request]), words.Plural(u.Attempts, "time"), u.Status)
		failures[u.Request] = fmt.Errorf("%s", strings.TrimSpace(text+"\n"+u.Stderr))
	}
	for i := range cells {
		if err := failures[i]; err != nil {
			failed = append(failed, err)
		}
	}
	if f.verbose {
		fmt.Fprintln(cmd.ErrOrStderr(), sparkStats(c, &stats))
	}
	return failed, err
}

// sparkStats says what requests on Spark have cost.
func sparkStats(c *onspark.Cluster, s *onspark.Stats) string {
	way := "mapInArrow"
	if s.Transform {
		way = "SELECT TRANSFORM"
	}
	mean := func(ms int64, n int) string { return fmt.Sprintf("%.1f ms", float64(ms)/float64(max(n, 1))) }
	parts := []string{
		fmt.Sprintf("Spark %s at %s by %s: %s at a time", s.Spark, c.Master, way, words.Plural(s.Slots, "task")),
		fmt.Sprintf("%s (%d failed) of %s", words.Plural(s.Jobs+s.FailedJobs, "job"), s.FailedJobs, words.Plural(s.Tasks, "task")),
		fmt.Sprintf("%s until the first answer of each in %s, and %s for each of %s", words.Plural(s.Starts, "worker"), mean(s.StartMS, s.Starts), mean(s.AnswerMS, s.Answers), words.Plural(s.Answers, "more answer")),
		fmt.Sprintf("%d bytes to each node, %d sent and %d received; the driver took %.1f s of a processor", s.FileBytes, s.SentBytes, s.GotBytes, s.Driver.Seconds()),
		fmt.Sprintf("%s sent twice, %d missing, %s of the driver", words.Plural(s.Duplicates, "answer"), s.Missing, words.Plural(s.Restarts, "restart")),
	}
	return strings.Join(parts, "; ")
}
