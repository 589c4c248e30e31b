package source

import (
	"archive/tar"
	"archive/zip"
	"io"
	"io/fs"
	"path"
	"strings"
)

// An archive is a file that contains files.
type archive struct {
	file
	at *sharedFile
}

// unpack adds the entries of an archive to the candidates. It writes nothing under the
// names that the archive gives. Entries of zip and plain tar archives are read in
// place. A compressed tar archive can only be read from its beginning, so one pass
// copies what may be part of a log to temporary files (see spool): this takes linear
// time for entries in any order, and little memory.
func (s *search) unpack(a archive) {
	var err error
	switch {
	case a.kind == zipArchive && a.codec != plainText:
		s.skip(a.path, true, compressedZip.With())
	case a.kind == zipArchive:
		err = s.unzip(a)
	case a.codec == plainText:
		err = s.untar(a)
	default:
		err = s.untarCompressed(a)
	}
	if err != nil {
		s.skip(a.path, true, damagedArchive.With(reason(err)))
	}
}

// entry makes the candidate for one entry of an archive. ok is false for a folder and
// for what is skipped.
func (s *search) entry(a archive, name string, mode fs.FileMode) (f file, ok bool) {
	if mode.IsDir() {
		return f, false
	}
	name = strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/")
	f = file{path: a.path + "!" + name, dir: a.path + "!", name: path.Base(name)}
	if parent := path.Dir(name); parent != "." {
		f.dir += parent
	}
	for element := range strings.SplitSeq(name, "/") {
		if why, skip := skippedName(element); skip {
			s.skip(f.path, false, why)
			return f, false
		}
	}
	if !mode.IsRegular() {
		s.skip(f.path, false, linkInArchive.With())
		return f, false
	}
	return f, true
}

// add adds an entry to the candidates.
func (s *search) add(f file) {
	if f.kind == zipArchive || f.kind == tarArchive {
		s.skip(f.path, true, nestedArchive.With())
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
		const isEncrypted = 1 // a bit of the flags, APPNOTE.TXT 4.4.4
		if e.Flags&isEncrypted != 0 {
			s.skip(f.path, true, encrypted.With())
			continue
		}
		f.open = func() (io.ReadCloser, error) { return a.at.open(e.Open) }
		if e.UncompressedSize64 > 0 {
			f.sniffed = sniffFile(f.open, f.name)
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
	return s.eachEntry(a, whole, func(f *file, h *tar.Header, _ io.Reader) error {
		start, err := whole.Seek(0, io.SeekCurrent) // where the entry begins: tar.Reader reads no further than its header
		if err != nil {
			return err
		}
		f.open = a.at.section(start, h.Size, h.Size > a.at.size-start)
		if h.Size > 0 {
			f.sniffed = sniffFile(f.open, f.name)
		}
		return nil
	})
}

func (s *search) untarCompressed(a archive) error {
	text, err := openText(a.name, a.open, s.stopped)()
	if err != nil {
		return err
	}
	defer text.Close()
	return s.eachEntry(a, text, func(f *file, h *tar.Header, entry io.Reader) error {
		if h.Size == 0 {
			return nil
		}
		return s.spool.store(f, entry)
	})
}

// eachEntry adds each entry of a tar archive that take has completed. The entry that
// take returns an error for is the last.
func (s *search) eachEntry(a archive, text io.Reader, take func(f *file, h *tar.Header, entry io.Reader) error) error {
	t := tar.NewReader(text)
	for {
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		f, ok := s.entry(a, h.Name, modeOf(h))
		if !ok {
			continue
		}
		err = take(&f, h, t)
		s.add(f)
		if err != nil {
			return err
		}
	}
}

// modeOf is the mode of a tar entry. Sparse files and hard links count as irregular:
// their data are elsewhere or in pieces.
func modeOf(h *tar.Header) fs.FileMode {
	mode := h.FileInfo().Mode()
	if h.Typeflag == tar.TypeLink || h.Typeflag == tar.TypeGNUSparse || h.PAXRecords["GNU.sparse.major"] != "" {
		mode |= fs.ModeIrregular
	}
	return mode
}
