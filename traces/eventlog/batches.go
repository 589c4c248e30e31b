package eventlog

import (
	"math"
	"slices"
	"strconv"
	"time"

	"dynalloc/traces"
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

// A batch is a micro-batch of a stream. Times are ms since 1970.
type batch struct {
	*unit
	begin  int64 // when its trigger executor began it, or its first job if the log does not say
	before int64 // end of the batch before; 0: there is none
	due    int64 // its trigger
	late   bool  // it began when the batch before ended, after its trigger
}

// batches starts the micro-batches of a stream at their triggers, or when the batch
// before ends if that is later (ProcessingTimeExecutor): then the next trigger is the
// first one after its own begin, so that the triggers between are skipped. A replay runs
// the batches that were recorded, so a late one does not get the data of those after it.
func (b *cueBuilder) batches(s *strand) {
	list := make([]batch, len(s.units))
	ended := int64(0) // the batch before, by its progress
	for k := range s.units {
		u := &s.units[k]
		list[k] = batch{unit: u, begin: u.start}
		p := &b.jobs[u.jobs[0]].properties
		t := b.triggers[[2]string{p.Query, p.Batch}]
		if t.begin > 0 && t.begin <= u.start {
			list[k].begin = t.begin
		}
		if k > 0 {
			list[k].before = max(ended, s.units[k-1].end)
		}
		ended = t.end
	}
	found := streamLog{batches: len(list)}
	switch {
	case s.kind == classicStreamStrand:
		found.interval = b.batchTimes(list)
	default:
		found.interval = findTriggers(list)
		found.closed = found.interval == 0 && b.terminated[s.name]
	}
	b.streamLogs = append(b.streamLogs, found)
	for k := range list {
		u := list[k].unit
		c := traces.Cue{After: b.endedBefore(s, u.start)}
		if k > 0 {
			c.After = -1
			if b.ended(&s.units[k-1], u) {
				c.After = s.units[k-1].last
			}
		}
		from := b.origin()
		if c.After >= 0 {
			from = b.jobs[c.After].end
		}
		if !found.closed {
			c.At = b.offset(list[k].due)
			from = max(from, list[k].due)
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
func (b *cueBuilder) batchTimes(list []batch) (interval int64) {
	for k := range list {
		u := list[k].unit
		at, err := strconv.ParseInt(b.jobs[u.jobs[0]].properties.BatchTime, 10, 64)
		if list[k].due = list[k].begin; err == nil && at > 0 && at <= u.start {
			list[k].due = at
		}
		if k > 0 && list[k].due > list[k-1].due {
			if d := list[k].due - list[k-1].due; interval == 0 || d < interval {
				interval = d
			}
		}
	}
	return interval
}

// findTriggers finds the interval of a stream's trigger and when each batch was due. A
// stream without an interval starts each batch when the one before has ended and there is
// data; then its data came no later than its recorded start, at which it is due.
func findTriggers(list []batch) (interval int64) {
	var between, pauses []int64
	for k := 1; k < len(list); k++ {
		if list[k].before > 0 {
			between = append(between, list[k].begin-list[k-1].begin)
			pauses = append(pauses, list[k].begin-list[k].before)
		}
	}
	if len(between) >= 2 {
		e := compareExplanations(between, pauses)
		if e.bits+closedPrior > 0 { // a stream has a trigger as likely as not
			interval, _ = roundest(e.period.Milliseconds(), max(uncertainty(e.jitter.Milliseconds(), float64(len(between))), 1))
		}
	}
	if interval == 0 {
		overhead := int64(math.MaxInt64) // the least time of the driver between two batches
		for _, p := range pauses {
			overhead = min(overhead, max(0, p))
		}
		for k := range list {
			list[k].due = list[k].begin
			if list[k].before > 0 && list[k].before <= list[k].begin {
				list[k].due -= min(overhead, list[k].begin-list[k].before)
			}
		}
		return 0
	}
	phase := triggerPhase(list, interval)
	for k := range list {
		x := &list[k]
		x.due = x.begin
		if k == 0 {
			continue // it begins when the query starts
		}
		onGrid := x.begin - max(0, wrap(x.begin-phase, interval))
		next := list[k-1].next(phase, interval, k == 1)
		if x.late = x.before > next && x.before >= onGrid; x.late {
			x.due = next
		} else {
			x.due = onGrid
		}
	}
	return interval
}

// triggerPhase is by how much triggers come after a multiple of the interval. Batches
// begin some time after their trigger; the quickest quarter of them is taken to begin at
// once, because no log without progress events has the time of the trigger itself.
func triggerPhase(list []batch, interval int64) int64 {
	var anchor int64
	if len(list) > 1 {
		anchor = list[len(list)/2].begin
	}
	var offsets []int64
	for k := 1; k < len(list); k++ {
		offsets = append(offsets, wrap(list[k].begin-anchor, interval))
	}
	slices.Sort(offsets)
	return anchor + offsets[len(offsets)/4]
}

// wrap brings a distance into the interval around 0.
func wrap(ms, interval int64) int64 {
	ms = ((ms % interval) + interval) % interval
	if ms > interval/2 {
		ms -= interval
	}
	return ms
}

// next is the first trigger after the batch has begun (ProcessingTimeExecutor's
// nextBatchTime): the one after its own, unless it began at another time.
func (x *batch) next(phase, interval int64, first bool) int64 {
	offset := wrap(x.begin-phase, interval)
	if (x.late || first) && offset < 0 {
		offset += interval
	}
	return x.begin - offset + interval
}
