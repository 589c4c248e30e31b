package source

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"dynalloc/traces/eventlog"
	"dynalloc/traces/formats"
)

// A look is what the beginning of a file says about it.
type look struct {
	kind     kind
	codec    codec
	why      string         // of a file that is unreadable
	format   formats.Format // of a workloadFile
	rollover int            // place of a Databricks part in its log, from 1; 0 if it does not say
}

// A kind is what a file seems to be.
type kind uint8

const (
	emptyFile      kind = iota
	eventLogFile        // one of its first lines is an event
	workloadFile        // one of the formats other than event logs
	textFile            // text without an event so far
	binaryFile          // something else
	zipArchive          // holds files
	tarArchive          // holds files; look.codec tells how it is compressed
	unreadableFile      // cannot be opened, or its first block cannot be decompressed
)

// lookSize is how much text may go by before the first line that is an event:
// a log may be damaged at its beginning.
const lookSize = 64 << 10

// lookInto opens a file and looks at its beginning.
func lookInto(open func() (io.ReadCloser, error), name string) look {
	r, err := open()
	if err != nil {
		return look{kind: unreadableFile, why: "cannot be opened: " + reason(err)}
	}
	defer r.Close()
	return lookAt(r, name)
}

// lookAt looks at the beginning of a stored stream.
func lookAt(stored io.Reader, name string) look {
	r, c, err := decompress(stored, name)
	if err != nil {
		return look{kind: unreadableFile, codec: c, why: whyUnreadable(c, err)}
	}
	defer r.Close()
	head := make([]byte, lookSize)
	n, err := io.ReadFull(r, head)
	head = head[:n]
	switch {
	case n == 0 && err == io.EOF:
		return look{kind: emptyFile, codec: c}
	case n == 0:
		return look{kind: unreadableFile, codec: c, why: whyUnreadable(c, err)}
	case isZip(head):
		return look{kind: zipArchive, codec: c}
	case isTar(head):
		return look{kind: tarArchive, codec: c}
	}
	for line := range bytes.Lines(head) {
		if rollover, ok := eventlog.Sniff(line); ok {
			return look{kind: eventLogFile, codec: c, rollover: rollover}
		}
	}
	if f := formats.Find(head, withoutCodec(strings.ToLower(name))); f != nil && isText(head) {
		return look{kind: workloadFile, codec: c, format: f}
	}
	if isText(head) {
		return look{kind: textFile, codec: c}
	}
	return look{kind: binaryFile, codec: c}
}

func whyUnreadable(c codec, err error) string {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "cut short before the end of the first " + c.String() + " block"
	case errors.Is(err, errCorrupt):
		return "taken for " + c.String() + ", but " + err.Error()
	}
	return "cannot be read: " + reason(err)
}

// isZip reports whether a file begins as a zip archive: with an entry, or with
// the end of an empty one.
func isZip(head []byte) bool {
	return bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06"))
}

// isTar reports whether a file begins as a tar archive of POSIX or GNU, which
// have this word at this place in every header.
func isTar(head []byte) bool {
	return len(head) >= 262 && string(head[257:262]) == "ustar"
}
