package reports

import (
	"fmt"
	"math"
	"strings"
	"time"

	"dynalloc/bench/metrics"
)

// missing stands in tables for a value that does not exist.
const missing = "-"

// decimals is how many digits after the point a table shows.
func decimals(u metrics.Unit) int {
	switch u {
	case metrics.Count, metrics.Queries, metrics.Tasks:
		return 0
	case metrics.Times, metrics.ExecutorHours, metrics.CoreHours, metrics.GiBHours, metrics.Index, metrics.Money:
		return 2
	}
	return 1
}

// number writes a value of a table.
func number(v float64, u metrics.Unit) string {
	if math.IsNaN(v) {
		return missing
	}
	return noMinusZero(fmt.Sprintf("%.*f", decimals(u), v))
}

// signed writes a difference; a plain 0 where nothing differs at all.
func signed(v float64, u metrics.Unit) string {
	switch {
	case math.IsNaN(v):
		return missing
	case v == 0:
		return "0"
	}
	return noMinusZero(fmt.Sprintf("%+.*f", decimals(u), v))
}

// noMinusZero takes the sign off a number that rounding made zero.
func noMinusZero(s string) string {
	if strings.Trim(s, "+-0.") == "" {
		return strings.TrimLeft(s, "+-")
	}
	return s
}

// wholePercent writes a share as a whole percentage, with a decimal where that would
// hide on which side of zero it is; sign is "+" if positive ones show theirs.
func wholePercent(sign string, share float64) string {
	text := fmt.Sprintf("%"+sign+".0f", 100*share)
	if noMinusZero(text) != "0" {
		return text
	}
	if text = noMinusZero(fmt.Sprintf("%"+sign+".1f", 100*share)); text == "0.0" {
		return "0"
	}
	return text
}

// outOf writes the misses of a row and of how many.
func outOf(r metrics.Row) string {
	of := r.Value("with_deadline")
	if math.IsNaN(of) || of == 0 {
		return missing
	}
	return fmt.Sprintf("%.0f of %.0f", r.Value("sla_misses"), of)
}

// plural writes a count with its noun.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	stem, ok := strings.CutSuffix(noun, "y")
	switch {
	case ok && !strings.ContainsAny(stem[len(stem)-1:], "aeo"):
		noun = stem + "ie"
	case strings.HasSuffix(noun, "s"):
		noun += "e"
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// span writes a length of time for people: "0.8 s", "4 min", "23.5 h".
func span(d time.Duration) string {
	switch {
	case d < 2*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	}
	return fmt.Sprintf("%.1f h", d.Hours())
}

// list writes names one after the other, the last after "and"; beyond most, how
// many more. Names that hold commas are set apart by semicolons.
func list(names []string, most int) string {
	comma := ", "
	for _, n := range names {
		if strings.Contains(n, ",") {
			comma = "; "
		}
	}
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], comma), len(names)-most)
	}
	if len(names) < 2 {
		return strings.Join(names, comma)
	}
	return strings.Join(names[:len(names)-1], comma) + " and " + names[len(names)-1]
}

// wrap breaks a text into lines of at most width characters, between words.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case len([]rune(line))+1+len([]rune(word)) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}
