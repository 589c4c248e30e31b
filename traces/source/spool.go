package source

import (
	"bytes"
	"errors"
	"io"
	"os"

	"github.com/klauspost/compress/zstd"
)

// A spool is a folder of temporary files that holds entries of compressed tar
// archives until they are read. It exists only if there are any. Text is
// stored as zstd, so the folder stays about as small as the archives.
type spool struct {
	dir string // empty until something is stored
}

// store copies an entry to the spool if it may be part of an event log, and
// fills in how it looks and how to open it. An entry that ends too early is
// kept as far as it goes, and the error is returned.
func (s *spool) store(f *file, entry io.Reader) error {
	var head bytes.Buffer
	f.look = lookAt(io.TeeReader(entry, &head), f.name)
	if f.look.kind != eventLogFile && !isPartName(f.name) {
		return nil
	}
	out, err := s.create()
	if err != nil {
		f.look = look{kind: unreadableFile, why: "cannot be stored for reading: " + err.Error()}
		return err
	}
	defer out.Close()
	var w io.WriteCloser = nopWriteCloser{out}
	if f.look.codec == noCodec {
		w, err = zstd.NewWriter(out, zstd.WithEncoderLevel(zstd.SpeedFastest),
			zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true))
		if err != nil {
			return err
		}
	}
	source := &errorKeeper{r: entry}
	// Without the encoder's own ReadFrom, which makes the source's error its own
	// and then refuses to finish the frame.
	_, err = io.Copy(struct{ io.Writer }{w}, io.MultiReader(&head, source))
	err = errors.Join(err, w.Close())
	name, cut := out.Name(), source.err != nil && source.err != io.EOF
	f.open = func() (io.ReadCloser, error) {
		stored, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		return &stretch{stored, stored, cut}, nil
	}
	return err
}

// create opens a new file in the spool.
func (s *spool) create() (*os.File, error) {
	if s.dir == "" {
		dir, err := os.MkdirTemp("", "dynalloc-")
		if err != nil {
			return nil, err
		}
		s.dir = dir
	}
	return os.CreateTemp(s.dir, "entry-")
}

// close removes the folder and everything in it.
func (s *spool) close() error {
	if s == nil || s.dir == "" {
		return nil
	}
	return os.RemoveAll(s.dir)
}

type nopWriteCloser struct{ io.Writer }

func (nopWriteCloser) Close() error { return nil }
