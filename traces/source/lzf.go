package source

import (
	"bufio"
	"encoding/binary"
	"io"
)

// lzfReader decodes the chunks of the compress-lzf library (com.ning.compress.lzf). A
// chunk is "ZV", a type (0 stored, 1 compressed), the length of the data, the length
// of the text if compressed, and the data. Lengths have 16 bits, big endian. Nothing
// marks the end of a stream.
func lzfReader(r *bufio.Reader) func() ([]byte, error) {
	var in, out []byte
	return func() ([]byte, error) {
		var head [7]byte
		if _, err := io.ReadFull(r, head[:5]); err != nil {
			return nil, err
		}
		if head[0] != 'Z' || head[1] != 'V' || head[2] > 1 {
			return nil, corrupt("lzf: a chunk does not begin with \"ZV\" and a type")
		}
		packed := int(binary.BigEndian.Uint16(head[3:]))
		if head[2] == 1 {
			if _, err := io.ReadFull(r, head[5:]); err != nil {
				return nil, cutShort(err)
			}
		}
		var err error
		if in, err = readBlock(r, in, packed); err != nil {
			return nil, err
		}
		if head[2] == 0 {
			return in, nil
		}
		out = resize(out, int(binary.BigEndian.Uint16(head[5:])))
		if !lzfDecode(out, in) {
			return nil, corrupt("lzf: a chunk does not decompress to the %d bytes it claims", len(out))
		}
		return out, nil
	}
}

// lzfDecode fills text from one compressed chunk and reports whether it fits exactly.
// The chunk is a list of literal runs and of copies of earlier text. A control byte
// below 32 begins a run of that length plus 1. Any other has in its high three bits
// the length of a copy minus 2, of which 7 means that the next byte is added; its low
// five bits and the byte after are the distance minus 1.
func lzfDecode(text, packed []byte) bool {
	in, out := 0, 0
	for in < len(packed) {
		control := int(packed[in])
		in++
		if control < 32 {
			run := control + 1
			if in+run > len(packed) || out+run > len(text) {
				return false
			}
			copy(text[out:], packed[in:in+run])
			in, out = in+run, out+run
			continue
		}
		length := control >> 5
		if length == 7 {
			if in == len(packed) {
				return false
			}
			length += int(packed[in])
			in++
		}
		if in == len(packed) {
			return false
		}
		from := out - (control&0x1f)<<8 - int(packed[in]) - 1
		in++
		length += 2
		if from < 0 || out+length > len(text) {
			return false
		}
		for range length { // byte by byte, because a copy may overlap its own output
			text[out] = text[from]
			out, from = out+1, from+1
		}
	}
	return out == len(text)
}
