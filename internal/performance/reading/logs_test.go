package reading

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// A set is logs of one kind, made of copies of a recording under
// bench/testdata/recordings.
type set struct {
	name      string
	recording string
	logs      int // files
	copies    int // of the work of the recording in each
}

var sets = []set{
	{"large", "fanout/static4", 1, 30}, // 460 tasks in 3 stages, times 30
	{"stages", "tpch/static1", 1, 20},  // 83 stages with 126 tasks, times 20
	{"small", "reuse/static4", 300, 1}, // 56 tasks
}

// idStep is added to all numbers of jobs, stages, tasks and RDDs for each copy.
const idStep = 10_000

var (
	work  = regexp.MustCompile(`^\{"Event":"SparkListener(JobStart|JobEnd|StageSubmitted|StageCompleted|TaskStart|TaskEnd)"`)
	ids   = regexp.MustCompile(`"(?:Job ID|Stage ID|Task ID|RDD ID)":(\d+)`)
	lists = regexp.MustCompile(`"(?:Stage IDs|Parent IDs)":\[([\d,]+)\]`)
	times = regexp.MustCompile(`"(?:Submission Time|Completion Time|Launch Time|Finish Time)":(\d{13})`)
	clock = regexp.MustCompile(`"Timestamp":(\d{13})`)
	digit = regexp.MustCompile(`\d+`)
	sums  = regexp.MustCompile(`"(?:Update|Value)":(\d{3,15})\b`)
)

// write writes the logs of a set into a folder, and returns their paths.
func (s *set) write(tb testing.TB, folder string) (paths []string) {
	found, err := filepath.Glob(filepath.Join("../../../bench/testdata/recordings", s.recording, "*.zstd"))
	if err != nil || len(found) != 1 {
		tb.Fatalf("%s: %v, %v", s.recording, found, err)
	}
	packed, err := os.ReadFile(found[0])
	if err != nil {
		tb.Fatal(err)
	}
	decoder, err := zstd.NewReader(nil)
	if err != nil {
		tb.Fatal(err)
	}
	defer decoder.Close()
	text, err := decoder.DecodeAll(packed, nil)
	if err != nil {
		tb.Fatal(err)
	}
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		tb.Fatal(err)
	}
	defer encoder.Close()
	text = repeat(text, s.copies)
	app := bytes.TrimSuffix([]byte(filepath.Base(found[0])), []byte(".zstd"))
	for i := range s.logs {
		name := fmt.Sprintf("app-20260101000000-%04d", i)
		path := filepath.Join(folder, name+".zstd")
		if err := os.WriteFile(path, encoder.EncodeAll(bytes.ReplaceAll(text, app, []byte(name)), nil), 0o644); err != nil {
			tb.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

// repeat makes a log in which the work of the application comes so many times, one
// after another.
func repeat(text []byte, copies int) []byte {
	var head, body, tail [][]byte
	var first, last int64
	for line := range bytes.Lines(text) {
		switch {
		case work.Match(line):
			body = append(body, line)
			for _, t := range times.FindAllSubmatch(line, -1) {
				at := number(t[1])
				if first == 0 {
					first = at
				}
				last = max(last, at)
			}
		case bytes.Contains(line, []byte("SparkListenerApplicationEnd")):
			tail = append(tail, line)
		default:
			head = append(head, line)
		}
	}
	period := last - first + 1000
	out := bytes.Join(head, nil)
	random := rand.New(rand.NewPCG(1, 2))
	for k := range int64(copies) {
		for _, line := range body {
			line = shift(ids, line, idStep*k)
			// Other values, or a copy would decompress at the speed of memory.
			line = sums.ReplaceAllFunc(line, func(sum []byte) []byte { return shift(digit, sum, random.Int64N(900)) })
			line = lists.ReplaceAllFunc(line, func(list []byte) []byte { return shift(digit, list, idStep*k) })
			out = append(out, shift(times, line, period*k)...)
		}
	}
	return append(out, shift(clock, bytes.Join(tail, nil), period*int64(copies-1))...)
}

// shift adds a number to all that a pattern finds as its last group, or as a whole.
func shift(pattern *regexp.Regexp, line []byte, by int64) []byte {
	if by == 0 {
		return line
	}
	return pattern.ReplaceAllFunc(line, func(match []byte) []byte {
		i := bytes.LastIndexByte(match, ':') + 1
		return strconv.AppendInt(bytes.Clone(match[:i]), number(match[i:])+by, 10)
	})
}

func number(text []byte) int64 {
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		panic(err) // the patterns find digits
	}
	return n
}
