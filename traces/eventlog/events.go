package eventlog

import (
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
	return event, scan.FaultOf(line)
}
