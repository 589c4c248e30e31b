package source

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// errCorrupt is the cause of every error that says a compressed stream breaks
// its own rules. A stream that only ends too early is io.ErrUnexpectedEOF.
var errCorrupt = errors.New("compressed data are damaged")

// A codec is a way in which event logs are compressed.
type codec uint8

// The codecs. Spark names files by its own short names, and for three of the
// four it does not write the file format that goes by that name elsewhere
// (spark.eventLog.compression.codec, org.apache.spark.io.CompressionCodec).
const (
	noCodec    codec = iota
	zstdFrames       // standard frames, one after each flush
	lz4Blocks        // lz4-java's LZ4BlockOutputStream: what Spark means by lz4
	lz4Frames        // the standard LZ4 file format: what the lz4 command writes
	snappyJava       // snappy-java's SnappyOutputStream
	lzfChunks        // compress-lzf
	gzipped          // Databricks, and people
)

var codecNames = [...]string{"plain", "zstd", "lz4", "lz4", "snappy", "lzf", "gzip"}

func (c codec) String() string { return codecNames[c] }

const (
	// peekSize is how much of a stream is looked at to tell its codec. A tar
	// header names itself in the first 512 bytes; text needs some lines.
	peekSize = 4 << 10
	// maxWindow bounds what one zstd stream may make us hold. It is what the
	// zstd command accepts without being asked (ZSTD_WINDOWLOG_LIMIT_DEFAULT);
	// Spark's own streams need less than 8 MiB.
	maxWindow = 128 << 20
)

// codecOf tells the codec of a stream from its first bytes, and from its name
// only where they say nothing.
func codecOf(head []byte, name string) codec {
	begins := func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }
	switch {
	case isZip(head), isTar(head):
		return noCodec // whatever the name says, it is the archive's entries that are compressed
	case begins("\x28\xb5\x2f\xfd"):
		return zstdFrames
	case begins(lz4BlockMagic):
		return lz4Blocks
	case begins("\x04\x22\x4d\x18"):
		return lz4Frames
	case begins(snappyMagic):
		return snappyJava
	case begins("ZV\x00"), begins("ZV\x01"):
		return lzfChunks
	case begins("\x1f\x8b\x08"):
		return gzipped
	case len(head) >= 4 && head[0]&0xf0 == 0x50 && string(head[1:4]) == "\x2a\x4d\x18":
		// A skippable frame: zstd and LZ4 share the sixteen magic numbers.
		if codecOfName(name) == lz4Blocks {
			return lz4Frames
		}
		return zstdFrames
	case isText(head):
		return noCodec
	}
	return codecOfName(name)
}

// codecOfName tells the codec from the end of a file's name.
func codecOfName(name string) codec {
	name = strings.TrimSuffix(name, ".inprogress")
	name = strings.TrimSuffix(name, ".compact")
	switch path.Ext(name) {
	case ".zstd", ".zst", ".tzst":
		return zstdFrames
	case ".lz4":
		return lz4Blocks
	case ".snappy":
		return snappyJava
	case ".lzf":
		return lzfChunks
	case ".gz", ".gzip", ".tgz":
		return gzipped
	}
	return noCodec
}

// withoutCodec is a file's name without the ending that names its codec.
func withoutCodec(name string) string {
	if codecOfName(name) != noCodec {
		return strings.TrimSuffix(name, path.Ext(name))
	}
	return name
}

// isText reports whether at least seven eighths of some bytes are characters
// that a text has. It forgives what a crash leaves in a log (a run of zero
// bytes) and the charsets that Spark wrote before 3.0, but not random bytes.
func isText(b []byte) bool {
	strange := 0
	for rest := b; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if r == utf8.RuneError && n == 1 || r < ' ' && r != '\n' && r != '\r' && r != '\t' {
			strange++
		}
		rest = rest[n:]
	}
	return strange*8 <= len(b)
}

// decompress returns the text of a stored stream and how it was compressed.
// Closing the text frees the decoder and leaves the stream open.
func decompress(stored io.Reader, name string) (io.ReadCloser, codec, error) {
	source := &errorKeeper{r: stored}
	buffered := bufio.NewReaderSize(source, 64<<10)
	head, err := buffered.Peek(peekSize)
	if err != nil && err != io.EOF {
		return nil, noCodec, err
	}
	c := codecOf(head, name)
	text := &decoded{codec: c, source: source}
	switch c {
	case noCodec:
		text.r = buffered
	case zstdFrames:
		d, err := zstd.NewReader(buffered, zstd.WithDecoderConcurrency(1),
			zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderMaxMemory(maxWindow))
		if err != nil {
			return nil, c, err
		}
		text.r, text.free = d, d.Close
	case lz4Blocks:
		text.r = &blockReader{next: lz4BlockReader(buffered)}
	case lz4Frames:
		text.r = lz4.NewReader(buffered)
	case snappyJava:
		text.r = &blockReader{next: snappyReader(buffered)}
	case lzfChunks:
		text.r = &blockReader{next: lzfReader(buffered)}
	case gzipped:
		z, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, c, text.explain(err)
		}
		text.r = z
	}
	return text, c, nil
}

// A decoded stream reads decompressed text and makes the errors of all decoders
// alike.
type decoded struct {
	r      io.Reader
	codec  codec
	source *errorKeeper
	free   func() // nil where the garbage collector does it
}

func (t *decoded) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	if err != nil {
		err = t.explain(err)
	}
	return n, err
}

// explain tells the disk's errors from the decoder's.
func (t *decoded) explain(err error) error {
	switch {
	case t.source.err != nil && t.source.err != io.EOF:
		return t.source.err
	case err == io.EOF, err == io.ErrUnexpectedEOF, errors.Is(err, errCorrupt):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return io.ErrUnexpectedEOF
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return fmt.Errorf("%w: zstd wants a window above %d MiB", errCorrupt, maxWindow>>20)
	}
	return fmt.Errorf("%w: %v: %v", errCorrupt, t.codec, err)
}

func (t *decoded) Close() error {
	if t.free != nil {
		t.free()
		t.free = nil
	}
	return nil
}

// An errorKeeper remembers the error that ended a stream, which a decoder may
// have wrapped beyond recognition.
type errorKeeper struct {
	r   io.Reader
	err error
}

func (k *errorKeeper) Read(p []byte) (int, error) {
	n, err := k.r.Read(p)
	if err != nil {
		k.err = err
	}
	return n, err
}
