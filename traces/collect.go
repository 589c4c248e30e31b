package traces

import (
	"cmp"
	"errors"
	"io"
	"slices"
	"time"
)

// A Reader hands on applications one by one, in any order, so that memory is bounded by
// the largest application. source.Logs is one.
type Reader interface {
	// Read returns the next application, or io.EOF after the last. A *LogError is about
	// one log, and reading can go on after it.
	Read() (*Application, error)
}

// Collect makes a workload of all applications of a reader; the earliest start is at
// offset 0. It also returns what could not be read, or is left out because it cannot be
// (Application.Impossible). Notes that the reader has, by a method Notes, become the
// workload's. The error is one after which the reader cannot go on.
func Collect(name string, r Reader) (*Workload, []*LogError, error) {
	w := &Workload{Name: name}
	var bad []*LogError
	for {
		a, err := r.Read()
		var unreadable *LogError
		switch {
		case err == io.EOF:
			if noted, ok := r.(interface{ Notes() []Note }); ok {
				w.Notes = append(w.Notes, noted.Notes()...)
			}
			w.arrange()
			if out := w.leaveOutImpossible(); len(out) > 0 {
				bad = append(bad, out...)
				w.arrange()
			}
			return w, bad, nil
		case errors.As(err, &unreadable):
			bad = append(bad, unreadable)
		case err != nil:
			return nil, bad, err
		default:
			w.Apps = append(w.Apps, a)
		}
	}
}

// Arrange makes a workload of applications; the earliest start is at offset 0.
func Arrange(name string, apps []*Application) *Workload {
	w := &Workload{Name: name, Apps: slices.Clone(apps)}
	w.arrange()
	return w
}

// arrange sets Epoch, Submit and the order of applications by their starts. Applications
// of sources without wall-clock times keep their offsets.
func (w *Workload) arrange() {
	w.Epoch = time.Time{}
	for _, a := range w.Apps {
		if !a.Started.IsZero() && (w.Epoch.IsZero() || a.Started.Before(w.Epoch)) {
			w.Epoch = a.Started
		}
	}
	for _, a := range w.Apps {
		if !a.Started.IsZero() {
			a.Submit = a.Started.Sub(w.Epoch)
		}
	}
	w.Sort()
}

// Sort puts the applications in the order that Workload.Apps states.
func (w *Workload) Sort() {
	slices.SortStableFunc(w.Apps, func(x, y *Application) int {
		if x.Submit != y.Submit {
			return cmp.Compare(x.Submit, y.Submit)
		}
		return x.Identity().compare(y.Identity())
	})
}
