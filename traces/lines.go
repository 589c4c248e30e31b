package traces

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// longestLine bounds, in bytes, a line of the formats that are read line by line. The
// longest known, in MetaCentrum's SWF logs, name all nodes of a job.
const longestLine = 64 << 20

// EachLine calls take with each line of a file that is not blank, without blanks at its
// ends, and with its number from 1. An error of take or of the reader becomes a *LogError of that line; path is the name
// of the file in it.
func EachLine(r io.Reader, path string, take func(line string, number int) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), longestLine)
	number := 1
	for ; lines.Scan(); number++ {
		if line := strings.TrimSpace(lines.Text()); line != "" {
			if err := take(line, number); err != nil {
				return LineError(path, number, "%w", err)
			}
		}
	}
	if err := lines.Err(); err != nil {
		return LineError(path, number, "expected a line of text: %w", err)
	}
	return nil
}

// LineError is an error about a line of a file, a *LogError. If err is such an error
// already, it is returned as it is.
func LineError(path string, line int, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	if located := (*LogError)(nil); errors.As(err, &located) {
		return located
	}
	return &LogError{Path: path, Line: line, Err: err}
}
