package pending

import (
	"os"
	"path/filepath"
	"testing"
)

// A file gets its name when it is complete. One that is discarded leaves what was there.
func TestAFileGetsItsNameWhenItIsComplete(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "result")
	write := func(text string, end func(*File)) {
		f, err := Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString(text); err != nil {
			t.Fatal(err)
		}
		end(f)
		if entries, _ := os.ReadDir(dir); len(entries) > 2 {
			t.Errorf("temporary files stay: %v", entries)
		}
	}
	commit := func(f *File) {
		if err := f.Commit(); err != nil {
			t.Error(err)
		}
	}
	expect := func(want string) {
		t.Helper()
		if got, _ := os.ReadFile(path); string(got) != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	write("first", commit)
	write("second", (*File).Discard)
	expect("first")
	write("third", func(f *File) { commit(f); f.Discard() })
	expect("third")

	// A link stays a link.
	target := filepath.Join(dir, "target")
	if err := os.Rename(path, target); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("target", path); err != nil {
		t.Fatal(err)
	}
	write("fourth", commit)
	expect("fourth")
	if info, err := os.Lstat(path); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v", err)
	}
	// A device is written as it is.
	path = os.DevNull
	write("nothing", commit)
	if info, err := os.Stat(path); err != nil || info.Mode().IsRegular() {
		t.Errorf("the device is gone: %v", err)
	}
}
