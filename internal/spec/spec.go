// Package spec is the grammar of policies, clusters, prices and other settings that
// are given as one word: a name and arguments, as in
//
//	spark,idle=60s,max=50
//
// The grammar has no blanks and no slashes, so that a spec can be used in a flag, in
// a table and in the name of a benchmark.
//
//   - spec.go: the grammar
//   - decoder.go: typed access to the arguments, with errors that name the key
//   - units.go: times and sizes, as Spark writes them
//   - match.go: patterns
package spec

import (
	"fmt"
	"strings"
)

// A Spec is a name with arguments, in the order in which they were written.
type Spec struct {
	Name string
	Args []Arg
}

// An Arg is one key and its value. Neither is empty.
type Arg struct{ Key, Value string }

// Parse reads "name,key=value,...". Blanks around names, keys and values are
// ignored. Each key may be given once.
func Parse(text string) (Spec, error) {
	name, rest, more := strings.Cut(text, ",")
	s := Spec{Name: strings.TrimSpace(name)}
	if s.Name == "" || strings.Contains(s.Name, "=") {
		return Spec{}, fmt.Errorf("%q: expected a name first, as in NAME,key=value", text)
	}
	for more {
		var part string
		part, rest, more = strings.Cut(rest, ",")
		key, value, found := strings.Cut(part, "=")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if !found || key == "" || value == "" {
			return Spec{}, fmt.Errorf("%q: expected key=value, found %q", text, strings.TrimSpace(part))
		}
		for _, earlier := range s.Args {
			if earlier.Key == key {
				return Spec{}, fmt.Errorf("%q: %s is given twice", text, key)
			}
		}
		s.Args = append(s.Args, Arg{key, value})
	}
	return s, nil
}

// String writes the spec so that Parse reads it back.
func (s Spec) String() string {
	var b strings.Builder
	b.WriteString(s.Name)
	for _, a := range s.Args {
		b.WriteString("," + a.Key + "=" + a.Value)
	}
	return b.String()
}
