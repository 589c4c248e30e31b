package source

import (
	"bufio"
	"fmt"
	"io"
	"slices"
)

// blocks makes the decoder of a codec from a function that returns the decoder of its
// blocks.
func blocks(next func(r *bufio.Reader) func() ([]byte, error)) func(*bufio.Reader) (io.ReadCloser, error) {
	return func(r *bufio.Reader) (io.ReadCloser, error) {
		return io.NopCloser(&blockReader{next: next(r)}), nil
	}
}

// A blockReader reads a sequence of decoded blocks as one stream.
type blockReader struct {
	next func() ([]byte, error) // the next block, valid until the next call
	left []byte
	err  error
}

func (b *blockReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for len(b.left) == 0 {
		if b.err != nil {
			return 0, b.err
		}
		b.left, b.err = b.next()
	}
	n := copy(p, b.left)
	b.left = b.left[n:]
	return n, nil
}

// readBlock reads n bytes into buf, which grows as they arrive: a header that lies
// about a block's length claims no memory for bytes that never come.
func readBlock(r *bufio.Reader, buf []byte, n int) ([]byte, error) {
	const step = 1 << 20
	buf = buf[:0]
	for len(buf) < n {
		more := min(step, n-len(buf))
		buf = slices.Grow(buf, more)
		got, err := io.ReadFull(r, buf[len(buf):len(buf)+more])
		buf = buf[:len(buf)+got]
		if err != nil {
			return buf, cutShort(err)
		}
	}
	return buf, nil
}

// resize returns buf with length n and undefined content.
func resize(buf []byte, n int) []byte {
	return slices.Grow(buf[:0], n)[:n]
}

// cutShort turns io.EOF into io.ErrUnexpectedEOF, for places where a stream promised
// more.
func cutShort(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// corrupt returns an error that wraps errCorrupt.
func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errCorrupt, fmt.Sprintf(format, args...))
}
