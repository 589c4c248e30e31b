package source

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"dynalloc/traces/eventlog"
)

// found is what discovery found.
type found struct {
	Logs    []eventlog.Log // by Path
	Tables  []table        // files of other formats, by Name
	Skipped []Skipped      // by Path

	spool *spool
}

// close removes what discovery stored for reading; no part can be opened
// after it.
func (f *found) close() error { return f.spool.close() }

// findPaths finds the event logs in files and folders of the operating system,
// as a user names them, and in all folders below. A file that is reached twice
// is read once.
func findPaths(paths []string) *found {
	var s search
	for _, p := range paths {
		info, err := os.Stat(p)
		switch {
		case err != nil:
			s.fail(p, reason(err))
		case info.IsDir():
			s.root(os.DirFS(p), ".", filepath.ToSlash(p))
		default:
			s.root(os.DirFS(filepath.Dir(p)), filepath.Base(p), filepath.ToSlash(p))
		}
	}
	return s.finish()
}

// find is findPaths for one root, a folder or a file, in a file system that is
// not the operating system's. shown is what messages call the root.
func find(fsys fs.FS, root, shown string) *found {
	var s search
	s.root(fsys, root, shown)
	return s.finish()
}

// A file is a candidate: one regular file, or one entry of an archive.
type file struct {
	path  string // as shown to people
	dir   string // of path; files of one rolling log have it in common
	name  string // last element of path
	named bool   // the user named this very file
	open  func() (io.ReadCloser, error)
	look  look
}

// A place is a name in a file system and what people call it.
type place struct {
	fsys  fs.FS
	name  string
	shown string
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

	links   []place // symbolic links, followed when all else is known
	folders []seen
	regular map[sizeTime][]seen
}

// seen is something that was visited, to be told from itself by another name.
type seen struct {
	info  fs.FileInfo
	shown string
}

// sizeTime is what two names of one file surely have in common.
type sizeTime struct{ size, time int64 }

func (s *search) skip(path, why string) {
	s.skipped = append(s.skipped, Skipped{Path: path, Why: why})
}

func (s *search) fail(path, why string) {
	s.skipped = append(s.skipped, Skipped{Path: path, Why: why, Failed: true})
}

// root visits what the user named.
func (s *search) root(fsys fs.FS, name, shown string) {
	p := place{fsys, name, shown}
	info, err := fs.Stat(fsys, name)
	if err != nil {
		s.fail(shown, reason(err))
		return
	}
	s.visit(p, info, true)
}

// finish follows the links, opens the archives and sorts all candidates into
// event logs.
func (s *search) finish() *found {
	for len(s.links) > 0 {
		p := s.links[0]
		s.links = s.links[1:]
		info, err := fs.Stat(p.fsys, p.name)
		switch {
		case err != nil:
			s.skip(p.shown, "a symbolic link to nothing that can be read")
		case info.IsDir() && !os.SameFile(info, info):
			s.skip(p.shown, "a symbolic link to a folder, which this file system cannot tell from a loop")
		default:
			s.visit(p, info, false)
		}
	}
	for _, a := range s.archives {
		s.unpack(a)
	}
	f := &found{spool: &s.spool}
	for _, folder := range byFolder(s.files) {
		a := assign(folder)
		f.Logs = append(f.Logs, a.logs...)
		f.Tables = append(f.Tables, a.tables...)
		s.skipped = append(s.skipped, a.skipped...)
	}
	slices.SortStableFunc(f.Tables, func(a, b table) int { return cmp.Compare(a.path, b.path) })
	slices.SortStableFunc(f.Logs, func(a, b eventlog.Log) int { return cmp.Compare(a.Path, b.Path) })
	slices.SortStableFunc(s.skipped, func(a, b Skipped) int { return cmp.Compare(a.Path, b.Path) })
	f.Skipped = s.skipped
	return f
}

// visit sorts one thing by its kind.
func (s *search) visit(p place, info fs.FileInfo, named bool) {
	switch {
	case info.IsDir():
		s.folder(p, info)
	case !info.Mode().IsRegular():
		s.skipped = append(s.skipped, Skipped{p.shown, "neither a file nor a folder", named})
	default:
		s.file(p, info, named)
	}
}

func (s *search) folder(p place, info fs.FileInfo) {
	for _, f := range s.folders {
		if os.SameFile(f.info, info) {
			s.skip(p.shown, "the same folder as "+f.shown)
			return
		}
	}
	s.folders = append(s.folders, seen{info, p.shown})
	entries, err := fs.ReadDir(p.fsys, p.name)
	if err != nil {
		s.fail(p.shown, "the folder cannot be listed: "+reason(err))
	}
	for _, e := range entries {
		below := p.below(e.Name())
		if why := hidden(e.Name()); why != "" {
			s.skip(below.shown, why)
			continue
		}
		if e.Type()&fs.ModeSymlink != 0 {
			s.links = append(s.links, below)
			continue
		}
		info, err := e.Info()
		if err != nil {
			s.fail(below.shown, reason(err))
			continue
		}
		s.visit(below, info, false)
	}
}

func (s *search) file(p place, info fs.FileInfo, named bool) {
	key := sizeTime{info.Size(), info.ModTime().UnixNano()}
	for _, f := range s.regular[key] {
		if os.SameFile(f.info, info) {
			s.skip(p.shown, "the same file as "+f.shown)
			return
		}
	}
	if s.regular == nil {
		s.regular = map[sizeTime][]seen{}
	}
	s.regular[key] = append(s.regular[key], seen{info, p.shown})

	f := file{path: p.shown, dir: path.Dir(p.shown), name: path.Base(p.shown), named: named, open: p.open}
	if info.Size() > 0 {
		f.look = lookInto(f.open, f.name)
	}
	if f.look.kind == zipArchive || f.look.kind == tarArchive {
		s.archives = append(s.archives, archive{file: f, at: &sharedFile{reopen: p.open}})
		return
	}
	s.files = append(s.files, f)
}

// hidden says why a name alone keeps a file or a folder from being read; empty
// if it does not.
func hidden(name string) string {
	switch {
	case strings.HasSuffix(name, ".crc"):
		return "a checksum file"
	case strings.HasPrefix(name, "."):
		return "hidden"
	case name == "_SUCCESS":
		return "a marker that Hadoop leaves behind finished output"
	}
	return ""
}

// byFolder groups files by the folder they are in, folders and files in order
// of their names.
func byFolder(files []file) [][]file {
	slices.SortStableFunc(files, func(a, b file) int {
		return cmp.Or(cmp.Compare(a.dir, b.dir), cmp.Compare(a.name, b.name))
	})
	var folders [][]file
	for i, f := range files {
		if i == 0 || f.dir != files[i-1].dir {
			folders = append(folders, nil)
		}
		last := len(folders) - 1
		folders[last] = append(folders[last], f)
	}
	return folders
}

// reason is an error without the path in front, for texts that begin with it.
func reason(err error) string {
	if pathErr := (*fs.PathError)(nil); errors.As(err, &pathErr) {
		return pathErr.Err.Error()
	}
	return err.Error()
}
