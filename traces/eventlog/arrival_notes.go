package eventlog

import (
	"time"

	"dynalloc/internal/note"
	"dynalloc/traces"
	"dynalloc/traces/eventlog/schedule"
)

// How the jobs of a log are started, and the evidence for it.
var (
	arrivalsGiven = note.Declare("log-arrivals-given", "arrivals")
	clockStarts   = note.Declare("log-clock-starts", "jobs", "of")
	streamTimed   = note.Declare("log-stream-timed", "batches", "interval")
	streamData    = note.Declare("log-stream-data", "batches")
	streamBacklog = note.Declare("log-stream-backlog", "batches")
	seriesClear   = note.Declare("log-series-by-clock", "statements", "series", "by", "period", "jitter", "pause", "spread", "bits")
	seriesWeak    = note.Declare("log-series-perhaps-by-clock", "statements", "series", "by", "period", "jitter", "pause", "spread", "bits")
	manySessions  = note.Declare("log-sessions", "sessions", "jobs", "kind")
	stillRunning  = note.Declare("log-still-running", "window")
)

// noteArrivals reports which jobs the clock starts, and why.
func (b *cueBuilder) noteArrivals() {
	add := func(n traces.Note) { b.note(traces.Complete, n) }
	if m := b.log.Arrivals; m != "" && m != AutoArrivals {
		add(arrivalsGiven.With(string(m)))
	}
	clocked := 0
	for i := range b.jobs {
		if b.cues[b.unitOf[i].jobs[0]].Kind() != traces.ClosedLoop {
			clocked++
		}
	}
	if clocked > 0 {
		add(clockStarts.With(clocked, len(b.jobs)))
	}
	for _, s := range b.streamLogs {
		switch {
		case s.interval > 0:
			add(streamTimed.With(s.batches, time.Duration(s.interval)*time.Millisecond))
		case s.closed:
			add(streamBacklog.With(s.batches))
		default:
			add(streamData.With(s.batches))
		}
	}
	for _, by := range seriesKeys {
		statements, series := 0, 0
		var weakest evidence
		for _, e := range b.clocked {
			if e.by != by.name {
				continue
			}
			if series == 0 || e.Bits < weakest.Bits {
				weakest = e
			}
			statements, series = statements+e.units, series+1
		}
		if series > 0 {
			kind := seriesClear
			if weakest.Bits < schedule.Prior {
				kind = seriesWeak
			}
			add(kind.With(statements, series, by.name, weakest.Period, weakest.Jitter, weakest.Pause, weakest.Spread, weakest.Bits))
		}
	}
	for kind := range strandKinds {
		sessions, jobs := 0, 0
		for _, s := range b.strands {
			if s.kind == strandKind(kind) {
				sessions, jobs = sessions+1, jobs+len(s.jobs)
			}
		}
		if strandKind(kind) > classicStreamStrand && sessions > 1 {
			add(manySessions.With(sessions, jobs, strandKinds[kind].name))
		}
	}
}
