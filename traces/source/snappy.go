package source

import (
	"bufio"
	"encoding/binary"
	"io"

	"github.com/klauspost/compress/snappy"
)

// snappyMagic is the beginning of snappy-java's stream format
// (org.xerial.snappy.SnappyOutputStream). It is not the snappy framing format.
const snappyMagic = "\x82SNAPPY\x00"

// snappyReader decodes that format block by block. A stream is a header of the magic
// and two version numbers, then blocks of a big-endian length and a raw snappy block.
// The header comes again where streams were joined.
func snappyReader(r *bufio.Reader) func() ([]byte, error) {
	// A block has 32 KiB unless spark.io.compression.snappy.blockSize sets another
	// size; this bound, in bytes, is far above any that makes sense.
	const largest = 64 << 20
	var in, out []byte
	var begun bool
	return func() ([]byte, error) {
		for {
			var word [4]byte
			if _, err := io.ReadFull(r, word[:]); err != nil {
				return nil, err
			}
			if string(word[:]) == snappyMagic[:4] {
				var rest [12]byte
				if _, err := io.ReadFull(r, rest[:]); err != nil {
					return nil, cutShort(err)
				}
				if string(rest[:4]) != snappyMagic[4:] {
					return nil, corrupt("snappy: the stream's header is not %q", snappyMagic)
				}
				begun = true
				continue
			}
			packed := binary.BigEndian.Uint32(word[:])
			switch {
			case !begun:
				return nil, corrupt("snappy: the stream does not begin with %q", snappyMagic)
			case packed > largest:
				return nil, corrupt("snappy: a block claims %d bytes", packed)
			}
			var err error
			if in, err = readBlock(r, in, int(packed)); err != nil {
				return nil, err
			}
			size, err := snappy.DecodedLen(in)
			// A copy of 3 bytes yields at most 64 bytes of text, which bounds the ratio.
			if err != nil || size > 22*len(in) {
				return nil, corrupt("snappy: a block of %d bytes claims to hold %d", packed, size)
			}
			if out, err = snappy.Decode(resize(out, size), in); err != nil {
				return nil, corrupt("snappy: %v", err)
			}
			return out, nil
		}
	}
}
