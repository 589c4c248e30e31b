package reports

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"dynalloc/bench/selfreplay"
	"dynalloc/internal/note"
	"dynalloc/reports/words"
	"dynalloc/traces"
)

// A SelfReplayed is an application, of which only the names, the path and the Log are
// read, and its self-replay.
type SelfReplayed struct {
	App *traces.Application
	selfreplay.Explanation
}

var (
	legendSelfReplay = note.Declare("legend-self-replay")
	selfReplayLeft   = note.Declare("self-replay-left-out", "count")
)

// SelfReplays is the report on replays of applications compared with their own logs:
// the largest errors first, those above selfreplay.Large with their causes.
func SelfReplays(list []SelfReplayed) *Document {
	t := &Table{Left: 1, Columns: []Column{
		{Head: "path", Key: "path"}, {Key: "id", Hidden: true}, {Key: "attempt", Hidden: true}, {Key: "name", Hidden: true}, {Key: "class", Hidden: true},
		{Key: "grade", Hidden: true}, {Key: "counts", Hidden: true},
		{Head: "recorded\ns", Key: "recorded_seconds"}, {Head: "replayed\ns", Key: "replayed_seconds"}, {Head: "error\n%", Key: "error"},
		{Head: "executor-s\nerror %", Key: "executor_seconds_error"}, {Head: "cause", Key: "cause", Word: true},
	}}
	for c := range selfreplay.Causes {
		t.Columns = append(t.Columns, Column{Head: c.String() + "\n%", Key: "error_" + causeKey(c)})
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(x, y SelfReplayed) int { return cmp.Compare(sizeOfError(y), sizeOfError(x)) })
	var counted []selfreplay.Error
	var failures Bullets
	for i := range list {
		a, e := list[i].App, &list[i].Explanation
		counts := selfreplay.Counts(a)
		if counts {
			counted = append(counted, e.Error)
		}
		if e.Failed != nil {
			failures = append(failures, OneLine(fmt.Sprintf("%s: %v", a.Path, e.Failed)))
		}
		cause := Cell{}
		if e.Known() && math.Abs(e.Time) > selfreplay.Large {
			cause = Cell{e.Cause().String(), e.Cause().String()}
		}
		row := []Cell{
			{Text: OneLine(a.Path), Value: a.Path}, {Value: a.ID}, {Value: a.Attempt}, {Value: a.Name}, {Value: a.Class}, {Value: a.Log.Grade.String()}, {Value: counts},
			{inSeconds(e.Recorded.Seconds), words.Rounded(e.Recorded.Seconds)}, {inSeconds(e.Replayed.Seconds), words.Rounded(e.Replayed.Seconds)},
			signedError(e.Time), signedError(e.Executors), cause,
		}
		for c := range selfreplay.Causes {
			part := math.NaN()
			if e.Known() {
				part = e.Parts[c]
			}
			row = append(row, signedError(part))
		}
		t.add(row)
	}
	s := selfreplay.Summarize(counted)
	d := &Document{
		Schema:   "dynalloc.selfreplay/1",
		Title:    fmt.Sprintf("Self-replay of %s", words.Plural(len(list), "application")),
		Facts:    []Fact{{Key: "applications", Value: t.objects()}, {Key: "summary", Value: selfReplaySummary(&s)}},
		Sections: []Section{section("errors", "Errors", t), section("summary", "Summary", selfReplayTable(&s))},
		Records:  func() *Table { return t },
		Notes:    []note.Note{legendSelfReplay.With()},
	}
	if len(failures) > 0 {
		d.Sections = append(d.Sections, Section{Key: "failures", Heading: "Replays that failed", Blocks: []Block{failures}})
	}
	if left := len(list) - len(counted); left > 0 {
		d.Notes = append(d.Notes, selfReplayLeft.With(left))
	}
	return d
}

// sizeOfError orders errors; failed replays come first and unknown errors last.
func sizeOfError(s SelfReplayed) float64 {
	switch {
	case s.Failed != nil:
		return math.Inf(1)
	case !s.Known():
		return -1
	}
	return math.Abs(s.Time)
}

func causeKey(c selfreplay.Cause) string {
	return [selfreplay.Causes]string{"startup", "first_tasks", "retries", "waits", "driver", "unexplained"}[c]
}

// signedError is a share as percent, with its sign.
func signedError(v float64) Cell {
	if math.IsNaN(v) {
		return Cell{words.Missing, v}
	}
	return Cell{words.NoMinusZero(fmt.Sprintf("%+.1f", 100*v)), words.Rounded(v)}
}

// selfReplayTable shows the summary.
func selfReplayTable(s *selfreplay.Summary) *Table {
	t := &Table{Left: 1, Columns: heads("", "applications", "median %", "p95 %", "largest %")}
	row := func(name string, size selfreplay.Size) {
		t.add(name, s.N, Cell{Text: words.Percent(size.Median)}, Cell{Text: words.Percent(size.P95)}, Cell{Text: words.Percent(size.Max)})
	}
	row("application time", s.Time)
	row(fmt.Sprintf("application time, of at least %g s", selfreplay.ShortRun), s.Bounded)
	row("executor-seconds", s.Executors)
	return t
}

func selfReplaySummary(s *selfreplay.Summary) Object {
	size := func(of selfreplay.Size) Object {
		return Object{{"median", words.Rounded(of.Median)}, {"p95", words.Rounded(of.P95)}, {"max", words.Rounded(of.Max)}}
	}
	return Object{{"applications", s.N}, {"failed", s.Failed}, {"error", size(s.Time)}, {"error_of_at_least_6_s", size(s.Bounded)}, {"executor_seconds_error", size(s.Executors)}}
}

// selfReplayRecords has one record for each application of a workload: how well its
// replay reproduces its own log.
func selfReplayRecords(w *traces.Workload, self []selfreplay.Error) (list []Object) {
	for i := range self {
		a := w.Apps[i]
		list = append(list, Object{
			{"index", i}, {"id", a.ID}, {"name", a.Name}, {"class", a.Class}, {"grade", a.Log.Grade.String()},
			{"self_replay_error", words.Rounded(self[i].Time)}, {"self_replay_executor_seconds_error", words.Rounded(self[i].Executors)},
		})
	}
	return list
}
