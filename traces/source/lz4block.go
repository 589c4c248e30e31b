package source

import (
	"bufio"
	"encoding/binary"
	"io"
	"math/bits"

	"github.com/pierrec/lz4/v4"
)

// lz4BlockMagic is the beginning of each block of lz4-java's stream format
// (net.jpountz.lz4.LZ4BlockOutputStream). It is not the LZ4 frame format.
const lz4BlockMagic = "LZ4Block"

// lz4BlockReader decodes that format block by block. A block is the magic, a token
// (method in the high four bits, size class in the low four), the lengths of data and
// text, a checksum of the text, and the data; numbers are little endian. An empty
// block ends a stream. Another may follow: Spark writes one stream for each flush.
func lz4BlockReader(r *bufio.Reader) func() ([]byte, error) {
	const (
		stored     = 0x10
		compressed = 0x20
		sizeBase   = 10         // a block of class c has at most 1<<(sizeBase+c) bytes
		seed       = 0x9747b28c // LZ4BlockOutputStream.DEFAULT_SEED
		sumMask    = 0x0fffffff // StreamingXXHash32.asChecksum keeps 28 bits
	)
	var in, out []byte
	var head [21]byte
	return func() ([]byte, error) {
		for {
			if _, err := io.ReadFull(r, head[:]); err != nil {
				return nil, err // io.EOF between blocks, io.ErrUnexpectedEOF inside a header
			}
			if string(head[:8]) != lz4BlockMagic {
				return nil, corrupt("lz4: a block does not begin with %q", lz4BlockMagic)
			}
			method, class := head[8]&0xf0, head[8]&0x0f
			packed := int64(binary.LittleEndian.Uint32(head[9:]))
			size := int64(binary.LittleEndian.Uint32(head[13:]))
			sum := binary.LittleEndian.Uint32(head[17:])
			switch {
			case method != stored && method != compressed:
				return nil, corrupt("lz4: a block has the unknown method %#x", method)
			case size > 1<<(sizeBase+class), packed > int64(lz4.CompressBlockBound(int(size))),
				(size == 0) != (packed == 0), method == stored && size != packed,
				size > 255*packed+32: // LZ4 adds at most 255 bytes of text for each byte
				return nil, corrupt("lz4: a block of %d bytes claims to hold %d", packed, size)
			case size == 0:
				continue
			}
			var err error
			if in, err = readBlock(r, in, int(packed)); err != nil {
				return nil, err
			}
			text := in
			if method == compressed {
				out = resize(out, int(size))
				n, err := lz4.UncompressBlock(in, out)
				if err != nil || n != len(out) {
					return nil, corrupt("lz4: a block does not decompress to the %d bytes it claims", size)
				}
				text = out
			}
			if got := xxHash32(text, seed) & sumMask; got != sum {
				return nil, corrupt("lz4: a block has checksum %#x, expected %#x", got, sum)
			}
			return text, nil
		}
	}
}

// xxHash32 is the 32-bit checksum of Yann Collet
// (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md).
func xxHash32(b []byte, seed uint32) uint32 {
	const (
		prime1 = 0x9e3779b1
		prime2 = 0x85ebca77
		prime3 = 0xc2b2ae3d
		prime4 = 0x27d4eb2f
		prime5 = 0x165667b1
	)
	length := uint32(len(b))
	sum := seed + prime5
	if len(b) >= 16 {
		lanes := [4]uint32{seed, seed, seed, seed}
		lanes[0] += prime1
		lanes[0] += prime2
		lanes[1] += prime2
		lanes[3] -= prime1
		for ; len(b) >= 16; b = b[16:] {
			for i := range lanes {
				word := binary.LittleEndian.Uint32(b[4*i:])
				lanes[i] = bits.RotateLeft32(lanes[i]+word*prime2, 13) * prime1
			}
		}
		sum = bits.RotateLeft32(lanes[0], 1) + bits.RotateLeft32(lanes[1], 7) +
			bits.RotateLeft32(lanes[2], 12) + bits.RotateLeft32(lanes[3], 18)
	}
	sum += length
	for ; len(b) >= 4; b = b[4:] {
		sum = bits.RotateLeft32(sum+binary.LittleEndian.Uint32(b)*prime3, 17) * prime4
	}
	for _, c := range b {
		sum = bits.RotateLeft32(sum+uint32(c)*prime5, 11) * prime1
	}
	sum = (sum ^ sum>>15) * prime2
	sum = (sum ^ sum>>13) * prime3
	return sum ^ sum>>16
}
