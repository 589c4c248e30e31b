package store

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
)

// A Store is a file of results.
type Store struct {
	Path    string
	Damaged []Damage // lines that are not whole, which are not used
	Torn    bool     // the last line was not complete

	mu   sync.Mutex // of what follows
	file *os.File
	end  int64 // where the next line is written
	at   map[string]place
}

// A Damage is a line that is not whole.
type Damage struct {
	Line int // from 1
	Err  error
}

// A place is where a line is, without its end.
type place struct {
	offset int64
	length int
}

// ErrConflict is the error of a file with two different results of one key.
var ErrConflict = errors.New("two results have one key and are not equal")

// ErrLocked is the error of a store that another process has open.
var ErrLocked = errors.New("another process works on it: wait for it or end it, or write to another folder")

// Create opens a store for more results, and makes it if there is none. No other process
// can have it open in this way at the same time. A last line that is not complete is cut
// off.
func Create(path string) (*Store, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	if err := lock(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	s, err := read(f)
	if err == nil && s.Torn {
		err = f.Truncate(s.end)
	}
	if err != nil {
		f.Close()
	}
	return s, err
}

// Open opens a store to read its results.
func Open(path string) (*Store, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	s, err := read(f)
	if err != nil {
		f.Close()
	}
	return s, err
}

// longestLine bounds the memory for a line; a longer one is damaged.
const longestLine = 64 << 20

// read finds the lines of a file.
func read(f *os.File) (*Store, error) {
	s := &Store{Path: f.Name(), file: f, at: map[string]place{}}
	in := bufio.NewReaderSize(f, 1<<20)
	if begin, err := in.Peek(len(schema)); err != nil && err != io.EOF {
		return nil, err
	} else if !strings.HasPrefix(schema, string(begin)) {
		return nil, fmt.Errorf("%s: it is no file of results: expected lines that begin with %s; give another folder", s.Path, schema)
	}
	var line []byte
	for number := 1; ; number++ {
		length, err := readLine(in, &line)
		switch {
		case err == io.EOF:
			s.Torn = length > 0
			return s, nil
		case err != nil:
			return nil, fmt.Errorf("%s: %w", s.Path, err)
		}
		at := place{s.end, len(line)}
		s.end += length
		key, err := Key(line)
		if err != nil {
			s.Damaged = append(s.Damaged, Damage{number, err})
			continue
		}
		if err := s.add(key, at, line); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", s.Path, number, err)
		}
	}
}

// readLine reads a line without its end, and nothing of one that is too long. The length is
// that of the bytes that were read. The error is io.EOF if the line has no end.
func readLine(in *bufio.Reader, line *[]byte) (length int64, err error) {
	*line = (*line)[:0]
	for {
		part, err := in.ReadSlice('\n')
		if length += int64(len(part)); length <= longestLine {
			*line = append(*line, part...)
		} else {
			*line = (*line)[:0]
		}
		if err != bufio.ErrBufferFull {
			*line = bytes.TrimSuffix(*line, []byte("\n"))
			return length, err
		}
	}
}

// add takes a line, unless it is there already.
func (s *Store) add(key string, at place, line []byte) error {
	before, there := s.at[key]
	if !there {
		s.at[key] = at
		return nil
	}
	same, err := s.read(before)
	if err == nil && !bytes.Equal(same, line) {
		err = fmt.Errorf("%w: %s", ErrConflict, key)
	}
	return err
}

func (s *Store) read(at place) ([]byte, error) {
	line := make([]byte, at.length)
	_, err := s.file.ReadAt(line, at.offset)
	return line, err
}

// Len is the number of results.
func (s *Store) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.at)
}

// Has reports whether there is a result with a key.
func (s *Store) Has(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, there := s.at[key]
	return there
}

// Get returns the line with a key; nil if there is none. It checks that the line is whole.
func (s *Store) Get(key string) ([]byte, error) {
	s.mu.Lock()
	at, there := s.at[key]
	s.mu.Unlock()
	if !there {
		return nil, nil
	}
	line, err := s.read(at)
	if err == nil {
		_, err = Key(line)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: the line at byte %d: %w", s.Path, at.offset, err)
	}
	return line, nil
}

// Keys are the keys of all results, in the order of the file.
func (s *Store) Keys() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Keys(s.at), func(a, b string) int { return cmp.Compare(s.at[a].offset, s.at[b].offset) })
}

// Append adds a whole line. A line that is there already is not written again. After an
// error the file is as it was.
func (s *Store) Append(line []byte) error {
	key, err := Key(line)
	if err != nil || bytes.ContainsRune(line, '\n') {
		return fmt.Errorf("a line cannot be kept: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	at := place{s.end, len(line)}
	if _, there := s.at[key]; there {
		return s.add(key, at, line)
	}
	n, err := s.file.WriteAt(append(bytes.Clone(line), '\n'), s.end)
	if err != nil {
		if n > 0 {
			err = errors.Join(err, s.file.Truncate(s.end))
		}
		return err
	}
	s.end += int64(n)
	return s.add(key, at, line)
}

// Sync has the operating system write to the disk what was appended.
func (s *Store) Sync() error { return s.file.Sync() }

// Close closes the file, which another process can then open.
func (s *Store) Close() error { return s.file.Close() }
