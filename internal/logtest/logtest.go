// Package logtest reads recorded event logs for tests.
package logtest

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dynalloc/replay/calibrate"
	"dynalloc/traces"
	"dynalloc/traces/source"
)

// Read returns all applications below some paths as one workload. It fails the
// test if one of them cannot be read.
func Read(t testing.TB, paths ...string) *traces.Workload {
	t.Helper()
	w, bad := Collect(t, paths...)
	if len(bad) > 0 {
		t.Fatal(bad)
	}
	return w
}

// Collect returns all applications below some paths as one workload, and what could
// not be read.
func Collect(t testing.TB, paths ...string) (*traces.Workload, []*traces.LogError) {
	t.Helper()
	logs, err := source.Open(paths...)
	if err != nil {
		t.Fatal(err)
	}
	defer logs.Close()
	w, bad, err := traces.Collect(paths[0], inferring{logs})
	if err != nil {
		t.Fatal(err)
	}
	return w, bad
}

// inferring reads logs as the program does.
type inferring struct{ *source.Logs }

func (r inferring) Read() (*traces.Application, error) {
	a, err := r.Logs.Read()
	if err == nil {
		calibrate.InferRequests(a)
	}
	return a, err
}

// Path returns the path of a recording: of one below bench in the repository, whose
// root is given, or else of a file of the public collection beside the repository. It
// skips the test if the file is not there.
func Path(t testing.TB, root, name string) string {
	t.Helper()
	path := filepath.Join(root, "..", "shared", "traces", filepath.FromSlash(name))
	if strings.HasPrefix(name, "bench/") {
		path = filepath.Join(root, filepath.FromSlash(name))
	}
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the recordings are not beside the repository: %v", err)
	}
	return path
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
