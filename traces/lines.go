package traces

import (
	"bufio"
	"io"
)

// longestTableLine bounds a line of the formats that are read line by line. The
// longest known, of MetaCentrum's SWF, name every node of a job.
const longestTableLine = 64 << 20

// EachLine reads the lines of a file. An error of the stream is given the
// number of the line after which it came.
func EachLine(r io.Reader, path string, take func(line string, number int) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), longestTableLine)
	number := 0
	for lines.Scan() {
		number++
		if err := take(lines.Text(), number); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return LineError(path, number+1, "expected a line of text: %w", err)
	}
	return nil
}
