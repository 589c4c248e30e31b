package policies

import (
	"strings"
	"testing"
)

// Reports run static, all else dynamic: the first rule that matches counts.
func TestFleet(t *testing.T) {
	f, err := ParseFleet("mixed: report-*=static,n=2; *=spark,idle=60s,max=6")
	if err != nil {
		t.Fatal(err)
	}
	for app, want := range map[[2]string]string{
		{"report-7", "report-*"}:         "static,n=2",
		{"7 o'clock report", "report-*"}: "static,n=2", // by its class
		{"etl/2024", "etl/*"}:            "spark,max=6",
		{"", ""}:                         "spark,max=6",
	} {
		if s, ok := f.For(app[0], app[1]); !ok || s.String() != want {
			t.Errorf("%s runs under %s, %v; want %s", app, s, ok, want)
		}
	}
	if f.Name != "mixed" || f.String() != "mixed:report-*=static,n=2;*=spark,max=6" {
		t.Errorf("it is %q, written %q", f.Name, f)
	}
	some, err := ParseFleet("report-*=static")
	if err != nil {
		t.Fatal(err)
	}
	if s, ok := some.For("etl", "etl"); ok {
		t.Error("no rule is for etl, but it runs under", s)
	}
}

func TestParseFleet(t *testing.T) {
	for text, want := range map[string]struct{ name, text string }{
		"spark,idle=60s":        {"spark,idle=60s", "spark"},
		"static":                {"static", "static:static,n=2"},
		"*=static,n=4":          {"*=static,n=4", "static,n=4"},
		"four:static,n=4":       {"four", "four:static,n=4"},
		"a b/*=static; *=spark": {"ab_*=static;*=spark", "a b/*=static,n=2;*=spark"},
		"x:etl:daily=static":    {"x", "x:etl:daily=static,n=2"},
		"recorded":              {"recorded", "recorded"},
	} {
		f, err := ParseFleet(text)
		if err != nil || f.Name != want.name || f.String() != want.text {
			t.Errorf("%q has the name %q and is written %q, %v; want %q", text, f.Name, f, err, want)
		}
	}
	for text, problem := range map[string]string{
		"":                     "expected PATTERN=POLICY",
		"a=static;":            "expected PATTERN=POLICY",
		"=static":              "expected PATTERN=POLICY",
		"a=":                   "expected PATTERN=POLICY",
		"my fleet:static":      "expected a short name without blanks and slashes",
		":static":              "expected a short name",
		"a=sprak":              `did you mean "spark"?`,
		"a=static;b=spark,x=1": `spark has no setting "x"`,
	} {
		if f, err := ParseFleet(text); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%q is read as %v, %v; want %q", text, f, err, problem)
		}
	}
	for text, want := range map[string]string{
		"sprak":                     `there is no policy "sprak"; did you mean "spark"?`,
		"spark,idel=10s":            `policy spark has no setting "idel"; did you mean "idle"?`,
		"x:a=spark,idel=1s;*=spark": `rule a of the fleet: policy spark has no setting "idel"; did you mean "idle"?`,
	} {
		if _, err := ParseFleet(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v; want %s", text, err, want)
		}
	}
	one := FleetOf("", Recorded())
	if s, ok := one.For("any", "any"); !ok || !s.Recorded() || one.Name != "recorded" {
		t.Error("a fleet of one spec:", one)
	}
}

// Fleets are read back as they are written.
func FuzzParseFleet(f *testing.F) {
	for _, text := range []string{"report-*=static,n=2;*=spark,idle=60s,max=6", "mixed:a=spark;*=static", "spark", "x:a:b=recorded"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fleet, err := ParseFleet(text)
		if err != nil {
			return
		}
		again, err := ParseFleet(fleet.String())
		if err != nil || again.rules() != fleet.rules() {
			t.Errorf("%q is written %q and read back as %q, %v", text, fleet, again, err)
		}
	})
}
