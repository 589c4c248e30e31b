package sweep

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"dynalloc/internal/spec"
	"dynalloc/traces"
)

// A template is a policy in which some values are lists, as in spark,idle=10s|60s,max=4|8:
// one policy for each combination, of which the last list changes fastest.
type template struct {
	parts []string   // the text between the lists, one more than lists
	lists [][]string // at least two different words each
	line  int        // of the plan
}

// endsOfValue are the characters around a value of a spec or of the rules of a fleet.
const endsOfValue = ",;=:"

func parseTemplate(text string, line int) (template, error) {
	t := template{line: line}
	part := 0 // where the current part begins
	for i := 0; i < len(text); {
		n := strings.IndexAny(text[i:], endsOfValue)
		if n < 0 {
			n = len(text) - i
		}
		if value := text[i : i+n]; strings.Contains(value, "|") {
			words := strings.Split(value, "|")
			for k, w := range words {
				words[k] = strings.TrimSpace(w)
				if words[k] == "" || slices.Contains(words[:k], words[k]) {
					return t, fmt.Errorf("policy %s: expected different values between the signs | of %q", text, value)
				}
			}
			t.parts, t.lists = append(t.parts, text[part:i]), append(t.lists, words)
			part = i + n
		}
		i += n + 1
	}
	t.parts = append(t.parts, text[part:])
	if name, _, named := strings.Cut(text, ":"); named && len(t.lists) > 0 && !strings.ContainsAny(name, "=;,*?") {
		return t, fmt.Errorf("policy %s: several policies would be called %s: leave out the name, or write each on a line of its own", text, name)
	}
	return t, nil
}

// size is the number of policies of the template, at most math.MaxInt.
func (t *template) size() int {
	n := 1
	for _, list := range t.lists {
		n = times(n, len(list))
	}
	return n
}

// text is the policy with a number below size.
func (t *template) text(i int) string {
	words := make([]string, len(t.lists))
	for k := len(words) - 1; k >= 0; k-- {
		n := len(t.lists[k])
		words[k], i = t.lists[k][i%n], i/n
	}
	var b strings.Builder
	for k, part := range t.parts {
		b.WriteString(part)
		if k < len(words) {
			b.WriteString(words[k])
		}
	}
	return b.String()
}

// A span is the whole numbers from first to last.
type span struct{ first, last int }

// numbers are the values of an axis of whole numbers.
type numbers []span

func (n numbers) size() int {
	sum := 0
	for _, s := range n {
		sum += s.last - s.first + 1
	}
	return sum
}

func (n numbers) at(i int) int {
	for _, s := range n {
		if size := s.last - s.first + 1; i >= size {
			i -= size
			continue
		}
		return s.first + i
	}
	panic("sweep: no number of the axis")
}

// add reads a number or a range such as 0..4, which must not have a number twice.
func (n *numbers) add(word string, most int) error {
	first, last, isRange := strings.Cut(word, "..")
	if !isRange {
		last = first
	}
	var s span
	var err, err2 error
	s.first, err = strconv.Atoi(first)
	s.last, err2 = strconv.Atoi(last)
	if err = cmp.Or(err, err2); err != nil || s.first < 0 || s.last < s.first || s.last > most {
		return fmt.Errorf("expected a whole number from 0 to %d, or a range of them such as 0..4", most)
	}
	for _, o := range *n {
		if s.first <= o.last && o.first <= s.last {
			return fmt.Errorf("%d is given twice", max(s.first, o.first))
		}
	}
	*n = append(*n, s)
	return nil
}

// A Load is a factor on the work of the workload.
type Load float64

func (l Load) String() string { return strconv.FormatFloat(float64(l), 'g', -1, 64) }

func parseLoad(word string) (Load, error) {
	f, err := strconv.ParseFloat(word, 64)
	if err != nil || !(f > 0 && f <= traces.MostLoad) {
		return 0, fmt.Errorf("expected a factor above 0 and at most %d", traces.MostLoad)
	}
	return Load(f), nil
}

// A Window is the part of the workload that is replayed; the zero value is all of it.
type Window traces.Window

// whole is the text of the zero window.
const whole = "whole"

// String is the window as it is written in a plan.
func (w Window) String() string {
	if w == (Window{}) {
		return whole
	}
	text := ""
	for _, key := range w.keys() {
		if *key.value != 0 || key.name == "until" {
			text += "," + key.name + "=" + spec.FormatDuration(*key.value)
		}
	}
	return strings.TrimPrefix(text, ",")
}

type windowKey struct {
	name  string
	value *time.Duration
}

func (w *Window) keys() []windowKey {
	return []windowKey{{"from", &w.From}, {"until", &w.Until}, {"warm-up", &w.WarmUp}, {"drain", &w.Drain}}
}

// longest bounds the times of a window.
const longest = 200 * 365 * 24 * time.Hour

func parseWindow(word string) (w Window, err error) {
	if word == whole {
		return w, nil
	}
	s, err := spec.Parse("window," + word)
	if err != nil {
		return w, fmt.Errorf("expected whole, or times from the first submission such as from=0h,until=24h,warm-up=1h")
	}
	d := s.Decoder()
	for _, key := range w.keys() {
		if *key.value = d.Duration(key.name, 0); *key.value < 0 || *key.value > longest || key.value.Truncate(time.Millisecond) != *key.value {
			return w, fmt.Errorf("%s: expected whole milliseconds from 0 to 200 years", key.name)
		}
	}
	if err := d.Done(); err != nil {
		return w, err
	}
	if w.Until <= w.From {
		return w, fmt.Errorf("expected until=TIME after from, as in from=0h,until=24h")
	}
	return w, nil
}

// times is a product, at most math.MaxInt.
func times(a, b int) int {
	if a > 0 && b > math.MaxInt/a {
		return math.MaxInt
	}
	return a * b
}
