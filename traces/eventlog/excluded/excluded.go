// Package excluded sums up which executors and hosts a driver excluded after failures.
// Spark 3.1 renamed "blacklisted" to "excluded"; it and later versions log events of both
// names for one exclusion.
package excluded

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"dynalloc/traces"
)

// An Event is an event of Spark's HealthTracker or of a TaskSetExcludelist. It names an
// executor or a host.
type Event struct {
	Time     int64  `json:"time"` // ms since 1970
	Executor string `json:"executorId"`
	Host     string `json:"hostId"`
	Stage    int64  `json:"stageId"`
	Attempt  int64  `json:"stageAttemptId"`
}

// An Effect is what an event does.
type Effect uint8

// The effects of events.
const (
	None     Effect = iota
	FromAll         // no more tasks of the application
	FromOne         // no more tasks of an attempt of a stage
	Included        // tasks of the application again
)

// effects are those of the events of which the names end so.
var effects = map[string]Effect{
	"ExecutorExcluded": FromAll, "ExecutorBlacklisted": FromAll,
	"NodeExcluded": FromAll, "NodeBlacklisted": FromAll,
	"ExecutorExcludedForStage": FromOne, "ExecutorBlacklistedForStage": FromOne,
	"NodeExcludedForStage": FromOne, "NodeBlacklistedForStage": FromOne,
	"ExecutorUnexcluded": Included, "ExecutorUnblacklisted": Included,
	"NodeUnexcluded": Included, "NodeUnblacklisted": Included,
}

// EffectOf returns what the event of a name does; None if it is no event of this package.
func EffectOf(name []byte) Effect {
	class := bytes.TrimPrefix(name, []byte("org.apache.spark.scheduler."))
	return effects[string(bytes.TrimPrefix(class, []byte("SparkListener")))]
}

// An exclusion is of an executor or a host, from an attempt of a stage or from all.
type exclusion struct {
	executor, host string
	one            bool
	stage, attempt int64
}

type span struct{ from, to int64 }

// A Log is the exclusions of an application.
type Log struct {
	since            map[exclusion]int64 // of those that last
	over             []span
	executors, hosts map[string]bool
}

// Take takes an event whose time is valid.
func (l *Log) Take(does Effect, e *Event) {
	x := exclusion{executor: e.Executor, host: e.Host}
	if l.since == nil {
		l.since, l.executors, l.hosts = map[exclusion]int64{}, map[string]bool{}, map[string]bool{}
	}
	switch does {
	case Included:
		l.end(x, e.Time)
		return
	case FromOne:
		x.one, x.stage, x.attempt = true, e.Stage, e.Attempt
	}
	switch {
	case e.Executor != "":
		l.executors[e.Executor] = true
	case e.Host != "":
		l.hosts[e.Host] = true
	default:
		return
	}
	if _, lasts := l.since[x]; !lasts {
		l.since[x] = e.Time
	}
}

// Completed takes the end of an attempt of a stage, in ms since 1970.
func (l *Log) Completed(stage, attempt, at int64) {
	for x := range l.since { // any order: spans are sorted later
		if x.one && x.stage == stage && x.attempt == attempt {
			l.end(x, at)
		}
	}
}

func (l *Log) end(x exclusion, at int64) {
	if from, lasts := l.since[x]; lasts {
		l.over = append(l.over, span{from, at})
		delete(l.since, x)
	}
}

// Sum sums up the exclusions of a log that ends at a time, in ms since 1970.
func (l *Log) Sum(end int64) traces.Exclusions {
	spans := slices.Clone(l.over)
	for _, from := range l.since { // any order: spans are sorted
		spans = append(spans, span{from, end})
	}
	slices.SortFunc(spans, func(x, y span) int { return cmp.Compare(x.from, y.from) })
	ms, counted := int64(0), int64(0)
	for _, s := range spans {
		ms += max(0, s.to-max(s.from, counted))
		counted = max(counted, s.to)
	}
	return traces.Exclusions{Executors: len(l.executors), Hosts: len(l.hosts), Time: time.Duration(ms) * time.Millisecond}
}
