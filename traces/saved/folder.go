package saved

import (
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"dynalloc/internal/pending"
	"dynalloc/traces"
)

// A Folder is a cache of workloads in files. Several programs may use it at a time, and it
// can be deleted at any time. Its methods can be called by several goroutines.
type Folder struct {
	path    string
	program Key

	mu     sync.Mutex
	unused []Unused
	failed error
}

// An Unused is a file that was there and was not used.
type Unused struct {
	Name string
	Why  error
}

// Open makes a cache of the folder at a path, which is made if it does not exist: for its
// owner only, because workloads have the names and settings of logs. program is the
// identity of all that reads: another program's files are not used.
func Open(path string, program Key) (*Folder, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, err
	}
	return &Folder{path: path, program: program}, nil
}

func (f *Folder) name(of Key) string { return hex.EncodeToString(of[:16]) + ".saved" }

// Load is the workload that was saved for a key; nil if there is none that can be used.
func (f *Folder) Load(of Key) *traces.Workload {
	name := f.name(of)
	content, err := os.ReadFile(filepath.Join(f.path, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var w *traces.Workload
	if err == nil {
		w, err = read(content, f.program, of)
	}
	if err != nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.unused = append(f.unused, Unused{name, err})
		return nil
	}
	return w
}

// Save saves a workload for a key, in place of what was saved for it. The file is written
// aside, brought to the disk and then gets its name, so that no other program and no crash
// leaves half of it under that name. A failure is remembered and not returned: what was read
// is right without it.
func (f *Folder) Save(of Key, w *traces.Workload) {
	if err := f.save(of, w); err != nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.failed = cmp.Or(f.failed, err)
	}
}

func (f *Folder) save(of Key, w *traces.Workload) error {
	file, err := pending.Create(filepath.Join(f.path, f.name(of)))
	if err != nil {
		return err
	}
	defer file.Discard()
	if err := write(file, f.program, of, w); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	return file.Commit()
}

// Trouble says in one error what could not be used or saved; nil if nothing was in the way.
func (f *Folder) Trouble() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var used error
	if n := len(f.unused); n > 0 {
		first := slices.MinFunc(f.unused, func(a, b Unused) int { return cmp.Compare(a.Name, b.Name) })
		used = fmt.Errorf("%d saved files are not used (%s: %w); the logs were read, and what was read is saved again", n, first.Name, first.Why)
		if n == 1 {
			used = fmt.Errorf("the saved file %s is not used: %w; the log was read, and what was read is saved again", first.Name, first.Why)
		}
	}
	return errors.Join(used, f.failed)
}
