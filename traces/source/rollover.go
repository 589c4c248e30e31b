package source

import "time"

// rolloverInterval returns the smallest step in minutes between dated parts, which are
// in order of time; 0 if there are fewer than two steps to compare. Databricks rolls
// its logs over by the clock, so most parts follow after this interval.
func rolloverInterval(parts []part) int {
	interval, steps := 0, 0
	for i := range parts[1:] {
		step := minutesBetween(parts[i], parts[i+1])
		if step <= 0 {
			continue
		}
		if steps++; interval == 0 || step < interval {
			interval = step
		}
	}
	if steps < 2 {
		return 0
	}
	return interval
}

// minutesBetween is the step from one dated part to the next; 0 if a date is missing or
// invalid.
func minutesBetween(a, b part) int {
	const layout = "2006-01-02--15-04"
	from, err1 := time.Parse(layout, a.date)
	to, err2 := time.Parse(layout, b.date)
	if err1 != nil || err2 != nil {
		return 0
	}
	return int(to.Sub(from) / time.Minute)
}
