package eventlog

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// recordingLog is one of our own recordings.
func recordingLog(t testing.TB, name string) *Log {
	t.Helper()
	return &Log{Path: name, Parts: []Part{{Name: name, Open: func() (io.ReadCloser, error) {
		file, err := os.Open(filepath.Join("testdata", "recordings", name))
		if err != nil {
			return nil, err
		}
		t.Cleanup(func() { file.Close() })
		text, err := zstd.NewReader(file)
		if err != nil {
			return nil, err
		}
		return text.IOReadCloser(), nil
	}}}}
}

// recordingText is the text of one of our own recordings.
func recordingText(t testing.TB, name string) string {
	t.Helper()
	text, err := recordingLog(t, name).Parts[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	defer text.Close()
	whole, err := io.ReadAll(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(whole)
}
