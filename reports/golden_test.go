package reports

import (
	"bytes"
	"io"
	"testing"

	"dynalloc/bench"
	"dynalloc/internal/golden"
)

// The lecture's case in every form, as a reader gets it.
func TestReportsOfTheLecture(t *testing.T) {
	for _, c := range []struct {
		file  string
		write func(io.Writer, *bench.Results) error
	}{
		{"lecture.txt", Text},
		{"lecture.md", Markdown},
		{"lecture.csv", CSV},
		{"lecture.json", JSON},
	} {
		t.Run(c.file, func(t *testing.T) {
			var b bytes.Buffer
			if err := c.write(&b, lecture()); err != nil {
				t.Fatal(err)
			}
			golden.Check(t, c.file, b.Bytes())
		})
	}
}
