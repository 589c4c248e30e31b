package reports

import (
	"slices"
	"strings"
	"testing"
	"time"

	_ "dynalloc/bench/builtin"
	"dynalloc/internal/note"
	_ "dynalloc/replay/cluster" // the packages that declare kinds
	_ "dynalloc/traces/source"
)

func TestEachKindOfNoteHasASentenceWithArgumentsThatExist(t *testing.T) {
	for _, kind := range note.Kinds() {
		if wordings[kind] == "" {
			t.Errorf("%s has no sentence in the tables of wording_*.go", kind)
		}
	}
	for kind, sentence := range wordings {
		if !slices.Contains(note.Kinds(), kind) {
			t.Errorf("%s has a sentence, and no package declares it", kind)
		}
		for _, part := range placeholder.FindAllStringSubmatch(sentence, -1) {
			if !slices.Contains(kind.ArgNames(), part[1]) {
				t.Errorf("the sentence of %s uses {%s}, its arguments are %s", kind, part[1], strings.Join(kind.ArgNames(), ", "))
			}
		}
		if rest := placeholder.ReplaceAllString(sentence, ""); strings.ContainsAny(rest, "{}") {
			t.Errorf("the sentence of %s has a brace that is no argument: %s", kind, sentence)
		}
	}
}

func TestASentenceSaysItsArguments(t *testing.T) {
	kind := note.Kind("in-a-test")
	noteOf := func(v any) note.Note { return note.Note{Kind: kind, Args: []note.Arg{{Name: "x", Value: v}}} }
	defer delete(wordings, kind)
	for _, c := range []struct {
		sentence string
		value    any
		want     string
	}{
		{"Read {x}.", "a.log", "Read a.log."},
		{"{x:application} left out.", 1, "1 application left out."},
		{"{x:application} left out.", 3, "3 applications left out."},
		{"By {x:%.1f} %.", 2.25, "By 2.2 %."},
		{"By {x:%.1f} %.", 2, "By 2.0 %."},
		{"After {x}.", 90 * time.Second, "After 1m30s."},
		{"Of {x}.", []string{"a", "b", "c"}, "Of a, b and c."},
		{"Of {x}.", strings.Split("a b c d e f g h", " "), "Of a, b, c, d, e, f and 2 more."},
		{"Policy p: {x}.", note.Plain("It does not fit."), "Policy p: It does not fit."},
	} {
		wordings[kind] = c.sentence
		if got := Word(noteOf(c.value)); got != c.want {
			t.Errorf("%s with %v is %q, want %q", c.sentence, c.value, got, c.want)
		}
	}
	if got := WordAll([]note.Note{{Kind: "of-a-newer-version", Args: []note.Arg{{Name: "n", Value: 3}}}, note.Plain("It is cut.")}); !slices.Equal(got, []string{"of-a-newer-version n=3", "It is cut."}) {
		t.Errorf("a kind without a sentence and a plain note are %q", got)
	}
}
