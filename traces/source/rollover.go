package source

import "time"

// paceOf returns the smallest step in minutes between dated parts in order of
// time; 0 if there are not two steps to compare. Most parts follow at this
// pace, as Databricks rolls its logs by the clock.
func paceOf(parts []part) int {
	pace, steps := 0, 0
	for i := 1; i < len(parts); i++ {
		step := minutesBetween(parts[i-1], parts[i])
		if step <= 0 {
			continue
		}
		steps++
		if pace == 0 || step < pace {
			pace = step
		}
	}
	if steps < 2 {
		return 0
	}
	return pace
}

// minutesBetween is the step from one dated part to the next; 0 where a date
// is missing or is none.
func minutesBetween(a, b part) int {
	const layout = "2006-01-02--15-04"
	from, err1 := time.Parse(layout, a.date)
	to, err2 := time.Parse(layout, b.date)
	if err1 != nil || err2 != nil {
		return 0
	}
	return int(to.Sub(from) / time.Minute)
}
