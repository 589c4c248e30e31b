package reading

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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
	text, app := recordingText(tb, s.recording)
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		tb.Fatal(err)
	}
	defer encoder.Close()
	text = repeat(text, s.copies)
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

// recordingText returns the text of a recording and the id of its application.
func recordingText(tb testing.TB, recording string) (text, app []byte) {
	found, err := filepath.Glob(filepath.Join("../../../bench/testdata/recordings", recording, "*.zstd"))
	if err != nil || len(found) != 1 {
		tb.Fatalf("%s: %v, %v", recording, found, err)
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
	if text, err = decoder.DecodeAll(packed, nil); err != nil {
		tb.Fatal(err)
	}
	return text, bytes.TrimSuffix([]byte(filepath.Base(found[0])), []byte(".zstd"))
}

// repeat makes a log in which the work of the application comes so many times, one
// after another.
func repeat(text []byte, copies int) []byte {
	text, err := io.ReadAll(newRepeated(text).open(copies))
	if err != nil {
		panic(err) // it comes from memory
	}
	return text
}

// A repeated is a log of which copies of the work of its application can be made.
type repeated struct {
	head, tail []byte
	body       []piece
	period     int64 // ms, of a copy
}

// A piece is a text, and the number that follows it.
type piece struct {
	text   []byte
	kind   numberKind
	number int64
}

type numberKind uint8

const (
	noNumber numberKind = iota
	anID
	aTime
	aSum // of which copies have another, or they would decompress at the speed of memory
)

func newRepeated(text []byte) *repeated {
	r := &repeated{}
	var first, last int64
	for line := range bytes.Lines(text) {
		switch {
		case work.Match(line):
			for _, t := range times.FindAllSubmatch(line, -1) {
				at := number(t[1])
				if first == 0 {
					first = at
				}
				last = max(last, at)
			}
			r.add(line)
		case bytes.Contains(line, []byte("SparkListenerApplicationEnd")):
			r.tail = append(r.tail, line...)
		default:
			r.head = append(r.head, line...)
		}
	}
	r.period = last - first + 1000
	return r
}

// add adds a line to the work.
func (r *repeated) add(line []byte) {
	type place struct {
		from, to int
		kind     numberKind
	}
	var places []place
	find := func(pattern *regexp.Regexp, kind numberKind) {
		for _, at := range pattern.FindAllSubmatchIndex(line, -1) {
			for _, d := range digit.FindAllIndex(line[at[2]:at[3]], -1) {
				places = append(places, place{at[2] + d[0], at[2] + d[1], kind})
			}
		}
	}
	find(ids, anID)
	find(lists, anID)
	find(times, aTime)
	find(sums, aSum)
	slices.SortFunc(places, func(x, y place) int { return cmp.Compare(x.from, y.from) })
	at := 0
	for _, p := range places {
		r.body = append(r.body, piece{line[at:p.from], p.kind, number(line[p.from:p.to])})
		at = p.to
	}
	r.body = append(r.body, piece{text: line[at:]})
}

// open returns the text of a log with so many copies of the work, which is made as it is
// read.
func (r *repeated) open(copies int) io.Reader {
	return &copier{repeated: r, copies: int64(copies), random: random(), left: r.head}
}

type copier struct {
	*repeated
	copies, made int64
	random       *rand.Rand
	copy         []byte // memory of a copy
	left         []byte // that was made and not read
}

func (c *copier) Read(p []byte) (int, error) {
	for len(c.left) == 0 {
		switch {
		case c.made < c.copies:
			c.copy = c.appendCopy(c.copy[:0])
			c.left = c.copy
		case c.made == c.copies:
			c.left = shift(clock, c.tail, c.period*(c.copies-1))
		default:
			return 0, io.EOF
		}
		c.made++
	}
	n := copy(p, c.left)
	c.left = c.left[n:]
	return n, nil
}

func random() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// appendCopy makes the next copy of the work.
func (c *copier) appendCopy(out []byte) []byte {
	for i := range c.body {
		p := &c.body[i]
		out = append(out, p.text...)
		switch p.kind {
		case anID:
			out = strconv.AppendInt(out, p.number+idStep*c.made, 10)
		case aTime:
			out = strconv.AppendInt(out, p.number+c.period*c.made, 10)
		case aSum:
			out = strconv.AppendInt(out, p.number+c.random.Int64N(900), 10)
		}
	}
	return out
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
