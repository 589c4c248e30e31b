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
// returns the paths of what it wrote. It creates the folder if it does not exist. Files are rendered in
// parallel. Each is written under a temporary name and then renamed, so that a reader
// never sees an incomplete file. After an error, the files written before it remain.
func WriteAll(dir string, d *Document) ([]string, error) {
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
	for _, f := range d.Figures {
		add(f.File, f.Draw)
	}
	written := make([]bool, len(paths))
	err := bench.Options{}.Each(context.Background(), len(paths), func(i int, _ replay.Watch) error {
		if err := replaceFile(paths[i], renders[i]); err != nil {
			return fmt.Errorf("writing %s: %w", paths[i], err)
		}
		written[i] = true
		return nil
	})
	for i := range slices.Backward(paths) {
		if !written[i] {
			paths = slices.Delete(paths, i, i+1)
		}
	}
	return paths, err
}

// replaceFile writes a file under a temporary name and renames it to path.
func replaceFile(path string, render func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	w := bufio.NewWriter(f)
	if err = render(w); err != nil {
		return err
	}
	if err = w.Flush(); err != nil {
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
