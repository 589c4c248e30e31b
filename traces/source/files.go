package source

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"dynalloc/traces"
	"dynalloc/traces/eventlog"
)

// found is the result of a search.
type found struct {
	Logs    []eventlog.Log // by Path
	Tables  []table        // files of foreign formats, by path
	Skipped []Skipped      // by Path

	spool *spool
}

// close removes what the search stored for reading. No part can be opened after it.
func (f *found) close() error { return f.spool.close() }

// paths searches files and folders of the operating system, as a user names them,
// and all folders below them. A file that is reached twice is read once.
func (s *search) paths(paths []string) *found {
	for _, p := range paths {
		info, err := os.Stat(p)
		switch {
		case err != nil:
			s.skip(p, true, cannotRead.With(reason(err)))
		case info.IsDir():
			s.root(os.DirFS(p), ".", filepath.ToSlash(p))
		default:
			s.root(os.DirFS(filepath.Dir(p)), filepath.Base(p), filepath.ToSlash(p))
		}
	}
	return s.finish()
}

// A file is a candidate: a regular file, or one entry of an archive.
type file struct {
	path  string // for messages
	dir   string // of path; the same for the files of one rolling log
	name  string // last element of path
	size  int64  // as it is stored
	named bool   // the user named this file
	open  func() (io.ReadCloser, error)
	sniffed
}

// A place is a name in a file system.
type place struct {
	fsys  fs.FS
	name  string
	shown string // for messages
}

func (p place) open() (io.ReadCloser, error) { return p.fsys.Open(p.name) }

func (p place) below(name string) place {
	return place{p.fsys, path.Join(p.name, name), path.Join(p.shown, name)}
}

// A search collects candidates, first from folders, then from archives.
type search struct {
	files    []file
	archives []archive
	skipped  []Skipped
	spool    spool

	stopped func() error // an error ends the search; nil: nothing does

	links []place // symbolic links, followed when all else is known
	seen  map[sizeTime][]visited
}

// visited is a file or a folder that was visited and may be met by another name.
type visited struct {
	info  fs.FileInfo
	shown string
}

// sizeTime is equal for two names of one file or folder.
type sizeTime struct{ size, time int64 }

// ended reports whether the search is to end before everything is found.
func (s *search) ended() bool { return s.stopped != nil && s.stopped() != nil }

func (s *search) skip(path string, failed bool, why traces.Note) {
	s.skipped = append(s.skipped, Skipped{path, why, failed})
}

// root visits a file or a folder that the user named.
func (s *search) root(fsys fs.FS, name, shown string) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		s.skip(shown, true, cannotRead.With(reason(err)))
		return
	}
	s.visit(place{fsys, name, shown}, info, true)
}

// finish follows the links, opens the archives and arranges all candidates as logs.
func (s *search) finish() *found {
	for len(s.links) > 0 && !s.ended() {
		p := s.links[0]
		s.links = s.links[1:]
		info, err := fs.Stat(p.fsys, p.name)
		switch {
		case err != nil:
			s.skip(p.shown, false, brokenLink.With())
		case info.IsDir() && !os.SameFile(info, info): // the file system cannot tell a loop
			s.skip(p.shown, false, folderLink.With())
		default:
			s.visit(p, info, false)
		}
	}
	s.sniff()
	for _, a := range s.archives {
		if !s.ended() {
			s.unpack(a)
		}
	}
	l := layout{skipped: s.skipped, stopped: s.stopped}
	slices.SortStableFunc(s.files, func(a, b file) int {
		return cmp.Or(cmp.Compare(a.dir, b.dir), cmp.Compare(a.name, b.name))
	})
	for len(s.files) > 0 {
		end := slices.IndexFunc(s.files, func(f file) bool { return f.dir != s.files[0].dir })
		if end < 0 {
			end = len(s.files)
		}
		l.folder(s.files[:end:end])
		s.files = s.files[end:]
	}
	slices.SortStableFunc(l.tables, func(a, b table) int { return cmp.Compare(a.path, b.path) })
	slices.SortStableFunc(l.logs, func(a, b eventlog.Log) int { return cmp.Compare(a.Path, b.Path) })
	slices.SortStableFunc(l.skipped, func(a, b Skipped) int { return cmp.Compare(a.Path, b.Path) })
	return &found{Logs: l.logs, Tables: l.tables, Skipped: l.skipped, spool: &s.spool}
}

// visit visits a file or a folder, unless it was visited by another name.
func (s *search) visit(p place, info fs.FileInfo, named bool) {
	if !info.IsDir() && !info.Mode().IsRegular() {
		s.skip(p.shown, named, notRegular.With())
		return
	}
	key := sizeTime{info.Size(), info.ModTime().UnixNano()}
	for _, v := range s.seen[key] {
		if os.SameFile(v.info, info) {
			same := sameFile
			if info.IsDir() {
				same = sameFolder
			}
			s.skip(p.shown, false, same.With(v.shown))
			return
		}
	}
	if s.seen == nil {
		s.seen = map[sizeTime][]visited{}
	}
	s.seen[key] = append(s.seen[key], visited{info, p.shown})
	if info.IsDir() {
		s.folder(p)
	} else {
		s.file(p, info.Size(), named)
	}
}

func (s *search) folder(p place) {
	entries, err := fs.ReadDir(p.fsys, p.name)
	if err != nil {
		s.skip(p.shown, true, cannotList.With(reason(err)))
	}
	for _, e := range entries {
		if s.ended() {
			return
		}
		below := p.below(e.Name())
		if why, ok := skippedName(e.Name()); ok {
			s.skip(below.shown, false, why)
			continue
		}
		if e.Type()&fs.ModeSymlink != 0 {
			s.links = append(s.links, below)
			continue
		}
		info, err := e.Info()
		if err != nil {
			s.skip(below.shown, true, cannotRead.With(reason(err)))
			continue
		}
		s.visit(below, info, false)
	}
}

func (s *search) file(p place, size int64, named bool) {
	s.files = append(s.files, file{path: p.shown, dir: path.Dir(p.shown), name: path.Base(p.shown), size: size, named: named, open: p.open})
}

// sniff reads the first bytes of the files, several files at a time, because the first block
// of a small log is much of it. It finds the archives among them.
func (s *search) sniff() {
	var sniffing errgroup.Group
	sniffing.SetLimit(runtime.GOMAXPROCS(0))
	for i := range s.files {
		if f := &s.files[i]; f.size > 0 && !s.ended() {
			sniffing.Go(func() error {
				f.sniffed = sniffFile(f.open, f.name)
				return nil
			})
		}
	}
	sniffing.Wait() // it returns no error
	s.files = slices.DeleteFunc(s.files, func(f file) bool {
		packed := f.kind == zipArchive || f.kind == tarArchive
		if packed {
			s.archives = append(s.archives, archive{file: f, at: &sharedFile{reopen: f.open}})
		}
		return packed
	})
}

// skippedName reports whether a file or a folder is not read because of its name, and
// why.
func skippedName(name string) (why traces.Note, ok bool) {
	switch {
	case strings.HasSuffix(name, ".crc"):
		return checksumFile.With(), true
	case strings.HasPrefix(name, "."):
		return hiddenFile.With(), true
	case name == "_SUCCESS":
		return hadoopMarker.With(), true
	}
	return why, false
}

// reason is an error without the path at its beginning, for messages that name the
// path themselves.
func reason(err error) string {
	if pathErr := (*fs.PathError)(nil); errors.As(err, &pathErr) {
		return pathErr.Err.Error()
	}
	return err.Error()
}
