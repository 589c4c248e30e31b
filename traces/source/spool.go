package source

import (
	"bytes"
	"errors"
	"io"
	"os"

	"github.com/klauspost/compress/zstd"

	"dynalloc/internal/pending"
)

// A spool is a folder of temporary files that keeps entries of compressed tar archives
// until they are read. Plain text is stored as zstd, so the folder is about as small as
// the archives.
type spool struct {
	dir string // empty until something is stored
}

// store copies an entry to the spool if it can be part of an event log. It fills in
// what the entry is and how to open it. An entry that ends too early is kept up to
// there, and the error is returned.
func (s *spool) store(f *file, entry io.Reader) error {
	var head bytes.Buffer
	f.sniffed = sniff(io.TeeReader(entry, &head), f.name)
	if f.kind != eventLogFile && !isPartName(f.name) {
		return nil
	}
	out, err := s.create()
	if err != nil {
		f.sniffed = sniffed{kind: unreadableFile, why: cannotStore.With(err)}
		return err
	}
	defer out.Close()
	var w io.Writer = out
	finish := func() error { return nil }
	if f.codec == plainText {
		z, err := zstd.NewWriter(out, zstd.WithEncoderLevel(zstd.SpeedFastest),
			zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true))
		if err != nil {
			return err
		}
		// Hides the encoder's ReadFrom, which would take the source's error for its own
		// and then not finish the frame.
		w, finish = struct{ io.Writer }{z}, z.Close
	}
	source := &errorKeeper{r: entry}
	_, err = io.Copy(w, io.MultiReader(&head, source))
	err = errors.Join(err, finish())
	name, cut := out.Name(), source.err != nil && source.err != io.EOF
	f.open = func() (io.ReadCloser, error) {
		stored, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		return readCloser{cutReader{stored, cut}, stored.Close}, nil
	}
	return err
}

// create opens a new file in the spool.
func (s *spool) create() (*os.File, error) {
	if s.dir == "" {
		dir, err := pending.Folder()
		if err != nil {
			return nil, err
		}
		s.dir = dir
	}
	return os.CreateTemp(s.dir, "entry-")
}

// close removes the folder and all files in it.
func (s *spool) close() error {
	if s.dir == "" {
		return nil
	}
	return pending.Remove(s.dir)
}
