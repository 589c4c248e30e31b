package metrics

import (
	"math"
	"slices"
)

// A Row is every metric over one group of applications.
type Row struct {
	Policy   string
	Class    string    // empty: all applications
	Recorded bool      // how the applications really ran, not a replay
	Values   []float64 // by index into Metrics; NaN where a value does not exist
}

// Value returns the metric of that name, which must be one of Metrics.
func (r Row) Value(name string) float64 { return r.Values[Position(name)] }

// Minus returns every metric of r less that of base; NaN where one is missing.
func (r Row) Minus(base Row) []float64 {
	d := make([]float64, len(r.Values))
	for i := range d {
		d[i] = r.Values[i] - base.Values[i]
	}
	return d
}

// Row computes every metric of a group.
func (g *Group) Row(policy, class string, recorded bool) Row {
	r := Row{Policy: policy, Class: class, Recorded: recorded, Values: make([]float64, len(Table))}
	for i := range Table {
		r.Values[i] = Table[i].Of(g)
	}
	return r
}

// BlankRow is a row without values.
func BlankRow(policy, class string) Row {
	return Row{Policy: policy, Class: class, Values: slices.Repeat([]float64{math.NaN()}, len(Table))}
}
