package source

import (
	"io"

	"dynalloc/traces/formats"
)

// openText returns a function that opens the text of a stored stream, decompressed.
// A stream that was cut short reads to its last whole block and then fails with
// io.ErrUnexpectedEOF; a damaged one reads up to the damage and then fails with
// an error that is errCorrupt.
func openText(name string, stored func() (io.ReadCloser, error)) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		raw, err := stored()
		if err != nil {
			return nil, err
		}
		text, _, err := decompress(raw, name)
		if err != nil {
			raw.Close()
			return nil, err
		}
		return &partReader{Reader: text, text: text, raw: raw}, nil
	}
}

// A partReader reads decompressed text and closes what lies beneath it too.
type partReader struct {
	io.Reader
	text, raw io.Closer
}

func (p *partReader) Close() error {
	p.text.Close() // frees the decoder's memory; decoders have nothing to report
	return p.raw.Close()
}

// Skipped is a file or a folder that was found and not read.
type Skipped struct {
	Path string // as shown to people
	Why  string // a few words, to follow "skipped: "
	// Failed is false for what nobody expects to be read (hidden files, other
	// people's data) and true for what should have been: what the user named,
	// what could not be opened, an archive or a log that is damaged throughout.
	Failed bool
}

// A table is a file of a foreign format.
type table struct {
	path   string                        // for messages
	open   func() (io.ReadCloser, error) // its text
	format formats.Format
}
