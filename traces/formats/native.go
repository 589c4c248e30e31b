package formats

import "strings"

// isNativeText takes a file whose first line could stand first in the text form.
func isNativeText(head []byte) bool {
	word, _, found := strings.Cut(firstLine(head, "#"), " ")
	return found && (word == "app" || word == "note" || word == "epoch")
}
