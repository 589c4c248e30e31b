// Package words writes numbers, counts and lists as reports and pictures show them.
package words

import (
	"fmt"
	"math"
	"strings"
	"time"

	"dynalloc/bench/metrics"
	"dynalloc/bench/stats"
)

// Missing stands in tables for a value that does not exist.
const Missing = "-"

// Insignificant stands in tables for a difference whose interval contains zero.
const Insignificant = "~"

// decimals is how many digits after the point a table shows.
func decimals(u metrics.Unit) int {
	switch u {
	case metrics.Count, metrics.Queries, metrics.Batches, metrics.Tasks:
		return 0
	case metrics.Times, metrics.ExecutorHours, metrics.CoreHours, metrics.GiBHours, metrics.Index, metrics.Money:
		return 2
	}
	return 1
}

// Number writes a value of a unit.
func Number(v float64, u metrics.Unit) string {
	if math.IsNaN(v) {
		return Missing
	}
	return NoMinusZero(fmt.Sprintf("%.*f", decimals(u), v))
}

// Signed writes a difference; a plain 0 where nothing differs at all.
func Signed(v float64, u metrics.Unit) string {
	switch {
	case math.IsNaN(v):
		return Missing
	case v == 0:
		return "0"
	}
	return NoMinusZero(fmt.Sprintf("%+.*f", decimals(u), v))
}

// Change writes a difference of counts.
func Change(n int) string { return Signed(float64(n), metrics.Count) }

// NoMinusZero takes the sign off a number that rounding made zero.
func NoMinusZero(s string) string {
	if strings.Trim(s, "+-0.") == "" {
		return strings.TrimLeft(s, "+-")
	}
	return s
}

// WholePercent writes a share as a whole percentage, with a decimal where rounding
// would hide on which side of zero it is; sign is "+" if positive ones show theirs.
func WholePercent(sign string, share float64) string {
	text := fmt.Sprintf("%"+sign+".0f", 100*share)
	if NoMinusZero(text) != "0" {
		return text
	}
	if text = NoMinusZero(fmt.Sprintf("%"+sign+".1f", 100*share)); text == "0.0" {
		return "0"
	}
	return text
}

// Percent writes a share with one decimal and no percent sign.
func Percent(share float64) string {
	if !Finite(share) {
		return Missing
	}
	return NoMinusZero(fmt.Sprintf("%.1f", 100*share))
}

// Share writes a share with its percent sign; with a decimal only where it is small.
func Share(share float64) string {
	p := 100 * share
	switch {
	case math.IsNaN(p):
		return Missing
	case math.Abs(p) < 10 && p != math.Round(p):
		return NoMinusZero(fmt.Sprintf("%.1f", p)) + " %"
	}
	return NoMinusZero(fmt.Sprintf("%.0f", p)) + " %"
}

// Relative writes a relative difference with its interval, in percent.
func Relative(e stats.Estimate) string {
	if math.IsNaN(e.Value) || !e.Significant() {
		return Insignificant
	}
	return fmt.Sprintf("%s [%s, %s]", WholePercent("+", e.Value), WholePercent("+", e.Low), WholePercent("+", e.High))
}

// Plural writes a count with its noun.
func Plural(n int, noun string) string {
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

// Span writes a length of time for people: "0.8 s", "4 min", "23.5 h".
func Span(d time.Duration) string {
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

// List writes names one after the other, the last after "and"; beyond most, how
// many more. Names that hold commas are set apart by semicolons.
func List(names []string, most int) string {
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

// Finite reports whether a value can be shown.
func Finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// Rounded keeps a millionth: below that is only the noise of floats. It has no -0.
func Rounded(v float64) float64 { return roundedTo(v, 1e6) }

// Thousandths keeps a thousandth.
func Thousandths(v float64) float64 { return roundedTo(v, 1e3) }

func roundedTo(v, per float64) float64 { return math.Round(v*per)/per + 0 }
