package reports

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"dynalloc/bench"
	"dynalloc/internal/pending"
	"dynalloc/replay"
)

// A Format is a form in which any document can be rendered.
type Format struct {
	Name      string // after --format
	Extension string // of files
	People    bool   // true: for people; false: for programs
	Doc       string // for help texts
	Render    func(io.Writer, *Document) error
}

// Formats is the table of all formats.
var Formats = []Format{
	{"text", ".txt", true, "tables and notes, to read", Text},
	{"markdown", ".md", true, "the same in Markdown", Markdown},
	{"csv", ".csv", false, "one table for data frames and databases", CSV},
	{"json", ".json", false, "every value, down to each application", JSON},
}

// Write renders a document in the format of that name.
func Write(w io.Writer, format string, d *Document) error {
	for _, f := range Formats {
		if f.Name == format {
			return f.Render(w, d)
		}
	}
	return fmt.Errorf("format %q: expected text, markdown, csv or json", format)
}

// WriteAll writes a document in every format and with all its figures into a folder and
// returns the paths. It creates the folder if it does not exist. Files are rendered in
// parallel under temporary names, and get their names when all are complete: after an
// error, or if ctx is cancelled, what was in the folder before is still there.
func WriteAll(ctx context.Context, dir string, d *Document) ([]string, error) {
	_, missing := os.Stat(dir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("folder for reports: %w", err)
	}
	var paths []string
	var renders []func(io.Writer) error
	add := func(file string, render func(io.Writer) error) {
		paths, renders = append(paths, filepath.Join(dir, file)), append(renders, render)
	}
	for _, f := range Formats {
		name := d.Files.Results
		if f.People {
			name = d.Files.Report
		}
		add(name+f.Extension, func(w io.Writer) error { return f.Render(w, d) })
	}
	for _, f := range slices.Concat(d.Figures, d.Attached) {
		add(f.File, f.Draw)
		if folder := filepath.Dir(filepath.Join(dir, f.File)); folder != filepath.Clean(dir) {
			if err := os.MkdirAll(folder, 0o755); err != nil {
				return nil, fmt.Errorf("folder for reports: %w", err)
			}
		}
	}
	files := make([]*pending.File, len(paths))
	err := bench.Options{}.Each(ctx, len(paths), func(i int, watch replay.Watch) (err error) {
		if files[i], err = pending.Create(paths[i]); err == nil {
			err = renderInto(files[i], renders[i], watch)
		}
		if err != nil {
			return fmt.Errorf("writing %s: %w", paths[i], err)
		}
		return nil
	})
	for i, f := range files {
		if err == nil {
			if err = f.Commit(); err != nil {
				err = fmt.Errorf("writing %s: %w", paths[i], err)
			}
		} else if f != nil {
			f.Discard()
		}
	}
	if err != nil {
		if missing != nil {
			os.Remove(dir)
		}
		return nil, err
	}
	return paths, nil
}

// renderInto renders a file, and ends between two writes with the error of the watch.
func renderInto(f *pending.File, render func(io.Writer) error, watch replay.Watch) error {
	w := bufio.NewWriter(writerFunc(func(p []byte) (int, error) {
		if err := watch(0, 0); err != nil {
			return 0, err
		}
		return f.Write(p)
	}))
	if err := render(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
