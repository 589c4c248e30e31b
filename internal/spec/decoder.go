package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Decoder reads the arguments of a spec one by one. Each getter returns the given
// default if the key is absent. The first error is kept and returned by Done, so
// that callers need not check each value.
type Decoder struct {
	spec  Spec
	taken []bool   // by argument
	known []string // keys that a getter has named
	err   error
}

// Decoder starts decoding s.
func (s Spec) Decoder() *Decoder {
	return &Decoder{spec: s, taken: make([]bool, len(s.Args))}
}

// String returns the value of key.
func (d *Decoder) String(key, def string) string {
	d.known = append(d.known, key)
	for i, a := range d.spec.Args {
		if a.Key == key {
			d.taken[i] = true
			return a.Value
		}
	}
	return def
}

// Has tells whether key was given.
func (d *Decoder) Has(key string) bool {
	return slices.ContainsFunc(d.spec.Args, func(a Arg) bool { return a.Key == key })
}

// Int returns the whole number of key.
func (d *Decoder) Int(key string, def int) int {
	return decode(d, key, def, "a whole number", func(v string) (int, error) {
		n, err := strconv.ParseInt(v, 10, 32)
		return int(n), err
	})
}

// Float returns the number of key.
func (d *Decoder) Float(key string, def float64) float64 {
	return decode(d, key, def, "a number", func(v string) (float64, error) { return strconv.ParseFloat(v, 64) })
}

// Bool returns the truth value of key: true or false.
func (d *Decoder) Bool(key string, def bool) bool {
	return decode(d, key, def, "true or false", func(v string) (bool, error) {
		if v != "true" && v != "false" {
			return false, strconv.ErrSyntax
		}
		return v == "true", nil
	})
}

// Duration returns the time of key; a bare number is in seconds.
func (d *Decoder) Duration(key string, def time.Duration) time.Duration {
	return decode(d, key, def, "a time such as 60s, 2.5s, 500ms or 1min", func(v string) (time.Duration, error) {
		return ParseTime(v, time.Second)
	})
}

// MiB returns the size of key in MiB; a bare number is in MiB.
func (d *Decoder) MiB(key string, def int64) int64 {
	return decode(d, key, def, "a size such as 512m or 4g", ParseMiB)
}

// Choice returns the value of key, which must be one of words.
func (d *Decoder) Choice(key, def string, words ...string) string {
	return decode(d, key, def, "one of "+strings.Join(words, ", "), func(v string) (string, error) {
		if !slices.Contains(words, v) {
			return "", strconv.ErrSyntax
		}
		return v, nil
	})
}

// decode reads one value; want is what an error says was expected.
func decode[T any](d *Decoder, key string, def T, want string, parse func(string) (T, error)) T {
	text := d.String(key, "")
	if text == "" {
		return def
	}
	v, err := parse(text)
	if err != nil {
		if d.err == nil {
			d.err = fmt.Errorf("%s: %s=%s: expected %s", d.spec.Name, key, text, want)
		}
		return def
	}
	return v
}

// Done returns the first error, or one for a key that no getter has named.
func (d *Decoder) Done() error {
	if d.err != nil {
		return d.err
	}
	for i, a := range d.spec.Args {
		if d.taken[i] {
			continue
		}
		if near := Nearest(a.Key, d.known); near != "" {
			return fmt.Errorf("%s has no setting %q; did you mean %q?", d.spec.Name, a.Key, near)
		}
		if len(d.known) == 0 {
			return fmt.Errorf("%s takes no settings, found %q", d.spec.Name, a.Key)
		}
		return fmt.Errorf("%s has no setting %q; it has %s", d.spec.Name, a.Key, strings.Join(d.known, ", "))
	}
	return nil
}

// Nearest returns the word that the user probably meant: the one with the smallest
// edit distance, if that is at most a third of the letters of word (one for short
// words). It is empty if no word is that near.
func Nearest(word string, words []string) string {
	best, found := max(1, len(word)/3)+1, ""
	for _, w := range words {
		if n := edits(word, w); n < best {
			best, found = n, w
		}
	}
	return found
}

// edits is the edit distance: the insertions, deletions, replacements and swaps of
// neighbors between two words.
func edits(a, b string) int {
	table := make([][]int, len(a)+1)
	for i := range table {
		table[i] = make([]int, len(b)+1)
		table[i][0] = i
	}
	for j := range table[0] {
		table[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			replaced := table[i-1][j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			table[i][j] = min(replaced, table[i-1][j]+1, table[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				table[i][j] = min(table[i][j], table[i-2][j-2]+1)
			}
		}
	}
	return table[len(a)][len(b)]
}
