package traces

import (
	"errors"
	"math/rand/v2"
)

// Combine makes a workload of the arrivals of one source and the applications of
// another, because no public record has both: logs of clusters say who submits when,
// other records say what stages and tasks an application has. An arrival takes an
// application of its class if there is one, else any, drawn at random from the seed. It
// keeps its time, id, user and queue. A note says that the workload never ran. It is an
// error if either workload is empty.
func Combine(arrivals, applications *Workload, seed uint64) (*Workload, error) {
	if len(arrivals.Apps) == 0 || len(applications.Apps) == 0 {
		return nil, errors.New("combining needs arrivals and applications: one of the two workloads is empty")
	}
	byClass := map[string][]*Application{}
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
		a := from[random.IntN(len(from))].unrecorded()
		a.ID, a.Submit, a.Started, a.User, a.Queue = arrival.ID, arrival.Submit, arrival.Started, arrival.User, arrival.Queue
		a.Attempt, a.EarlierAttempts = "", 0
		w.Apps = append(w.Apps, a)
	}
	w.Notes = append(w.Notes, combined.With(len(w.Apps), arrivals.Name, seed, len(applications.Apps), applications.Name, known))
	w.Notes = append(w.Notes, applications.Notes...) // the notes on the arrivals are about work that is not replayed
	w.Sort()
	return w, nil
}

// unrecorded is a copy of an application for a workload that never ran. The copy shares
// the work.
func (a *Application) unrecorded() *Application {
	c := *a
	c.Recorded, c.Log = nil, Log{}
	c.DeriveLog()
	return &c
}

// randomOf is a source of random numbers for one purpose, which does not depend on what
// is drawn for others.
func randomOf(seed uint64, purpose string) *rand.Rand {
	stream := uint64(0)
	for _, c := range []byte(purpose) {
		stream = stream*257 + uint64(c)
	}
	return rand.New(rand.NewPCG(seed, stream))
}
