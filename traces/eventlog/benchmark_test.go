package eventlog

import (
	"bytes"
	"testing"

	"dynalloc/traces/eventlog/lines"
	"dynalloc/traces/eventlog/scan"
)

// taskLines returns the TaskEnd lines of a recording, repeated up to a size.
func taskLines(b *testing.B, size int) []byte {
	b.Helper()
	var tasks bytes.Buffer
	for line := range bytes.Lines([]byte(recordingText(b, "etl-ess10.zstd"))) {
		if bytes.HasPrefix(line, []byte(`{"Event":"SparkListenerTaskEnd"`)) {
			tasks.Write(line)
		}
	}
	return bytes.Repeat(tasks.Bytes(), size/tasks.Len()+1)
}

// Measures how fast TaskEnd lines, which are most of a log, become tasks.
func BenchmarkEventLog(b *testing.B) {
	b.Run("size=10MB", func(b *testing.B) {
		text := taskLines(b, 10<<20)
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			a := newAssembler(&Log{})
			for line := range bytes.Lines(text) {
				name, err := scan.EventName(line)
				if err == nil {
					err = a.take(lines.Event{Name: name, Line: line})
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
