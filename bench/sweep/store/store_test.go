package store

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// result is a whole line with a key of its own.
func result(i int) []byte {
	return Seal(fmt.Appendf(nil, `{"schema":1,"key":"%064x","value":%d`, i, i*i))
}

func keyOf(t *testing.T, line []byte) string {
	t.Helper()
	key, err := Key(line)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func create(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func add(t *testing.T, s *Store, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		if err := s.Append(result(i)); err != nil {
			t.Fatal(err)
		}
	}
}

// A process that is stopped while it writes leaves the beginning of a line. Whatever the
// length of the file is then, the whole lines before it stay, and the next process goes on.
func TestAFileThatIsCutAnywhereGoesOn(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "store.jsonl")
	s := create(t, path)
	add(t, s, 0, 5)
	s.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for size := range len(whole) + 1 {
		if err := os.WriteFile(path, whole[:size], 0o644); err != nil {
			t.Fatal(err)
		}
		s := create(t, path)
		complete := bytes.Count(whole[:size], []byte("\n"))
		if s.Len() != complete || len(s.Damaged) > 0 || s.Torn != (size > 0 && whole[size-1] != '\n') {
			t.Fatalf("of %d bytes %d lines are left, want %d; damaged %v, torn %v", size, s.Len(), complete, s.Damaged, s.Torn)
		}
		if info, err := os.Stat(path); err != nil || info.Size() != int64(bytes.LastIndexByte(whole[:size], '\n')+1) {
			t.Fatalf("after a cut at %d: %v, %v; want whole lines alone", size, info.Size(), err)
		}
		add(t, s, 0, 5) // those that are there are not written again
		s.Close()
		if again, _ := os.ReadFile(path); !bytes.Equal(again, whole) {
			t.Fatalf("after a cut at %d the file is\n%s", size, again)
		}
	}
}

// A flipped bit anywhere, line ends included, is noticed, and each line that can still be
// read is one that was written.
func TestDamagedLinesAreFoundAndNotUsed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.jsonl")
	s := create(t, path)
	add(t, s, 0, 9)
	s.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		text := bytes.Clone(whole)
		at := len(schema) + r.IntN(len(text)-len(schema))
		text[at] ^= 1 << r.IntN(8)
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		s := create(t, path)
		if s.Len() == 9 {
			t.Fatalf("byte %d was changed, and nothing was noticed", at)
		}
		line := 1 + bytes.Count(whole[:at], []byte("\n"))
		if !s.Torn && (len(s.Damaged) == 0 || s.Damaged[0].Line != line) {
			t.Fatalf("byte %d, in line %d: damaged are %v", at, line, s.Damaged)
		}
		for i := range 9 {
			want := result(i)
			if got, err := s.Get(keyOf(t, want)); err != nil || got != nil && !bytes.Equal(got, want) {
				t.Fatalf("byte %d: %s, %v", at, got, err)
			}
		}
		add(t, s, 0, 9)
		s.Close()
		if s = create(t, path); s.Len() != 9 {
			t.Fatalf("byte %d: %d results after they were made again", at, s.Len())
		}
		s.Close()
	}
}

// A second process cannot have the file until the first has closed it; it can read it.
func TestOneProcessAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.jsonl")
	first := create(t, path)
	add(t, first, 0, 3)
	if _, err := Create(path); !errors.Is(err, ErrLocked) || !strings.HasPrefix(err.Error(), path+": another process works on it") {
		t.Errorf("%v, want %v", err, ErrLocked)
	}
	reader, err := Open(path)
	if err != nil || reader.Len() != 3 {
		t.Errorf("%v, %v", reader, err)
	}
	reader.Close()
	first.Close()
	create(t, path).Close()
}

// Results of several goroutines are all there, one a line.
func TestGoroutinesAppend(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.jsonl")
	s := create(t, path)
	var group sync.WaitGroup
	for k := range 8 {
		group.Go(func() { add(t, s, k*50, k*50+100) }) // each line by two of them
	}
	group.Wait()
	s.Close()
	text, err := os.ReadFile(path)
	if s = create(t, path); err != nil || s.Len() != 450 || bytes.Count(text, []byte("\n")) != 450 || len(s.Keys()) != 450 {
		t.Errorf("%d results in %d lines, %v", s.Len(), bytes.Count(text, []byte("\n")), err)
	}
	s.Close()
}

// Two different results of one key are a mistake that is not kept.
func TestDifferentResultsOfOneKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.jsonl")
	s := create(t, path)
	defer s.Close()
	add(t, s, 1, 2)
	other := Seal(fmt.Appendf(nil, `{"schema":1,"key":"%064x","value":2`, 1))
	if err := s.Append(other); !errors.Is(err, ErrConflict) {
		t.Errorf("%v, want %v", err, ErrConflict)
	}
	for _, line := range []string{"", "{}", `{"schema":1}`, string(result(1)) + "\n", string(result(1)[1:])} {
		if err := s.Append([]byte(line)); err == nil {
			t.Errorf("%q was kept", line)
		}
	}
	if err := os.WriteFile(path+"2", []byte(string(result(1))+"\n"+string(other)+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path + "2"); !errors.Is(err, ErrConflict) || !strings.Contains(err.Error(), "store.jsonl2:2: ") {
		t.Errorf("%v, want %v", err, ErrConflict)
	}
}

// A file of something else is refused and stays as it is.
func TestOtherFilesStay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notes.txt")
	for _, text := range []string{"buy milk", "{\"name\":1}\n{\"na", "\n\n\n"} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Create(path); err == nil || !strings.Contains(err.Error(), "it is no file of results") {
			t.Errorf("%q: %v", text, err)
		}
		if got, _ := os.ReadFile(path); string(got) != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// A line of any length takes a bounded amount of memory, and those after it are read.
func TestEndlessLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.jsonl")
	text := schema + strings.Repeat("x", longestLine) + "\n" + string(result(1)) + "\n"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := Open(path)
	if err != nil || s.Len() != 1 || len(s.Damaged) != 1 {
		t.Fatalf("%+v, %v", s, err)
	}
	s.Close()
}

func FuzzKey(f *testing.F) {
	f.Add([]byte(`{"schema":1,"key":"`))
	f.Add(result(7))
	f.Fuzz(func(t *testing.T, line []byte) {
		if key, err := Key(line); err == nil && (len(key) != keyDigits || !bytes.Contains(line, []byte(key))) {
			t.Errorf("%q has the key %q", line, key)
		}
	})
}
