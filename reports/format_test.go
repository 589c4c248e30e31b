package reports

import (
	"math"
	"testing"
	"time"

	"dynalloc/bench/metrics"
)

func TestNumbersAsTablesShowThem(t *testing.T) {
	for _, c := range []struct {
		got, want string
	}{
		{number(3, metrics.Count), "3"},
		{number(12.34, metrics.Seconds), "12.3"},
		{wholePercent("+", 0.1234), "+12"},
		{wholePercent("", -0.004), "-0.4"},
		{wholePercent("+", -0.0001), "0"},
		{number(0.125, metrics.ExecutorHours), "0.12"},
		{number(-0.001, metrics.Seconds), "0.0"},
		{number(math.NaN(), metrics.Percent), "-"},
		{signed(2, metrics.Count), "+2"},
		{signed(-1.25, metrics.Percent), "-1.2"},
		{signed(0, metrics.Seconds), "0"},
		{signed(-0.01, metrics.Seconds), "0.0"},
		{signed(0.01, metrics.Seconds), "0.0"},
		{signed(math.NaN(), metrics.Seconds), "-"},
		{exact(1.0 / 3), "0.333333"},
		{exact(math.Copysign(0, -1)), "0"},
		{exact(math.NaN()), ""},
		{span(800 * time.Millisecond), "0.8 s"},
		{span(90 * time.Second), "90 s"},
		{span(30 * time.Minute), "30 min"},
		{span(36 * time.Hour), "36.0 h"},
		{plural(1, "policy"), "1 policy"},
		{plural(2, "policy"), "2 policies"},
		{plural(0, "application"), "0 applications"},
		{list([]string{"a"}, 3), "a"},
		{list([]string{"a", "b", "c"}, 3), "a, b and c"},
		{list([]string{"a", "b", "c", "d"}, 3), "a, b, c and 1 more"},
		{list([]string{"static,n=2", "b", "c"}, 3), "static,n=2; b and c"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// A name that Markdown would read as markup comes out as it is.
func TestMarkdownDoesNotReadNamesAsMarkup(t *testing.T) {
	if got, want := escape("a|b*_c_`<d>"), "a\\|b\\*\\_c\\_\\`\\<d>"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
