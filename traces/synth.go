package traces

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// gapBlock is how many neighboring gaps between arrivals are drawn together, so that
// bursts stay bursts.
const gapBlock = 10

// Synthesize makes a new workload of a given length that is like a recorded one. Each
// class is fitted by itself: its arrivals are drawn from its recorded gaps, ten neighbors
// at a time, its applications from its recorded ones, and the tasks of each stage, with
// replacement, from that stage's own. So the rates, bursts, graphs and spreads of each
// class are kept, and correlations between classes are not. The same seed gives the same
// workload. It is an error if there is nothing to fit to, or if nothing arrives.
func Synthesize(w *Workload, span time.Duration, seed uint64) (*Workload, error) {
	if len(w.Apps) == 0 || span <= 0 {
		return nil, errors.New("expected applications to fit to, and a length above 0")
	}
	recorded := w.Apps[len(w.Apps)-1].Submit - w.Apps[0].Submit
	if recorded == 0 {
		return nil, errors.New("all applications are submitted at one time: combine them with the arrivals of another source first")
	}
	s := synthesis{span: span, recorded: recorded, w: w.derived()}
	s.w.Name += ", generated"
	byClass := map[string][]*Application{}
	for _, a := range w.Apps {
		byClass[a.Class] = append(byClass[a.Class], a)
	}
	for _, class := range slices.Sorted(maps.Keys(byClass)) {
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
	s.w.Notes = append(s.w.Notes, synthesized.With(seed, len(s.w.Apps), span, len(w.Apps), w.Name, recorded))
	return s.w, nil
}

// A synthesis is a workload that is being made.
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
	// The rest of the recorded time, around the class's arrivals, is a gap too, so that
	// a class that came once comes about once in as long a time.
	gaps = append(gaps, s.recorded-(from[len(from)-1].Submit-from[0].Submit))
	at := -time.Duration(random.Float64() * float64(s.recorded))
	block := 0
	for n := 0; ; n++ {
		if n%gapBlock == 0 {
			block = random.IntN(len(gaps))
		}
		// At least 1 ms: if all gaps of a class were 0, the loop would not end.
		at += max(gaps[(block+n%gapBlock)%len(gaps)], time.Millisecond)
		if at >= s.span {
			return
		}
		if at < 0 {
			continue
		}
		a := from[random.IntN(len(from))].unrecorded()
		a.Submit, a.Path, a.Attempt, a.EarlierAttempts = at.Truncate(time.Millisecond), "", "", 0
		redrawn := false
		stages := slices.Clone(a.Stages)
		for i := range stages {
			if len(stages[i].Failures)+len(stages[i].Copies) > 0 {
				continue
			}
			old := stages[i].Unpacked()
			if !slices.ContainsFunc(old, func(t Task) bool { return t != old[0] }) {
				continue
			}
			redrawn = true
			stages[i].Change(func(t *Task) { *t = old[random.IntN(len(old))] })
		}
		if redrawn {
			// Two applications with the same slice of jobs count as copies of each other.
			a.Stages, a.Jobs = stages, slices.Clone(a.Jobs)
		}
		s.w.Apps = append(s.w.Apps, a)
	}
}
