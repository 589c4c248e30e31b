package eventlog

import (
	"fmt"
	"math"
	"slices"
	"time"

	"dynalloc/traces"
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
func (b *cueBuilder) session(s *strand) {
	var busy int64 // until when the statements before run
	for k := range s.units {
		u := &s.units[k]
		if k == 0 && len(b.strands) > 1 || strandKinds[s.kind].concurrent && u.start < busy {
			b.start(u, b.at(u.start))
		}
		if busy = max(busy, u.end); u.end == 0 {
			busy = math.MaxInt64
		}
	}
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
			bits += max(0, x.bits)
		}
		if bits > most {
			best, most = divided, bits
		}
	}
	for _, x := range best {
		switch {
		case x.bits > 0:
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
	{"Spark session", func(_ *assembler, j *jobLog) string { return j.properties.sparkSession() }},
	{"description", func(_ *assembler, j *jobLog) string { return j.properties.Description }},
	{"line of the program", (*assembler).callSite},
}

// callSite is the line of the program that submits a job: the name of its last stage.
func (a *assembler) callSite(j *jobLog) string {
	if len(j.stages) == 0 {
		return ""
	}
	return a.stages[slices.Max(j.stages)].name
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

// An evidence says how much better the clock explains when the units of a series came
// than the ends of their predecessors do.
type evidence struct {
	by     string        // what its units share
	units  int           // of the series
	period time.Duration // the median time between them
	jitter time.Duration // median deviation from it
	pause  time.Duration // the median time since the end of the predecessor
	spread time.Duration // median deviation from it
	bits   float64       // above 0: the clock
}

// closedPrior is the prior odds of a closed loop, in bits: a thousand to one, because
// nearly all jobs of nearly all drivers follow earlier ones.
const closedPrior = 10

// evidence compares two explanations of the starts of a series: the clock, and the end of
// an earlier job, which is the predecessor in the strand or the latest that had ended in the
// series, whichever explains more.
func (b *cueBuilder) evidence(units []*unit) evidence {
	var between, sincePredecessor, sinceSeries []int64
	ends := make([]int64, 0, len(units)) // of the units so far, sorted
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
	e := compareExplanations(between, sincePredecessor)
	if other := compareExplanations(between, sinceSeries); other.bits < e.bits {
		e = other
	}
	e.units = len(units)
	return e
}

// compareExplanations compares the times between starts with the pauses after the jobs
// that may have been waited for, in ms. If the clock starts a series, the times between
// are equal, and the pauses vary as much as these jobs; if the jobs do, it is the reverse.
// Each explanation needs a description of the starts, and the shorter one is the better
// (minimum description length, Rissanen 1978): a typical time, and the deviation of each
// start from it. A deviation that is not small against the period is no jitter of a timer
// and costs more. If all jobs take the same time, only the typical times differ, and a round
// one is shorter: people choose 1m, and not 55.964s.
func compareExplanations(between, pauses []int64) evidence {
	if len(between) < 2 {
		return evidence{bits: -closedPrior}
	}
	period, jitter := medianAndDeviation(between)
	pause, spread := medianAndDeviation(pauses)
	n := float64(len(between))
	bits := numberBits(pause, uncertainty(spread, n)) - numberBits(period, uncertainty(jitter, n)) - closedPrior
	for k := range between {
		late := distance(between[k], period)
		bits += deviationBits(distance(pauses[k], pause)) - deviationBits(late) - math.Log2(1+float64(late)/float64(max(period, 1)))
	}
	ms := func(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
	return evidence{period: ms(period), jitter: ms(jitter), pause: ms(pause), spread: ms(spread), bits: bits}
}

// deviationBits is the length of a deviation in bits.
func deviationBits(ms int64) float64 { return math.Log2(1 + float64(ms)) }

func distance(x, y int64) int64 { return max(x-y, y-x) }

// medianAndDeviation returns the median of values, and the median of their distances
// from it.
func medianAndDeviation(values []int64) (median, deviation int64) {
	middle := func(v []int64) int64 {
		slices.Sort(v)
		return v[len(v)/2]
	}
	median = middle(slices.Clone(values))
	distances := make([]int64, len(values))
	for i, v := range values {
		distances[i] = distance(v, median)
	}
	return median, middle(distances)
}

// uncertainty is three standard errors of a median of n values, each of 1.86 times their
// median deviation over the square root of n (normal distribution), and at least the
// clock's resolution of 1 ms.
func uncertainty(deviation int64, n float64) float64 {
	return max(1, 3*1.86*float64(deviation)/math.Sqrt(n))
}

// timeUnits are the units in which people choose times, in ms.
var timeUnits = []int64{86_400_000, 3_600_000, 1_800_000, 900_000, 600_000, 300_000, 60_000, 30_000, 10_000, 5_000, 1_000, 500, 100, 50, 10, 5, 1}

// roundest returns the multiple of the largest unit within some distance of a time, and
// how many of these it is.
func roundest(ms int64, within float64) (multiple, count int64) {
	for _, unit := range timeUnits {
		count = (ms + unit/2) / unit
		if count > 0 && math.Abs(float64(ms-count*unit)) <= within {
			return count * unit, count
		}
	}
	return ms, max(ms, 1)
}

// numberBits is the length of a time in bits, if a round number is enough.
func numberBits(ms int64, within float64) float64 {
	_, count := roundest(ms, within)
	return math.Log2(float64(count))
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
