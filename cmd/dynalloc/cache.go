package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"dynalloc/traces/saved"
	"dynalloc/traces/source"
)

// addCacheFlag adds --cache to a command that reads traces.
func (f *readFlags) addCacheFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.cache, "cache", "", "`folder` that keeps what is read of each log, so that an equal log need not be read again; results are the same (default none)")
	if err := cmd.MarkFlagDirname("cache"); err != nil {
		panic(err) // the flag does not exist: an error in this package
	}
}

// open finds the logs at some paths, with the user's cache. done says what could not be
// used or saved, which is no failure of the command.
func (f *readFlags) open(cmd *cobra.Command, paths ...string) (logs *source.Logs, done func(), err error) {
	var cache *saved.Folder
	if f.cache != "" {
		program, err := programKey()
		if err != nil {
			return nil, nil, fmt.Errorf("--cache: the program cannot read itself, to know its own files: %w", err)
		}
		if cache, err = saved.Open(f.cache, program); err != nil {
			return nil, nil, fmt.Errorf("--cache: %w", err)
		}
	}
	if logs, err = source.OpenContext(cmd.Context(), sentFiles.places(paths)...); err != nil {
		return nil, nil, err
	}
	logs.Cache = cache
	if f.arrivals.given() {
		logs.Arrivals = f.arrivals.value
	}
	return logs, func() {
		logs.Close()
		if cache == nil || cmd.Context().Err() != nil {
			return
		}
		if err := cache.Trouble(); err != nil {
			fmt.Fprintf(cmd.ErrOrStderr(), "dynalloc: --cache %s: %v\n", f.cache, err)
		}
	}, nil
}

// programKey is the identity of this program: the hash of its file. Any other build may
// read logs differently.
func programKey() (key saved.Key, err error) {
	path, err := os.Executable()
	if err != nil {
		return key, err
	}
	file, err := os.Open(path)
	if err != nil {
		return key, err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return key, err
	}
	sum.Sum(key[:0])
	return key, nil
}
