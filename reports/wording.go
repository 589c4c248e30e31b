package reports

import (
	"fmt"
	"maps"
	"regexp"
	"strings"

	"dynalloc/internal/note"
	"dynalloc/reports/words"
)

// wordings has the sentence of each kind of note, gathered from the tables below it,
// one for each package that makes notes (wording_traces.go and so on). A sentence
// names the arguments of its kind in braces:
//
//	{name}        the value; a list as "a, b and c"
//	{name:%.1f}   the value with a verb of package fmt
//	{name:stage}  a count with its noun: "1 stage", "3 stages"
//
// What is wrong with a log is a phrase that can stand in parentheses; everything
// else is a sentence with its period.
var wordings = func() map[note.Kind]string {
	all := map[note.Kind]string{note.PlainText: "{text}"}
	for _, table := range []map[note.Kind]string{
		reportsWordings, tracesWordings, policiesWordings, clusterWordings, calibrateWordings, benchWordings,
	} {
		maps.Copy(all, table)
	}
	return all
}()

// listShown is how many items of a list a sentence names.
const listShown = 6

// placeholder is an argument in a sentence.
var placeholder = regexp.MustCompile(`\{([a-z]+)(?::([^}]*))?\}`)

// Word is the sentence for a note. A kind without a sentence is shown as it is.
func Word(n note.Note) string {
	sentence, ok := wordings[n.Kind]
	if !ok {
		return n.String()
	}
	return placeholder.ReplaceAllStringFunc(sentence, func(match string) string {
		part := placeholder.FindStringSubmatch(match)
		return wordValue(n.Arg(part[1]), part[2])
	})
}

// WordAll is the sentence for each note.
func WordAll(notes []note.Note) []string {
	var out []string
	for _, n := range notes {
		out = append(out, Word(n))
	}
	return out
}

// record is a note for programs: kind, arguments and sentence.
func record(n note.Note) Object {
	args := Object{}
	for _, a := range n.Args {
		args = append(args, Field{a.Name, a.Value})
	}
	return Object{{"kind", string(n.Kind)}, {"args", args}, {"text", Word(n)}}
}

// wordValue writes an argument as the form behind its colon says.
func wordValue(v any, form string) string {
	switch v := v.(type) {
	case note.Note:
		return strings.TrimSuffix(Word(v), ".")
	case []note.Note:
		var clauses []string
		for _, n := range v {
			clauses = append(clauses, wordValue(n, ""))
		}
		return strings.Join(clauses, "; ")
	case []string:
		return words.List(v, listShown)
	case int:
		if form != "" && !strings.HasPrefix(form, "%") {
			return words.Plural(v, form)
		}
		if strings.HasSuffix(form, "f") { // a count in a form for fractions
			return fmt.Sprintf(form, float64(v))
		}
	}
	if form != "" {
		return fmt.Sprintf(form, v)
	}
	return fmt.Sprint(v)
}
