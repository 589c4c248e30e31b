package traces

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

// A lineReader reads the lines of a log across its parts.
type lineReader struct {
	source *logSource
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

func newLineReader(source *logSource) *lineReader {
	return &lineReader{source: source, part: -1, buf: bufio.NewReaderSize(nil, 256<<10)}
}

// next returns the next line without its end, valid until the next call. The
// error is io.EOF after the last line; any other is about one line that was
// passed over: errUnneeded if it looked whole.
func (r *lineReader) next() ([]byte, error) {
	for {
		if r.in == nil {
			if r.part+1 >= len(r.source.Parts) {
				return nil, io.EOF
			}
			r.part++
			r.number = 0
			in, err := r.source.Parts[r.part].open()
			if err != nil {
				r.faults = append(r.faults, partFault{r.part, 0, err})
				continue
			}
			r.in = in
			r.buf.Reset(in)
		}
		line, err := r.line()
		if err != nil && err != errLongLine && err != errUnneeded && err != errCutLine {
			r.close()
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
func (r *lineReader) line() ([]byte, error) {
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
func (r *lineReader) passOver() error {
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

func (r *lineReader) close() {
	if r.in != nil {
		r.in.Close() // what was read is what counts
		r.in = nil
	}
}

// where names a line for people: "line 17", with its file if there are several.
func (r *lineReader) where(part, line int) string {
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
