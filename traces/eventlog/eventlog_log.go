package eventlog

import "io"

// A Log0 is one event log: what Spark wrote about one attempt of an
// application, as a list of parts that are read one after another.
type Log struct {
	Path       string   // for messages: a file or a folder; inside an archive "logs.zip!inner/path"
	Parts      []Part   // in reading order, never empty
	Compacted  bool     // the first part is a .compact file: the history server removed what came before
	InProgress bool     // the names say that the application had not stopped when the log was copied
	Databricks bool     // laid out as Databricks does, rolled by time
	Version    string   // Spark's, where a file name says it (1.0 to 1.2); else empty
	Incomplete bool     // a part is missing, so events are lost
	Problems   []string // what is wrong with the parts, one line each, naming the file
}

// A Part is one file of an event log.
type Part struct {
	Name string // for messages, like Log.Path
	// Open opens the part's text. The text of a part that is cut short ends with
	// io.ErrUnexpectedEOF, that of a damaged part with another error.
	Open func() (io.ReadCloser, error)
}
