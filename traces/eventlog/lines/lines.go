// Package lines reads the lines of event logs (lines.go).
package lines

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"

	"dynalloc/traces/eventlog/scan"
)

// maxLine bounds, in bytes, what one line can make the reader hold. The longest
// lines that a workload needs are JobStart lines of jobs with thousands of stages,
// of tens of MiB. Query plans can be longer, but are not held (see line).
const maxLine = 256 << 20

// byteOrderMark is what editors and shells of Windows put before a text in UTF-8.
var byteOrderMark = []byte("\ufeff")

// A Reader reads the lines of a log across its parts.
type Reader struct {
	Part   int     // index of the part that is read
	Number int     // of the line last read, from 1 in each part
	Faults []Fault // parts so far that could not be read to their ends

	parts  []Open
	needed func(event []byte) bool
	in     io.ReadCloser
	buf    *bufio.Reader
	long   []byte // a line that did not fit in buf
}

// Open opens the text of a part of a log.
type Open func() (io.ReadCloser, error)

// A Fault is a part that could not be read to its end.
type Fault struct {
	Part, Line int // after that line; 0: the part could not be opened
	Err        error
}

// New returns a reader at the first line of the parts of a log. Long lines of events that
// are not needed, by their names, are passed over. Close it after use.
func New(parts []Open, needed func(event []byte) bool) *Reader {
	return &Reader{Part: -1, parts: parts, needed: needed, buf: buffers.Get().(*bufio.Reader)}
}

var buffers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 256<<10) }}

// An Event is one line of a log, valid until the next is read.
type Event struct {
	Name []byte // such as SparkListenerTaskEnd
	Line []byte // the whole line without its end; nil if it is too long to hold and no workload needs it
}

// errUnneeded is no fault: the line is long, looks whole, and is not needed.
const errUnneeded scan.Fault = "a long line of an event that a workload does not need"

var errLongLine = scan.Fault(fmt.Sprintf("the line is longer than %d MiB", maxLine>>20))

// Next returns the next line that is not blank. The error is io.EOF after the last
// line. Any other error is about one line that is not a whole event; the next call
// continues after it.
func (r *Reader) Next() (Event, error) {
	for {
		line, err := r.next()
		switch {
		case err == errUnneeded:
			return Event{}, nil
		case err != nil:
			return Event{}, err
		case len(bytes.TrimLeft(line, " \t\r")) == 0:
			continue
		}
		line = bytes.TrimPrefix(line, byteOrderMark)
		name, err := scan.EventName(line)
		return Event{name, line}, err
	}
}

// Close ends the reading. The last line is not valid after it.
func (r *Reader) Close() {
	r.closePart()
	if r.buf != nil {
		r.buf.Reset(nil)
		buffers.Put(r.buf)
		r.buf = nil
	}
}

// closePart closes the part that is being read.
func (r *Reader) closePart() {
	if r.in != nil {
		r.in.Close() // its error would say nothing about what was read
		r.in = nil
	}
}

// next returns the next line without its end: io.EOF after the last line, a
// scan.Fault for one that was passed over.
func (r *Reader) next() ([]byte, error) {
	for {
		if r.in == nil && !r.openPart() {
			return nil, io.EOF
		}
		if r.in == nil {
			continue // the part could not be opened
		}
		line, err := r.line()
		if _, faulty := err.(scan.Fault); err != nil && !faulty {
			r.closePart()
			if err != io.EOF {
				r.Faults = append(r.Faults, Fault{r.Part, r.Number, err})
			}
			if err = nil; len(line) == 0 {
				continue
			}
		}
		r.Number++
		return line, err
	}
}

// openPart opens the next part and reports whether there is one.
func (r *Reader) openPart() bool {
	if r.Part+1 >= len(r.parts) {
		return false
	}
	r.Part++
	r.Number = 0
	in, err := r.parts[r.Part]()
	if err != nil {
		r.Faults = append(r.Faults, Fault{r.Part, 0, err})
		return true
	}
	r.in = in
	r.buf.Reset(in)
	return true
}

// line reads to the end of a line. Bytes that come with an error of the stream are
// its last. A long line of an event that a workload does not need is passed over
// without being held or checked.
func (r *Reader) line() ([]byte, error) {
	line, err := r.buf.ReadSlice('\n')
	if err == nil {
		return line[:len(line)-1], nil
	}
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, err
	}
	if name, nameErr := scan.EventName(line); nameErr == nil && !r.needed(name) {
		return nil, r.passOver()
	}
	r.long = append(r.long[:0], line...)
	for {
		line, err = r.buf.ReadSlice('\n')
		fits := len(r.long)+len(line) <= maxLine
		if fits {
			if free := cap(r.long) - len(r.long); free < len(line) {
				// Memory that was never written takes none of the machine, but each copy does.
				longer := make([]byte, len(r.long), min(8*cap(r.long)+len(line), maxLine))
				copy(longer, r.long)
				r.long = longer
			}
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

// passOver reads to the end of a line that is not needed. It checks only that the
// line ends as an event does. An error of the stream comes again with the next line.
func (r *Reader) passOver() error {
	for {
		line, err := r.buf.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if bytes.HasSuffix(bytes.TrimRight(line, " \t\r\n"), []byte("}")) {
			return errUnneeded
		}
		return scan.ErrCutLine
	}
}
