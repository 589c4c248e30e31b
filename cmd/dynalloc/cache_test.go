package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// someLogs is a folder with logs of several kinds: whole, with bad lines, cut in a
// compressed block, twice the same, without an application; and a workload of another
// format.
func someLogs(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "logs")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	recordings, err := filepath.Glob("../../traces/eventlog/testdata/recordings/*")
	if err != nil || len(recordings) < 3 {
		t.Fatalf("%d recordings, %v", len(recordings), err)
	}
	put := func(name string, content []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range recordings {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		put(filepath.Base(path), content)
		put("copy-of-"+filepath.Base(path), content)
		if strings.HasPrefix(filepath.Base(path), "etl") {
			put("cut.zstd", content[:len(content)*2/3])
		}
	}
	put("empty", nil)
	put("no-app", []byte(`{"Event":"SparkListenerLogStart","Spark Version":"3.5.1"}`+"\n"))
	put("text", []byte("no log\n"))
	return dir
}

// ranWith is what a command wrote to standard output and standard error, and its status.
func ranWith(t *testing.T, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, err bytes.Buffer
	status = run(t.Context(), args, &out, &err)
	return out.String(), err.String(), status
}

// Whatever is made of a cache is the same, byte for byte, as what is made of the logs: while
// the cache is empty, when it is full, after the folder of logs has another name, and after
// its files were damaged, which is said in one line and repaired.
func TestACacheChangesNothing(t *testing.T) {
	logs := someLogs(t)
	table := filepath.Join(filepath.Dir(logs), "table.csv")
	if err := os.WriteFile(table, []byte("app,submit,seconds,tasks\na,0,5,3\nb,60,5,3\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	const on = " --cluster standalone,nodes=4,cores=8,memory=32g"
	for _, command := range []string{
		"inspect --format json LOGS", "compare --format json --policy recorded --policy static,n=2 LOGS" + on,
		"replay --policy recorded --tasks LOGS" + on, "synth --span 60m LOGS", "calibrate --format json LOGS", "validate --self --format json LOGS",
		"compare --format json --policy static,n=2 " + table + on, "inspect --arrivals open --format json LOGS",
	} {
		t.Run(command, func(t *testing.T) {
			cache := filepath.Join(t.TempDir(), "cache")
			args := func(logs string, more ...string) []string {
				return append(strings.Fields(strings.ReplaceAll(command, "LOGS", logs)), more...)
			}
			want, wantErr, wantStatus := ranWith(t, args(logs)...)
			if wantStatus != statusDone && wantStatus != statusPartly {
				t.Fatalf("status %d: %s", wantStatus, wantErr)
			}
			same := func(when string) (line string) {
				t.Helper()
				got, gotErr, status := ranWith(t, args(logs, "--cache", cache)...)
				if got != want || status != wantStatus {
					t.Errorf("%s: standard output differs, or status %d is not %d", when, status, wantStatus)
				}
				var rest []string
				for text := range strings.Lines(gotErr) {
					if strings.Contains(text, "--cache") {
						line += text
					} else {
						rest = append(rest, text)
					}
				}
				if strings.Join(rest, "") != wantErr {
					t.Errorf("%s: standard error %q, want %q", when, gotErr, wantErr)
				}
				return line
			}
			files := func() []string {
				list, err := filepath.Glob(filepath.Join(cache, "*"))
				if err != nil || len(list) == 0 {
					t.Fatalf("the cache has %d files, %v", len(list), err)
				}
				return list
			}
			if line := same("empty"); line != "" {
				t.Errorf("empty: it says %q", line)
			}
			full := files()
			for _, file := range full { // whoever reads a log now writes a file
				if err := os.Chtimes(file, time.Unix(1, 0), time.Unix(1, 0)); err != nil {
					t.Fatal(err)
				}
			}
			if line := same("full"); line != "" {
				t.Errorf("full: it says %q", line)
			}
			for _, file := range files() {
				if info, err := os.Stat(file); err != nil || info.ModTime().Unix() != 1 {
					t.Errorf("a log was read although its workload was saved: %v", err)
				}
			}
			for i, file := range full {
				content, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if content[len(content)*i/len(full)] ^= 4; i == 0 {
					content = content[:len(content)/2]
				}
				if err := os.WriteFile(file, content, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if line := same("damaged"); strings.Count(line, "\n") != 1 || !strings.Contains(line, "saved again") {
				t.Errorf("damaged: it says %q", line)
			}
			if line := same("repaired"); line != "" || len(files()) != len(full) {
				t.Errorf("repaired: it says %q, and has %d files", line, len(files()))
			}
		})
	}
}

// A log is known by its content: in another folder it is found, and other content of the same
// size and time under the same path is read.
func TestACacheKnowsLogsByTheirContent(t *testing.T) {
	dir := t.TempDir()
	cache := filepath.Join(dir, "cache")
	text, err := os.ReadFile("../../traces/eventlog/testdata/recordings/etl-ess10.zstd")
	if err != nil {
		t.Fatal(err)
	}
	plain := strings.Replace(oneLog, "NAME", "first", 1)
	write := func(folder, name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, folder, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Unix(1e9, 0), time.Unix(1e9, 0)); err != nil {
			t.Fatal(err)
		}
	}
	saved := func() int {
		list, err := os.ReadDir(cache)
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	inspect := func(folder string) string {
		t.Helper()
		out, stderr, status := ranWith(t, "inspect", "--cache", cache, filepath.Join(dir, folder))
		if status != statusDone && status != statusPartly {
			t.Fatalf("status %d: %s", status, stderr)
		}
		return out
	}
	write("a", "log", plain)
	write("a", "etl.zstd", string(text))
	if inspect("a"); saved() != 2 {
		t.Errorf("%d files, want 2", saved())
	}
	write("b", "log", plain)
	if out := inspect("b"); saved() != 2 || !strings.Contains(out, filepath.Join(dir, "b", "log")) {
		t.Errorf("%d files, want 2; the log is shown as\n%s", saved(), out)
	}
	write("a", "log", strings.Replace(oneLog, "NAME", "other", 1))
	if out := inspect("a"); saved() != 3 || !strings.Contains(out, "other") || strings.Contains(out, "first") {
		t.Errorf("%d files, want 3; the log is shown as\n%s", saved(), out)
	}
}

// oneLog is the log of an application that did nothing.
const oneLog = `{"Event":"SparkListenerLogStart","Spark Version":"3.5.1"}
{"Event":"SparkListenerApplicationStart","App Name":"NAME","App ID":"app-1","Timestamp":1700000000000,"User":"ann"}
{"Event":"SparkListenerEnvironmentUpdate","Spark Properties":{}}
{"Event":"SparkListenerApplicationEnd","Timestamp":1700000005000}
`

// A cache that cannot be written is no reason to fail; one that cannot be made is.
func TestACacheThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	if err := os.WriteFile(log, []byte(strings.Replace(oneLog, "NAME", "etl", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, stderr, status := ranWith(t, "inspect", "--cache", filepath.Join(log, "cache"), log); status != statusFailed || !strings.Contains(stderr, "--cache") {
		t.Errorf("a folder in a file: status %d, %q", status, stderr)
	}
	cache := filepath.Join(dir, "cache")
	if _, _, status := ranWith(t, "inspect", "--cache", cache, log); status != statusDone {
		t.Fatalf("status %d", status)
	}
	list, err := filepath.Glob(filepath.Join(cache, "*"))
	if err != nil || len(list) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	if err := os.Remove(list[0]); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(list[0], 0o755); err != nil { // where the file has to be
		t.Fatal(err)
	}
	if out, stderr, status := ranWith(t, "inspect", "--cache", cache, log); status != statusDone || !strings.Contains(out, "etl") || strings.Count(stderr, "--cache") != 1 {
		t.Errorf("status %d, standard error %q", status, stderr)
	}
}
