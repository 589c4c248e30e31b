package source

import (
	"io"

	"dynalloc/traces/formats"
)

// A readCloser is a reader with the function that closes it.
type readCloser struct {
	io.Reader
	close func() error
}

func (r readCloser) Close() error { return r.close() }

// openText returns a function that opens the text of a stored stream, decompressed.
// The text of a stream that was cut short has all whole blocks and ends with
// io.ErrUnexpectedEOF. That of a damaged stream ends at the damage with an error that
// wraps errCorrupt. An error of stopped, which may be nil, ends the text too.
func openText(name string, open func() (io.ReadCloser, error), stopped func() error) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		stored, err := open()
		if err != nil {
			return nil, err
		}
		text, _, err := decompress(stored, name)
		if err != nil {
			stored.Close()
			return nil, err
		}
		return &aheadReader{text: readCloser{&stoppable{text, stopped}, func() error {
			text.Close() // frees the decoder's memory; decoders have no error to report
			return stored.Close()
		}}}, nil
	}
}

// A stoppable is a text whose reading can be ended from outside, however little of the
// stored stream it takes.
type stoppable struct {
	io.Reader
	stopped func() error // may be nil
}

func (s *stoppable) Read(p []byte) (int, error) {
	if s.stopped != nil {
		if err := s.stopped(); err != nil {
			return 0, err
		}
	}
	return s.Reader.Read(p)
}

// A table is a file of one of the foreign formats.
type table struct {
	path   string                        // for messages
	stored func() (io.ReadCloser, error) // the file as it is
	open   func() (io.ReadCloser, error) // its text
	format formats.Format
}
