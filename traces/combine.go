package traces

import (
	"errors"
	"fmt"
	"math/rand/v2"
)

// Combine makes a workload of the arrivals of one source and the applications
// of another, because no public record has both: who submits when is known from
// cluster logs, what stages and tasks an application has from others. An arrival
// whose class is among those of the applications takes one of its class, any
// other one of all, drawn at random from the seed. It keeps its time, id, user
// and queue. The workload never ran, and a note says so.
func Combine(arrivals, applications *Workload, seed uint64) (*Workload, error) {
	if len(arrivals.Apps) == 0 || len(applications.Apps) == 0 {
		return nil, errors.New("combining needs arrivals and applications: one of the two workloads is empty")
	}
	byClass := map[string][]*Application{} // only looked up
	for _, a := range applications.Apps {
		byClass[a.Class] = append(byClass[a.Class], a)
	}
	random := randomOf(seed, "combine")
	w := &Workload{Name: arrivals.Name + " with " + applications.Name, Epoch: arrivals.Epoch}
	known := 0
	for _, arrival := range arrivals.Apps {
		from := applications.Apps
		if same := byClass[arrival.Class]; same != nil {
			from = same
			known++
		}
		a := from[random.IntN(len(from))].unrun()
		a.ID, a.Submit, a.Started, a.User, a.Queue = arrival.ID, arrival.Submit, arrival.Started, arrival.User, arrival.Queue
		a.Attempt, a.EarlierAttempts = "", 0
		w.Apps = append(w.Apps, a)
	}
	w.Notes = append(w.Notes, fmt.Sprintf(
		"Combined, never run like this: the %d arrivals of %s with applications drawn at random (seed %d) from the %d of %s, %d of them by class.",
		len(w.Apps), arrivals.Name, seed, len(applications.Apps), applications.Name, known))
	w.Notes = append(w.Notes, applications.Notes...) // those of the arrivals are about work that is not replayed
	w.Sort()
	return w, nil
}

// unrun is a copy of an application that is part of a workload which never ran.
// The copy shares the work.
func (a *Application) unrun() *Application {
	c := *a
	c.Recorded, c.Log = nil, Log{}
	c.DeriveLog()
	return &c
}

// randomOf is a source of random numbers for one purpose: what is drawn for
// another does not change it.
func randomOf(seed uint64, purpose string) *rand.Rand {
	stream := uint64(0)
	for _, c := range []byte(purpose) {
		stream = stream*257 + uint64(c)
	}
	return rand.New(rand.NewPCG(seed, stream))
}
