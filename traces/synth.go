package traces

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// gapBlock is how many gaps between arrivals are drawn together, so that bursts
// stay bursts.
const gapBlock = 10

// Synthesize makes a new workload that is like a recorded one, for so long a
// time. Each class is fitted by itself: its arrivals are drawn from its recorded
// gaps, ten neighbors at a time, its applications from its recorded ones, and the
// tasks of each stage, with replacement, from that stage's own. So rates, bursts,
// graphs and spreads are kept class by class, and what classes have to do with
// each other is not. The same seed gives the same workload.
func Synthesize(w *Workload, span time.Duration, seed uint64) (*Workload, error) {
	if len(w.Apps) == 0 || span <= 0 {
		return nil, errors.New("a generator needs applications to be fitted to, and a time above 0 to fill")
	}
	recorded := w.Apps[len(w.Apps)-1].Submit - w.Apps[0].Submit
	if recorded == 0 {
		return nil, errors.New("all applications of it are submitted at one moment: combine them with the arrivals of another source first")
	}
	s := synthesis{span: span, recorded: recorded, w: &Workload{
		Name: w.Name + ", generated", Epoch: w.Epoch, Notes: w.Notes[:len(w.Notes):len(w.Notes)],
	}}
	byClass := map[string][]*Application{}
	var classes []string
	for _, a := range w.Apps {
		if byClass[a.Class] == nil {
			classes = append(classes, a.Class)
		}
		byClass[a.Class] = append(byClass[a.Class], a)
	}
	slices.Sort(classes)
	for _, class := range classes {
		s.class(class, byClass[class], seed)
	}
	if len(s.w.Apps) == 0 {
		return nil, fmt.Errorf("nothing arrives within %v: the recorded workload has %d applications in %v", span, len(w.Apps), recorded)
	}
	s.w.Sort()
	for i, a := range s.w.Apps {
		a.ID = fmt.Sprintf("made-%06d", i)
		if !s.w.Epoch.IsZero() {
			a.Started = s.w.Epoch.Add(a.Submit)
		}
	}
	s.w.Notes = append(s.w.Notes, fmt.Sprintf(
		"Generated (seed %d): %d applications in %v, fitted class by class to the %d of %s in %v. Nothing of it ever ran.",
		seed, len(s.w.Apps), span, len(w.Apps), w.Name, recorded))
	return s.w, nil
}

// A synthesis is a workload in the making.
type synthesis struct {
	w              *Workload
	span, recorded time.Duration
}

// class makes the applications of one class.
func (s *synthesis) class(class string, from []*Application, seed uint64) {
	random := randomOf(seed, "synth "+class)
	var gaps []time.Duration
	for i := range from[1:] {
		gaps = append(gaps, from[i+1].Submit-from[i].Submit)
	}
	// What is left of the recorded time around the class's arrivals is a gap too, so
	// that a class that came once comes about once in as long a time.
	gaps = append(gaps, s.recorded-(from[len(from)-1].Submit-from[0].Submit))
	at := -time.Duration(random.Float64() * float64(s.recorded))
	block := 0
	for n := 0; ; n++ {
		if n%gapBlock == 0 {
			block = random.IntN(len(gaps))
		}
		// A class whose gaps are all 0 came at one moment: it would never end.
		at += max(gaps[(block+n%gapBlock)%len(gaps)], time.Millisecond)
		if at >= s.span {
			return
		}
		if at < 0 {
			continue
		}
		a := from[random.IntN(len(from))].unrun()
		a.Submit, a.Path, a.Attempt, a.EarlierAttempts = at.Truncate(time.Millisecond), "", "", 0
		redrawn := false
		stages := slices.Clone(a.Stages)
		for i := range stages {
			old := stages[i].Tasks
			if len(stages[i].Failures) > 0 || !slices.ContainsFunc(old, func(t Task) bool { return t != old[0] }) {
				continue
			}
			redrawn = true
			tasks := make([]Task, len(old))
			for k := range tasks {
				tasks[k] = old[random.IntN(len(old))]
			}
			stages[i].Tasks = tasks
		}
		if redrawn {
			// Applications that share their jobs are taken for copies of each other.
			a.Stages, a.Jobs = stages, slices.Clone(a.Jobs)
		}
		s.w.Apps = append(s.w.Apps, a)
	}
}
