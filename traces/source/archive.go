package source

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"
)

// An archive is a file that holds files.
type archive struct {
	file
	at *sharedFile
}

// unpack adds the entries of an archive to the candidates. Nothing is
// extracted under the name that an archive gives it. Entries of zip and of
// plain tar archives are read in place. A compressed tar archive can only be
// read from its beginning, so one pass copies what may be part of a log to a
// temporary file (see spool): reading entries in any order stays linear, and
// memory stays small.
func (s *search) unpack(a archive) {
	var err error
	switch {
	case a.look.kind == zipArchive && a.look.codec != noCodec:
		s.fail(a.path, "a compressed zip archive: decompress it first")
	case a.look.kind == zipArchive:
		err = s.unzip(a)
	case a.look.codec == noCodec:
		err = s.untar(a)
	default:
		err = s.untarCompressed(a)
	}
	if err != nil {
		s.fail(a.path, "damaged archive, read as far as possible: "+reason(err))
	}
}

// entry makes the candidate for one entry of an archive, or says why there is
// none: hidden, or no plain file.
func (s *search) entry(a archive, name string, mode fs.FileMode) (file, bool) {
	name = strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/")
	shown := a.path + "!" + name
	if mode.IsDir() {
		return file{}, false
	}
	for element := range strings.SplitSeq(name, "/") {
		if why := hidden(element); why != "" {
			s.skip(shown, why)
			return file{}, false
		}
	}
	if !mode.IsRegular() {
		s.skip(shown, "a link or a device in an archive")
		return file{}, false
	}
	dir := a.path + "!"
	if parent := path.Dir(name); parent != "." {
		dir += parent
	}
	return file{path: shown, dir: dir, name: path.Base(name)}, true
}

// add takes an entry up among the candidates.
func (s *search) add(f file) {
	if f.look.kind == zipArchive || f.look.kind == tarArchive {
		s.fail(f.path, "an archive within an archive: unpack the outer one")
		return
	}
	s.files = append(s.files, f)
}

func (s *search) unzip(a archive) error {
	if err := a.at.acquire(); err != nil {
		return err
	}
	defer a.at.release()
	z, err := zip.NewReader(a.at, a.at.size)
	if err != nil {
		return err
	}
	for _, e := range z.File {
		f, ok := s.entry(a, e.Name, e.Mode())
		if !ok {
			continue
		}
		const encrypted = 1 // bit of the flags, APPNOTE.TXT 4.4.4
		if e.Flags&encrypted != 0 {
			s.fail(f.path, "encrypted: unpack the archive first")
			continue
		}
		f.open = func() (io.ReadCloser, error) {
			return a.at.open(func() (io.ReadCloser, error) { return e.Open() })
		}
		if e.UncompressedSize64 > 0 {
			f.look = lookInto(f.open, f.name)
		}
		s.add(f)
	}
	return nil
}

func (s *search) untar(a archive) error {
	if err := a.at.acquire(); err != nil {
		return err
	}
	defer a.at.release()
	whole := io.NewSectionReader(a.at, 0, a.at.size)
	t := tar.NewReader(whole)
	for {
		h, err := t.Next()
		if err != nil {
			return endOfTar(err)
		}
		f, ok := s.entry(a, h.Name, modeOf(h))
		if !ok {
			continue
		}
		start, err := whole.Seek(0, io.SeekCurrent) // tar.Reader reads no further than the header
		if err != nil {
			return err
		}
		f.open = a.at.section(start, h.Size, h.Size > a.at.size-start)
		if h.Size > 0 {
			f.look = lookInto(f.open, f.name)
		}
		s.add(f)
	}
}

func (s *search) untarCompressed(a archive) error {
	stored, err := a.open()
	if err != nil {
		return err
	}
	defer stored.Close()
	r, _, err := decompress(stored, a.name)
	if err != nil {
		return err
	}
	defer r.Close()
	t := tar.NewReader(r)
	for {
		h, err := t.Next()
		if err != nil {
			return endOfTar(err)
		}
		f, ok := s.entry(a, h.Name, modeOf(h))
		if !ok {
			continue
		}
		if h.Size > 0 {
			if err := s.spool.store(&f, t); err != nil {
				s.add(f)
				return err
			}
		}
		s.add(f)
	}
}

// modeOf is the mode of a tar entry. Sparse files and hard links, whose data
// lie elsewhere or in pieces, count as irregular.
func modeOf(h *tar.Header) fs.FileMode {
	mode := h.FileInfo().Mode()
	if h.Typeflag == tar.TypeLink || h.Typeflag == tar.TypeGNUSparse || h.PAXRecords["GNU.sparse.major"] != "" {
		mode |= fs.ModeIrregular
	}
	return mode
}

func endOfTar(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// A sharedFile is an archive, open only while one of its entries is read: a
// folder of a thousand archives does not need a thousand open files.
type sharedFile struct {
	reopen func() (io.ReadCloser, error)

	mu    sync.Mutex
	users int
	file  io.ReadCloser
	at    io.ReaderAt
	size  int64
}

// largestInMemory bounds an archive that must be held in memory because its
// file system offers no access at an offset.
const largestInMemory = 1 << 30

func (f *sharedFile) acquire() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.users > 0 {
		f.users++
		return nil
	}
	file, err := f.reopen()
	if err != nil {
		return err
	}
	if f.at, f.size, err = randomAccess(file); err != nil {
		file.Close()
		return err
	}
	f.file, f.users = file, 1
	return nil
}

func (f *sharedFile) release() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.users--
	if f.users > 0 {
		return nil
	}
	f.at = nil
	return f.file.Close()
}

// ReadAt reads from the open archive; it is for holders of an acquire.
func (f *sharedFile) ReadAt(p []byte, off int64) (int, error) { return f.at.ReadAt(p, off) }

// open opens an entry and holds the archive open until the entry is closed.
func (f *sharedFile) open(entry func() (io.ReadCloser, error)) (io.ReadCloser, error) {
	if err := f.acquire(); err != nil {
		return nil, err
	}
	r, err := entry()
	if err != nil {
		f.release()
		return nil, err
	}
	return &entryReader{r: r, release: f.release}, nil
}

// section returns a function that opens a stretch of the file. cut says that
// the stretch was to be longer.
func (f *sharedFile) section(start, size int64, cut bool) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		return f.open(func() (io.ReadCloser, error) {
			return &stretch{io.NewSectionReader(f, start, size), io.NopCloser(nil), cut}, nil
		})
	}
}

// A stretch is a piece of a file that may have been cut short.
type stretch struct {
	io.Reader
	io.Closer
	cut bool
}

func (s *stretch) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if s.cut {
		err = cutShort(err)
	}
	return n, err
}

// An entryReader reads an entry and lets go of its archive at the end.
type entryReader struct {
	r       io.ReadCloser
	release func() error
}

func (e *entryReader) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	var deflate flate.CorruptInputError
	if errors.Is(err, zip.ErrChecksum) || errors.Is(err, zip.ErrFormat) || errors.As(err, &deflate) {
		err = fmt.Errorf("%w: %v", errCorrupt, err)
	}
	return n, err
}

func (e *entryReader) Close() error {
	return errors.Join(e.r.Close(), e.release())
}

// randomAccess reads a file at offsets, by way of memory if it must.
func randomAccess(r io.Reader) (io.ReaderAt, int64, error) {
	if at, ok := r.(io.ReaderAt); ok {
		if f, ok := r.(fs.File); ok {
			info, err := f.Stat()
			if err != nil {
				return nil, 0, err
			}
			return at, info.Size(), nil
		}
	}
	all, err := io.ReadAll(io.LimitReader(r, largestInMemory+1))
	if err != nil {
		return nil, 0, err
	}
	if len(all) > largestInMemory {
		return nil, 0, fmt.Errorf("larger than %d MiB: unpack it first", largestInMemory>>20)
	}
	return bytes.NewReader(all), int64(len(all)), nil
}
