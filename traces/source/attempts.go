package source

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"dynalloc/traces"
	"dynalloc/traces/eventlog"
)

// A logStart is a log with its ApplicationStart, which is zero if it was not read.
type logStart struct {
	log    *eventlog.Log
	start  eventlog.ApplicationStart
	copyOf string // path of the log of which it is a copy; empty: none
}

// A logGroup is the logs of one application.
type logGroup struct {
	attempts []logStart
	copies   []logStart // of logs in attempts
	problems []traces.Note
	first    int64 // ApplicationStart of the first attempt, ms since 1970, if attempts has only later ones
}

// size is the number of logs, including copies.
func (g *logGroup) size() int { return len(g.attempts) + len(g.copies) }

// eachLog is a group for each log of a group. It keeps in mind when the first attempt
// started, which tells the logs of one application from those of others.
func (g *logGroup) eachLog() (list []logGroup) {
	problems := slices.DeleteFunc(slices.Clone(g.problems), func(n traces.Note) bool { return n.Kind == copiedLog })
	for _, h := range slices.Concat(g.attempts, g.copies) {
		own := problems
		if h.copyOf != "" {
			own = append(slices.Clone(problems), isCopy.With(h.copyOf))
		}
		list = append(list, logGroup{attempts: []logStart{h}, problems: own, first: g.attempts[0].start.Time})
	}
	return list
}

// A namesake is what the logs of one application have in common. The id alone does not
// tell applications apart: two clusters can give the same id in the same second. The
// name can hold a date, which differs between attempts; its class does not.
type namesake struct{ id, class, user string }

// groupLogs puts the logs of the same application together.
func groupLogs(logs []eventlog.Log) []logGroup {
	var groups []logGroup
	byName := map[namesake][]logStart{}
	var names []namesake
	for i := range logs {
		start := eventlog.ReadStart(&logs[i])
		if start == nil || start.ID == "" {
			groups = append(groups, groupOf(&logs[i]))
			continue
		}
		name := namesake{start.ID, traces.Class(start.Name), start.User}
		if byName[name] == nil {
			names = append(names, name)
		}
		byName[name] = append(byName[name], logStart{log: &logs[i], start: *start})
	}
	sharing := map[string]int{} // applications by id
	for _, name := range names {
		divided := groupAttempts(byName[name])
		sharing[name.id] += len(divided)
		groups = append(groups, divided...)
	}
	for i := range groups {
		id := groups[i].attempts[0].start.ID
		if n := sharing[id]; n > 1 {
			groups[i].problems = append(groups[i].problems, sharedID.With(id, n))
		}
	}
	slices.SortStableFunc(groups, byPath)
	return groups
}

// byPath orders groups by the paths of their first logs.
func byPath(x, y logGroup) int { return cmp.Compare(x.attempts[0].log.Path, y.attempts[0].log.Path) }

// groupOf is a group of one log.
func groupOf(log *eventlog.Log) logGroup {
	return logGroup{attempts: []logStart{{log: log}}}
}

// groupAttempts divides the logs of one namesake. Logs of the same attempt with the same
// start and name are copies of one log. Different attempts are one application. Logs
// without attempts, or of one attempt with different starts, are of different
// applications.
func groupAttempts(logs []logStart) []logGroup {
	slices.SortStableFunc(logs, func(x, y logStart) int {
		return cmp.Or(compareAttempts(x.start.Attempt, y.start.Attempt), cmp.Compare(x.start.Time, y.start.Time), cmp.Compare(x.start.Name, y.start.Name),
			compareBool(x.log.InProgress, y.log.InProgress), cmp.Compare(x.log.Path, y.log.Path))
	})
	var groups []logGroup
	for _, h := range logs {
		if len(groups) > 0 {
			g := &groups[len(groups)-1]
			last := &g.attempts[len(g.attempts)-1]
			sameAttempt := last.start.Attempt == h.start.Attempt
			switch {
			case sameAttempt && last.start.Time == h.start.Time && last.start.Name == h.start.Name:
				g.copies = append(g.copies, logStart{h.log, last.start, last.log.Path})
				g.problems = append(g.problems, copiedLog.With(h.log.Path))
				continue
			case !sameAttempt && h.start.Attempt != "" && last.start.Attempt != "":
				g.attempts = append(g.attempts, h)
				continue
			}
		}
		groups = append(groups, logGroup{attempts: []logStart{h}})
	}
	return groups
}

// compareAttempts compares attempt ids, which are numbers on YARN: the longer one is
// larger.
func compareAttempts(x, y string) int {
	return cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y))
}

// read makes an application of the last attempt. The time since the start of the first
// one counts as time held, because earlier attempts held resources without a result. log
// reads the log of an attempt.
func (g *logGroup) read(log func(*eventlog.Log) (*traces.Application, error)) (*traces.Application, error) {
	earlier, last := g.attempts[:len(g.attempts)-1], g.attempts[len(g.attempts)-1]
	app, err := log(last.log)
	if err != nil {
		return nil, err
	}
	if first := cmp.Or(g.first, g.attempts[0].start.Time); (len(earlier) > 0 || g.first > 0) && 0 < first && first <= traces.MaxTime {
		counts := app.Started
		app.Started = time.UnixMilli(min(first, counts.UnixMilli())).UTC()
		if len(earlier) > 0 {
			app.EarlierAttempts = counts.Sub(app.Started)
		}
	}
	app.Log.CopyOf = last.copyOf
	problems := slices.Clone(g.problems)
	for _, h := range earlier {
		problems = append(problems, earlierAttempt.With(h.start.Attempt, h.log.Path, app.EarlierAttempts, app.Attempt))
	}
	app.Log.Problems = append(slices.Clip(problems), app.Log.Problems...)
	return app, nil
}
