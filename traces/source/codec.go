package source

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// errCorrupt is wrapped by every error that says that a compressed stream breaks the
// rules of its format. A stream that only ends too early is io.ErrUnexpectedEOF.
var errCorrupt = errors.New("compressed data are damaged")

// A codec is a way in which event logs are compressed.
type codec struct {
	name   string
	magics []string // how streams begin
	names  []string // how file names end
	decode func(r *bufio.Reader) (io.ReadCloser, error)
}

func (c *codec) String() string { return c.name }

// The codecs. Spark names files after its own short names. For lz4, snappy and lzf it
// does not write the file format that has that name elsewhere
// (spark.eventLog.compression.codec, org.apache.spark.io.CompressionCodec).
var (
	plainText  = &codec{name: "plain", decode: func(r *bufio.Reader) (io.ReadCloser, error) { return io.NopCloser(r), nil }}
	zstdFrames = &codec{"zstd", []string{"\x28\xb5\x2f\xfd"}, []string{".zstd", ".zst", ".tzst"}, decodeZstd} // standard; one frame after each flush
	lz4Blocks  = &codec{"lz4", []string{lz4BlockMagic}, []string{".lz4"}, blocks(lz4BlockReader)}             // lz4-java's LZ4BlockOutputStream
	lz4Frames  = &codec{"lz4", []string{"\x04\x22\x4d\x18"}, nil, decodeLZ4}                                  // standard: what the lz4 command writes
	snappyJava = &codec{"snappy", []string{snappyMagic}, []string{".snappy"}, blocks(snappyReader)}           // snappy-java's SnappyOutputStream
	lzfChunks  = &codec{"lzf", []string{"ZV\x00", "ZV\x01"}, []string{".lzf"}, blocks(lzfReader)}             // compress-lzf
	gzipped    = &codec{"gzip", []string{"\x1f\x8b\x08"}, []string{".gz", ".gzip", ".tgz"}, decodeGzip}       // Databricks, and people

	codecs = []*codec{zstdFrames, lz4Blocks, lz4Frames, snappyJava, lzfChunks, gzipped}
)

// maxWindow bounds, in bytes, what one zstd stream can make the reader hold. The zstd
// command accepts as much without an option (ZSTD_WINDOWLOG_LIMIT_DEFAULT); Spark's
// own streams need less than 8 MiB.
const maxWindow = 128 << 20

// zstdDecoders and gzipDecoders are decoders for further streams: their tables and windows
// cost more than a small log.
var (
	zstdDecoders = sync.Pool{New: func() any {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1),
			zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderMaxMemory(maxWindow))
		if err != nil {
			panic(err) // the options are invalid
		}
		return d
	}}
	gzipDecoders = sync.Pool{New: func() any { return new(gzip.Reader) }}
)

func decodeZstd(r *bufio.Reader) (io.ReadCloser, error) {
	d := zstdDecoders.Get().(*zstd.Decoder)
	if err := d.Reset(r); err != nil {
		return nil, err
	}
	return readCloser{d, func() error {
		err := d.Reset(nil)
		zstdDecoders.Put(d)
		return err
	}}, nil
}

func decodeLZ4(r *bufio.Reader) (io.ReadCloser, error) { return io.NopCloser(lz4.NewReader(r)), nil }

func decodeGzip(r *bufio.Reader) (io.ReadCloser, error) {
	d := gzipDecoders.Get().(*gzip.Reader)
	if err := d.Reset(r); err != nil {
		return nil, err
	}
	return readCloser{d, func() error {
		err := d.Close()
		gzipDecoders.Put(d)
		return err
	}}, nil
}

// buffers are for reading stored streams.
var buffers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 64<<10) }}

// codecOf returns the codec of a stream by its first bytes, or by its name if they do
// not tell.
func codecOf(head []byte, name string) *codec {
	if isZip(head) || isTar(head) {
		return plainText // whatever the name says: the entries of an archive are compressed, if anything is
	}
	for _, c := range codecs {
		if slices.ContainsFunc(c.magics, func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }) {
			return c
		}
	}
	byName := codecOfName(name)
	switch {
	case len(head) >= 4 && head[0]&0xf0 == 0x50 && string(head[1:4]) == "\x2a\x4d\x18":
		// A skippable frame: zstd and LZ4 share its sixteen magic numbers.
		if byName == lz4Blocks {
			return lz4Frames
		}
		return zstdFrames
	case isText(head):
		return plainText
	}
	return byName
}

// codecOfName returns the codec that the end of a file's name promises.
func codecOfName(name string) *codec {
	ext := path.Ext(strings.TrimSuffix(strings.TrimSuffix(name, ".inprogress"), ".compact"))
	if i := slices.IndexFunc(codecs, func(c *codec) bool { return slices.Contains(c.names, ext) }); i >= 0 {
		return codecs[i]
	}
	return plainText
}

// withoutCodec is a file's name without the ending that promises a codec.
func withoutCodec(name string) string {
	if codecOfName(name) != plainText {
		return strings.TrimSuffix(name, path.Ext(name))
	}
	return name
}

// isText reports whether at least seven eighths of some bytes are characters of a
// text. That accepts what a crash leaves in a log (a run of zero bytes) and the
// charsets that Spark wrote before 3.0, but not random bytes.
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

// peekSize is how many bytes of a stream tell its codec. A tar header names itself in
// the first 512 bytes; text needs some lines.
const peekSize = 4 << 10

// decompress returns the text of a stored stream and its codec. Closing the text frees
// the decoder and leaves the stream open.
func decompress(stored io.Reader, name string) (io.ReadCloser, *codec, error) {
	source := &errorKeeper{r: stored}
	buffered := buffers.Get().(*bufio.Reader)
	buffered.Reset(source)
	head, err := buffered.Peek(peekSize)
	if err != nil && err != io.EOF {
		return nil, plainText, err
	}
	text := &decodedText{codec: codecOf(head, name), source: source, buffered: buffered}
	text.ReadCloser, err = text.codec.decode(buffered)
	if err != nil {
		return nil, text.codec, text.explain(err)
	}
	return text, text.codec, nil
}

// decodedText reads decompressed text. Its errors are the same for all decoders.
type decodedText struct {
	io.ReadCloser
	codec    *codec
	source   *errorKeeper
	buffered *bufio.Reader // of the source; nil once it is closed
}

// Close gives the memory of the decoder to the next one. Nothing can be read after it.
func (t *decodedText) Close() error {
	if t.buffered == nil {
		return nil
	}
	err := t.ReadCloser.Close()
	t.buffered.Reset(nil)
	buffers.Put(t.buffered)
	t.ReadCloser, t.buffered = nil, nil
	return err
}

func (t *decodedText) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	return n, t.explain(err)
}

// explain separates errors of the disk, an early end and damage.
func (t *decodedText) explain(err error) error {
	switch {
	case err == nil:
		return nil
	case t.source.err != nil && t.source.err != io.EOF:
		return t.source.err
	case err == io.EOF, errors.Is(err, errCorrupt):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return io.ErrUnexpectedEOF
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return corrupt("zstd needs a window above %d MiB", maxWindow>>20)
	}
	return corrupt("%v: %v", t.codec, err)
}

// An errorKeeper keeps the error that ended a stream, because a decoder may replace
// it.
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
