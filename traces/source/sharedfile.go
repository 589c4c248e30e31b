package source

import (
	"archive/zip"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
)

// A sharedFile is an archive that is open only while one of its entries is read, so
// that a folder of a thousand archives does not need a thousand open files.
type sharedFile struct {
	reopen func() (io.ReadCloser, error)

	mu    sync.Mutex
	users int
	file  archiveFile
	size  int64 // bytes
}

// An archiveFile is a file that can be read at an offset, as those of the operating
// system and embedded ones can.
type archiveFile interface {
	fs.File
	io.ReaderAt
}

// acquire opens the file if it is not open. Each call needs a release.
func (f *sharedFile) acquire() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.users == 0 {
		file, err := f.reopen()
		if err != nil {
			return err
		}
		at, ok := file.(archiveFile)
		if !ok {
			file.Close()
			return errors.New("this file system cannot read an archive at an offset: unpack it first")
		}
		info, err := at.Stat()
		if err != nil {
			file.Close()
			return err
		}
		f.file, f.size = at, info.Size()
	}
	f.users++
	return nil
}

func (f *sharedFile) release() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.users--; f.users > 0 {
		return nil
	}
	return f.file.Close()
}

// ReadAt reads from the file between acquire and release.
func (f *sharedFile) ReadAt(p []byte, off int64) (int, error) { return f.file.ReadAt(p, off) }

// open opens an entry and keeps the archive open until the entry is closed.
func (f *sharedFile) open(entry func() (io.ReadCloser, error)) (io.ReadCloser, error) {
	if err := f.acquire(); err != nil {
		return nil, err
	}
	r, err := entry()
	if err != nil {
		f.release()
		return nil, err
	}
	return readCloser{entryReader{r}, func() error { return errors.Join(r.Close(), f.release()) }}, nil
}

// section returns a function that opens a section of the file. cut says that the
// section was longer before the file was cut short.
func (f *sharedFile) section(start, size int64, cut bool) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		return f.open(func() (io.ReadCloser, error) {
			return io.NopCloser(cutReader{io.NewSectionReader(f, start, size), cut}), nil
		})
	}
}

// A cutReader reads a stream that ends too early if cut.
type cutReader struct {
	io.Reader
	cut bool
}

func (r cutReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if r.cut {
		err = cutShort(err)
	}
	return n, err
}

// An entryReader reports damage to a zip entry as an error that wraps errCorrupt.
type entryReader struct{ io.Reader }

func (e entryReader) Read(p []byte) (int, error) {
	n, err := e.Reader.Read(p)
	var deflate flate.CorruptInputError
	if errors.Is(err, zip.ErrChecksum) || errors.Is(err, zip.ErrFormat) || errors.As(err, &deflate) {
		err = fmt.Errorf("%w: %v", errCorrupt, err)
	}
	return n, err
}
