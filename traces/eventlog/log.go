package eventlog

import (
	"encoding/json"
	"io"
	"regexp"
	"strings"

	"dynalloc/traces"
	"dynalloc/traces/eventlog/lines"
	"dynalloc/traces/eventlog/scan"
)

// ApplicationStart is the event that says whose log it is.
type ApplicationStart = scan.ApplicationStart

// A Log is one event log: what Spark wrote about one attempt of an application,
// as a list of parts that are read one after another.
type Log struct {
	Path       string        // for messages: a file or a folder; inside an archive "logs.zip!inner/path"
	Parts      []Part        // in reading order, never empty
	Compacted  bool          // the first part is a .compact file: the history server removed events before it
	InProgress bool          // by its file names, the application had not stopped when the log was copied
	Databricks bool          // laid out as Databricks does, rolled over by time
	Version    string        // Spark version if a file name gives it (1.0 to 1.2), else empty
	Incomplete bool          // a part is missing, so events are lost
	Problems   []traces.Note // what is wrong with the parts
	Arrivals   Arrivals      // how its jobs are taken to be started; empty: AutoArrivals

	// Decode reads the lines of needed events in place of package scan, to compare with it
	// (scan.Decoder.Other). It is nil but for that.
	Decode func(line []byte, event any) error
}

// A Part is one file of an event log.
type Part struct {
	Name string // for messages, like Log.Path
	// Open opens the part's text, decompressed. The text of a part that is cut
	// short ends with io.ErrUnexpectedEOF, that of a damaged part with another
	// error.
	Open func() (io.ReadCloser, error)
	// Stored opens the part as it is stored, whose content identifies it; nil: that is not
	// needed.
	Stored func() (io.ReadCloser, error)
	// Start is the ApplicationStart among the first lines of the part, if that is known.
	Start *ApplicationStart
}

// NewLines returns a reader at the first line of a log. Close it after use.
func NewLines(log *Log) *lines.Reader {
	parts := make([]lines.Open, len(log.Parts))
	for i := range log.Parts {
		parts[i] = log.Parts[i].Open
	}
	return lines.New(parts, func(event []byte) bool { return needed[string(event)] != nil })
}

// base is the last element of a path of any system or inside an archive.
func base(path string) string { return path[strings.LastIndexAny(path, `/\!`)+1:] }

// eventLine matches a line of an event log. Spark's events are named
// SparkListener... or by a full class name, Databricks' DBCEventLoggingListener...;
// "Event" is the first key unless another tool has rewritten the log.
var eventLine = regexp.MustCompile(`^\s*\{.*"Event"\s*:\s*"[\w.$]*(?:Listener|\.)[\w.$]*"`)

// Sniff reports whether a line, such as the first of a file, is one of an event
// log. rollover is the position of the part that it begins, counted from 1, which
// Databricks writes there; else 0.
func Sniff(line []byte) (rollover int, ok bool) {
	if !eventLine.Match(line) {
		return 0, false
	}
	var first struct {
		Event    string
		Rollover *int `json:"Rollover Number"`
	}
	if json.Unmarshal(line, &first) != nil || first.Event != "DBCEventLoggingListenerMetadata" ||
		first.Rollover == nil || *first.Rollover < 0 {
		return 0, true
	}
	return *first.Rollover + 1, true
}

// startLines bounds the search for ApplicationStart. Spark writes it among the
// first dozen lines.
const startLines = 200

// ReadStart reads the first lines of a log up to its ApplicationStart, which says
// whose log it is; nil if it is not there.
func ReadStart(log *Log) *ApplicationStart {
	if known := log.Parts[0].Start; known != nil {
		return known
	}
	lines := NewLines(log)
	defer lines.Close()
	for range startLines {
		event, err := lines.Next()
		if err == io.EOF {
			break
		}
		if err != nil || string(event.Name) != "SparkListenerApplicationStart" {
			continue
		}
		d := scan.Get()
		if start, err := scan.ApplicationStarts(d).Read(d, event.Line); err == nil {
			found := ApplicationStart(*start)
			d.Put()
			return &found
		}
		d.Put()
	}
	return nil
}

// FindStart is ReadStart for the beginning of a log's text.
func FindStart(text io.Reader) *ApplicationStart {
	return ReadStart(&Log{Parts: []Part{{Open: func() (io.ReadCloser, error) { return io.NopCloser(text), nil }}}})
}
