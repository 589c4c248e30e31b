package eventlog

import (
	"fmt"
	"slices"
	"time"

	"dynalloc/traces"
	"dynalloc/traces/eventlog/schedule"
)

// Arrivals says how the jobs of a log are started.
type Arrivals string

// The ways. By default it is decided for each strand of a log by evidence.
const (
	AutoArrivals   Arrivals = "auto"
	ClosedArrivals Arrivals = "closed" // each job follows an earlier one, micro-batches too
	OpenArrivals   Arrivals = "open"   // each statement comes at its time; micro-batches still do not overlap
)

// ParseArrivals reads the name of a way.
func ParseArrivals(text string) (Arrivals, error) {
	for _, a := range []Arrivals{AutoArrivals, ClosedArrivals, OpenArrivals} {
		if text == string(a) {
			return a, nil
		}
	}
	return "", fmt.Errorf("expected auto, closed or open, not %q", text)
}

// A cueBuilder finds out what the driver had waited for before it submitted each job.
type cueBuilder struct {
	*assembler
	cues    []traces.Cue // by job
	unitOf  []*unit      // by job
	strands []*strand
}

// findCues returns the cue of each job, and whether the clock started the last of them,
// so that it also stops the driver.
func (a *assembler) findCues() (cues []traces.Cue, byClock bool) {
	b := cueBuilder{assembler: a, cues: make([]traces.Cue, len(a.jobs)), unitOf: make([]*unit, len(a.jobs))}
	if a.log.Arrivals == ClosedArrivals {
		b.strands = a.oneStrand()
	} else {
		b.strands = a.strands()
	}
	for _, s := range b.strands {
		b.follow(s)
	}
	if a.log.Arrivals != ClosedArrivals {
		for _, s := range b.strands {
			b.classify(s)
		}
	}
	for _, s := range b.strands {
		byClock = byClock || s.streams() && !a.terminated[s.name] && a.log.Arrivals != ClosedArrivals
	}
	if n := len(b.unitOf); n > 0 {
		byClock = byClock || b.cues[b.unitOf[n-1].jobs[0]].Kind() != traces.ClosedLoop
	}
	b.noteArrivals()
	return b.cues, byClock
}

// follow makes each job of a strand follow its predecessor in the strand.
func (b *cueBuilder) follow(s *strand) {
	jobs := make([]*jobLog, len(s.jobs))
	for k, i := range s.jobs {
		jobs[k] = b.jobs[i]
	}
	for k, p := range predecessors(jobs) {
		i, after := s.jobs[k], -1
		if p.after >= 0 {
			after = s.jobs[p.after]
		}
		if !p.ended && s.kind == programStrand {
			b.counts[concurrentJobs]++
		}
		b.cues[i] = b.cue(after, b.jobs[i].start)
	}
	for k := range s.units {
		for _, i := range s.units[k].jobs {
			b.unitOf[i] = &s.units[k]
		}
	}
}

// classify gives the clock what it started.
func (b *cueBuilder) classify(s *strand) {
	switch {
	case s.streams():
		b.batches(s)
	case b.log.Arrivals == OpenArrivals:
		for k := range s.units {
			b.start(&s.units[k], b.at(s.units[k].start))
		}
	default:
		if s.kind != programStrand {
			b.session(s)
		}
		b.scheduled(s)
	}
}

// at is the cue of what comes at a time, whatever runs then.
func (b *cueBuilder) at(ms int64) traces.Cue { return traces.Cue{After: -1, At: b.offset(ms)} }

// start gives a unit its cue. Jobs of the unit that had not waited for one of it, such as
// two that the driver submits side by side, come as much later as they did.
func (b *cueBuilder) start(u *unit, c traces.Cue) {
	first := u.jobs[0]
	for _, i := range u.jobs {
		if after := b.cues[i].After; i != first && after >= 0 && b.unitOf[after] == u {
			continue
		}
		b.cues[i] = c
		b.cues[i].Gap += time.Duration(b.jobs[i].start-u.start) * time.Millisecond
	}
}

// session starts the statements of a session that cannot have waited for an earlier one:
// the first, because sessions do not know of each other, and those that were sent while
// another one ran. Without other strands the first statement follows the driver's start.
//
// If a server's sessions are not known and some of its statements overlap, there are
// several sessions, and who sent a statement need not have waited for the one before: each
// comes at its time.
func (b *cueBuilder) session(s *strand) {
	several := s.kind == serverStrand && s.overlaps()
	var busy int64 // until when the statements before run
	for k := range s.units {
		u := &s.units[k]
		if several || k == 0 && len(b.strands) > 1 || strandKinds[s.kind].concurrent && u.start < busy {
			b.start(u, b.at(u.start))
		}
		busy = max(busy, u.until())
	}
}

// overlaps reports whether a unit of the strand began before an earlier one had ended.
func (s *strand) overlaps() bool {
	var busy int64
	for k := range s.units {
		u := &s.units[k]
		if u.start < busy {
			return true
		}
		busy = max(busy, u.until())
	}
	return false
}

// scheduled looks for statements that the clock starts: in the strand as a whole, or
// among those of one pool, session, statement or line of the program, whichever has the
// clearest evidence.
func (b *cueBuilder) scheduled(s *strand) {
	var best []series
	most := 0.0
	for _, by := range seriesKeys {
		divided, bits := b.divide(s, by.key), 0.0
		for i := range divided {
			x := &divided[i]
			x.evidence = b.evidence(x.of)
			x.by = by.name
			bits += max(0, x.Bits)
		}
		if bits > most {
			best, most = divided, bits
		}
	}
	for _, x := range best {
		switch {
		case x.Bits > 0:
			b.clocked = append(b.clocked, x.evidence)
			for k, u := range x.of {
				c := b.at(u.start)
				if k > 0 && b.ended(x.of[k-1], u) {
					c.After = x.of[k-1].last
				}
				b.start(u, c)
			}
		case x.by == "pool": // pools are sessions here, and these do not know of each other
			b.start(x.of[0], b.at(x.of[0].start))
		}
	}
}

// A series is units of a strand that may have one source.
type series struct {
	evidence
	of []*unit
}

// seriesKeys are the properties by which a strand is divided into series, and their names
// in notes.
var seriesKeys = []struct {
	name string
	key  func(a *assembler, j *jobLog) string
}{
	{"driver", func(*assembler, *jobLog) string { return "" }},
	{"pool", func(_ *assembler, j *jobLog) string { return j.properties.Pool }},
	{"Spark session", func(_ *assembler, j *jobLog) string { return j.properties.SparkSession() }},
	{"description", func(_ *assembler, j *jobLog) string { return j.properties.Description }},
	{"line of the program", (*assembler).callSite},
}

// callSite is the line of the program that submits a job: the name of its last stage.
func (a *assembler) callSite(j *jobLog) string {
	if len(j.stages) == 0 {
		return ""
	}
	return a.stages.Get(slices.Max(j.stages)).name
}

// divide divides the units of a strand by a property of their first jobs, in the order in
// which they come.
func (b *cueBuilder) divide(s *strand, key func(a *assembler, j *jobLog) string) (list []series) {
	at := map[string]int{}
	for k := range s.units {
		u := &s.units[k]
		name := key(b.assembler, b.jobs[u.jobs[0]])
		i, known := at[name]
		if !known {
			i = len(list)
			at[name] = i
			list = append(list, series{})
		}
		list[i].of = append(list[i].of, u)
	}
	return list
}

// ended reports whether a unit had ended when another one came, so that the other one
// can have waited for it.
func (b *cueBuilder) ended(before, u *unit) bool {
	return before.end > 0 && before.end <= u.start && before.last < u.jobs[0]
}

// An evidence is what speaks for the clock in a series.
type evidence struct {
	schedule.Evidence
	by    string // what its units share
	units int    // of the series
}

// evidence compares two explanations of the starts of a series: the clock, and the end of
// an earlier job, which is the predecessor in the strand or the latest that had ended in the
// series, whichever explains more.
func (b *cueBuilder) evidence(units []*unit) evidence {
	n := len(units)
	between, sincePredecessor, sinceSeries := make([]int64, 0, n), make([]int64, 0, n), make([]int64, 0, n)
	ends := make([]int64, 0, n) // of the units so far, sorted
	for k, u := range units {
		if after := b.cues[u.jobs[0]].After; k > 0 && after >= 0 {
			pause := u.start - b.jobs[after].end
			between = append(between, u.start-units[k-1].start)
			sincePredecessor = append(sincePredecessor, pause)
			if at, _ := slices.BinarySearch(ends, u.start+1); at > 0 {
				pause = u.start - ends[at-1]
			}
			sinceSeries = append(sinceSeries, pause)
		}
		if u.end > 0 {
			at, _ := slices.BinarySearch(ends, u.end)
			ends = slices.Insert(ends, at, u.end)
		}
	}
	e := schedule.Compare(between, sincePredecessor)
	if other := schedule.Compare(between, sinceSeries); other.Bits < e.Bits {
		e = other
	}
	return evidence{Evidence: e, units: len(units)}
}

// oneStrand has all jobs as one program.
func (a *assembler) oneStrand() []*strand {
	s := &strand{kind: programStrand}
	for i := range a.jobs {
		s.jobs = append(s.jobs, i)
	}
	a.findUnits(s)
	return []*strand{s}
}
