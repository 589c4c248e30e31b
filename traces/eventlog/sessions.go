package eventlog

import (
	"cmp"
	"math"
	"strings"

	"dynalloc/traces/eventlog/scan"
)

// A strand is jobs of which each can wait for those before it: the driver's own program,
// the statements of one session, or the micro-batches of one streaming query. Strands do
// not wait for each other.
type strand struct {
	kind  strandKind
	name  string
	jobs  []int // indexes into assembler.jobs, in the order of submission
	units []unit
}

// A unit is the jobs that one request of a user, or one trigger, starts: a statement or
// a micro-batch, else a single query or job.
type unit struct {
	jobs       []int
	start, end int64 // ms since 1970; of its first job, and the latest of its jobs, 0 if one never ended
	last       int   // the job that ended last
}

// until is the end of a unit; after all times if it never ended.
func (u *unit) until() int64 {
	if u.end == 0 {
		return math.MaxInt64
	}
	return u.end
}

// A strandKind is what a strand is known by.
type strandKind int

// The kinds, the closest relation first.
const (
	streamStrand strandKind = iota
	classicStreamStrand
	thriftStrand
	connectStrand
	runStrand
	notebookStrand
	noteStrand
	serverStrand  // statements of a thrift server whose sessions are not known
	programStrand // of all other jobs
)

// strandKinds has, for each kind, its name in notes, whether its units can be sent while
// others run, and what names the strand of a job; an empty name means another kind. A
// notebook sends one command at a time: what overlaps there are threads of a command.
var strandKinds = [...]struct {
	name       string
	concurrent bool
	of         func(a *assembler, p *scan.JobProperties) string
}{
	streamStrand:        {"streaming query", false, func(_ *assembler, p *scan.JobProperties) string { return p.Query }},
	classicStreamStrand: {"stream", false, func(_ *assembler, p *scan.JobProperties) string { return p.ClassicStream() }},
	thriftStrand:        {"session of the thrift server", true, func(a *assembler, p *scan.JobProperties) string { return a.sessionOf[p.Group] }},
	connectStrand:       {"Spark Connect session", true, func(_ *assembler, p *scan.JobProperties) string { return p.ConnectSession() }},
	runStrand:           {"Databricks run", false, func(_ *assembler, p *scan.JobProperties) string { return cmp.Or(p.ParentRun, p.Run) }},
	notebookStrand:      {"notebook", false, func(_ *assembler, p *scan.JobProperties) string { return cmp.Or(p.REPL, p.Notebook) }},
	noteStrand:          {"Zeppelin note", false, func(_ *assembler, p *scan.JobProperties) string { return p.ZeppelinNote() }},
	serverStrand:        {"thrift server", true, func(a *assembler, _ *scan.JobProperties) string { return a.thriftServer() }},
	programStrand:       {"program", false, func(*assembler, *scan.JobProperties) string { return "program" }},
}

// thriftServer is the name that Spark's thrift server gives itself, empty for any other
// application (start-thriftserver.sh; SparkSQLEnv if it is started in another way).
func (a *assembler) thriftServer() string {
	if name := a.start.Name; strings.HasPrefix(name, "Thrift JDBC/ODBC Server") || strings.HasPrefix(name, "SparkSQL::") {
		return name
	}
	return ""
}

// streams reports whether the strand is a streaming query, whose units never overlap.
func (s *strand) streams() bool { return s.kind <= classicStreamStrand }

// strands divides the jobs, which are in the order of their submission. A job that a
// query started inside of another strand's statement belongs to that one's group.
func (a *assembler) strands() []*strand {
	var list []*strand
	byName := map[[2]string]*strand{}
	for i, j := range a.jobs {
		for kind := range strandKinds {
			name := strandKinds[kind].of(a, j.properties)
			if name == "" {
				continue
			}
			key := [2]string{strandKinds[kind].name, name}
			s := byName[key]
			if s == nil {
				s = &strand{kind: strandKind(kind), name: name}
				byName[key] = s
				list = append(list, s)
			}
			s.jobs = append(s.jobs, i)
			break
		}
	}
	for _, s := range list {
		a.findUnits(s)
	}
	return list
}

// findUnits divides a strand into units: by batch, else by query, else by group. A query
// stays in its group although Spark gives another group to its broadcasts. A key that comes
// again after another unit began in between makes a new unit.
func (a *assembler) findUnits(s *strand) {
	groups := map[string]bool{}
	for _, i := range s.jobs {
		groups[a.jobs[i].properties.Group] = true
	}
	latest := map[string]int{} // unit by key
	for _, i := range s.jobs {
		j := a.jobs[i]
		keys, n := unitKeys(j.properties, s.kind, len(groups) > 1), -1
		for _, key := range keys {
			if at, known := latest[key]; known && s.continues(at) {
				n = at
				break
			}
		}
		if n < 0 {
			n = len(s.units)
			s.units = append(s.units, unit{start: j.start, end: j.end, last: i})
		}
		for _, key := range keys {
			latest[key] = n
		}
		u := &s.units[n]
		u.jobs = append(u.jobs, i)
		if endsAfter(j, a.jobs[u.last]) {
			u.end, u.last = j.end, i
		}
	}
}

// continues reports whether a further job can belong to a unit: no other one has begun
// since it ended.
func (s *strand) continues(n int) bool {
	u := &s.units[n]
	return u.end == 0 || n == len(s.units)-1 || s.units[len(s.units)-1].start <= u.end
}

// unitKeys are the keys of the unit of a job, the closest first; none: the job is a unit of
// its own. A job group that all jobs share is no unit.
func unitKeys(p *scan.JobProperties, kind strandKind, grouped bool) (keys []string) {
	switch kind {
	case streamStrand:
		return []string{cmp.Or(p.Batch, p.Group)}
	case classicStreamStrand:
		return []string{p.BatchTime}
	}
	if execution := cmp.Or(p.RootExecution, p.Execution); execution != "" {
		keys = append(keys, "execution "+execution)
	}
	if grouped && p.Group != "" {
		keys = append(keys, "group "+p.Group)
	}
	return keys
}
