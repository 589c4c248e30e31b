package metrics_test

import (
	"fmt"
	"time"

	"dynalloc/bench/metrics"
)

// A new metric is one row: its name, the table of a report that shows it, label,
// unit, formula in words and in code. Every report then has it.
func ExampleMetric() {
	before := metrics.Table
	defer func() { metrics.Table = before }()
	metrics.Table = append(metrics.Table[:len(before):len(before)], metrics.Metric{
		Name: "late_shortly", Section: metrics.Deadlines, Label: "late by less than a minute", Unit: metrics.Count,
		Doc:    "applications with a deadline that end less than 60 s after it",
		Better: metrics.Neither, Source: "own",
		Of: func(g *metrics.Group) float64 {
			n := 0.0
			for i := range g.Apps {
				if late, ok := g.Apps[i].Tardiness(); ok && late > 0 && late < time.Minute {
					n++
				}
			}
			return n
		},
	})
	group := metrics.Group{Apps: []metrics.App{
		{HasDeadline: true, Deadline: time.Hour, Turnaround: time.Hour + 10*time.Second},
		{HasDeadline: true, Deadline: time.Hour, Turnaround: 2 * time.Hour},
	}}
	row := group.Row("spark", "", false)
	fmt.Println(row.Value("sla_misses"), "misses,", row.Value("late_shortly"), "of them by less than a minute")
	// Output: 2 misses, 1 of them by less than a minute
}
