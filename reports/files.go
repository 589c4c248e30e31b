package reports

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"dynalloc/bench"
)

// A Report is one file of results of a kind.
type Report[Of any] struct {
	File  string
	Doc   string // what is in it, for help texts
	Write func(io.Writer, Of) error
}

// Reports is every file of a comparison, in the order of writing.
var Reports = []Report[*bench.Results]{
	{"report.txt", "tables and notes, to read", Text},
	{"report.md", "the same in Markdown", Markdown},
	{"results.csv", "every metric of every row in long form", CSV},
	{"results.json", "everything, down to each application under each policy", JSON},
	{"executors.png", "executors held and wanted over time", Executors},
	{"utilization.png", "share of the cluster held and busy over time", Utilization},
	{"queue-wait.png", "distribution of queue waits", QueueWaits},
	{"where-time-went.png", "turnaround by cause", TimeParts},
	{"where-executors-went.png", "executor time by cause", HoldParts},
	{"misses-cost.png", "SLA misses against executor-hours", TradeOff},
}

// WriteAll writes all reports into a folder, which it makes if it is not there,
// and returns their paths. Each file is written beside its place and then moved
// there, so that a reader never sees half of one; after an error, files
// written before it stay.
func WriteAll[Of any](dir string, reports []Report[Of], of Of) ([]string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("folder for reports: %w", err)
	}
	var paths []string
	for _, report := range reports {
		var b bytes.Buffer
		if err := report.Write(&b, of); err != nil {
			return paths, fmt.Errorf("%s: %w", report.File, err)
		}
		path := filepath.Join(dir, report.File)
		if err := replaceFile(path, b.Bytes()); err != nil {
			return paths, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// replaceFile puts a whole file in the place of whatever was there.
func replaceFile(path string, content []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("writing %s: %w", path, err)
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(content); err != nil {
		return err
	}
	if err = f.Chmod(0o644); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
