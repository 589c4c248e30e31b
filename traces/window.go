package traces

import (
	"errors"
	"fmt"
	"time"
)

// A Window is a period of a workload, as offsets from its start, with the time before
// and after it that keeps the cluster as busy as it was.
type Window struct {
	From, Until time.Duration // the applications submitted from From and before Until are measured
	WarmUp      time.Duration // before From, so that the cluster is not empty at From
	Drain       time.Duration // after Until, so that the cluster does not empty while the last ones run
}

// The classes of the applications that a Window keeps for their load alone, so that
// reports by class show them separately.
const (
	ClassWarmUp = "(warm-up)"
	ClassDrain  = "(drain)"
)

// Cut returns the applications of a window. Those of the warm-up and of the drain get
// classes of their own. The second result has, for each application of the new workload, its
// index in the old one. It is an error if the window is invalid or has no application.
func (w *Workload) Cut(by Window) (*Workload, []int, error) {
	if by.From < 0 || by.Until <= by.From || by.WarmUp < 0 || by.Drain < 0 {
		return nil, nil, errors.New("expected a window that ends after it begins, and a warm-up and a drain of 0 or more")
	}
	cut := w.derived()
	inside, before, after := 0, 0, 0
	var from []int
	for i, a := range w.Apps {
		c := a.unrecorded()
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
		cut.Apps, from = append(cut.Apps, c), append(from, i)
	}
	if inside == 0 {
		return nil, nil, fmt.Errorf("none of the %d applications is submitted from %v to %v", len(w.Apps), by.From, by.Until)
	}
	cut.Notes = append(cut.Notes, windowCut.With(by.From, by.Until, inside, before, by.WarmUp, after, by.Drain))
	cut.startAtFirst()
	return cut, from, nil
}
