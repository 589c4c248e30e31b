package source

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"dynalloc/traces"
)

// The reading of many large logs takes no more memory than one of them needs.
// The reader runs in its own process, so that memory of other tests does not count.
func TestMemoryIsBoundedByOneApplication(t *testing.T) {
	const logs, size, limit = 200, 50 << 20, 400 << 20
	if os.Getenv("TRACES_READ_GENERATED") != "" {
		readGenerated(t, logs, size)
		return
	}
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("needs /proc/self/status, where Linux tells how much memory a process has held")
	}
	if testing.Short() {
		t.Skip("reads 10 GB of generated logs")
	}
	child := exec.Command(os.Args[0], "-test.run=^TestMemoryIsBoundedByOneApplication$", "-test.v")
	child.Env = append(os.Environ(), "GOMEMLIMIT=256MiB", "TRACES_READ_GENERATED=1")
	out, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	_, after, _ := strings.Cut(string(out), "peak bytes: ")
	digits, _, _ := strings.Cut(after, "\n")
	peak, err := strconv.Atoi(strings.TrimSpace(digits))
	if err != nil {
		t.Fatalf("no peak in %s", out)
	}
	t.Logf("peak %d MiB", peak>>20)
	if peak > limit {
		t.Errorf("reading %d logs of %d MB took %d MiB, allowed are %d", logs, size>>20, peak>>20, limit>>20)
	}
}

// readGenerated reads generated logs one by one, checks that nothing is lost,
// and prints the most memory that was resident.
func readGenerated(t *testing.T, logs, size int) {
	fsys := newGeneratedLogs(size)
	fsys.logs = logs
	reader, err := OpenFS(fsys, ".")
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for {
		a, err := reader.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if a.Log.Grade != traces.Complete || a.Log.Tasks != fsys.tasks {
			t.Fatalf("%s has %d tasks, want %d; graded %v: %v", a.Path, a.Log.Tasks, fsys.tasks, a.Log.Grade, a.Log.Problems)
		}
		read++
	}
	if read != logs {
		t.Fatalf("read %d applications, want %d", read, logs)
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	kB, err := strconv.Atoi(strings.Fields(after)[0])
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("peak bytes: %d\n", kB<<10)
}

// generatedLogs is a folder of logs that exist only while they are read: an
// application with one job of one stage, most of whose lines are task ends.
type generatedLogs struct {
	logs  int
	tasks int    // of each log
	head  string // the lines before the tasks
	tail  string // the lines after them
	task  []byte // the line of a task, whose number stands wherever taskNumber does
	at    []int  // where that is
	size  int64
}

// taskNumber is the number of the first task. All numbers have the same length, so a
// line is made by writing over the digits of another.
const taskNumber = 10_000_000

func newGeneratedLogs(size int) *generatedLogs {
	const update = `{"ID":1,"Name":"internal.metrics.executorRunTime","Update":99,"Value":12345,"Internal":true,"Count Failed Values":true}`
	head, tail, _ := strings.Cut(oneJob("app", "", 0), `{"Event":"SparkListenerTaskEnd"`)
	line, tail, _ := strings.Cut(tail, "\n")
	number := strconv.Itoa(taskNumber)
	line = `{"Event":"SparkListenerTaskEnd"` + strings.NewReplacer(`"Task ID":0`, `"Task ID":`+number, `"Index":0`, `"Index":`+number,
		`"Partition ID":0`, `"Partition ID":`+number).Replace(line) + "\n"
	line = strings.Replace(line, `"Failed":false`, `"Accumulables":[`+update+strings.Repeat(","+update, 15)+`],"Failed":false`, 1)
	tasks := strings.NewReplacer(`"Number of Tasks":1`, fmt.Sprintf(`"Number of Tasks":%d`, size/len(line)))
	g := &generatedLogs{head: tasks.Replace(head), tail: tasks.Replace(tail), task: []byte(line), tasks: size / len(line), size: int64(size)}
	for i := range line {
		if strings.HasPrefix(line[i:], number) {
			g.at = append(g.at, i)
		}
	}
	return g
}

func (g *generatedLogs) Open(name string) (fs.File, error) {
	if name == "." {
		return &generatedFolder{g}, nil
	}
	head := strings.Replace(g.head, `"app"`, strconv.Quote(name), 1)
	f := &generatedFile{generatedInfo: generatedInfo{name, g.size}, logs: g, line: bytes.Clone(g.task)}
	f.Reader = io.MultiReader(strings.NewReader(head), (*generatedTasks)(f), strings.NewReader(g.tail))
	return f, nil
}

// A generatedFolder lists the logs.
type generatedFolder struct{ logs *generatedLogs }

func (f *generatedFolder) Read([]byte) (int, error)   { return 0, fs.ErrInvalid }
func (f *generatedFolder) Close() error               { return nil }
func (f *generatedFolder) Stat() (fs.FileInfo, error) { return generatedInfo{".", -1}, nil }

func (f *generatedFolder) ReadDir(int) ([]fs.DirEntry, error) {
	var list []fs.DirEntry
	for i := range f.logs.logs {
		list = append(list, fs.FileInfoToDirEntry(generatedInfo{fmt.Sprintf("app-%04d", i), f.logs.size}))
	}
	return list, nil
}

// generatedInfo is a log's name and size; the folder's size is -1.
type generatedInfo struct {
	name string
	size int64
}

func (i generatedInfo) Name() string       { return i.name }
func (i generatedInfo) Size() int64        { return max(0, i.size) }
func (i generatedInfo) ModTime() time.Time { return time.Time{} }
func (i generatedInfo) IsDir() bool        { return i.size < 0 }
func (i generatedInfo) Sys() any           { return nil }
func (i generatedInfo) Mode() fs.FileMode {
	if i.IsDir() {
		return fs.ModeDir | 0o555
	}
	return 0o444
}

// A generatedFile is one log that is being read.
type generatedFile struct {
	io.Reader
	generatedInfo
	logs *generatedLogs
	line []byte
	next int    // task
	rest []byte // of its line
}

func (f *generatedFile) Stat() (fs.FileInfo, error) { return f.generatedInfo, nil }
func (f *generatedFile) Close() error               { return nil }

// generatedTasks reads the lines of a log's tasks.
type generatedTasks generatedFile

func (f *generatedTasks) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if len(f.rest) == 0 {
			if f.next == f.logs.tasks {
				break
			}
			for _, at := range f.logs.at {
				strconv.AppendInt(f.line[at:at], int64(taskNumber+f.next), 10)
			}
			f.next++
			f.rest = f.line
		}
		copied := copy(p[n:], f.rest)
		n, f.rest = n+copied, f.rest[copied:]
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}
