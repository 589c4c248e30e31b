package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"dynalloc/bench/sweep"
	"dynalloc/bench/sweep/store"
	"dynalloc/reports/words"
)

func newSweepMerge() *cobra.Command {
	var f sweepFlags
	var folder string
	cmd := &cobra.Command{
		Use:   "merge STORE...",
		Short: "Put the results of shards together, and check that none is missing",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("give the stores of the shards, or folders of them")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if folder == "" {
				return usagef("give -o FOLDER for the results")
			}
			out := outputFlags{folder: folder}
			if err := out.checkFolder(); err != nil {
				return err
			}
			plan, err := f.readPlan()
			if err != nil {
				return err
			}
			return merge(cmd, plan, args, folder, f.quiet)
		},
	}
	f.addPlanFlags(cmd)
	addQuietFlag(cmd, &f.quiet)
	cmd.Flags().StringVarP(&folder, "out", "o", "", "`folder` of the results")
	return cmd
}

// merge writes the results of a plan that are in stores.
func merge(cmd *cobra.Command, plan *sweep.Plan, paths []string, folder string, quiet bool) error {
	files, err := storesAt(paths)
	if err != nil {
		return err
	}
	var stores []*store.Store
	for _, path := range files {
		s, err := store.Open(path)
		if err != nil {
			return err
		}
		defer s.Close()
		sayDamage(cmd, s)
		stores = append(stores, s)
	}
	keys, err := sweep.KeysOf(plan, stores...)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	missing, err := keys.Write(cmd.Context(), folder, stores...)
	if err != nil {
		return err
	}
	var problems []string
	for i, cell := range missing {
		if i == mostCellsNamed {
			problems = append(problems, fmt.Sprintf("%d more cells have no result", len(missing)-i))
			break
		}
		problems = append(problems, fmt.Sprintf("%v has no result", plan.Cell(cell)))
	}
	if !quiet {
		fmt.Fprintf(cmd.ErrOrStderr(), "%d of %s written to %s.\n", plan.Size()-len(missing), words.Plural(plan.Size(), "cell"), filepath.Join(folder, sweep.ResultsFile))
	}
	return incomplete(cmd, nil, problems)
}

// storesAt are the files at paths: a file, or the stores in a folder.
func storesAt(paths []string) (files []string, err error) {
	for _, path := range paths {
		info, err := os.Stat(path)
		switch {
		case err != nil:
			return nil, err
		case !info.IsDir():
			files = append(files, path)
			continue
		}
		in, err := filepath.Glob(filepath.Join(path, "store*.jsonl"))
		if err == nil && len(in) == 0 {
			err = errors.New("it has no store*.jsonl: give the folder of a sweep")
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		files = append(files, in...)
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}
