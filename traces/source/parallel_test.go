package source_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"dynalloc/traces"
	"dynalloc/traces/source"
)

// readWith reads a file system with a number of processors.
func readWith(t *testing.T, processors int, files fs.FS) ([]*traces.Application, []string) {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
	logs, err := source.OpenFS(files, ".")
	if err != nil {
		t.Fatal(err)
	}
	defer logs.Close()
	var apps []*traces.Application
	var bad []string
	for {
		a, err := logs.Read()
		var unreadable *traces.LogError
		switch {
		case err == io.EOF:
			return apps, bad
		case errors.As(err, &unreadable):
			bad = append(bad, err.Error())
		case err != nil:
			t.Fatal(err)
		default:
			apps = append(apps, a)
		}
	}
}

// A folder of recordings with a damaged log in it, and with a log that is long enough to be
// decompressed ahead, is the same applications in the same order for any number of
// processors.
func TestProcessorsDoNotChangeWhatIsRead(t *testing.T) {
	files := fstest.MapFS{"damaged": {Data: []byte(`{"Event":"SparkListenerLogStart","Spark Version":"3.5.1"}` + "\n{\n")}}
	recordings, err := filepath.Glob("../eventlog/testdata/recordings/*.zstd")
	if err != nil || len(recordings) == 0 {
		t.Fatal(recordings, err)
	}
	for _, path := range recordings {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(path)] = &fstest.MapFile{Data: data}
	}
	start := `{"Event":"SparkListenerApplicationStart","App Name":"long","App ID":"long","Timestamp":1700000000000}` + "\n"
	files["long"] = &fstest.MapFile{Data: []byte(start + strings.Repeat(`{"Event":"Other","x":"`+strings.Repeat("y", 1000)+`"}`+"\n", 5000) + "{cut")}
	want, wantBad := readWith(t, 1, files)
	if len(want) != len(recordings)+1 || len(wantBad) != 1 {
		t.Fatalf("%d applications and %d unreadable logs", len(want), len(wantBad))
	}
	for _, processors := range []int{2, 4} {
		got, bad := readWith(t, processors, files)
		if diff := cmp.Diff(want, got) + cmp.Diff(wantBad, bad); diff != "" {
			t.Errorf("%d processors (+) read something else than 1:\n%s", processors, diff)
		}
	}
}
