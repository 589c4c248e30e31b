package main

import (
	"os"
	"slices"
	"sync"

	"dynalloc/bench/onspark"
)

// inputsVariable is the environment variable with the bundle of files that a worker on
// another machine reads instead of those that its flags name.
const inputsVariable = "DYNALLOC_INPUTS"

// sentFiles has the files and folders that the program reads, which are those to send to
// workers on other machines. There, it has their places.
var sentFiles inputPaths

type inputPaths struct {
	mu    sync.Mutex
	read  []string
	there onspark.Bundle
	err   error
}

// place is where the file of a path is on this machine.
func (f *inputPaths) place(path string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if bundle := os.Getenv(inputsVariable); bundle != "" && f.there == nil && f.err == nil {
		f.there, f.err = onspark.OpenBundle(bundle)
	}
	if at, sent := f.there[path]; sent {
		return at
	}
	if !slices.Contains(f.read, path) {
		f.read = append(f.read, path)
	}
	return path
}

func (f *inputPaths) places(paths []string) []string {
	list := make([]string, len(paths))
	for i, path := range paths {
		list[i] = f.place(path)
	}
	return list
}

// readFile reads the file of a path.
func (f *inputPaths) readFile(path string) ([]byte, error) { return os.ReadFile(f.place(path)) }

// all are the paths that have been read.
func (f *inputPaths) all() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.read)
}
