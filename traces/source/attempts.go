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
	log   *eventlog.Log
	start eventlog.ApplicationStart
}

// A logGroup is the logs of one application.
type logGroup struct {
	size     int // logs, including copies
	attempts []logStart
	problems []traces.Note
}

// groupLogs puts the logs of the same application together.
func groupLogs(logs []eventlog.Log) []logGroup {
	var groups []logGroup
	byID := map[string][]logStart{}
	var ids []string
	for i := range logs {
		start := eventlog.ReadStart(&logs[i])
		if start == nil || start.ID == "" {
			groups = append(groups, groupOf(&logs[i]))
			continue
		}
		if byID[start.ID] == nil {
			ids = append(ids, start.ID)
		}
		byID[start.ID] = append(byID[start.ID], logStart{&logs[i], *start})
	}
	for _, id := range ids {
		groups = append(groups, groupAttempts(byID[id])...)
	}
	slices.SortStableFunc(groups, func(x, y logGroup) int { return cmp.Compare(x.attempts[0].log.Path, y.attempts[0].log.Path) })
	return groups
}

// groupOf is a group of one log.
func groupOf(log *eventlog.Log) logGroup {
	return logGroup{size: 1, attempts: []logStart{{log: log}}}
}

// groupAttempts divides the logs of one application id. Logs of the same attempt with
// the same start are copies of one log. Different attempts are one application. Logs
// without attempts, or of one attempt with different starts, are of different
// applications: two clusters can give the same id.
func groupAttempts(logs []logStart) []logGroup {
	slices.SortStableFunc(logs, func(x, y logStart) int {
		return cmp.Or(compareAttempts(x.start.Attempt, y.start.Attempt), cmp.Compare(x.start.Time, y.start.Time),
			compareBool(x.log.InProgress, y.log.InProgress), cmp.Compare(x.log.Path, y.log.Path))
	})
	var groups []logGroup
	for _, h := range logs {
		if len(groups) > 0 {
			g := &groups[len(groups)-1]
			last := &g.attempts[len(g.attempts)-1]
			sameAttempt := last.start.Attempt == h.start.Attempt
			switch {
			case sameAttempt && last.start.Time == h.start.Time:
				g.problems = append(g.problems, copiedLog.With(h.log.Path))
				g.size++
				continue
			case !sameAttempt && h.start.Attempt != "" && last.start.Attempt != "":
				g.attempts = append(g.attempts, h)
				g.size++
				continue
			}
		}
		groups = append(groups, logGroup{size: 1, attempts: []logStart{h}})
	}
	for i := range groups {
		if len(groups) > 1 {
			groups[i].problems = append(groups[i].problems, sharedID.With(logs[0].start.ID, len(groups)))
		}
	}
	return groups
}

// compareAttempts compares attempt ids, which are numbers on YARN: the longer one is
// larger.
func compareAttempts(x, y string) int {
	return cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y))
}

// read makes an application of the last attempt. The time since the start of the first
// one counts as time held, because earlier attempts held resources without a result.
func (g *logGroup) read() (*traces.Application, error) {
	earlier, last := g.attempts[:len(g.attempts)-1], g.attempts[len(g.attempts)-1]
	app, err := eventlog.Read(last.log)
	if err != nil {
		return nil, err
	}
	if first := g.attempts[0].start.Time; len(earlier) > 0 && 0 < first && first <= traces.MaxTime {
		counts := app.Started
		app.Started = time.UnixMilli(min(first, counts.UnixMilli())).UTC()
		app.EarlierAttempts = counts.Sub(app.Started)
	}
	problems := g.problems
	for _, h := range earlier {
		problems = append(problems, earlierAttempt.With(h.start.Attempt, h.log.Path, app.EarlierAttempts, app.Attempt))
	}
	app.Log.Problems = append(problems, app.Log.Problems...)
	return app, nil
}
