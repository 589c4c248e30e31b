package source

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"dynalloc/traces/eventlog"
)

// aLog is an event log of one line that names itself.
func aLog(name string) string {
	return `{"Event":"SparkListenerApplicationStart","App Name":"` + name + `"}` + "\n"
}

// aRolloverPart is a part as Databricks writes it.
func aRolloverPart(number int) string {
	return fmt.Sprintf(`{"Event":"DBCEventLoggingListenerMetadata","Spark Version":"3.1.2","Rollover Number":%d}`+"\n", number)
}

// tree makes a file system of names and contents.
func tree(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, content := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return fsys
}

// lines writes what was found, a line for each log and for each skipped file:
//
//	log PATH [compacted|in progress|databricks|incomplete|version V]: PART PART ...
//	    PROBLEM
//	skipped PATH: WHY
func lines(f *found) string {
	var b strings.Builder
	for _, l := range f.Logs {
		b.WriteString("log " + l.Path)
		for i, is := range []bool{l.Compacted, l.InProgress, l.Databricks, l.Incomplete, l.Version != ""} {
			if is {
				b.WriteString([]string{", compacted", ", in progress", ", databricks", ", incomplete", ", version " + l.Version}[i])
			}
		}
		b.WriteString(":")
		for _, p := range l.Parts {
			b.WriteString(" " + p.Name[strings.LastIndexAny(p.Name, "/!")+1:])
		}
		b.WriteString("\n")
		for _, p := range l.Problems {
			fmt.Fprintf(&b, "    %v\n", p)
		}
	}
	for _, s := range f.Skipped {
		word := "skipped"
		if s.Failed {
			word = "failed"
		}
		fmt.Fprintf(&b, "%s %s: %s\n", word, s.Path, s.Why)
	}
	return b.String()
}

// find searches one root, a folder or a file, which messages call shown.
func find(fsys fs.FS, root, shown string) *found {
	var s search
	s.root(fsys, root, shown)
	return s.finish()
}

// expect compares what was found with the lines that were expected, indented as in the
// test.
func expect(t *testing.T, f *found, want string) {
	t.Helper()
	t.Cleanup(func() { f.close() })
	want = strings.ReplaceAll(strings.TrimLeft(want, "\n"), "\t", "")
	if diff := cmp.Diff(want, lines(f)); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
}

// textOf reads a whole log.
func textOf(t *testing.T, l eventlog.Log) string {
	t.Helper()
	var b strings.Builder
	for _, p := range l.Parts {
		r, err := p.Open()
		if err != nil {
			t.Fatalf("%s: %v", p.Name, err)
		}
		if _, err := io.Copy(&b, r); err != nil {
			t.Fatalf("%s: %v", p.Name, err)
		}
		if err := r.Close(); err != nil {
			t.Fatalf("%s: %v", p.Name, err)
		}
	}
	return b.String()
}

func TestAFolderOfSingleLogs(t *testing.T) {
	expect(t, find(tree(map[string]string{
		"app-2":                aLog("two"),
		"team/a/app-1.zstd":    string(encoders[zstdFrames]([]byte(aLog("one")))),
		"app-3.lz4.inprogress": string(encoders[lz4Blocks]([]byte(aLog("three")))),
		".app-2.crc":           "crc",
		".hidden/app-9":        aLog("nine"),
		"app-2.crc":            "crc",
		"_SUCCESS":             "",
		"app-4":                "",
		"README.md":            "# Read me\n",
		"users.json":           `{"Event":"login","who":"me"}` + "\n",
		"picture.png":          "\x89PNG\x00\x00\x00\x01\x02\x03\x04\x05",
		"app-5.gz":             "\x1f\x8b\x08\x00\x00\x00",
		"app-6.zstd":           "\x28\xb5\x2f\xfd\x00\xff\xff\xff\xff\xff\xff\xff\xff",
	}), ".", "logs"), `
		log logs/app-2: app-2
		log logs/app-3.lz4.inprogress, in progress: app-3.lz4.inprogress
		log logs/team/a/app-1.zstd: app-1.zstd
		skipped logs/.app-2.crc: skipped-checksum
		skipped logs/.hidden: skipped-hidden
		skipped logs/README.md: skipped-no-events
		skipped logs/_SUCCESS: skipped-hadoop-marker
		skipped logs/app-2.crc: skipped-checksum
		skipped logs/app-4: skipped-empty
		failed logs/app-5.gz: skipped-cut-in-first-block codec="gzip"
		failed logs/app-6.zstd: skipped-damaged codec="zstd" error="compressed data are damaged: zstd needs a window above 128 MiB"
		skipped logs/picture.png: skipped-no-events
		skipped logs/users.json: skipped-no-events
	`)
}

func TestALogDamagedAtItsBeginningIsStillALog(t *testing.T) {
	expect(t, find(tree(map[string]string{
		"first-line-cut":   `ListenerLogStart","Spark Version":"3.5.1"}` + "\n" + aLog("one"),
		"hole-of-zeroes":   strings.Repeat("\x00", 4096) + "\n" + aLog("two"),
		"event-comes-last": `{"Timestamp":1,"Event" : "SparkListenerApplicationEnd"}` + "\n",
		"class-name":       `{"Event":"org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionEnd","executionId":0}`,
	}), ".", "logs"), `
		log logs/class-name: class-name
		log logs/event-comes-last: event-comes-last
		log logs/first-line-cut: first-line-cut
		log logs/hole-of-zeroes: hole-of-zeroes
	`)
}

func TestANamedFileIsReadUnlessItIsBinaryOrEmpty(t *testing.T) {
	fsys := tree(map[string]string{
		"notes":   "this is not a valid log file\n",
		"rubbish": "\x00\x01\x02\x03\x04\x05\x06\x07",
		"nothing": "",
		".hidden": aLog("hidden"),
		"utf16":   "\xff\xfe{\x00\"\x00E\x00v\x00e\x00n\x00t\x00",
	})
	expect(t, find(fsys, "notes", "notes"), "log notes: notes\n")
	expect(t, find(fsys, "utf16", "utf16"), "failed utf16: skipped-utf16\n")
	expect(t, find(fsys, "rubbish", "rubbish"), "failed rubbish: skipped-no-events\n")
	expect(t, find(fsys, "nothing", "nothing"), "failed nothing: skipped-empty\n")
	expect(t, find(fsys, ".hidden", ".hidden"), "log .hidden: .hidden\n")
	expect(t, find(fsys, "absent", "absent"), "failed absent: skipped-cannot-read error=\"file does not exist\"\n")
}

func TestPathsOfTheOperatingSystem(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, "logs/app-1", aLog("one"))
	write(t, "logs/eventlog_v2_app-2/events_1_app-2", aLog("two"))
	write(t, "logs/eventlog_v2_app-2/appstatus_app-2", "")
	f := new(search).paths([]string{"logs/app-1", "./logs/", "logs/eventlog_v2_app-2", "gone"})
	expect(t, f, `
		log logs/app-1: app-1
		log logs/eventlog_v2_app-2: events_1_app-2
		failed gone: skipped-cannot-read error="no such file or directory"
		skipped logs/app-1: skipped-same-file other="logs/app-1"
		skipped logs/eventlog_v2_app-2: skipped-same-folder other="logs/eventlog_v2_app-2"
	`)
	if got := textOf(t, f.Logs[1]); got != aLog("two") {
		t.Errorf("the rolling log reads %q", got)
	}
}

func TestSymbolicLinksAreFollowedOnce(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("making symbolic links needs a privilege on Windows")
	}
	t.Chdir(t.TempDir())
	write(t, "elsewhere/app-3", aLog("three"))
	write(t, "logs/app-1", aLog("one"))
	write(t, "logs/old/app-2", aLog("two"))
	for link, to := range map[string]string{
		"logs/a-latest":   "app-1",
		"logs/loop":       ".",
		"logs/old/parent": "..",
		"logs/broken":     "nowhere",
		"logs/more":       "../elsewhere",
		"elsewhere/back":  "../logs",
		"logs/self":       "self",
	} {
		if err := os.Symlink(to, link); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, new(search).paths([]string{"logs"}), `
		log logs/app-1: app-1
		log logs/more/app-3: app-3
		log logs/old/app-2: app-2
		skipped logs/a-latest: skipped-same-file other="logs/app-1"
		skipped logs/broken: skipped-broken-link
		skipped logs/loop: skipped-same-folder other="logs"
		skipped logs/more/back: skipped-same-folder other="logs"
		skipped logs/old/parent: skipped-same-folder other="logs"
		skipped logs/self: skipped-broken-link
	`)
}

// guarded is a file system in which some names may not be opened.
type guarded struct {
	fs.FS
	secret string
}

func (g guarded) Open(name string) (fs.File, error) {
	if strings.Contains(name, g.secret) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return g.FS.Open(name)
}

func TestFilesWithoutPermissionAreReportedAndOthersAreRead(t *testing.T) {
	fsys := guarded{tree(map[string]string{
		"app-1":            aLog("one"),
		"secret-app":       aLog("two"),
		"secret-dir/app-3": aLog("three"),
	}), "secret"}
	expect(t, find(fsys, ".", "logs"), `
		log logs/app-1: app-1
		failed logs/secret-app: skipped-cannot-open error="permission denied"
		failed logs/secret-dir: skipped-cannot-list error="permission denied"
	`)
}

func TestANamedPipeDoesNotHangTheSearch(t *testing.T) {
	fsys := tree(map[string]string{"app-1": aLog("one")})
	fsys["pipe"] = &fstest.MapFile{Mode: fs.ModeNamedPipe}
	expect(t, find(fsys, ".", "logs"), `
		log logs/app-1: app-1
		skipped logs/pipe: skipped-not-regular
	`)
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	// Two files of one size and time must still be two files.
	at := time.Unix(1_700_000_000, 0)
	if err := os.Chtimes(name, at, at); err != nil {
		t.Fatal(err)
	}
}

func TestEveryRecordedLogIsFoundAndNothingElse(t *testing.T) {
	root := filepath.Dir(sharedTrace(t, "eventlog-stats.csv"))
	stats, err := os.ReadFile(sharedTrace(t, "eventlog-stats.csv"))
	if err != nil {
		t.Fatal(err)
	}
	f := new(search).paths([]string{root})
	defer f.close()
	got := map[string]bool{}
	for _, l := range f.Logs {
		got[strings.TrimPrefix(l.Path, filepath.ToSlash(root)+"/")] = true
	}
	for line := range strings.Lines(string(stats)) {
		name, _, _ := strings.Cut(line, ",")
		if name == "file" || name == "sparklint/invalid_log_file" { // a header, and no log
			continue
		}
		if !got[name] {
			t.Errorf("%s was not found", name)
		}
		delete(got, name)
	}
	for name := range got {
		if !strings.HasPrefix(name, "recoded/") && !strings.HasPrefix(name, "sync-parser/bad/") {
			t.Errorf("%s was found and is not in the list", name)
		}
	}
}

// A folder of event logs belongs to one cluster. A workload of another format in it is
// skipped, and the reason says how to read it.
func TestForeignWorkloadsInFoldersAreSkipped(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "jobs.csv"), []byte("app,submit,seconds\na,0,1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	logs, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := logs.Read(); err != io.EOF {
		t.Errorf("Read: %v, want io.EOF", err)
	}
	if s := logs.Skipped(); len(s) != 1 || s[0].Failed || s[0].Why.String() != `skipped-foreign-workload format="CSV"` {
		t.Errorf("skipped %+v", s)
	}
}
