package traces

import "io"

// A logSource is one event log: what Spark wrote about one attempt of an
// application, as a list of parts that are read one after another.
type logSource struct {
	Path       string    // as shown to people: a file or a folder; inside an archive "logs.zip!inner/path"
	Parts      []logPart // in reading order, never empty
	Compacted  bool      // the first part is a .compact file: the history server removed what came before
	InProgress bool      // the names say that the application had not stopped when the log was copied
	Databricks bool      // laid out as Databricks does, rolled by time
	Version    string    // Spark's, where a file name says it (1.0 to 1.2); else empty
	Incomplete bool      // a part is missing, so events are lost
	Problems   []string  // what is wrong with the parts, one line each, naming the file
}

// A logPart is one file of an event log.
type logPart struct {
	Name string // as shown to people, like logSource.Path

	raw func() (io.ReadCloser, error) // its bytes as they are stored
}

// open returns the part's text, decompressed. A part that was cut short reads
// to its last whole block and then fails with io.ErrUnexpectedEOF; a damaged
// one reads up to the damage and then fails with an error that is errCorrupt.
func (p *logPart) open() (io.ReadCloser, error) {
	raw, err := p.raw()
	if err != nil {
		return nil, err
	}
	text, _, err := decompress(raw, p.Name)
	if err != nil {
		raw.Close()
		return nil, err
	}
	return &partReader{Reader: text, text: text, raw: raw}, nil
}

// A partReader reads decompressed text and closes what lies beneath it too.
type partReader struct {
	io.Reader
	text, raw io.Closer
}

func (p *partReader) Close() error {
	p.text.Close() // frees the decoder's memory; decoders have nothing to report
	return p.raw.Close()
}

// Skipped is a file or a folder that was found and not read.
type Skipped struct {
	Path string // as shown to people
	Why  string // a few words, to follow "skipped: "
	// Failed is false for what nobody expects to be read (hidden files, other
	// people's data) and true for what should have been: what the user named,
	// what could not be opened, an archive or a log that is damaged throughout.
	Failed bool
}
