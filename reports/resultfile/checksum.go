package resultfile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
)

// checksumField begins the last field of each JSON form: the SHA-256 of everything before
// it, without white space between the values.
const checksumField = `,"checksum":"`

// Checksum is the value of that field, from a SHA-256 of what is before it.
func Checksum(sum hash.Hash) string { return "sha256:" + hex.EncodeToString(sum.Sum(nil)) }

// Sealed reports whether a JSON object ends with the checksum of what is before it.
// White space between values does not count.
func Sealed(object []byte) bool {
	var compact bytes.Buffer
	if json.Compact(&compact, object) != nil {
		return false
	}
	b := compact.Bytes()
	at := bytes.LastIndex(b, []byte(checksumField))
	if at < 0 {
		return false
	}
	sum := sha256.New()
	sum.Write(b[:at])
	return string(b[at:]) == checksumField+Checksum(sum)+`"}`
}
