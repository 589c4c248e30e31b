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

// The file names that make several files one log. Spark replaces dots in
// application ids, so what follows a dot is the codec, then ".compact"
// (org.apache.spark.deploy.history.RollingEventLogFilesWriter); Spark 1.0 to
// 1.2 wrote a folder for each application (org.apache.spark.scheduler.EventLoggingListener
// of that time).
var (
	rollingName    = regexp.MustCompile(`^events_(\d{1,9})_([^.]+)(?:\.[a-z0-9]+)??(\.compact)?$`)
	statusName     = regexp.MustCompile(`^appstatus_([^.]+)(\.inprogress)?$`)
	databricksName = regexp.MustCompile(`^eventlog(?:-(\d{4}-\d\d-\d\d--\d\d-\d\d))?(?:\.[a-z0-9]+)?$`)
	oldPartName    = regexp.MustCompile(`^EVENT_LOG_(\d{1,9})(?:\.[a-z0-9]+)?$`)
	oldMarkName    = regexp.MustCompile(`^(SPARK_VERSION_|COMPRESSION_CODEC_|APPLICATION_COMPLETE$)(.*)$`)
)

// isPartName reports whether a file's name says that it is a part of a log, so
// that it belongs there even if its content is damaged.
func isPartName(name string) bool {
	return rollingName.MatchString(name) || databricksName.MatchString(name) || oldPartName.MatchString(name)
}

// assign makes event logs of the files of one folder, and says why the rest is
// skipped.
func assign(files []file) assignment {
	var a assignment
	files = a.rolling(files)
	files = a.databricks(files)
	files = a.old(files)
	for _, f := range files {
		a.single(f)
	}
	return a
}

// An assignment is a folder's files as they find their place. Each of its
// methods that take files returns those it has no use for.
type assignment struct {
	logs    []eventlog.Log
	tables  []table
	skipped []Skipped
}

func (a *assignment) skip(f file, why string) {
	a.skipped = append(a.skipped, Skipped{f.path, why, f.named})
}

// rolling collects the logs that Spark rolled by size, normally one in a
// folder of its own.
func (a *assignment) rolling(files []file) []file {
	type group struct {
		app    string
		parts  []part
		status []file
	}
	var groups []*group
	of := func(app string) *group {
		for _, g := range groups {
			if g.app == app {
				return g
			}
		}
		groups = append(groups, &group{app: app})
		return groups[len(groups)-1]
	}
	var rest []file
	for _, f := range files {
		if m := rollingName.FindStringSubmatch(f.name); m != nil {
			n, _ := strconv.Atoi(m[1]) // nine digits at most
			g := of(m[2])
			g.parts = append(g.parts, part{file: f, number: n, compact: m[3] != ""})
		} else if m := statusName.FindStringSubmatch(f.name); m != nil {
			g := of(m[1])
			g.status = append(g.status, f)
		} else {
			rest = append(rest, f)
		}
	}
	for _, g := range groups {
		if len(g.parts) == 0 {
			for _, f := range g.status {
				a.skipped = append(a.skipped, Skipped{f.path, "the events file of its log is missing", true})
			}
			continue
		}
		dir := strings.TrimSuffix(g.parts[0].dir, "!")
		if !strings.HasPrefix(path.Base(dir), "eventlog_v2_") && !anyLog(g.parts) {
			rest = append(rest, filesOf(g.parts)...) // names alone are not enough
			continue
		}
		log := eventlog.Log{Path: dir}
		if len(groups) > 1 {
			log.Path = path.Join(g.parts[0].dir, "events_*_"+g.app)
		}
		if len(g.parts) == 1 && g.parts[0].named {
			log.Path = g.parts[0].path
		}
		a.sequence(&log, g.parts)
		log.InProgress = len(g.status) > 0
		for _, f := range g.status {
			log.InProgress = log.InProgress && strings.HasSuffix(f.name, ".inprogress")
		}
		if len(g.status) == 0 {
			log.Problems = append(log.Problems, withoutStatus.With(log.Path))
		}
		a.logs = append(a.logs, log)
	}
	return rest
}

// databricks collects a log that Databricks rolled by time: dated parts, and
// one without a date that is the newest.
func (a *assignment) databricks(files []file) []file {
	var parts []part
	var rest []file
	dated := false
	for _, f := range files {
		m := databricksName.FindStringSubmatch(f.name)
		if m == nil || f.look.kind == emptyFile {
			rest = append(rest, f)
			continue
		}
		dated = dated || m[1] != ""
		parts = append(parts, part{file: f, number: f.look.rollover, date: m[1]})
	}
	if !dated || !anyLog(parts) {
		return files
	}
	log := eventlog.Log{Path: strings.TrimSuffix(parts[0].dir, "!"), Databricks: true}
	if len(parts) == 1 && parts[0].named {
		log.Path = parts[0].path
	}
	if slices.ContainsFunc(parts, func(p part) bool { return p.number == 0 }) {
		a.timed(&log, parts)
	} else {
		a.sequence(&log, parts)
	}
	a.logs = append(a.logs, log)
	return rest
}

// old collects the folder of one application of Spark 1.0 to 1.2.
func (a *assignment) old(files []file) []file {
	var parts []part
	var rest []file
	log := eventlog.Log{InProgress: true}
	for _, f := range files {
		if m := oldPartName.FindStringSubmatch(f.name); m != nil {
			n, _ := strconv.Atoi(m[1])
			parts = append(parts, part{file: f, number: n})
		} else if m := oldMarkName.FindStringSubmatch(f.name); m == nil {
			rest = append(rest, f)
		} else if m[1] == "SPARK_VERSION_" {
			log.Version = m[2]
		} else if m[1] == "APPLICATION_COMPLETE" {
			log.InProgress = false
		}
	}
	if !anyLog(parts) {
		return files
	}
	log.Path = strings.TrimSuffix(parts[0].dir, "!")
	a.sequence(&log, parts)
	a.logs = append(a.logs, log)
	return rest
}

// single takes a file that stands for itself.
func (a *assignment) single(f file) {
	switch {
	case f.look.kind == eventLogFile, f.look.kind == textFile && f.named:
		log := eventlog.Log{Path: f.path, InProgress: strings.HasSuffix(f.name, ".inprogress")}
		a.sequence(&log, []part{{file: f, number: max(1, f.look.rollover)}})
		log.Databricks = f.look.rollover > 0
		a.logs = append(a.logs, log)
	case f.look.kind == workloadFile && !f.named:
		// A folder of logs is one cluster's; another cluster's year beside them is not meant.
		a.skip(f, "a workload in the format "+f.look.format.Name()+": it is read if it is named itself")
	case f.look.kind == workloadFile:
		a.tables = append(a.tables, table{f.path, openText(f.path, f.open), f.look.format})
	case f.look.kind == emptyFile:
		a.skip(f, "empty")
	case f.look.kind == unreadableFile:
		a.skipped = append(a.skipped, Skipped{f.path, f.look.why, true})
	default:
		a.skip(f, "no Spark event log: none of its first lines is an event")
	}
}

// A part is a file with its place in a log.
type part struct {
	file
	number  int    // from 1; 0 if the file does not say
	compact bool   // stands for its own number and all before it
	date    string // of Databricks, sorts by time; empty for the newest
}

// sequence puts numbered parts in order and reports what is missing or double.
func (a *assignment) sequence(log *eventlog.Log, parts []part) {
	slices.SortStableFunc(parts, func(a, b part) int {
		return cmp.Or(cmp.Compare(a.number, b.number), compareBool(a.compact, b.compact),
			compareBool(b.look.kind == eventLogFile, a.look.kind == eventLogFile), cmp.Compare(a.name, b.name))
	})
	for i := len(parts) - 1; i >= 0; i-- {
		if !parts[i].compact {
			continue
		}
		log.Compacted = true
		// A second copy of the same compact file is found below.
		first := slices.IndexFunc(parts, func(p part) bool { return p.compact && p.number == parts[i].number })
		for _, p := range parts[:first] {
			a.skipped = append(a.skipped, Skipped{Path: p.path, Why: "replaced by " + parts[first].name})
		}
		parts = parts[first:]
		break
	}
	if first := parts[0]; first.number > 1 && !first.compact {
		eventsLost(log, firstPartsMissing.With(first.path, first.number))
	}
	for i, p := range parts {
		if i > 0 {
			before := parts[i-1]
			if p.number == before.number && p.compact == before.compact {
				a.double(log, p, before)
				parts[i] = before // the next part is compared with the one that is read
				continue
			}
			if p.number > before.number+1 {
				eventsLost(log, partsMissing.With(p.path, p.number, before.number))
			}
		}
		add(log, p, i == len(parts)-1)
	}
}

// timed puts dated parts that carry no numbers in order. They are rolled at a
// steady pace, so one longer step is a gap.
func (a *assignment) timed(log *eventlog.Log, parts []part) {
	slices.SortStableFunc(parts, func(a, b part) int {
		return cmp.Or(compareBool(a.date == "", b.date == ""), cmp.Compare(a.date, b.date), cmp.Compare(a.name, b.name))
	})
	pace := paceOf(parts)
	for i, p := range parts {
		if i > 0 {
			before := parts[i-1]
			if p.date == before.date {
				a.double(log, p, before)
				continue
			}
			if step := minutesBetween(before, p); pace > 0 && step > pace {
				eventsLost(log, partsLate.With(p.path, before.name, step, pace))
			}
		}
		add(log, p, i == len(parts)-1)
	}
}

// add appends a part to a log.
func add(log *eventlog.Log, p part, last bool) {
	if p.look.kind == emptyFile && !last {
		eventsLost(log, partEmpty.With(p.path))
	}
	log.Parts = append(log.Parts, eventlog.Part{Name: p.path, Open: openText(p.path, p.open)})
}

// eventsLost notes that events are lost with a part.
func eventsLost(log *eventlog.Log, problem traces.Note) {
	log.Incomplete = true
	log.Problems = append(log.Problems, problem)
}

// double notes that a part is there twice and leaves the second out.
func (a *assignment) double(log *eventlog.Log, second, first part) {
	log.Problems = append(log.Problems, partTwice.With(second.path, first.name))
	a.skipped = append(a.skipped, Skipped{Path: second.path, Why: "the same part as " + first.name})
}

func anyLog(parts []part) bool {
	return slices.ContainsFunc(parts, func(p part) bool { return p.look.kind == eventLogFile })
}

func filesOf(parts []part) []file {
	var files []file
	for _, p := range parts {
		files = append(files, p.file)
	}
	return files
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
