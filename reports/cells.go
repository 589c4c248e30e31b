package reports

import (
	"time"

	"dynalloc/bench/stats"
	"dynalloc/reports/words"
)

// changeCell is a difference of counts.
func changeCell(n int) Cell { return Cell{words.Change(n), n} }

// group is the first cell of a row: only the first row of a group shows the name.
func group(name string, row int) Cell {
	if row > 0 {
		return Cell{Value: name}
	}
	return Cell{name, name}
}

// estimateCells are an estimate and its interval, shown in one column.
func estimateCells(text string, e stats.Estimate) []Cell {
	if !words.Finite(e.Low) {
		return []Cell{{Text: text}, {}}
	}
	return []Cell{{text, words.Rounded(e.Value)}, {Value: interval(e.Interval, words.Rounded)}}
}

// interval is an interval for programs, with rounded ends.
func interval(i stats.Interval, round func(float64) float64) stats.Interval {
	return stats.Interval{Low: round(i.Low), High: round(i.High)}
}

// orNull is v if it exists, else nil, which JSON writes as null and CSV as an empty
// field.
func orNull(exists bool, v any) any {
	if !exists {
		return nil
	}
	return v
}

// moment is a time in whole milliseconds; null if it is negative, which means that the
// event never happened.
func moment(at time.Duration) any { return orNull(at >= 0, at.Milliseconds()) }
