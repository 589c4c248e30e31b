package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// A line is a JSON object without blanks around its signs. Its first field is the schema,
// its second the key, and its last the sum:
//
//	{"schema":1,"key":"<64 hexadecimal digits>",...,"sum":"<16 hexadecimal digits>"}
//
// The sum is the beginning of the SHA-256 of the bytes before it.
const (
	schema = `{"schema":`
	keyed  = `,"key":"`
	summed = `,"sum":"`
	end    = `"}`

	keyDigits = 2 * sha256.Size
	sumDigits = 16
)

// Seal completes a line that lacks its sum and the closing brace.
func Seal(open []byte) []byte { return append(append(append(open, summed...), sumOf(open)...), end...) }

func sumOf(open []byte) string {
	hash := sha256.Sum256(open)
	return hex.EncodeToString(hash[:])[:sumDigits]
}

// Key returns the key of a line. It is an error if the line is not whole.
func Key(line []byte) (string, error) {
	open := len(line) - len(summed) - sumDigits - len(end)
	if open < 0 || string(line[open:open+len(summed)]) != summed || string(line[len(line)-len(end):]) != end || string(line[open+len(summed):][:sumDigits]) != sumOf(line[:open]) {
		return "", fmt.Errorf("its sum is not that of its bytes")
	}
	if i := bytes.Index(line[:open], []byte(keyed)); i > 0 && bytes.HasPrefix(line, []byte(schema)) && i+len(keyed)+keyDigits <= open {
		return string(line[i+len(keyed):][:keyDigits]), nil
	}
	return "", fmt.Errorf("it has no key")
}
