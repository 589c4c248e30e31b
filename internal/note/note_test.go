package note

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	lost   = Declare("test-lost", "log", "lines", "share", "after", "names", "because")
	nested = Declare("test-nested", "policy", "warning")
)

type grade string

func (g grade) String() string { return "grade " + string(g) }

func TestANoteKeepsFactsAndNoSentence(t *testing.T) {
	n := lost.With("a.log", int64(3), 0.5, 90*time.Second, []string{"x", "y"}, errors.New("unexpected end"))
	if n.Arg("lines") != 3 || n.Arg("because") != "unexpected end" || n.Arg("color") != nil {
		t.Errorf("the facts are %v", n.Args)
	}
	if n := nested.With(grade("cut"), Plain("too small")); n.Arg("policy") != "grade cut" || n.Arg("warning").(Note).String() != "too small" {
		t.Errorf("a Stringer is kept as its text and a note as a note, got %v", n)
	}
	if got, want := n.String(), `test-lost log="a.log" lines=3 share=0.5 after=1m30s names=[x y] because="unexpected end"`; got != want {
		t.Errorf("for a test failure it is\n%s, want\n%s", got, want)
	}
}

func TestAKindIsDeclaredOnceAndKnowsItsArguments(t *testing.T) {
	if !slices.Contains(Kinds(), lost) || !slices.IsSorted(Kinds()) {
		t.Errorf("the kinds are %v", Kinds())
	}
	for what, f := range map[string]func(){
		"declared twice": func() { Declare("test-lost") },
		"6 arguments":    func() { lost.With("a.log") },
		"cannot be a":    func() { nested.With("p", struct{}{}) },
	} {
		func() {
			defer func() {
				if said, _ := recover().(string); !strings.Contains(said, what) {
					t.Errorf("it said %q, want a panic about %q", said, what)
				}
			}()
			f()
		}()
	}
}

func TestNotesHaveAnOrder(t *testing.T) {
	notes := []Note{Plain("b"), nested.With("p", Plain("x")), Plain("a"), Plain("b")}
	slices.SortFunc(notes, Compare)
	notes = slices.CompactFunc(notes, Equal)
	if len(notes) != 3 || notes[0].String() != "a" || notes[1].String() != "b" {
		t.Errorf("sorted and without repetitions they are %v", notes)
	}
}
