package golden

import "testing"

func TestEqualTextsHaveNoDiff(t *testing.T) {
	if d := Diff("a\nb\n", "a\nb\n"); d != "" {
		t.Errorf("got %q", d)
	}
}

func TestDiffShowsOnlyWhatChanged(t *testing.T) {
	for _, c := range []struct{ name, want, got, diff string }{
		{"a line changes", "a\nb\nc\n", "a\nx\nc\n", "2: - b\n2: + x\n"},
		{"a line comes in", "a\nc\n", "a\nb\nc\n", "2: + b\n"},
		{"a line goes", "a\nb\nc\n", "a\nc\n", "2: - b\n"},
		{"the last line lacks its end", "a\n", "a", "2: - \n"},
	} {
		if d := Diff(c.want, c.got); d != c.diff {
			t.Errorf("%s: got %q, want %q", c.name, d, c.diff)
		}
	}
}
