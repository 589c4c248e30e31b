package eventlog

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// maxLine bounds what one line may make us hold. The longest that a workload
// needs are JobStart lines of jobs with thousands of stages, of tens of MiB;
// query plans can be longer, but are not held (see line).
const maxLine = 256 << 20

var (
	errLongLine = fmt.Errorf("the line is longer than %d MiB", maxLine>>20)
	errUnneeded = errors.New("a long line of an event that a workload does not need")
)

// A LineReader reads the lines of a log across its parts.
type Lines struct {
	source *Log
	part   int // index of the open part
	number int // of the line last read, from 1 in each part
	in     io.ReadCloser
	buf    *bufio.Reader
	long   []byte // a line that did not fit in buf
	faults []partFault
}

// A partFault is a part that could not be read to its end.
type partFault struct {
	part, line int // after that line
	err        error
}

// NewLines returns a reader at the first line of a log. Close it.
func NewLines(source *Log) *Lines {
	return &Lines{source: source, part: -1, buf: bufio.NewReaderSize(nil, 256<<10)}
}

// An Event is one line of a log, valid until the next is read.
type Event struct {
	Name []byte // of the event, such as SparkListenerTaskEnd
	Line []byte // the whole line without its end; nil if it is too long to hold and no workload needs it
}

// Next returns the next line that is not blank. The error is io.EOF after the last
// line; any other is about one line that is not a whole event, and reading may go
// on.
func (r *Lines) Next() (Event, error) {
	for {
		line, err := r.next()
		switch {
		case err == errUnneeded:
			return Event{}, nil
		case err != nil:
			return Event{}, err
		case blank(line):
			continue
		}
		name, err := eventName(line)
		return Event{name, line}, err
	}
}

func blank(line []byte) bool { return len(bytes.TrimLeft(line, " \t\r")) == 0 }

// Faults is how many parts could not be read to their ends so far.
func (r *Lines) Faults() int { return len(r.faults) }

// next returns the next line without its end. The error is io.EOF after the last
// line; any other is about one line that was passed over: errUnneeded if it looked
// whole.
func (r *Lines) next() ([]byte, error) {
	for {
		if r.in == nil {
			if r.part+1 >= len(r.source.Parts) {
				return nil, io.EOF
			}
			r.part++
			r.number = 0
			in, err := r.source.Parts[r.part].Open()
			if err != nil {
				r.faults = append(r.faults, partFault{r.part, 0, err})
				continue
			}
			r.in = in
			r.buf.Reset(in)
		}
		line, err := r.line()
		if err != nil && err != errLongLine && err != errUnneeded && err != errCutLine {
			r.Close()
			if err != io.EOF {
				r.faults = append(r.faults, partFault{r.part, r.number, err})
			}
			err = nil
			if len(line) == 0 {
				continue
			}
		}
		r.number++
		return line, err
	}
}

// line reads to the end of a line. Bytes that come with an error of the stream
// are its last. A long line of an event that a workload does not need is passed
// over without being held or checked.
func (r *Lines) line() ([]byte, error) {
	line, err := r.buf.ReadSlice('\n')
	if err == nil {
		return line[:len(line)-1], nil
	}
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, err
	}
	if name, nameErr := eventName(line); nameErr == nil && needed[string(name)] == nil {
		return nil, r.passOver()
	}
	r.long = append(r.long[:0], line...)
	for {
		line, err = r.buf.ReadSlice('\n')
		fits := len(r.long)+len(line) <= maxLine
		if fits {
			r.long = append(r.long, line...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case !fits:
			return nil, errLongLine
		default:
			return bytes.TrimSuffix(r.long, []byte("\n")), err
		}
	}
}

// passOver reads to the end of a line that is not needed, and tells if it ends
// as an event does.
func (r *Lines) passOver() error {
	for {
		line, err := r.buf.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if bytes.HasSuffix(bytes.TrimRight(line, " \t\r\n"), []byte("}")) {
			return errUnneeded
		}
		return errCutLine // an error of the stream comes again with the next line
	}
}

// Close closes the part that is being read.
func (r *Lines) Close() {
	if r.in != nil {
		r.in.Close() // what was read is what counts
		r.in = nil
	}
}

// where names a line for people: "line 17", with its file if there are several.
func (r *Lines) where(part, line int) string {
	if len(r.source.Parts) > 1 {
		return fmt.Sprintf("%s line %d", base(r.source.Parts[part].Name), line)
	}
	return fmt.Sprintf("line %d", line)
}

// base is the last element of a path that may be of any system or an archive's.
func base(path string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if c := path[i]; c == '/' || c == '\\' || c == '!' {
			return path[i+1:]
		}
	}
	return path
}
