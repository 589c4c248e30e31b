package traces

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"dynalloc/internal/spec"
)

// FromSparkLogs returns the part of a workload that was read from Spark's event logs.
// Only they tell what executors and tasks take besides the work: in other records, a
// wait for the machine looks like the start-up of an executor.
func (w *Workload) FromSparkLogs() *Workload {
	part := *w
	part.Apps = nil
	for _, a := range w.Apps {
		if a.Log.Lines > 0 {
			part.Apps = append(part.Apps, a)
		}
	}
	return &part
}

// SplitLocal returns the part of a workload that ran on a cluster, and the applications
// in local mode. These had no executors, so that no allocation of executors applies to
// them and nothing about executors can be learned from them.
func (w *Workload) SplitLocal() (onCluster *Workload, local []*Application) {
	part := *w
	part.Apps = nil
	for _, a := range w.Apps {
		if a.LocalCores > 0 {
			local = append(local, a)
		} else {
			part.Apps = append(part.Apps, a)
		}
	}
	return &part, local
}

// A Selection selects applications of a workload. A zero field selects all.
type Selection struct {
	Name  string    // glob for the application's name: * is any text, ? any character
	User  string    // glob for the user
	Since time.Time // submitted at this time or later
	Until time.Time // submitted before this time
}

// Select returns a new workload of the selected applications, the first of which is
// submitted at offset 0. Times between them stay as they were, however long the cluster
// was idle: a daily job keeps its day. It is an error if nothing is selected.
func (w *Workload) Select(s Selection) (*Workload, error) {
	part := w.derived()
	for _, a := range w.Apps {
		if s.selects(w, a) {
			c := *a
			part.Apps = append(part.Apps, &c)
		}
	}
	if len(part.Apps) == 0 {
		return nil, fmt.Errorf("none of %d applications is selected by %v", len(w.Apps), s)
	}
	if n := len(part.Apps); n < len(w.Apps) {
		part.Notes = append(part.Notes, selected.With(n, len(w.Apps), s))
	}
	part.startAtFirst()
	return part, nil
}

// derived is a workload without applications that is made of this one.
func (w *Workload) derived() *Workload {
	return &Workload{Name: w.Name, Epoch: w.Epoch, Notes: slices.Clip(w.Notes)}
}

func (s *Selection) selects(w *Workload, a *Application) bool {
	at := w.Epoch.Add(a.Submit)
	return (s.Name == "" || spec.Match(s.Name, a.Name)) && (s.User == "" || spec.Match(s.User, a.User)) &&
		(s.Since.IsZero() || !at.Before(s.Since)) && (s.Until.IsZero() || at.Before(s.Until))
}

// String is the selection for people; "all" if it selects everything.
func (s Selection) String() string {
	var parts []string
	add := func(set bool, word, value string) {
		if set {
			parts = append(parts, word+" "+value)
		}
	}
	add(s.Name != "", "name", s.Name)
	add(s.User != "", "user", s.User)
	add(!s.Since.IsZero(), "since", s.Since.Format(time.DateTime))
	add(!s.Until.IsZero(), "until", s.Until.Format(time.DateTime))
	return cmp.Or(strings.Join(parts, ", "), "all")
}

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
