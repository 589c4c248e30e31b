package traces

import (
	"fmt"
	"math"
	"time"
)

// copyShift bounds how much later a copied pipeline comes than the original: long enough
// that the two do not always start together, short enough that they share the time of
// day.
const copyShift = time.Hour

// A pipeline is what one user submits of one class.
type pipeline struct {
	apps []*Application
	work float64 // core seconds
}

// Scale changes the load of a workload to about factor times its work, by leaving out
// whole pipelines or by adding copies of them. So the rhythm of each pipeline stays;
// arrivals are never moved closer together, which would make bursts that never happen.
// Pipelines are picked at random from the seed. All applications of a copy come later by
// the same time of up to an hour. If a source has neither users nor names that come
// again, each application is a pipeline.
//
// factor is above 0 and at most 100. It is an error if the result is empty because every
// pipeline has more than that share of the work.
func Scale(w *Workload, factor float64, seed uint64) (*Workload, error) {
	if !(factor > 0 && factor <= 100) {
		return nil, fmt.Errorf("a load of %g: expected a factor above 0 and at most 100", factor)
	}
	pipelines := pipelinesOf(w)
	random := randomOf(seed, "scale")
	scaled := w.derived()
	copies := int(factor) // of all pipelines, the originals included
	for number := range copies {
		for _, p := range pipelines {
			scaled.add(p, number, random.Float64())
		}
	}
	// Some pipelines once more, for the rest of the factor.
	rest := factor - float64(copies)
	var total, taken float64
	for _, p := range pipelines {
		total += p.work
	}
	more := 0
	for _, i := range random.Perm(len(pipelines)) {
		p := pipelines[i]
		if math.Abs(taken+p.work-rest*total) < math.Abs(taken-rest*total) {
			taken += p.work
			more++
			scaled.add(p, copies, random.Float64())
		}
	}
	if len(scaled.Apps) == 0 {
		return nil, fmt.Errorf("a load of %g leaves nothing: every pipeline has more than that share of the work", factor)
	}
	load := float64(copies) + taken/max(total, 1)
	scaled.Notes = append(scaled.Notes, loadChanged.With(load, factor, seed, copies, len(pipelines), more))
	scaled.Sort()
	return scaled, nil
}

// add adds copy number of a pipeline; number 0 is the original. share is by how much of
// copyShift the copy comes later.
func (w *Workload) add(p *pipeline, number int, share float64) {
	shift := time.Duration(share * float64(copyShift)).Truncate(time.Millisecond)
	for _, a := range p.apps {
		c := a.unrecorded()
		if number > 0 {
			c.ID = fmt.Sprintf("%s-copy%d", a.ID, number)
			c.Submit += shift
			if !c.Started.IsZero() {
				c.Started = c.Started.Add(shift)
			}
		}
		w.Apps = append(w.Apps, c)
	}
}

// pipelinesOf returns the pipelines in the order of their first applications.
func pipelinesOf(w *Workload) []*pipeline {
	type key struct{ user, class string }
	var pipelines []*pipeline
	index := map[key]*pipeline{}
	for _, a := range w.Apps {
		k := key{a.User, a.Class}
		p := index[k]
		if p == nil || a.User == "" && a.Class != Class(a.Name) {
			p = &pipeline{}
			index[k] = p
			pipelines = append(pipelines, p)
		}
		p.apps = append(p.apps, a)
		p.work += TotalWork(a).Seconds()
	}
	return pipelines
}
