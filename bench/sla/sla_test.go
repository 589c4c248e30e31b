package sla

import (
	"strings"
	"testing"
	"time"

	"dynalloc/replay"
	"dynalloc/traces"
)

func readDeadlines(t *testing.T, text string) Deadlines {
	t.Helper()
	d, err := ReadDeadlines(strings.NewReader(text), "sla.csv")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestTheFirstPatternThatMatchesDecides(t *testing.T) {
	d := readDeadlines(t, "pattern, deadline\n# the board's report first\nreport-board-*,30s\nreport-*,1h30m\n")
	for _, c := range []struct {
		name string
		want int
	}{{"report-board-2024", 0}, {"report-daily/eu", 1}, {"warehouse-load", -1}} {
		if got := d.ruleFor(&traces.Application{Name: c.name}); got != c.want {
			t.Errorf("%s: deadline %d decides, want %d", c.name, got, c.want)
		}
	}
	if d[0].Within != 30*time.Second || d[1].Within != 90*time.Minute {
		t.Errorf("got %v", d)
	}
}

func TestAFileWithoutAHeaderLosesNoLine(t *testing.T) {
	d := readDeadlines(t, "report-*,90s\r\netl-*,15m\r\n")
	if len(d) != 2 || d[0].Within != 90*time.Second || d[1].Line != 2 {
		t.Errorf("got %v", d)
	}
}

// A line matches if all of its columns match; an empty field matches everything.
func TestADeadlineIsForWhoeverAllColumnsFit(t *testing.T) {
	d := readDeadlines(t, `name,queue,tag,user,deadline
report-*,finance,,,1m
report-*,,team=risk,,2m
,,nightly,,3m
,,spark.app.tier=gold,,4m
*,,,ann,5m
`)
	properties := func(key, value string) map[string]string { return map[string]string{key: value} }
	for _, c := range []struct {
		who  traces.Application
		want int
	}{
		{traces.Application{Name: "report-1", Queue: "finance"}, 0},
		{traces.Application{Name: "report-1", Queue: "web", Properties: properties("spark.kubernetes.driver.label.team", "risk")}, 1},
		{traces.Application{Name: "load", Properties: properties("spark.yarn.tags", "eu, nightly")}, 2},
		{traces.Application{Name: "load", Properties: properties("spark.app.tier", "gold")}, 3},
		{traces.Application{Name: "load", User: "ann"}, 4},
		{traces.Application{Name: "report-2", Properties: properties("spark.databricks.clusterUsageTags.clusterAllTags", `[{"key":"Vendor","value":"x"},{"key":"team","value":"risk"}]`)}, 1},
		{traces.Application{Name: "report-2", Properties: properties("spark.databricks.clusterUsageTags.clusterAllTags", `[{"key":`)}, -1},
		{traces.Application{Name: "report-1", Queue: "web"}, -1},
	} {
		if got := d.ruleFor(&c.who); got != c.want {
			t.Errorf("%+v: deadline %d decides, want %d", c.who, got, c.want)
		}
	}
}

func TestBadDeadlinesNameFileAndLine(t *testing.T) {
	wrong := func(text string) string { return "a deadline must be " + ruleForms + ", not " + text }
	for _, c := range []struct{ text, want string }{
		{"a,10s\nb,soon\n", `sla.csv:2: ` + wrong(`"soon"`)},
		{"a,0s\n", `sla.csv:1: ` + wrong(`"0s"`)},
		{"a,-5s\n", `sla.csv:1: ` + wrong(`"-5s"`)},
		{"a,alone=0\n", `sla.csv:1: ` + wrong(`"alone=0"`)},
		{"a,typical=2\n", `sla.csv:1: ` + wrong(`"typical=2"`)},
		{"a,25:00 UTC\n", `sla.csv:1: ` + wrong(`"25:00 UTC"`)},
		{"a,06:00\n", `sla.csv:1: the time of day 06:00 needs a time zone, as in 06:00 Europe/Berlin or 06:00 UTC`},
		{"a,06:00 Mars/Base\n", `sla.csv:1: "Mars/Base" is no time zone; expected a name such as Europe/Berlin, America/New_York or UTC`},
		{"a,06:00 Local\n", `sla.csv:1: "Local" is no time zone; expected a name such as Europe/Berlin, America/New_York or UTC`},
		{"pattern,deadline\n\na,10s,b\n", `sla.csv:3: expected a pattern and a deadline, as in "report-*,90s", found "a,10s,b"`},
		{"name,queue,deadline\na,10s\n", `sla.csv:2: expected 3 fields as in the header, name,queue,deadline; found 2`},
		{"name,queu,deadline\na,b,10s\n", `sla.csv:1: there is no column "queu"; did you mean "queue"?`},
		{"name,deadlin\na,10s\n", `sla.csv:1: there is no column "deadlin"; did you mean "deadline"?`},
		{"name,name,deadline\na,b,10s\n", `sla.csv:1: the column "name" is there twice`},
		{"pattern,within\na,10s\n", `sla.csv:1: there is no column "within"; there are deadline, name, class, queue, user, tag, group, description, execution, stream`},
		{"pattern\na\n", `sla.csv:1: the header has no column "deadline"`},
		{"name,group,deadline\n*,q*,next\n", `sla.csv:2: the deadline of a query must be a duration, alone=1.5, history=1.2 or none, not "next"`},
		{"a\n", `sla.csv:1: expected a pattern and a deadline, as in "report-*,90s", found "a"`},
		{",5s\n", `sla.csv:1: it matches nothing: expected a pattern in one of the columns before the deadline, such as * for all, found ",5s"`},
		{"", `sla.csv: no deadline in it; expected lines such as "report-*,90s"`},
		{"pattern,deadline\n", `sla.csv: no deadline in it; expected lines such as "report-*,90s"`},
		{"a,10s\n\"b,5s\n", "sla.csv:2: not a line of CSV: extraneous or missing \" in quoted-field"},
	} {
		_, err := ReadDeadlines(strings.NewReader(c.text), "sla.csv")
		if err == nil || err.Error() != c.want {
			t.Errorf("%q:\ngot  %v\nwant %s", c.text, err, c.want)
		}
	}
}

// Six in the morning in Berlin, also over changes of daylight saving time.
func TestATimeOfDayIsTheNextOneOnThatClock(t *testing.T) {
	for _, c := range []struct{ submitted, due, want string }{
		{"2026-03-02T03:00:00Z", "06:00 Europe/Berlin", "2h0m0s"},
		{"2026-03-02T05:00:00Z", "06:00 Europe/Berlin", "24h0m0s"},    // it is six: the next is tomorrow
		{"2026-03-28T22:00:00Z", "06:00 Europe/Berlin", "6h0m0s"},     // the night is an hour short: 23:00 to 6:00
		{"2026-10-24T21:00:00Z", "06:00 Europe/Berlin", "8h0m0s"},     // and an hour long
		{"2026-03-29T00:30:00Z", "02:30 Europe/Berlin", "30m0s"},      // 1:30; there is no 2:30 this night: when it is skipped
		{"2026-10-24T23:00:00Z", "02:30 Europe/Berlin", "1h30m0s"},    // the first of two
		{"2026-10-25T00:45:00Z", "02:30 Europe/Berlin", "45m0s"},      // and the second
		{"2026-03-02T03:00:00Z", "02:59:30 UTC", "23h59m30s"},         // with seconds
		{"2026-03-02T03:00:00Z", "22:00 America/New_York", "24h0m0s"}, // it is 22:00 there, yesterday
		{"2026-03-02T03:00:00Z", "12:30 Asia/Kolkata", "4h0m0s"},      // an offset of half an hour
	} {
		at, err := time.Parse(time.RFC3339, c.submitted)
		if err != nil {
			t.Fatal(err)
		}
		due, err := ParseDeadlineRule(c.due)
		if err != nil {
			t.Fatal(err)
		}
		if got := nextClock(at, due.Clock, due.Zone).Sub(at); got.String() != c.want {
			t.Errorf("submitted %s, due %s: in %s, want %s", c.submitted, c.due, got, c.want)
		}
	}
}

// A time of day is on the application's own day, with the daylight saving time of that
// day.
func TestATimeOfDayIsOfTheApplicationsOwnDay(t *testing.T) {
	w := &traces.Workload{Epoch: time.Date(2026, 3, 25, 22, 0, 0, 0, time.UTC)}
	for _, day := range []int{25, 28} {
		started := time.Date(2026, 3, day, 22, 0, 0, 0, time.UTC)
		w.Apps = append(w.Apps, &traces.Application{Name: "report", Started: started, Submit: started.Sub(w.Epoch)})
	}
	due, err := ParseDeadlineRule("06:00 Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	p := programsOf(w)
	for i, want := range []time.Duration{7 * time.Hour, 6 * time.Hour} {
		if got, _ := p.deadline(due, w.Apps[i], &Reference{}); got != want {
			t.Errorf("run %d has %s, want %s", i, got, want)
		}
	}
}

func TestSLAsInWords(t *testing.T) {
	for _, c := range []struct{ text, slack, deadline, wrong string }{
		{"alone", "1.5 x the run alone on the idle cluster under its recorded settings", "", ""},
		{"critical=3,1,2,2", "2 x the critical path", "", ""},
		{"history=1.2", "1.2 x the 95 % quantile of the recorded runs of the same program", "", ""},
		{"90s", "", "1m30s", ""},
		{"06:00 UTC", "", "06:00:00 UTC", ""},
		{"next", "", "next", ""},
		{"alone=1,x", "", "", `alone=1,x: expected factors above 0, as in alone=1.2,1.5,2, found "x"`},
		{"soon", "", "", "a deadline must be " + ruleForms + `, not "soon"`},
	} {
		slack, deadlines, err := ParseSLA(c.text)
		switch {
		case c.wrong != "":
			if err == nil || err.Error() != c.wrong {
				t.Errorf("%s: got %v, want %s", c.text, err, c.wrong)
			}
		case c.slack != "":
			if err != nil || slack.String() != c.slack || deadlines != nil {
				t.Errorf("%s: got %v, %v, %v", c.text, slack, deadlines, err)
			}
		default:
			if err != nil || len(deadlines) != 1 || deadlines[0].DeadlineRule.String() != c.deadline || deadlines.ruleFor(&traces.Application{}) != 0 {
				t.Errorf("%s: got %v, %v", c.text, deadlines, err)
			}
		}
	}
}

func FuzzReadDeadlines(f *testing.F) {
	f.Add("report-*,90s\n")
	f.Add("pattern,deadline\n\"a,b\",1h\n")
	f.Add("\ufeffpattern,deadline\na,1s\n")
	f.Add("name,queue,tag,deadline\na,b,c,06:00 UTC\n,,d,history=1.2\n")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ReadDeadlines(strings.NewReader(text), "f")
		if err == nil && len(d) == 0 {
			t.Error("neither deadlines nor an error")
		}
		for _, x := range d {
			if x.Basis == Within && x.Within <= 0 || x.Basis.takesFactor() && !(x.Factor > 0) || x.Match == (Match{}) || x.Line < 1 {
				t.Errorf("accepted %+v", x)
			}
		}
	})
}

// The jobs of a query may run at the same time, and the last one to be submitted may
// end before another: the query lasts until none of them runs.
func TestAQueryLastsUntilItsLastJobEnds(t *testing.T) {
	q := Query{Jobs: []int{1, 2}}
	replayed := replay.AppResult{Jobs: []replay.JobResult{
		{Start: 0, End: time.Hour}, {Start: 10 * time.Second, End: 70 * time.Second}, {Start: 20 * time.Second, End: 40 * time.Second},
	}}
	recorded := traces.Recorded{Jobs: []traces.RecordedJob{
		{Start: 0, End: time.Hour}, {Start: 10 * time.Second, End: 70 * time.Second}, {Start: 20 * time.Second, End: 40 * time.Second},
	}}
	if a, b := q.Duration(&replayed), q.RecordedDuration(&recorded); a != time.Minute || b != time.Minute {
		t.Errorf("it takes %s in the replay and %s in the recording, want 1m0s", a, b)
	}
}
