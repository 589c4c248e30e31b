package formats

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"dynalloc/traces"
)

// A Format is a kind of file, other than Spark's event log, that holds a whole
// workload.
type Format interface {
	// Name is the format's name in messages.
	Name() string
	// Suffix is the end of file names that promise the format; empty if only the
	// content tells.
	Suffix() string
	// Sniff reports whether a file that begins with head has the format.
	Sniff(head []byte) bool
	// Read reads a file to its end. path is the name of the file for errors, which
	// say the line and what was expected. The applications may have any order.
	Read(r io.Reader, path string) (*traces.Workload, error)
}

// Formats are all formats, in the order in which a file is compared with them.
var Formats = []Format{
	&fileFormat{"native text", ".workload", sniffNative, traces.ReadText},
	&fileFormat{"SWF", ".swf", sniffSWF, readSWF},
	&fileFormat{"Alibaba 2017 batch", "", alibaba2017.sniff, alibaba2017.read},
	&fileFormat{"Alibaba 2018 job graphs", "", sniffAlibaba2018, readAlibaba2018},
	&fileFormat{"SWIM", "", sniffSWIM, readSWIM},
	&fileFormat{"Decima TPC-H", "", sniffDecima, readDecima},
	&fileFormat{"WTA", "", wta.sniff, wta.read},
	&fileFormat{"CSV", "", sniffMappedCSV, readMappedCSV},
}

// A fileFormat is a Format made of its parts.
type fileFormat struct {
	name, suffix string
	sniff        func(head []byte) bool
	read         func(r io.Reader, path string) (*traces.Workload, error)
}

func (f *fileFormat) Name() string           { return f.name }
func (f *fileFormat) Suffix() string         { return f.suffix }
func (f *fileFormat) Sniff(head []byte) bool { return f.sniff(head) }
func (f *fileFormat) Read(r io.Reader, path string) (*traces.Workload, error) {
	return f.read(r, path)
}

// Find returns the format of a file by its first bytes or, if no format has such a
// beginning, by the end of its name. It is nil if the file has none of the formats.
func Find(head []byte, name string) Format {
	for _, f := range Formats {
		if f.Sniff(head) {
			return f
		}
	}
	for _, f := range Formats {
		if f.Suffix() != "" && strings.HasSuffix(strings.ToLower(name), f.Suffix()) {
			return f
		}
	}
	return nil
}

// Read reads the file at path, which open opens, as a format. A file that is damaged
// anywhere is refused with a *traces.LogError: a workload without its end would be
// another workload.
func Read(f Format, path string, open func() (io.ReadCloser, error)) (*traces.Workload, error) {
	w, err := readWhole(f, path, open)
	if err != nil {
		return nil, refuse(f, path, err)
	}
	for _, a := range w.Apps {
		a.Path = path
		if !w.Epoch.IsZero() {
			a.Started = w.Epoch.Add(a.Submit)
		}
		a.DeriveLog()
	}
	return w, nil
}

func readWhole(f Format, path string, open func() (io.ReadCloser, error)) (*traces.Workload, error) {
	in, err := open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	w, err := f.Read(in, path)
	if err != nil {
		return nil, err
	}
	if len(w.Apps) == 0 {
		return nil, errors.New("it has no application that can be replayed")
	}
	w.Sort()
	return w, w.Check()
}

func refuse(f Format, path string, err error) error {
	r := &traces.LogError{}
	if !errors.As(err, &r) {
		r = &traces.LogError{Err: err}
	}
	if errors.Is(r.Err, io.ErrUnexpectedEOF) {
		r.Err = errors.New("the file is cut short here: expected more; give the whole file")
	}
	r.Path, r.Err = path, fmt.Errorf("%w (read as %s)", r.Err, f.Name())
	r.Log = traces.Log{Grade: traces.Unreadable, Problems: []traces.Note{refused.With(r)}}
	return r
}

// firstLine is the first line in the beginning of a file that is not blank and does
// not start with one of some characters, without its end.
func firstLine(head []byte, comments string) string {
	for line := range bytes.Lines(head) {
		line = bytes.TrimSpace(line)
		if len(line) > 0 && !strings.ContainsRune(comments, rune(line[0])) {
			return string(line)
		}
	}
	return ""
}
