package bench

import (
	"strings"
	"testing"
	"time"
)

func TestTheFirstPatternThatMatchesDecides(t *testing.T) {
	d, err := ReadDeadlines(strings.NewReader("pattern, deadline\n# the board's report first\nreport-board-*,30s\nreport-*,1h30m\n"), "sla.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		want time.Duration
		has  bool
	}{
		{"report-board-2024", 30 * time.Second, true},
		{"report-daily/eu", 90 * time.Minute, true},
		{"warehouse-load", 0, false},
	} {
		if got, has := d.For(c.name); got != c.want || has != c.has {
			t.Errorf("%s: deadline %s, %t; want %s, %t", c.name, got, has, c.want, c.has)
		}
	}
}

func TestAFileWithoutAHeaderLosesNoLine(t *testing.T) {
	d, err := ReadDeadlines(strings.NewReader("report-*,90s\r\netl-*,15m\r\n"), "sla.csv")
	if err != nil || len(d) != 2 || d[0].Within != 90*time.Second || d[1].Line != 2 {
		t.Errorf("got %v, %v", d, err)
	}
}

func TestBadDeadlinesNameFileAndLine(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"a,10s\nb,soon\n", `sla.csv:2: the deadline of b must be a duration such as 90s, 15m or 1h30m, not "soon"`},
		{"a,0s\n", `sla.csv:1: the deadline of a must be a duration such as 90s, 15m or 1h30m, not "0s"`},
		{"a,-5s\n", `sla.csv:1: the deadline of a must be a duration such as 90s, 15m or 1h30m, not "-5s"`},
		{"pattern,deadline\n\na,10s,b\n", `sla.csv:3: want a pattern and a deadline, as in "report-*,90s", not "a,10s,b"`},
		{"a\n", `sla.csv:1: want a pattern and a deadline, as in "report-*,90s", not "a"`},
		{",5s\n", `sla.csv:1: want a pattern and a deadline, as in "report-*,90s", not ",5s"`},
		{"", `sla.csv: no deadline in it; want lines such as "report-*,90s"`},
		{"pattern,deadline\n", `sla.csv: no deadline in it; want lines such as "report-*,90s"`},
		{"a,10s\n\"b,5s\n", "sla.csv:2: no line of CSV: extraneous or missing \" in quoted-field"},
	} {
		_, err := ReadDeadlines(strings.NewReader(c.text), "sla.csv")
		if err == nil || err.Error() != c.want {
			t.Errorf("%q:\ngot  %v\nwant %s", c.text, err, c.want)
		}
	}
}

func FuzzReadDeadlines(f *testing.F) {
	f.Add("report-*,90s\n")
	f.Add("pattern,deadline\n\"a,b\",1h\n")
	f.Add("\ufeffpattern,deadline\na,1s\n")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ReadDeadlines(strings.NewReader(text), "f")
		if err == nil && len(d) == 0 {
			t.Error("neither deadlines nor an error")
		}
		for _, x := range d {
			if x.Within <= 0 || x.Pattern == "" || x.Line < 1 {
				t.Errorf("accepted %+v", x)
			}
		}
	})
}
