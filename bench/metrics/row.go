package metrics

import (
	"math"
	"slices"
)

// A Row is every metric over one group of applications.
type Row struct {
	Policy   string
	Class    string    // empty: all applications
	Recorded bool      // measured in a recording, not in a replay
	Values   []float64 // by index into Table; NaN where a value does not exist
}

// Value returns the metric with this name, which must be in Table.
func (r Row) Value(name string) float64 { return r.Values[Position(name)] }

// Refused reports whether Spark refuses a job of the row's applications, so that times and
// costs say nothing.
func (r Row) Refused() bool { return r.Value("refused") > 0 }

// Minus returns every metric of r minus that of base; NaN if either is missing.
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

// Rows computes the row of a group of all applications, and one for each class.
// The cost of nodes is shared by all classes and is NaN in their rows.
func (g *Group) Rows(policy string, classes []string, recorded bool) (all Row, byClass []Row) {
	for _, class := range classes {
		part := *g
		part.Apps, part.NodeCost = nil, math.NaN()
		for i := range g.Apps {
			if g.Apps[i].Class == class {
				part.Apps = append(part.Apps, g.Apps[i])
			}
		}
		byClass = append(byClass, part.Row(policy, class, recorded))
	}
	return g.Row(policy, "", recorded), byClass
}

// BlankRows returns rows without values (NaN), over all applications and for each
// class.
func BlankRows(policy string, classes []string) (all Row, byClass []Row) {
	blank := func(class string) Row {
		return Row{Policy: policy, Class: class, Values: slices.Repeat([]float64{math.NaN()}, len(Table))}
	}
	for _, class := range classes {
		byClass = append(byClass, blank(class))
	}
	return blank(""), byClass
}
