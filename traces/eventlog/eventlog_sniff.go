package eventlog

import (
	"encoding/json"
	"regexp"
)

// eventLine matches a line of an event log. Spark's events are named
// SparkListener... or by a full class name, Databricks' DBCEventLoggingListener...;
// "Event" comes first, but not in every tool that rewrites logs.
var eventLine = regexp.MustCompile(`^\s*\{.*"Event"\s*:\s*"[\w.$]*(?:Listener|\.)[\w.$]*"`)

// Sniff reports whether a line is one of an event log, and the place of the
// log's part that it begins (see rolloverOf).
func Sniff(line []byte) (rollover int, ok bool) {
	if !eventLine.Match(line) {
		return 0, false
	}
	return rolloverOf(line), true
}

// rolloverOf returns the place that Databricks writes into the first line of
// each part, counted from 1; 0 for other lines.
func rolloverOf(line []byte) int {
	var first struct {
		Event    string
		Rollover *int `json:"Rollover Number"`
	}
	if json.Unmarshal(line, &first) != nil || first.Event != "DBCEventLoggingListenerMetadata" ||
		first.Rollover == nil || *first.Rollover < 0 {
		return 0
	}
	return *first.Rollover + 1
}
