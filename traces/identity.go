package traces

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// An Identity tells an application from all others, in one workload and in results that
// were written at different times. The id alone does not: two clusters can give the same
// id in the same second, and the numbers of jobs in other formats begin anew in each
// file.
type Identity struct {
	ID, Name, User string
	Started        time.Time // UTC, whole milliseconds; zero if the source has no wall clock
}

// Identity returns the identity of an application.
func (a *Application) Identity() Identity {
	return Identity{a.ID, a.Name, a.User, a.Started.UTC().Truncate(time.Millisecond)}
}

// compare orders applications with the same submission.
func (i Identity) compare(other Identity) int {
	return cmp.Or(cmp.Compare(i.ID, other.ID), i.Started.Compare(other.Started), cmp.Compare(i.Name, other.Name), cmp.Compare(i.User, other.User))
}

// Labels returns a short name for each application of a workload that no other one has:
// the name if names do not repeat, else the id, else the whole identity.
func (w *Workload) Labels() []string {
	forms := []func(a *Application) string{
		func(a *Application) string { return cmp.Or(a.Name, a.ID) },
		func(a *Application) string { return a.ID },
		func(a *Application) string {
			i := a.Identity()
			parts := []string{i.ID, i.Name, i.User}
			if !i.Started.IsZero() {
				parts = append(parts, i.Started.Format("2006-01-02T15:04:05.000"))
			}
			return strings.Join(parts, " ")
		},
	}
	labels := make([]string, len(w.Apps))
	for _, form := range forms {
		seen := map[string]bool{}
		for i, a := range w.Apps {
			labels[i] = form(a)
			seen[labels[i]] = true
		}
		if len(seen) == len(w.Apps) {
			return labels
		}
	}
	for i := range labels {
		labels[i] = fmt.Sprintf("%s #%d", labels[i], i)
	}
	return labels
}
