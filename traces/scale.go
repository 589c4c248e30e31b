package traces

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// copyShift bounds by how much a copied pipeline comes later than the one that
// it was copied from: long enough that the two do not meet at every start, short
// enough that they share the time of day.
const copyShift = time.Hour

// Scale changes the load of a workload: to about factor times its work, by
// leaving out whole pipelines or adding copies of them. A pipeline is all that
// one user submits of one class, so its own rhythm stays; arrivals are never
// squeezed, which would make bursts that nobody has. Pipelines are picked at
// random from the seed. A copy comes up to an hour later, all of it by the same
// time. Where a source tells neither users nor names that come again, each
// application is a pipeline.
func Scale(w *Workload, factor float64, seed uint64) (*Workload, error) {
	if !(factor > 0 && factor <= 100) {
		return nil, fmt.Errorf("a load of %g: expected a factor above 0 and at most 100", factor)
	}
	pipelines := pipelinesOf(w)
	random := randomOf(seed, "scale")
	scaled := &Workload{Name: w.Name, Epoch: w.Epoch, Notes: w.Notes[:len(w.Notes):len(w.Notes)]}
	whole := int(factor)
	for number := range whole {
		for _, p := range pipelines {
			scaled.add(p, number, randomShift(random.Float64(), number))
		}
	}
	rest := factor - float64(whole)
	var total, taken float64
	for _, p := range pipelines {
		total += p.work
	}
	picked := 0
	for _, i := range random.Perm(len(pipelines)) {
		p := pipelines[i]
		if math.Abs(taken+p.work-rest*total) < math.Abs(taken-rest*total) {
			taken += p.work
			picked++
			scaled.add(p, whole, randomShift(random.Float64(), whole))
		}
	}
	if len(scaled.Apps) == 0 {
		return nil, fmt.Errorf("a load of %g leaves nothing: every pipeline has more than that share of the work", factor)
	}
	scaled.Notes = append(scaled.Notes, fmt.Sprintf(
		"The load is changed to %.3g times the recorded work (asked for %g, seed %d): %d times all %d pipelines and %d of them once more. It never ran like this.",
		float64(whole)+taken/max(total, 1), factor, seed, whole, len(pipelines), picked))
	scaled.Sort()
	return scaled, nil
}

func randomShift(share float64, number int) time.Duration {
	if number == 0 {
		return 0
	}
	return time.Duration(share * float64(copyShift)).Truncate(time.Millisecond)
}

// add takes a pipeline up, the number-th time.
func (w *Workload) add(p *pipeline, number int, shift time.Duration) {
	for _, a := range p.apps {
		c := a.unrun()
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

// A pipeline is what one user submits of one class.
type pipeline struct {
	apps []*Application
	work float64 // core seconds
}

// pipelinesOf lists the pipelines in order of their first applications.
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

// A Window is a stretch of a workload, as offsets from its start, with what
// comes before and after it to keep the cluster as busy as it was.
type Window struct {
	From, Until time.Duration // what is submitted here is looked at
	WarmUp      time.Duration // and so long before From, so that the cluster is not empty at From
	Drain       time.Duration // and so long after Until, so that it does not empty while the last ones run
}

// Classes of the applications that a Window keeps for their load alone, so that
// every report that goes by class shows them apart.
const (
	ClassWarmUp = "(warm-up)"
	ClassDrain  = "(drain)"
)

// Cut returns the applications of a window. Those of the warm-up and of the
// drain have classes of their own.
func (w *Workload) Cut(by Window) (*Workload, error) {
	if by.From < 0 || by.Until <= by.From || by.WarmUp < 0 || by.Drain < 0 {
		return nil, errors.New("expected a window that ends after it begins, and a warm-up and a drain of 0 or more")
	}
	cut := &Workload{Name: w.Name, Epoch: w.Epoch, Notes: w.Notes[:len(w.Notes):len(w.Notes)]}
	inside, before, after := 0, 0, 0
	for _, a := range w.Apps {
		c := a.unrun()
		switch {
		case a.Submit >= by.From && a.Submit < by.Until:
			inside++
		case a.Submit >= by.From-by.WarmUp && a.Submit < by.From:
			c.Class = ClassWarmUp
			before++
		case a.Submit >= by.Until && a.Submit < by.Until+by.Drain:
			c.Class = ClassDrain
			after++
		default:
			continue
		}
		cut.Apps = append(cut.Apps, c)
	}
	if inside == 0 {
		return nil, fmt.Errorf("none of the %d applications is submitted from %v to %v", len(w.Apps), by.From, by.Until)
	}
	cut.Notes = append(cut.Notes, fmt.Sprintf(
		"A window from %v to %v: %d applications. Beside them %d of the %v before it are replayed as class %s and %d of the %v after it as class %s, for their load alone.",
		by.From, by.Until, inside, before, by.WarmUp, ClassWarmUp, after, by.Drain, ClassDrain))
	cut.startAtFirst()
	return cut, nil
}
