package reports

import (
	"fmt"
	"time"

	"dynalloc/replay/latency"
	"dynalloc/reports/words"
)

// Calibration is the report of the times that t has learned from logs: driver and
// executor start-up, and the overhead of first tasks. logs is the number of
// applications that were read. The JSON form is the file of times itself, as --times
// reads it.
func Calibration(t *latency.Model, logs int) *Document {
	table := &Table{Key: "causes", Left: 1, Columns: []Column{
		{Head: "cause", Key: "what"}, {Head: "samples", Key: "n"}, {Head: "weight of\ndefault", Key: "prior_share"},
		{Head: "5 %", Key: "p5_ms"}, {Head: "25 %", Key: "p25_ms"}, {Head: "median", Key: "p50_ms"}, {Head: "75 %", Key: "p75_ms"}, {Head: "95 %", Key: "p95_ms"},
		{Head: "median\nfrom", Key: "median_low_ms"}, {Head: "to", Key: "median_high_ms"},
		{Head: "each\nother", Key: "each_other_share"}, {Head: "source", Key: "source", Word: true},
	}}
	var defaults Bullets
	for cause := range latency.Causes {
		d := &t.By[cause]
		from := "default"
		if d.N > 0 {
			from = words.Plural(len(d.Logs), "log")
		} else {
			defaults = append(defaults, fmt.Sprintf("%s: %s.", cause, d.Source))
		}
		if d.Waited >= 0.5 {
			defaults = append(defaults, fmt.Sprintf("%s: %.0f of the %d took so long that they most likely waited for room. They count as little as that is likely: %.2g of them are expected to be start-ups.", cause, d.Waited, d.N, float64(d.N)-d.Waited))
		}
		low, high := d.Interval()
		var quantiles []Cell
		for _, q := range d.Quantiles[1 : len(d.Quantiles)-1] {
			quantiles = append(quantiles, Cell{brief(q), float64(q) / float64(time.Millisecond)})
		}
		prior := Cell{percentOf(d.Prior), d.Prior}
		interval := []Cell{{brief(low), float64(low) / float64(time.Millisecond)}, {brief(high), float64(high) / float64(time.Millisecond)}}
		table.add(cause.String(), d.N, prior, quantiles, interval, Cell{fmt.Sprintf("%+.0f %%", 100*d.Contention), d.Contention}, from)
	}
	s := section("times", "", table)
	if t.Processors > 0 {
		s.Blocks = append(s.Blocks, Paragraph(fmt.Sprintf("Executors that start together share %.3g of a node's processors.", t.Processors.Float())))
	}
	if len(defaults) > 0 {
		s.Blocks = append(s.Blocks, defaults)
	}
	return &Document{
		Schema: "dynalloc.calibrate/1",
		Title:  fmt.Sprintf("Start-up and other times beside the work of tasks, from the logs of %s", words.Plural(logs, "application")),
		Summary: []string{"Quantiles are of an executor or task that starts alone on its node. \"each other\": the additional time for each other executor or task that starts there at the same time.",
			"Each estimate blends the logs with a default: \"weight of default\" is its part in the median, and \"median from ... to\" is where the median lies with a probability of 95 %."},
		Sections: []Section{s},
		Records:  func() *Table { return table },
	}
}

// percentOf writes a share as a percentage with two significant digits.
func percentOf(share float64) string {
	if share >= 0.1 {
		return fmt.Sprintf("%.0f %%", 100*share)
	}
	return fmt.Sprintf("%.1g %%", 100*share)
}

// brief writes a time with about three significant digits.
func brief(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}
