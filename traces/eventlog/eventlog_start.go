package eventlog

import "io"

// headLines bounds how far ApplicationStart is looked for. Spark writes it
// among the first dozen lines.
const headLines = 200

// ReadStart reads the first lines of a log, up to its ApplicationStart. It is nil
// if there is none.
func ReadStart(log *Log) *ApplicationStart {
	lines := NewLines(log)
	defer lines.Close()
	for range headLines {
		event, err := lines.Next()
		if err == io.EOF {
			break
		}
		if err != nil || string(event.Name) != "SparkListenerApplicationStart" {
			continue
		}
		if start, err := decode[ApplicationStart](event.Line); err == nil {
			return &start
		}
	}
	return nil
}
