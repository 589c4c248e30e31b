package onspark

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// indexName is the file of a bundle that lists the paths of the others, one a line: the
// file or folder of line n, counted from 0, is in the folder n, under its own name. The
// paths are sorted, and so are the folders: what is read in the order of paths stays in it.
const indexName = "paths"

// place is where the path with a number is in a bundle.
func place(n int, path string) string { return fmt.Sprintf("%06d/%s", n, filepath.Base(path)) }

// WriteBundle packs files and folders into one file in a folder, and returns its name,
// which follows from its content.
func WriteBundle(folder string, paths []string) (string, error) {
	paths = slices.Compact(slices.Sorted(slices.Values(paths)))
	f, err := os.CreateTemp(folder, "inputs")
	if err != nil {
		return "", err
	}
	defer f.Close()
	hash := sha256.New()
	zipped := gzip.NewWriter(io.MultiWriter(f, hash))
	archive := tar.NewWriter(zipped)
	index := strings.Join(paths, "\n")
	if err := archive.WriteHeader(&tar.Header{Name: indexName, Mode: 0o644, Size: int64(len(index))}); err != nil {
		return "", err
	}
	if _, err := io.WriteString(archive, index); err != nil {
		return "", err
	}
	for i, path := range paths {
		if strings.Contains(path, "\n") {
			return "", fmt.Errorf("%q: a path with a line break cannot be sent", path)
		}
		if err := addTo(archive, path, place(i, path)); err != nil {
			return "", fmt.Errorf("%s: %w", path, err)
		}
	}
	if err := errors.Join(archive.Close(), zipped.Close(), f.Close()); err != nil {
		return "", err
	}
	name := filepath.Join(folder, "inputs-"+hex.EncodeToString(hash.Sum(nil)[:8])+".bundle")
	return name, os.Rename(f.Name(), name)
}

// addTo adds a file or a folder to an archive under a name. Times are left out, so that
// equal files make equal archives.
func addTo(archive *tar.Writer, path, name string) error {
	return filepath.WalkDir(path, func(at string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := os.Stat(at) // follows links
		if err != nil {
			return err
		}
		below, err := filepath.Rel(path, at)
		if err != nil {
			return err
		}
		header := &tar.Header{Name: filepath.ToSlash(filepath.Join(name, below)), Mode: 0o755, Typeflag: tar.TypeDir, ModTime: time.Unix(0, 0)}
		if info.IsDir() {
			return archive.WriteHeader(header)
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%s is no file, so it cannot be sent to other machines", at)
		}
		header.Typeflag, header.Size = tar.TypeReg, info.Size()
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		f, err := os.Open(at)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = io.Copy(archive, f)
		return err
	})
}

// A Bundle is, on the machine of a worker, where the files of a bundle are, by the path that they had.
type Bundle map[string]string

// OpenBundle unpacks a bundle beside itself, unless that was done before. Several
// processes may do so at a time.
func OpenBundle(name string) (Bundle, error) {
	folder := strings.TrimSuffix(name, ".bundle")
	if _, err := os.Stat(folder); err != nil {
		partly, err := os.MkdirTemp(filepath.Dir(name), filepath.Base(folder)+"-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(partly)
		if err := unpack(name, partly); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if err := os.Rename(partly, folder); err != nil {
			if _, other := os.Stat(folder); other != nil {
				return nil, err
			}
		}
	}
	index, err := os.ReadFile(filepath.Join(folder, indexName))
	if err != nil {
		return nil, err
	}
	b := Bundle{}
	for i, path := range strings.FieldsFunc(string(index), func(r rune) bool { return r == '\n' }) {
		b[path] = filepath.Join(folder, place(i, path))
	}
	return b, nil
}

func unpack(name, folder string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	zipped, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	for archive := tar.NewReader(zipped); ; {
		header, err := archive.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		dir := header.Name
		if header.Typeflag != tar.TypeDir {
			dir = path.Dir(dir)
		}
		if err := root.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		if header.Typeflag == tar.TypeDir {
			continue
		}
		out, err := root.Create(header.Name)
		if err != nil {
			return err
		}
		_, err = io.Copy(out, archive)
		if err := errors.Join(err, out.Close()); err != nil {
			return err
		}
	}
}

// sizeOf is the size of files together, in bytes.
func sizeOf(files []string) (size int64, err error) {
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			return 0, err
		}
		size += info.Size()
	}
	return size, nil
}
