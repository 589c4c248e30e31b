// Package pending keeps what a command has begun to write and not finished, so that
// nothing half-written stays when the command fails or is interrupted: files are written
// under temporary names beside their own, and all that is pending can be removed at once.
//
//   - pending.go: all of it
package pending

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// paths are the files and folders of this process that are pending.
var (
	mu    sync.Mutex
	paths = map[string]bool{}
)

func register(path string) {
	mu.Lock()
	defer mu.Unlock()
	paths[path] = true
}

// forget reports whether a path was pending, and is no more.
func forget(path string) bool {
	mu.Lock()
	defer mu.Unlock()
	was := paths[path]
	delete(paths, path)
	return was
}

// A File is written under a temporary name until Commit.
type File struct {
	*os.File
	path string // empty: a device, which is written as it is
}

// Create makes a temporary file in the folder of path, which must exist. A link stays, and
// the file that it leads to is written. A device or a pipe is written as it is.
func Create(path string) (*File, error) {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		return &File{f, ""}, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return nil, err
	}
	register(f.Name())
	return &File{f, path}, nil
}

// Commit closes the file, if that was not done, makes it readable by others, and gives it
// its name; a file of that name is replaced. After an error the temporary file is gone.
func (f *File) Commit() error {
	f.File.Close() // an error of writing was returned by Write or by an earlier Close
	if f.path == "" {
		return nil
	}
	err := os.Chmod(f.Name(), 0o644)
	if err == nil {
		err = os.Rename(f.Name(), f.path)
	}
	if err != nil {
		f.Discard()
		return err
	}
	forget(f.Name())
	return nil
}

// Discard removes the temporary file, unless the file has its name.
func (f *File) Discard() {
	f.File.Close()
	if forget(f.Name()) {
		os.Remove(f.Name())
	}
}

// Folder makes a temporary folder, which is removed with Remove.
func Folder() (string, error) {
	dir, err := os.MkdirTemp("", "dynalloc-")
	if err == nil {
		register(dir)
	}
	return dir, err
}

// Remove removes a folder that Folder made, and all that is in it.
func Remove(dir string) error {
	forget(dir)
	return os.RemoveAll(dir)
}

// RemoveAll removes everything that is pending. Nothing can be made after it: it is for
// the end of a process whose other goroutines still run.
func RemoveAll() error {
	mu.Lock() // and stays locked
	for path := range paths {
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("removing what is not complete: %w", err)
		}
	}
	return nil
}
