package eventlog

import (
	"bytes"
	"cmp"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"dynalloc/traces/eventlog/scan"
)

// The events other than those of package scan, with the fields that a workload needs, by
// the names of Spark's JsonProtocol. Times are milliseconds since 1970. A field is a
// pointer where absent differs from 0: old versions and vendors leave fields out.

type resourceProfileAdded struct {
	ID       int64                      `json:"Resource Profile Id"`
	Executor map[string]resourceRequest `json:"Executor Resource Requests"`
	Task     map[string]resourceRequest `json:"Task Resource Requests"`
}

type resourceRequest struct {
	Amount float64 `json:"Amount"` // memory in MiB
}

// jobProperties are the local properties of a job.
type jobProperties scan.JobProperties

// A queryProgress is what a streaming query reports after each of its micro-batches.
type queryProgress struct {
	Progress struct {
		Query     string           `json:"id"`
		Batch     int64            `json:"batchId"`
		Triggered string           `json:"timestamp"` // RFC 3339
		Durations map[string]int64 `json:"durationMs"`
	} `json:"progress"`
}

// A queryTerminated is the end of a streaming query.
type queryTerminated struct {
	Query     string  `json:"id"`
	Exception *string `json:"exception"`
}

// A thriftOperation is a statement that a session of a thrift server sends.
type thriftOperation struct {
	Group   string `json:"groupId"`
	Session string `json:"sessionId"`
}

// DecodeOptions make the JSON library as lenient as Spark's own reader: a key may
// come twice, of which the last counts, and logs before Spark 3.0 are in the JVM's
// charset.
var DecodeOptions = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// decode reads a whole line as one of the types above. On a fault the scanner reads
// the line again, whose errors are in the same words for all events.
func decode[T any](line []byte) (event T, err error) {
	if json.Unmarshal(line, &event, DecodeOptions) == nil {
		return event, nil
	}
	return event, faultOf(line)
}

// faultOf returns what is wrong with a line of which an event cannot be read: that it is
// not well-formed, or else that a value has another type.
func faultOf(line []byte) error {
	s := scan.Scanner{Line: line}
	s.Skip()
	s.End()
	return cmp.Or(s.Err, error(scan.ErrWrongType))
}

// eventName returns the name of a line's event. Spark writes it first, so the
// first bytes of nearly every line tell it; any other line is scanned.
func eventName(line []byte) ([]byte, error) {
	if rest, ok := bytes.CutPrefix(line, []byte(`{"Event":"`)); ok {
		if end := bytes.IndexByte(rest, '"'); end > 0 && bytes.IndexByte(rest[:end], '\\') < 0 {
			return rest[:end], nil
		}
	}
	s := scan.Scanner{Line: line}
	if s.Peek() != '{' {
		return nil, scan.ErrNotJSON
	}
	var name []byte
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		if string(key) == "Event" {
			name = append(name[:0], s.Text()...)
		} else {
			s.Skip()
		}
	}
	s.End()
	if s.Err == nil && len(name) == 0 {
		return nil, scan.ErrNoEvent
	}
	return name, s.Err
}
