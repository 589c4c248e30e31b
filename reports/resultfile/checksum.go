package resultfile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// checksumField begins the last field of each JSON form: the SHA-256 of everything before
// it, without white space between the values.
const checksumField = `,"checksum":"sha256:`

// Seal adds the checksum to a JSON object without white space.
func Seal(object []byte) []byte {
	content := object[:len(object)-1] // without the closing brace
	sum := sha256.Sum256(content)
	return append(append(append(content, checksumField...), hex.EncodeToString(sum[:])...), `"}`...)
}

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
	return bytes.Equal(Seal(append(bytes.Clone(b[:at]), '}')), b)
}
