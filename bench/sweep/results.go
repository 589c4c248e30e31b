package sweep

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"dynalloc/bench"
	"dynalloc/bench/sweep/store"
	"dynalloc/internal/pending"
	"dynalloc/replay"
)

// Names of the files of a sweep in its folder.
const (
	ResultsFile  = "cells.jsonl"   // the results in the order of the cells
	ManifestFile = "manifest.json" // what ResultsFile must be
)

// A Shard is the cells whose number divided by Of, at least 1, leaves the remainder Index.
type Shard struct{ Index, Of int }

// StoreFile is the name of the store of a shard.
func (s Shard) StoreFile() string {
	if s.Of == 1 {
		return "store.jsonl"
	}
	return fmt.Sprintf("store.%d-of-%d.jsonl", s.Index, s.Of)
}

// Missing are the cells of a shard that have no result in any of the stores.
func (k Keys) Missing(part Shard, stores ...*store.Store) (cells []int, err error) {
	for i := part.Index; i < k.Plan.Size(); i += part.Of {
		c := k.Plan.Cell(i)
		key, err := k.Of(&c)
		if err != nil {
			return nil, err
		}
		if holding(key, stores) == nil {
			cells = append(cells, i)
		}
	}
	return cells, nil
}

// KeysOf are the keys of a plan over the inputs of the results in stores, which must have the
// same, and the same versions of schema and engine. It is an error if a result is in two of
// them and not equal.
func KeysOf(p *Plan, stores ...*store.Store) (Keys, error) {
	k := Keys{Plan: p}
	var first string // store with this Inputs
	for i, s := range stores {
		for _, key := range s.Keys() {
			line, err := s.Get(key)
			if err != nil {
				return k, err
			}
			r, err := Parse(line)
			switch {
			case err != nil:
				return k, fmt.Errorf("%s: %w", s.Path, err)
			case r.Engine != Engine:
				return k, fmt.Errorf("%s: a result of version %d of the engine, and this is %d: make the results with one version of dynalloc", s.Path, r.Engine, Engine)
			case first != "" && r.Inputs != k.Inputs:
				return k, fmt.Errorf("%s and %s have results of different workloads, clusters or flags: give stores of one sweep", first, s.Path)
			}
			first, k.Inputs = s.Path, r.Inputs
			if other := holding(key, stores[:i]); other != nil {
				if before, err := other.Get(key); err != nil || !bytes.Equal(before, line) {
					return k, cmp.Or(err, fmt.Errorf("%s and %s: %w: %s", other.Path, s.Path, store.ErrConflict, key))
				}
			}
		}
	}
	if first == "" {
		return k, errors.New("the stores have no results")
	}
	return k, nil
}

// holding is the first store with a key.
func holding(key string, stores []*store.Store) *store.Store {
	for _, s := range stores {
		if s.Has(key) {
			return s
		}
	}
	return nil
}

// RunAll replays cells, up to o.Parallel at a time, and appends their results to a store. A
// cell that has no result does not keep the others from theirs; failed has an error for each,
// in the order of cells.
func (r *Runner) RunAll(ctx context.Context, cells []int, to *store.Store, o bench.Options) (failed []error, err error) {
	failures := make([]error, len(cells))
	err = o.Each(ctx, len(cells), func(i int, watch replay.Watch) error {
		line, err := r.Run(cells[i], watch)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failures[i] = err
			return nil
		}
		if err := to.Append(line); err != nil {
			return fmt.Errorf("%s: %w", to.Path, err)
		}
		return nil
	})
	return slices.DeleteFunc(failures, func(err error) bool { return err == nil }), err
}

// Size is the number of cells of the shard, of n in all.
func (s Shard) Size(n int) int { return (n - s.Index + s.Of - 1) / s.Of }

// A Manifest says what the file of results must be. A folder without one that fits is not
// complete.
type Manifest struct {
	Schema  int    `json:"schema"`
	File    string `json:"file"`
	Bytes   int64  `json:"bytes"`
	SHA256  string `json:"sha256"`
	Cells   int    `json:"cells"`   // of the plan
	Results int    `json:"results"` // lines of the file
	Inputs  string `json:"inputs"`
	Engine  int    `json:"engine"`
}

// Write writes the results of the plan in the order of its cells into a folder: the manifest
// of before goes first, the file is written aside, synced and renamed, and its manifest comes
// last. It returns the cells without a result.
func (k Keys) Write(ctx context.Context, folder string, stores ...*store.Store) (missing []int, err error) {
	if err := os.Remove(filepath.Join(folder, ManifestFile)); err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	for _, name := range []string{ResultsFile, ManifestFile} {
		left, err := filepath.Glob(filepath.Join(folder, "."+name+".*")) // by a process that was killed
		for _, path := range left {
			err = errors.Join(err, os.Remove(path))
		}
		if err != nil {
			return nil, err
		}
	}
	hash := sha256.New()
	m := Manifest{Schema: Schema, File: ResultsFile, Cells: k.Plan.Size(), Inputs: k.Inputs, Engine: Engine}
	err = writeSynced(filepath.Join(folder, ResultsFile), func(w *bufio.Writer) error {
		for i := range m.Cells {
			if err := ctx.Err(); err != nil {
				return err
			}
			c := k.Plan.Cell(i)
			key, err := k.Of(&c)
			if err != nil {
				return err
			}
			from := holding(key, stores)
			if from == nil {
				missing = append(missing, i)
				continue
			}
			line, err := from.Get(key)
			if err != nil {
				return err
			}
			line = append(line, '\n')
			hash.Write(line)
			m.Bytes, m.Results = m.Bytes+int64(len(line)), m.Results+1
			if _, err := w.Write(line); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	m.SHA256 = sum(hash)
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	return missing, writeSynced(filepath.Join(folder, ManifestFile), func(w *bufio.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
}

// writeSynced writes a file aside, has it written to the disk and gives it its name.
func writeSynced(path string, write func(*bufio.Writer) error) error {
	f, err := pending.Create(path)
	if err != nil {
		return err
	}
	defer f.Discard()
	w := bufio.NewWriterSize(f, 1<<20)
	if err = write(w); err == nil {
		err = w.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = f.Commit()
	}
	return err
}
