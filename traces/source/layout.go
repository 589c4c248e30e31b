package source

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"dynalloc/traces"
	"dynalloc/traces/eventlog"
)

// The names of files that are parts of one log. Spark replaces dots in application
// ids, so a dot begins the codec or ".compact"
// (org.apache.spark.deploy.history.RollingEventLogFilesWriter). Spark 1.0 to 1.2 wrote
// a folder for each application (org.apache.spark.scheduler.EventLoggingListener of
// that time).
var (
	rollingName    = regexp.MustCompile(`^events_(\d{1,9})_([^.]+)(?:\.[a-z0-9]+)??(\.compact)?$`)
	statusName     = regexp.MustCompile(`^appstatus_([^.]+)(\.inprogress)?$`)
	databricksName = regexp.MustCompile(`^eventlog(?:-(\d{4}-\d\d-\d\d--\d\d-\d\d))?(?:\.[a-z0-9]+)?$`)
	spark1Name     = regexp.MustCompile(`^EVENT_LOG_(\d{1,9})(?:\.[a-z0-9]+)?$`)
	spark1Marker   = regexp.MustCompile(`^(SPARK_VERSION_|COMPRESSION_CODEC_|APPLICATION_COMPLETE$)(.*)$`)
)

// isPartName reports whether a file is part of a log by its name, so that it is read
// even if its content is damaged.
func isPartName(name string) bool {
	return rollingName.MatchString(name) || databricksName.MatchString(name) || spark1Name.MatchString(name)
}

// A layout arranges files as logs. Each of its methods that takes the files of a
// folder returns those that it did not use.
type layout struct {
	logs    []eventlog.Log
	tables  []table
	skipped []Skipped
	stopped func() error // an error ends reading; nil: nothing does
}

// folder makes logs of the files of one folder, and says why others are skipped.
func (l *layout) folder(files []file) {
	for _, f := range l.spark1(l.databricks(l.rolling(files))) {
		l.single(f)
	}
}

func (l *layout) skip(f file, failed bool, why traces.Note) {
	l.skipped = append(l.skipped, Skipped{f.path, why, failed})
}

// A part is a file with its position in a log.
type part struct {
	file
	number  int    // from 1; 0 if the file does not say
	compact bool   // stands for its own number and all before it
	date    string // of Databricks, sorts by time; empty for the newest
}

// number is a number in a file name, of nine digits at most.
func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// rolling collects the logs that Spark rolled over by size. Each is normally in its own
// folder.
func (l *layout) rolling(files []file) []file {
	type group struct{ parts, status []part }
	groups := map[string]*group{} // by application id
	var apps []string
	of := func(app string) *group {
		if groups[app] == nil {
			groups[app] = &group{}
			apps = append(apps, app)
		}
		return groups[app]
	}
	var rest []file
	for _, f := range files {
		if m := rollingName.FindStringSubmatch(f.name); m != nil {
			g := of(m[2])
			g.parts = append(g.parts, part{file: f, number: number(m[1]), compact: m[3] != ""})
		} else if m := statusName.FindStringSubmatch(f.name); m != nil {
			g := of(m[1])
			g.status = append(g.status, part{file: f})
		} else {
			rest = append(rest, f)
		}
	}
	for _, app := range apps {
		g := groups[app]
		if len(g.parts) == 0 {
			for _, f := range g.status {
				l.skip(f.file, true, statusAlone.With())
			}
			continue
		}
		log := newLog(g.parts)
		if !strings.HasPrefix(path.Base(log.Path), "eventlog_v2_") && !anyLog(g.parts) {
			for _, p := range g.parts { // their names alone do not make them a log
				rest = append(rest, p.file)
			}
			continue
		}
		if len(apps) > 1 && !g.parts[0].named {
			log.Path = path.Join(g.parts[0].dir, "events_*_"+app)
		}
		l.sequence(&log, g.parts)
		log.InProgress = len(g.status) > 0 && !slices.ContainsFunc(g.status, func(p part) bool { return !strings.HasSuffix(p.name, ".inprogress") })
		if len(g.status) == 0 {
			log.Problems = append(log.Problems, withoutStatus.With(log.Path))
		}
		l.logs = append(l.logs, log)
	}
	return rest
}

// databricks collects a log that Databricks rolled over by time: dated parts, and a
// newest one without a date.
func (l *layout) databricks(files []file) []file {
	var parts []part
	var rest []file
	dated, numbered := false, true
	for _, f := range files {
		m := databricksName.FindStringSubmatch(f.name)
		if m == nil || f.kind == emptyFile {
			rest = append(rest, f)
			continue
		}
		dated, numbered = dated || m[1] != "", numbered && f.rollover > 0
		parts = append(parts, part{file: f, number: f.rollover, date: m[1]})
	}
	if !dated || !anyLog(parts) {
		return files
	}
	log := newLog(parts)
	log.Databricks = true
	if numbered {
		l.sequence(&log, parts)
	} else {
		l.timed(&log, parts)
	}
	l.logs = append(l.logs, log)
	return rest
}

// spark1 collects the folder of one application of Spark 1.0 to 1.2.
func (l *layout) spark1(files []file) []file {
	var parts []part
	var rest []file
	version, inProgress := "", true
	for _, f := range files {
		if m := spark1Name.FindStringSubmatch(f.name); m != nil {
			parts = append(parts, part{file: f, number: number(m[1])})
		} else if m := spark1Marker.FindStringSubmatch(f.name); m == nil {
			rest = append(rest, f)
		} else if m[1] == "SPARK_VERSION_" {
			version = m[2]
		} else if m[1] == "APPLICATION_COMPLETE" {
			inProgress = false
		}
	}
	if !anyLog(parts) {
		return files
	}
	log := newLog(parts)
	log.Version, log.InProgress = version, inProgress
	l.sequence(&log, parts)
	l.logs = append(l.logs, log)
	return rest
}

// single takes a file that is not part of a larger log.
func (l *layout) single(f file) {
	switch {
	case f.kind == eventLogFile, f.kind == textFile && f.named:
		log := eventlog.Log{Path: f.path, InProgress: strings.HasSuffix(f.name, ".inprogress"), Databricks: f.rollover > 0}
		l.sequence(&log, []part{{file: f, number: max(1, f.rollover)}})
		l.logs = append(l.logs, log)
	case f.kind == workloadFile && !f.named:
		// A folder of logs belongs to one cluster. Workloads of other clusters beside
		// them are read only if the user names them.
		l.skip(f, false, foreignWorkload.With(f.format.Name()))
	case f.kind == workloadFile:
		l.tables = append(l.tables, table{f.path, f.open, openText(f.path, f.open, l.stopped), f.format})
	case f.kind == emptyFile:
		l.skip(f, f.named, empty.With())
	case f.kind == unreadableFile:
		l.skip(f, true, f.why)
	default:
		l.skip(f, f.named, noEvents.With())
	}
}

// newLog is a log of parts, without its parts. Its path is the folder, or the file if
// the user named the only part.
func newLog(parts []part) eventlog.Log {
	if len(parts) == 1 && parts[0].named {
		return eventlog.Log{Path: parts[0].path}
	}
	return eventlog.Log{Path: strings.TrimSuffix(parts[0].dir, "!")}
}

// sequence adds numbered parts to a log in order, and reports parts that are missing or
// that are there twice.
func (l *layout) sequence(log *eventlog.Log, parts []part) {
	slices.SortStableFunc(parts, func(a, b part) int {
		return cmp.Or(cmp.Compare(a.number, b.number), compareBool(a.compact, b.compact),
			compareBool(b.kind == eventLogFile, a.kind == eventLogFile), cmp.Compare(a.name, b.name))
	})
	parts = l.fromCompact(log, parts)
	if first := parts[0]; first.number > 1 && !first.compact {
		lost(log, firstPartsMissing.With(first.path, first.number))
	}
	before := parts[0]
	for i, p := range parts {
		if i > 0 && p.number == before.number && p.compact == before.compact {
			l.twice(log, p, before)
			continue
		}
		if i > 0 && p.number > before.number+1 {
			lost(log, partsMissing.With(p.path, p.number, before.number))
		}
		l.add(log, p, i == len(parts)-1)
		before = p
	}
}

// fromCompact leaves out the parts that the last compact part replaces.
func (l *layout) fromCompact(log *eventlog.Log, parts []part) []part {
	for _, last := range slices.Backward(parts) {
		if !last.compact {
			continue
		}
		log.Compacted = true
		// The first of them, if there are copies: sequence reports the others.
		first := slices.IndexFunc(parts, func(p part) bool { return p.compact && p.number == last.number })
		for _, p := range parts[:first] {
			l.skip(p.file, false, replaced.With(parts[first].name))
		}
		return parts[first:]
	}
	return parts
}

// timed adds dated parts without numbers to a log in order. Parts are rolled over at a
// steady interval, so a longer step means that parts are missing.
func (l *layout) timed(log *eventlog.Log, parts []part) {
	slices.SortStableFunc(parts, func(a, b part) int {
		return cmp.Or(compareBool(a.date == "", b.date == ""), cmp.Compare(a.date, b.date), cmp.Compare(a.name, b.name))
	})
	interval := rolloverInterval(parts)
	for i, p := range parts {
		if i > 0 {
			before := parts[i-1]
			if p.date == before.date {
				l.twice(log, p, before)
				continue
			}
			if step := minutesBetween(before, p); interval > 0 && step > interval {
				lost(log, partsLate.With(p.path, before.name, step, interval))
			}
		}
		l.add(log, p, i == len(parts)-1)
	}
}

// add appends a part to a log.
func (l *layout) add(log *eventlog.Log, p part, last bool) {
	if p.kind == emptyFile && !last {
		lost(log, partEmpty.With(p.path))
	}
	log.Parts = append(log.Parts, eventlog.Part{Name: p.path, Open: openText(p.path, p.open, l.stopped), Stored: p.open, Start: p.start})
}

// lost notes that events are missing from a log.
func lost(log *eventlog.Log, problem traces.Note) {
	log.Incomplete = true
	log.Problems = append(log.Problems, problem)
}

// twice leaves out the second of two copies of a part.
func (l *layout) twice(log *eventlog.Log, second, first part) {
	log.Problems = append(log.Problems, partTwice.With(second.path, first.name))
	l.skip(second.file, false, samePart.With(first.name))
}

func anyLog(parts []part) bool {
	return slices.ContainsFunc(parts, func(p part) bool { return p.kind == eventLogFile })
}

// compareBool orders false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
