package reports

import (
	"fmt"
	"maps"
	"regexp"
	"strings"

	"dynalloc/internal/note"
	"dynalloc/reports/sentences"
	"dynalloc/reports/words"
)

// wordings maps each kind of note to its sentence. It joins the tables of package
// sentences with that of wording_reports.go. A sentence names
// the arguments of its kind in braces:
//
//	{name}        the value; a list as "a, b and c"
//	{name:%.1f}   the value with a verb of package fmt
//	{name:stage}  a count with its noun: "1 stage", "3 stages"
//
// A problem of a log is a phrase that can stand in parentheses; every other wording is
// a sentence with its period.
var wordings = func() map[note.Kind]string {
	all := sentences.All()
	all[note.PlainText] = "{text}"
	maps.Copy(all, reportsWordings)
	return all
}()

// listShown is the largest number of items of a list that a sentence names.
const listShown = 6

// placeholder matches an argument in a sentence.
var placeholder = regexp.MustCompile(`\{([a-z]+)(?::([^}]*))?\}`)

// Word returns the sentence for a note, or the kind itself if it has no sentence.
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

// WordAll returns the sentence of each note.
func WordAll(notes []note.Note) []string {
	var out []string
	for _, n := range notes {
		out = append(out, Word(n))
	}
	return out
}

// record returns a note for programs: kind, arguments and sentence.
func record(n note.Note) Object {
	args := Object{}
	for _, a := range n.Args {
		args = append(args, Field{a.Name, a.Value})
	}
	return Object{{"kind", string(n.Kind)}, {"args", args}, {"text", Word(n)}}
}

// wordValue writes an argument in the form that follows its colon.
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
		if strings.HasSuffix(form, "f") { // an integer with a verb for floats
			return fmt.Sprintf(form, float64(v))
		}
	}
	if form != "" {
		return fmt.Sprintf(form, v)
	}
	return fmt.Sprint(v)
}
