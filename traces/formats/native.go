package formats

import "strings"

// sniffNative takes a file whose first line can stand first in the native text form.
func sniffNative(head []byte) bool {
	word, _, found := strings.Cut(firstLine(head, "#"), " ")
	return found && (word == "app" || word == "note" || word == "epoch")
}
