package traces

import (
	"fmt"
	"math"
	"time"
)

// mostShift bounds how much later a copied pipeline comes than the original: long enough
// that the two do not always start together, short enough that they share the time of
// day.
const mostShift = time.Hour

// MostLoad is the largest factor of [Scale].
const MostLoad = 100

// A pipeline is what one user submits of one class.
type pipeline struct {
	apps    []*Application
	indexes []int   // of apps in the workload
	work    float64 // core seconds
}

// Scale changes the load of a workload to about factor times its work, by leaving out
// whole pipelines or by adding copies of them. So the rhythm of each pipeline stays;
// arrivals are never moved closer together, which would make bursts that never happen.
// Pipelines are picked at random from the seed. All applications of a copy come later by
// the same time of up to an hour, and of up to the length of the workload, because what
// comes after all others does not add to their load. If a source has neither users nor
// names that come again, each application is a pipeline.
//
// factor is above 0 and at most 100. The second result has, for each application of the
// new workload, the index of its original in the old one. It is an error if the result is
// empty because every pipeline has more than that share of the work.
func Scale(w *Workload, factor float64, seed uint64) (*Workload, []int, error) {
	if !(factor > 0 && factor <= MostLoad) {
		return nil, nil, fmt.Errorf("a load of %g: expected a factor above 0 and at most %d", factor, MostLoad)
	}
	pipelines := pipelinesOf(w)
	random := randomOf(seed, "scale")
	scaled := scaling{w.derived(), min(mostShift, lengthOf(w)), map[*Application]int{}}
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
	missing, more := float64(rest*total), 0
	for _, i := range random.Perm(len(pipelines)) {
		p := pipelines[i]
		if math.Abs(taken+p.work-missing) < math.Abs(taken-missing) {
			taken += p.work
			more++
			scaled.add(p, copies, random.Float64())
		}
	}
	if len(scaled.w.Apps) == 0 {
		return nil, nil, fmt.Errorf("a load of %g leaves nothing: every pipeline has more than that share of the work", factor)
	}
	load := float64(copies) + taken/max(total, 1)
	scaled.w.Notes = append(scaled.w.Notes, loadChanged.With(load, factor, seed, copies, len(pipelines), more))
	scaled.w.Sort()
	from := make([]int, len(scaled.w.Apps))
	for i, a := range scaled.w.Apps {
		from[i] = scaled.origin[a]
	}
	return scaled.w, from, nil
}

// A scaling is a workload that is being made, with the index of each application's
// original.
type scaling struct {
	w         *Workload
	mostShift time.Duration // of a copy
	origin    map[*Application]int
}

// lengthOf is the time from the first submission of a workload until all could have ended,
// if nothing waited.
func lengthOf(w *Workload) time.Duration {
	var first, end time.Duration
	for i, a := range w.Apps {
		if i == 0 || a.Submit < first {
			first = a.Submit
		}
		end = max(end, a.Submit+CriticalPath(a))
	}
	return end - first
}

// add adds copy number of a pipeline; number 0 is the original. share is by how much of
// mostShift the copy comes later.
func (s *scaling) add(p *pipeline, number int, share float64) {
	shift := time.Duration(share * float64(s.mostShift)).Truncate(time.Millisecond)
	for k, a := range p.apps {
		c := a.unrecorded()
		if number > 0 {
			c.ID = fmt.Sprintf("%s-copy%d", a.ID, number)
			c.Submit += shift
			if !c.Started.IsZero() {
				c.Started = c.Started.Add(shift)
			}
		}
		s.w.Apps = append(s.w.Apps, c)
		s.origin[c] = p.indexes[k]
	}
}

// pipelinesOf returns the pipelines in the order of their first applications.
func pipelinesOf(w *Workload) []*pipeline {
	type key struct{ user, class string }
	var pipelines []*pipeline
	index := map[key]*pipeline{}
	for i, a := range w.Apps {
		k := key{a.User, a.Class}
		p := index[k]
		if p == nil || a.User == "" && a.Class != Class(a.Name) {
			p = &pipeline{}
			index[k] = p
			pipelines = append(pipelines, p)
		}
		p.apps, p.indexes = append(p.apps, a), append(p.indexes, i)
		p.work += TotalWork(a).Seconds()
	}
	return pipelines
}
