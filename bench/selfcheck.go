package bench

import (
	"cmp"
	"math"
	"slices"

	"dynalloc/bench/selfreplay"
	"dynalloc/bench/stats"
	"dynalloc/internal/note"
	"dynalloc/traces"
)

var (
	selfReplayErrors  = note.Declare("self-replay-errors", "classes")
	selfReplayOfClass = note.Declare("self-replay-of-class", "class", "count", "median", "worst", "application", "executors")
)

// A ClassError is the self-replay errors of a class, without signs, as shares.
type ClassError struct {
	Class           string
	N               int     // applications whose error is known
	Median, Largest float64 // of application time; NaN if N is 0
	Worst           string  // the id of the application with the largest error
	Executors       float64 // median error of executor-seconds
}

// ClassErrors are the self-replay errors of each class that has any, in the order of
// Classes. errors has one for each application.
func ClassErrors(apps []*traces.Application, errors []selfreplay.Error) []ClassError {
	byClass := map[string]int{}
	var list []ClassError
	var times, executors [][]float64
	for i, a := range apps {
		e := &errors[i]
		if !e.Known() {
			continue
		}
		k, seen := byClass[a.Class]
		if !seen {
			k = len(list)
			byClass[a.Class] = k
			list, times, executors = append(list, ClassError{Class: a.Class, Largest: -1}), append(times, nil), append(executors, nil)
		}
		c, off := &list[k], math.Abs(e.Time)
		c.N++
		if off > c.Largest {
			c.Largest, c.Worst = off, a.ID
		}
		times[k] = append(times[k], off)
		if !math.IsNaN(e.Executors) {
			executors[k] = append(executors[k], math.Abs(e.Executors))
		}
	}
	for k := range list {
		list[k].Median, list[k].Executors = stats.Median(times[k]), stats.Median(executors[k])
	}
	slices.SortFunc(list, func(x, y ClassError) int { return cmp.Compare(x.Class, y.Class) })
	return list
}

// SelfReplayNotes state the errors of ClassErrors in one note; none if there are none.
func SelfReplayNotes(apps []*traces.Application, errors []selfreplay.Error) []Note {
	var classes []Note
	for _, c := range ClassErrors(apps, errors) {
		classes = append(classes, selfReplayOfClass.With(c.Class, c.N, 100*c.Median, 100*c.Largest, c.Worst, 100*c.Executors))
	}
	if classes == nil {
		return nil
	}
	return []Note{selfReplayErrors.With(classes)}
}
