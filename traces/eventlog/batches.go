package eventlog

import (
	"strconv"
	"time"

	"dynalloc/traces"
	"dynalloc/traces/eventlog/schedule"
)

// A strandLog is what a log says about sessions and streams beside the properties of
// their jobs, and what is found out about them.
type strandLog struct {
	sessionOf  map[string]string        // session of a thrift server by job group
	triggers   map[[2]string]triggerLog // by query and batch
	terminated map[string]bool          // queries that stopped by themselves

	clocked    []evidence // series that the clock starts
	streamLogs []streamLog
	clockStops bool // the clock stops the driver
}

// A triggerLog is when a micro-batch began and ended, in ms since 1970.
type triggerLog struct{ begin, end int64 }

// A streamLog is what is found out about one stream.
type streamLog struct {
	batches  int
	interval int64 // of its trigger, in ms; 0: each batch follows the one before
	closed   bool  // its batches found all of their data waiting
}

func (a *assembler) queryProgress(e *queryProgress) {
	p := &e.Progress
	begin, err := time.Parse(time.RFC3339, p.Triggered)
	if err != nil {
		return
	}
	if a.triggers == nil {
		a.triggers = map[[2]string]triggerLog{}
	}
	t := triggerLog{begin: begin.UnixMilli()}
	if took := p.Durations["triggerExecution"]; took > 0 {
		t.end = t.begin + took
	}
	a.triggers[[2]string{p.Query, strconv.FormatInt(p.Batch, 10)}] = t
}

func (a *assembler) queryTerminated(e *queryTerminated) {
	if a.terminated == nil {
		a.terminated = map[string]bool{}
	}
	a.terminated[e.Query] = e.Exception == nil
}

func (a *assembler) thriftOperation(e *thriftOperation) {
	if a.sessionOf == nil {
		a.sessionOf = map[string]string{}
	}
	a.sessionOf[e.Group] = e.Session
}

// batches starts the micro-batches of a stream at their triggers, or when the batch
// before ends if that is later (ProcessingTimeExecutor): then the next trigger is the
// first one after it began, so that the triggers between are skipped. A replay runs
// the batches that were recorded, so a late one does not get the data of those after it.
func (b *cueBuilder) batches(s *strand) {
	list := make([]schedule.Batch, len(s.units))
	ended := int64(0) // the batch before, by its progress
	for k := range s.units {
		u := &s.units[k]
		list[k].Begin = u.start
		p := b.jobs[u.jobs[0]].properties
		t := b.triggers[[2]string{p.Query, p.Batch}]
		if t.begin > 0 && t.begin <= u.start {
			list[k].Begin = t.begin
		}
		if k > 0 {
			list[k].Before = max(ended, s.units[k-1].end)
		}
		ended = t.end
	}
	found := streamLog{batches: len(list)}
	switch {
	case s.kind == classicStreamStrand:
		found.interval = b.batchTimes(s, list)
	default:
		found.interval = schedule.Find(list)
		found.closed = found.interval == 0 && b.terminated[s.name]
	}
	b.streamLogs = append(b.streamLogs, found)
	for k := range list {
		u := &s.units[k]
		c := traces.Cue{After: -1}
		if k == 0 {
			c.After = b.endedBefore(s, u.start)
		} else if b.ended(&s.units[k-1], u) {
			c.After = s.units[k-1].last
		}
		from := b.origin()
		if c.After >= 0 {
			from = b.jobs[c.After].end
		}
		if !found.closed {
			c.At = b.offset(list[k].Due)
			from = max(from, list[k].Due)
		}
		c.Gap = time.Duration(max(0, u.start-from)) * time.Millisecond
		b.start(u, c)
	}
}

// endedBefore is the job of the driver's program that ended last before a time: a query
// is started by the program. -1: none.
func (b *cueBuilder) endedBefore(s *strand, ms int64) int {
	last := -1
	for _, other := range b.strands {
		if other.kind != programStrand {
			continue
		}
		for _, i := range other.jobs {
			if j := b.jobs[i]; i < s.jobs[0] && j.end > 0 && j.end <= ms && (last < 0 || j.end >= b.jobs[last].end) {
				last = i
			}
		}
	}
	return last
}

// batchTimes takes the triggers of Spark Streaming's batches from their names, which are
// their times, and returns the time between them.
func (b *cueBuilder) batchTimes(s *strand, list []schedule.Batch) (interval int64) {
	for k := range list {
		u := &s.units[k]
		at, err := strconv.ParseInt(b.jobs[u.jobs[0]].properties.BatchTime, 10, 64)
		if list[k].Due = list[k].Begin; err == nil && at > 0 && at <= u.start {
			list[k].Due = at
		}
		if k > 0 && list[k].Due > list[k-1].Due {
			if d := list[k].Due - list[k-1].Due; interval == 0 || d < interval {
				interval = d
			}
		}
	}
	return interval
}
