package words

import (
	"math"
	"testing"
	"time"

	"dynalloc/bench/metrics"
	"dynalloc/bench/stats"
)

func TestNumbersAsTablesShowThem(t *testing.T) {
	for _, c := range []struct {
		got, want string
	}{
		{Number(3, metrics.Count), "3"},
		{Number(12.34, metrics.Seconds), "12.3"},
		{Number(0.125, metrics.ExecutorHours), "0.12"},
		{Number(-0.001, metrics.Seconds), "0.0"},
		{Number(math.NaN(), metrics.Percent), "-"},
		{Signed(2, metrics.Count), "+2"},
		{Signed(-1.25, metrics.Percent), "-1.2"},
		{Signed(0, metrics.Seconds), "0"},
		{Signed(0.01, metrics.Seconds), "0.0"},
		{Signed(math.NaN(), metrics.Seconds), "-"},
		{Change(-3), "-3"},
		{WholePercent("+", 0.1234), "+12"},
		{WholePercent("", -0.004), "-0.4"},
		{WholePercent("+", -0.0001), "0"},
		{Percent(0.0251), "2.5"},
		{Percent(math.Inf(1)), "-"},
		{Share(0.38), "38 %"},
		{Share(0.0375), "3.8 %"},
		{Share(math.NaN()), "-"},
		{Relative(stats.Estimate{Value: 0.2, Interval: stats.Interval{Low: 0.1, High: 0.3}}), "+20 [+10, +30]"},
		{Relative(stats.Estimate{Value: 0.2, Interval: stats.Interval{Low: -0.1, High: 0.5}}), "~"},
		{Relative(stats.Estimate{Value: math.NaN(), Interval: stats.NoInterval()}), "~"},
		{Span(800 * time.Millisecond), "0.8 s"},
		{Span(90 * time.Second), "90 s"},
		{Span(30 * time.Minute), "30 min"},
		{Span(36 * time.Hour), "36.0 h"},
		{Plural(1, "policy"), "1 policy"},
		{Plural(2, "policy"), "2 policies"},
		{Plural(2, "class"), "2 classes"},
		{Plural(0, "day"), "0 days"},
		{List(nil, 3), ""},
		{List([]string{"a", "b", "c"}, 3), "a, b and c"},
		{List([]string{"a", "b", "c", "d"}, 3), "a, b, c and 1 more"},
		{List([]string{"static,n=2", "b", "c"}, 3), "static,n=2; b and c"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestRoundedNumbersHaveNoMinusZero(t *testing.T) {
	if v := Rounded(-1e-9); v != 0 || math.Signbit(v) {
		t.Errorf("a millionth of nothing is %v", v)
	}
	if Rounded(1.0/3) != 0.333333 || Thousandths(1.0/3) != 0.333 {
		t.Errorf("a third is %v and %v", Rounded(1.0/3), Thousandths(1.0/3))
	}
}
