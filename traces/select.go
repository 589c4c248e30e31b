package traces

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"dynalloc/internal/spec"
)

// Collect reads all applications and makes a workload of them: offset 0 is the
// earliest start. What could not be read is returned beside it. The error is
// that of a Reader that cannot go on.
func Collect(name string, r Reader) (*Workload, []*LogError, error) {
	w := &Workload{Name: name}
	var bad []*LogError
	for {
		a, err := r.Read()
		var unreadable *LogError
		switch {
		case err == io.EOF:
			if noted, ok := r.(interface{ Notes() []string }); ok {
				w.Notes = append(w.Notes, noted.Notes()...)
			}
			w.arrange()
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

// arrange sets Epoch, Submit and the order of applications by their starts.
// Those of sources without wall-clock times keep their offsets.
func (w *Workload) arrange() {
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

func (w *Workload) Sort() {
	slices.SortStableFunc(w.Apps, func(x, y *Application) int {
		return cmp.Or(cmp.Compare(x.Submit, y.Submit), cmp.Compare(x.ID, y.ID))
	})
}

// FromSparkLogs is the part of a workload that Spark's own logs tell of. Only they say
// what executors and tasks take beside the work: in other records a wait for the
// machine looks like the start-up of an executor.
func (w *Workload) FromSparkLogs() *Workload {
	logged := *w
	logged.Apps = nil
	for _, a := range w.Apps {
		if a.Log.Lines > 0 {
			logged.Apps = append(logged.Apps, a)
		}
	}
	return &logged
}

// A Selection picks applications of a workload. A zero field picks all.
type Selection struct {
	Name  string    // glob on the application's name: * is any text, ? any character
	User  string    // glob on the user
	Since time.Time // submitted at this time or later
	Until time.Time // submitted before this time
}

// Select returns a new workload of the applications that are picked, of which
// the first is submitted at offset 0. Where none of them ran for 24 hours or
// more, whole days are cut out, so that the time of day stays what it was, and
// a note says so. It is an error if nothing is picked.
func (w *Workload) Select(s Selection) (*Workload, error) {
	picked := &Workload{Name: w.Name, Epoch: w.Epoch, Notes: slices.Clone(w.Notes)}
	for _, a := range w.Apps {
		if s.picks(w, a) {
			own := *a
			picked.Apps = append(picked.Apps, &own)
		}
	}
	if len(picked.Apps) == 0 {
		return nil, fmt.Errorf("none of %d applications is selected by %v", len(w.Apps), s)
	}
	if n := len(picked.Apps); n < len(w.Apps) {
		picked.Notes = append(picked.Notes, fmt.Sprintf("%d of %d applications are selected: %v.", n, len(w.Apps), s))
	}
	picked.startAtFirst()
	picked.cutIdleDays()
	return picked, nil
}

func (s *Selection) picks(w *Workload, a *Application) bool {
	at := w.Epoch.Add(a.Submit)
	switch {
	case s.Name != "" && !spec.Match(s.Name, a.Name), s.User != "" && !spec.Match(s.User, a.User):
		return false
	case !s.Since.IsZero() && at.Before(s.Since), !s.Until.IsZero() && !at.Before(s.Until):
		return false
	}
	return true
}

// String is the selection for people, "all" if it picks everything.
func (s Selection) String() string {
	var parts []string
	if s.Name != "" {
		parts = append(parts, "name "+s.Name)
	}
	if s.User != "" {
		parts = append(parts, "user "+s.User)
	}
	if !s.Since.IsZero() {
		parts = append(parts, "since "+s.Since.Format(time.DateTime))
	}
	if !s.Until.IsZero() {
		parts = append(parts, "until "+s.Until.Format(time.DateTime))
	}
	return cmp.Or(strings.Join(parts, ", "), "all")
}

const day = 24 * time.Hour

// startAtFirst moves offset 0 to the first application.
func (w *Workload) startAtFirst() {
	first := w.Apps[0].Submit
	if !w.Epoch.IsZero() {
		w.Epoch = w.Epoch.Add(first)
	}
	for _, a := range w.Apps {
		a.Submit -= first
	}
}

// cutIdleDays takes out whole days in which nothing ran.
func (w *Workload) cutIdleDays() {
	var cut, busyUntil time.Duration
	for _, a := range w.Apps {
		if idle := a.Submit - cut - busyUntil; idle >= day {
			cut += idle.Truncate(day)
		}
		a.Submit -= cut
		busyUntil = max(busyUntil, a.Submit+a.EarlierAttempts+a.length())
	}
	switch days := cut / day; days {
	case 0:
	case 1:
		w.Notes = append(w.Notes, "1 idle day is cut out.")
	default:
		w.Notes = append(w.Notes, fmt.Sprintf("%d idle days are cut out.", days))
	}
}

// length is how long the attempt that counts really took, 0 if that is not known.
func (a *Application) length() time.Duration {
	if a.Recorded == nil {
		return 0
	}
	return a.Recorded.End
}
