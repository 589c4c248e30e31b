package sweep

import (
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Folder is the folder of a complete sweep.
type Folder struct {
	Manifest Manifest
	path     string
}

// ErrIncomplete is the error of a folder without results that fit its manifest.
var ErrIncomplete = errors.New("the results are not complete: run the sweep again, which goes on where it was")

// OpenFolder checks the results in a folder against their manifest.
func OpenFolder(folder string) (*Folder, error) {
	l := &Folder{path: filepath.Join(folder, ResultsFile)}
	text, err := os.ReadFile(filepath.Join(folder, ManifestFile))
	if err == nil {
		err = json.Unmarshal(text, &l.Manifest)
	}
	if err == nil && l.Manifest.Schema != Schema {
		return nil, fmt.Errorf("%s: results of schema %d: this version of dynalloc reads %d", folder, l.Manifest.Schema, Schema)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w (%w)", folder, ErrIncomplete, err)
	}
	f, err := os.Open(l.path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return nil, err
	}
	if sum(hash) != l.Manifest.SHA256 {
		return nil, fmt.Errorf("%s: %w (its bytes are not those of %s)", l.path, ErrIncomplete, ManifestFile)
	}
	return l, nil
}

// Each calls do with each result, in the order of cells.
func (l *Folder) Each(do func(*Result) error) error {
	f, err := os.Open(l.path)
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 1<<20)
	for number := 1; ; number++ {
		line, err := in.ReadBytes('\n')
		if err == io.EOF && len(line) == 0 {
			return nil
		}
		if err != nil {
			return err
		}
		r, err := Parse(line[:len(line)-1])
		if err == nil {
			err = do(r)
		}
		if err != nil {
			return fmt.Errorf("%s:%d: %w", l.path, number, err)
		}
	}
}
