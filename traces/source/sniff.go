package source

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"sync"

	"dynalloc/traces"
	"dynalloc/traces/eventlog"
	"dynalloc/traces/formats"
)

// A sniffed is the type of a file, from its first bytes.
type sniffed struct {
	kind     kind
	codec    *codec
	why      traces.Note                // why a file is unreadable
	format   formats.Format             // of a workloadFile
	start    *eventlog.ApplicationStart // of an eventLogFile; nil: not among its first lines
	rollover int                        // position of a Databricks part in its log, from 1; 0 if it does not say
}

// A kind is the type of a file.
type kind uint8

const (
	emptyFile      kind = iota
	eventLogFile        // one of its first lines is an event
	workloadFile        // has one of the foreign formats
	textFile            // text without an event in its beginning
	binaryFile          // something else
	zipArchive          // has files
	tarArchive          // has files; sniffed.codec says how it is compressed
	unreadableFile      // cannot be opened, or its first block cannot be decompressed
)

// sniffSize is how many bytes of text are searched for the first line that is an
// event: the beginning of a log may be damaged.
const sniffSize = 64 << 10

// startSize is how many bytes of text are searched for the ApplicationStart: it comes after
// the properties of the application.
const startSize = 1 << 20

var heads = sync.Pool{New: func() any { return new([sniffSize]byte) }}

// sniffFile opens a file and reads its first bytes.
func sniffFile(open func() (io.ReadCloser, error), name string) sniffed {
	r, err := open()
	if err != nil {
		return sniffed{kind: unreadableFile, why: cannotOpen.With(reason(err))}
	}
	defer r.Close()
	return sniff(r, name)
}

// sniff reads the first bytes of a stored stream.
func sniff(stored io.Reader, name string) sniffed {
	r, c, err := decompress(stored, name)
	if err != nil {
		return sniffed{kind: unreadableFile, codec: c, why: whyUnreadable(c, err)}
	}
	defer r.Close()
	buf := heads.Get().(*[sniffSize]byte)
	defer heads.Put(buf)
	head := buf[:]
	n, err := io.ReadFull(r, head)
	head = head[:n]
	s := sniffed{codec: c}
	switch {
	case n == 0 && err == io.EOF:
		return s
	case n == 0:
		s.kind, s.why = unreadableFile, whyUnreadable(c, err)
		return s
	case isZip(head):
		s.kind = zipArchive
		return s
	case isTar(head):
		s.kind = tarArchive
		return s
	case isUTF16(head):
		s.kind, s.why = unreadableFile, utf16File.With()
		return s
	}
	for line := range bytes.Lines(head) {
		var ok bool
		if s.rollover, ok = eventlog.Sniff(line); ok {
			s.kind = eventLogFile
			s.start = eventlog.FindStart(io.LimitReader(io.MultiReader(bytes.NewReader(head), r), startSize))
			return s
		}
	}
	if s.kind = binaryFile; isText(head) {
		s.kind = textFile
		if s.format = formats.Find(head, withoutCodec(strings.ToLower(name))); s.format != nil {
			s.kind = workloadFile
		}
	}
	return s
}

func whyUnreadable(c *codec, err error) traces.Note {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return cutInFirstBlock.With(c)
	case errors.Is(err, errCorrupt):
		return damagedFile.With(c, err)
	}
	return cannotRead.With(reason(err))
}

// isZip reports whether a file begins as a zip archive: with an entry, or with the end
// of an empty archive.
func isZip(head []byte) bool {
	return bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06"))
}

// isUTF16 reports whether a file begins with the byte order mark of UTF-16, as some editors
// and shells of Windows write it.
func isUTF16(head []byte) bool {
	return bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff"))
}

// isTar reports whether a file begins as a POSIX or GNU tar archive, which have this
// word at this place in each header.
func isTar(head []byte) bool { return len(head) >= 262 && string(head[257:262]) == "ustar" }
