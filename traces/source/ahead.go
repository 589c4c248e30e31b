package source

import (
	"io"
	"runtime"
)

// Reading ahead: a long text is decompressed while what came before is read, if there is a
// processor for it.

const (
	aheadFrom  = 1 << 20   // bytes of a text that are read without it: most logs are shorter
	aheadBlock = 256 << 10 // bytes
	aheadCount = 4         // blocks
)

// An aheadReader reads a text ahead.
type aheadReader struct {
	text io.ReadCloser
	read int // bytes, until it reads ahead

	full  chan aheadText // nil: not yet
	empty chan []byte
	stop  chan struct{}
	now   aheadText // that is being read
	left  []byte    // of it
}

// An aheadText is a part of a text, and the error that ended it.
type aheadText struct {
	bytes []byte
	err   error
}

func (a *aheadReader) Read(p []byte) (int, error) {
	if a.full == nil {
		n, err := a.text.Read(p)
		if a.read += n; err == nil && a.read > aheadFrom && runtime.GOMAXPROCS(0) > 1 {
			a.start()
		}
		return n, err
	}
	for len(a.left) == 0 {
		if a.now.err != nil {
			return 0, a.now.err
		}
		if a.now.bytes != nil {
			a.empty <- a.now.bytes[:cap(a.now.bytes)]
		}
		a.now = <-a.full
		a.left = a.now.bytes
	}
	n := copy(p, a.left)
	a.left = a.left[n:]
	return n, nil
}

func (a *aheadReader) start() {
	a.full, a.empty, a.stop = make(chan aheadText, aheadCount), make(chan []byte, aheadCount), make(chan struct{})
	for range aheadCount {
		a.empty <- make([]byte, aheadBlock)
	}
	go func() {
		defer close(a.full)
		for {
			select {
			case <-a.stop:
				return
			case block := <-a.empty:
				n, err := fill(a.text, block)
				a.full <- aheadText{block[:n], err}
				if err != nil {
					return
				}
			}
		}
	}()
}

// fill reads until a block is full or the text ends.
func fill(r io.Reader, block []byte) (n int, err error) {
	for n < len(block) && err == nil {
		var more int
		more, err = r.Read(block[n:])
		n += more
	}
	return n, err
}

// Close waits until nothing is read ahead any more.
func (a *aheadReader) Close() error {
	if a.full != nil {
		close(a.stop)
		for range a.full { // until it is closed
		}
	}
	return a.text.Close()
}
