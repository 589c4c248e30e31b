package traces

import "strings"

// isNativeText takes a file whose first line is an app or a note.
func isNativeText(head []byte) bool {
	line := firstLine(head, "#")
	return strings.HasPrefix(line, "app ") || strings.HasPrefix(line, "note ") || strings.HasPrefix(line, "epoch ")
}
