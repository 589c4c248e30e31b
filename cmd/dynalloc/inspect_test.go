package main

import (
	"strings"
	"testing"
)

// Of very many logs the first are listed, and whatever something is wrong with.
func TestInspectOfVeryMany(t *testing.T) {
	found := make([]inspected, 28489)
	for i := range found {
		found[i] = inspected{ID: "job", Name: "job", Class: "job", Grade: "complete", Path: "log"}
	}
	found[20000].Grade, found[20000].Path = "lossy", "bad.log"
	var b strings.Builder
	if err := writeInspectedText(&b, found, nil); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	if n := strings.Count(text, "\n"); n > 120 {
		t.Errorf("%d lines", n)
	}
	for _, want := range []string{"bad.log", "and 28388 more, all complete; --format json lists them", "28489"} {
		if !strings.Contains(text, want) {
			t.Errorf("nothing of %q in it", want)
		}
	}
}
