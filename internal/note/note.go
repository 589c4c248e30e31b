// Package note has notes, warnings and problems as values: what happened and
// with which facts, without a wording.
//
// A package declares each kind of note once, with the names of its arguments:
//
//	var logCut = note.Declare("log-cut", "log", "after")
//
// and makes notes where it finds what they are about:
//
//	log.Problems = append(log.Problems, logCut.With(name, place))
//
// The package reports/sentences has the sentence for each kind; a test of reports holds
// that no declared kind lacks a sentence and that no sentence uses an argument which its
// kind does not have. A new kind is declared and worded in one commit. reports.Word makes
// the sentence. JSON carries kind and arguments beside it. Errors stay errors: a note is
// what a reader should know although the program goes on.
//
// Plain is for notes that people write, such as those of a workload in text form:
// they are already sentences.
package note

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Note is one thing that a reader should know. The zero Note is none.
type Note struct {
	Kind Kind
	Args []Arg // in the order in which the kind declares their names
}

// An Arg is one fact of a note. Its value is a string, bool, int, float64,
// time.Duration, []string, Note or []Note.
type Arg struct {
	Name  string
	Value any
}

// A Kind names what a note says. Kinds are lower case words with hyphens and
// stay the same when a wording changes.
type Kind string

// PlainText is the kind of notes that are already sentences.
var PlainText = Declare("plain-text", "text")

// declared has the names of each kind's arguments. Only [Declare] writes it, while
// packages are initialized.
var declared map[Kind][]string

// Declare makes a kind known with the names of its arguments. It is for package
// variables; declaring a kind twice panics.
func Declare(kind Kind, args ...string) Kind {
	if declared == nil {
		declared = make(map[Kind][]string)
	}
	if _, twice := declared[kind]; twice {
		panic(fmt.Sprintf("note: the kind %s is declared twice", kind))
	}
	declared[kind] = args
	return kind
}

// Kinds are all declared kinds, sorted, for the test that each has a sentence.
func Kinds() []Kind {
	var kinds []Kind
	for kind := range declared {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return kinds
}

// ArgNames are the names of the arguments of a kind, in the order of [Kind.With].
func (k Kind) ArgNames() []string { return declared[k] }

// With makes a note of this kind. Values stand in the order in which Declare names
// the arguments; an error or a [fmt.Stringer] other than a duration is kept as its
// text. A wrong number of values panics.
func (k Kind) With(values ...any) Note {
	names := declared[k]
	if len(names) != len(values) {
		panic(fmt.Sprintf("note: %s takes %d arguments (%s), not %d", k, len(names), strings.Join(names, ", "), len(values)))
	}
	n := Note{Kind: k}
	for i, v := range values {
		n.Args = append(n.Args, Arg{names[i], plainValue(v)})
	}
	return n
}

// Plain is a note that is already a sentence.
func Plain(text string) Note { return PlainText.With(text) }

// plainValue brings a value to one of the types that Arg allows.
func plainValue(v any) any {
	switch v := v.(type) {
	case string, bool, int, float64, time.Duration, Note:
		return v
	case []string:
		return append([]string{}, v...) // never nil: JSON has [] and not null
	case []Note:
		return append([]Note{}, v...)
	case error:
		return v.Error()
	case fmt.Stringer:
		return v.String()
	}
	switch r := reflect.ValueOf(v); {
	case r.Kind() == reflect.String:
		return r.String()
	case r.CanInt():
		return int(r.Int())
	case r.CanUint():
		return int(r.Uint())
	case r.CanFloat():
		return r.Float()
	}
	panic(fmt.Sprintf("note: an argument cannot be a %T", v))
}

// Arg returns the value of an argument, nil if the note does not have it.
func (n Note) Arg(name string) any {
	for _, a := range n.Args {
		if a.Name == name {
			return a.Value
		}
	}
	return nil
}

// String writes the note for logs and test failures, not for users: a plain text as
// it is, any other as its kind and arguments.
func (n Note) String() string {
	if n.Kind == PlainText {
		return fmt.Sprint(n.Arg("text"))
	}
	var b strings.Builder
	b.WriteString(string(n.Kind))
	for _, a := range n.Args {
		if text, ok := a.Value.(string); ok {
			fmt.Fprintf(&b, " %s=%s", a.Name, strconv.Quote(text))
		} else {
			fmt.Fprintf(&b, " %s=%v", a.Name, a.Value)
		}
	}
	return b.String()
}

// Compare orders notes by their kind and then by their arguments, so that a set of
// them has one order.
func Compare(a, b Note) int { return cmp.Compare(a.String(), b.String()) }

// Equal says whether two notes say the same.
func Equal(a, b Note) bool { return Compare(a, b) == 0 }
