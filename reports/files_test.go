package reports

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// All files are there, whole, readable by others, and nothing else is.
func TestWriteAllWritesEveryReport(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	paths, err := WriteAll(dir, Reports, lecture())
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) != len(Reports) || len(entries) != len(Reports) {
		t.Errorf("%d paths and %d files for %d reports", len(paths), len(entries), len(Reports))
	}
	for i, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Base(path) != Reports[i].File || info.Size() == 0 || info.Mode().Perm() != 0o644 {
			t.Errorf("%s: %d bytes, %s", path, info.Size(), info.Mode())
		}
	}
}

// A report from before is replaced; a place that cannot be written to is named,
// and what was begun there is taken away.
func TestWriteAllReplacesOrSaysWhyNot(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "report.txt"), []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "report.md"), 0o755); err != nil {
		t.Fatal(err)
	}
	paths, err := WriteAll(dir, Reports, lecture())
	if err == nil || !strings.Contains(err.Error(), "writing "+filepath.Join(dir, "report.md")) {
		t.Errorf("a folder stands where report.md should be: %v", err)
	}
	if len(paths) != 1 {
		t.Errorf("written %q, want report.txt alone", paths)
	}
	if text, _ := os.ReadFile(filepath.Join(dir, "report.txt")); !strings.HasPrefix(string(text), "lecture:") {
		t.Errorf("report.txt holds %.20q", text)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 2 {
		t.Errorf("%d entries in the folder, want the report and the folder in the way", len(entries))
	}
}
