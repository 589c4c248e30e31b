package spec

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	for _, c := range []struct{ text, want, problem string }{
		{text: "static", want: "static"},
		{text: "spark,idle=60s,max=50", want: "spark,idle=60s,max=50"},
		{text: " spark , idle = 60s ", want: "spark,idle=60s"},
		{text: "", problem: "expected a name first"},
		{text: "idle=60s", problem: "expected a name first"},
		{text: "spark,idle", problem: `expected key=value, found "idle"`},
		{text: "spark,", problem: `expected key=value, found ""`},
		{text: "spark,=3", problem: "expected key=value"},
		{text: "spark,idle=", problem: "expected key=value"},
		{text: "spark,idle=1s,idle=2s", problem: "idle is given twice"},
	} {
		got, err := Parse(c.text)
		switch {
		case c.problem == "" && (err != nil || got.String() != c.want):
			t.Errorf("Parse(%q) is %q, %v; want %q", c.text, got, err, c.want)
		case c.problem != "" && (err == nil || !strings.Contains(err.Error(), c.problem)):
			t.Errorf("Parse(%q) says %v; want %q", c.text, err, c.problem)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"static,n=4", "standalone,nodes=4,cores=32,memory=64g", "a,b=c=d", ",", "a,b"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(s.String())
		if err != nil || again.String() != s.String() {
			t.Errorf("Parse(%q) is %q, which is read as %q, %v", text, s, again, err)
		}
	})
}

// A cluster is decoded: each value comes as what it is, absent ones as they
// were, and a wrong one is named with what was wanted.
func TestDecoder(t *testing.T) {
	decode := func(text string) (nodes int, memory int64, startup time.Duration, share float64, on bool, order string, err error) {
		s, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		d := s.Decoder()
		nodes = d.Int("nodes", 1)
		memory = d.MiB("memory", 1024)
		startup = d.Duration("startup", 4*time.Second)
		share = d.Float("share", 0.5)
		on = d.Bool("on", true)
		order = d.Choice("order", "fifo", "fifo", "fair")
		return nodes, memory, startup, share, on, order, d.Done()
	}
	nodes, memory, startup, share, on, order, err := decode("standalone,nodes=4,memory=64g,startup=500ms,share=0.25,on=false,order=fair")
	if nodes != 4 || memory != 65536 || startup != 500*time.Millisecond || share != 0.25 || on || order != "fair" || err != nil {
		t.Error("given:", nodes, memory, startup, share, on, order, err)
	}
	nodes, memory, startup, share, on, order, err = decode("standalone")
	if nodes != 1 || memory != 1024 || startup != 4*time.Second || share != 0.5 || !on || order != "fifo" || err != nil {
		t.Error("not given:", nodes, memory, startup, share, on, order, err)
	}
	for text, problem := range map[string]string{
		"standalone,nodes=many":       "standalone: nodes=many: expected a whole number",
		"standalone,nodes=4000000000": "expected a whole number",
		"standalone,memory=64x":       "expected a size such as 512m or 4g",
		"standalone,startup=soon":     "expected a time such as 60s, 2.5s, 500ms or 1min",
		"standalone,share=x":          "expected a number",
		"standalone,on=yes":           "expected true or false",
		"standalone,order=lifo":       "expected one of fifo, fair",
		"standalone,ndoes=4":          `standalone has no setting "ndoes"; did you mean "nodes"?`,
		"standalone,gpus=4":           `standalone has no setting "gpus"; it has nodes, memory, startup, share, on, order`,
	} {
		if _, _, _, _, _, _, err := decode(text); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%s: %v; want %q", text, err, problem)
		}
	}
	s, _ := Parse("recorded,n=4")
	if err := s.Decoder().Done(); err == nil || err.Error() != `recorded takes no settings, found "n"` {
		t.Error("no settings:", err)
	}
}

// Times and sizes are Spark's: whole numbers with a unit, or bare.
func TestUnits(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"60s": time.Minute, "60": time.Minute, "1min": time.Minute, "1m": time.Minute, "500ms": 500 * time.Millisecond,
		"2h": 2 * time.Hour, "1d": 24 * time.Hour, "7us": 7 * time.Microsecond, " 5 S ": 5 * time.Second, "-1": -time.Second,
		"9223372036854775807ms": math.MaxInt64, "-9223372036854775807d": math.MinInt64,
	} {
		if got, err := ParseDuration(text, time.Second); got != want || err != nil {
			t.Errorf("%q is %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "s", "1.5s", "1 week", "1s2s", "0x1s"} {
		if got, err := ParseDuration(text, time.Second); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
	for text, want := range map[string]time.Duration{
		"60s": time.Minute, "60": time.Minute, "2.5s": 2500 * time.Millisecond, "0.25": 250 * time.Millisecond, "1.5min": 90 * time.Second,
		"1.5 H": 90 * time.Minute, "0.000000001s": 1, "1.999999999d": 2*24*time.Hour - 86400, "9223372036854.9d": math.MaxInt64,
	} {
		if got, err := ParseTime(text, time.Second); got != want || err != nil {
			t.Errorf("%q is %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", ".", ".5s", "1.s", "1.5.2s", "-0.5s", "1.-5s", "1.5e3s", "1.5week", "1.0000000001s"} {
		if got, err := ParseTime(text, time.Second); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
	for text, want := range map[string]int64{"64g": 65536, "512m": 512, "512": 512, "1t": 1 << 20, "2048k": 2, "1048576b": 1, "1GB": 1024} {
		if got, err := ParseMiB(text); got != want || err != nil {
			t.Errorf("%q is %v MiB, %v; want %v", text, got, err, want)
		}
	}
	if got, err := ParseMiB("1.5g"); err == nil {
		t.Error("1.5g is read as", got)
	}
	for d, want := range map[time.Duration]string{
		time.Minute: "60s", 1500 * time.Millisecond: "1500ms", 0: "0s", 7 * time.Microsecond: "7us",
	} {
		if got := FormatDuration(d); got != want {
			t.Errorf("%v is written %q, want %q", d, got, want)
		}
	}
	for n, want := range map[int64]string{65536: "64g", 512: "512m", 1536: "1536m", 0: "0m"} {
		if got := FormatMiB(n); got != want {
			t.Errorf("%d MiB is written %q, want %q", n, got, want)
		}
	}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"*", "", true}, {"*", "a/b c", true}, {"", "", true}, {"", "a", false},
		{"report-*", "report-", true}, {"report-*", "a report-1", false}, {"*-1", "a-1-1", true}, {"*-1", "a-1-2", false},
		{"a*b*c", "a--b-b--c", true}, {"a*b*c", "a--c--b", false}, {"?", "ü", true}, {"??", "a", false}, {"a?c*", "abcd", true},
	} {
		if got := Match(c.pattern, c.text); got != c.want {
			t.Errorf("%q fits %q: %v", c.text, c.pattern, got)
		}
	}
}
