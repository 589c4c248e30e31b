// Package logtest reads recorded event logs for tests.
package logtest

import (
	"io/fs"
	"path/filepath"
	"testing"

	"dynalloc/traces"
	"dynalloc/traces/source"
)

// Read returns all applications below some paths as one workload. It fails the
// test if one of them cannot be read.
func Read(t testing.TB, paths ...string) *traces.Workload {
	t.Helper()
	logs, err := source.Open(paths...)
	if err != nil {
		t.Fatal(err)
	}
	w, bad, err := traces.Collect(paths[0], logs)
	if err != nil || len(bad) > 0 {
		t.Fatal(err, bad)
	}
	return w
}

// Folders returns the folders below one that hold event logs. It fails the test
// if there are none.
func Folders(t testing.TB, folder string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if logs, _ := filepath.Glob(filepath.Join(path, "*.zstd")); len(logs) > 0 {
			found = append(found, path)
		}
		return nil
	})
	if err != nil || len(found) == 0 {
		t.Fatalf("%s: %v, %d folders with logs", folder, err, len(found))
	}
	return found
}
