package attribution

import (
	"slices"
	"time"

	"dynalloc/replay/lists"
)

// Sharing says for how long the sets of tasks of an application had slots for themselves.
type Sharing struct {
	sets     []setShare     // by number
	profiles []profileShare // by resource profile
}

// A setShare is of one set.
type setShare struct {
	running int       // tasks
	alone   Stopwatch // while it ran tasks and no other set of its profile did
}

// A profileShare is of the slots of one resource profile.
type profileShare struct {
	running []int32   // sets that run tasks
	state   int32     // which stopwatch runs: noSet: quiet; a set: its alone; manySets: none
	quiet   Stopwatch // while no set ran a task
}

const (
	noSet    int32 = -1
	manySets int32 = -2
)

// Begin begins with a number of profiles, and no set, in the memory of what was before.
func (s *Sharing) Begin(profiles int, now time.Duration) {
	s.sets, s.profiles = s.sets[:0], s.profiles[:0]
	for range profiles {
		var p *profileShare
		s.profiles, p = lists.Extended(s.profiles)
		p.quiet.Clear()
		*p = profileShare{running: p.running[:0], state: noSet, quiet: p.quiet}
		p.quiet.Start(now)
	}
}

// AddSet adds the set of the next number.
func (s *Sharing) AddSet() {
	var set *setShare
	s.sets, set = lists.Extended(s.sets)
	set.running = 0
	set.alone.Clear()
}

// Own is for how much of a time no other set of its profile than this one ran tasks.
func (s *Sharing) Own(set, profile int32, from, to time.Duration) time.Duration {
	return s.profiles[profile].quiet.Between(from, to) + s.sets[set].alone.Between(from, to)
}

// Count changes the number of tasks that a set runs, and switches the stopwatches that
// depend on it.
func (s *Sharing) Count(now time.Duration, set, profile int32, delta int) {
	x, p := &s.sets[set], &s.profiles[profile]
	x.running += delta
	switch {
	case delta > 0 && x.running == 1:
		p.running = append(p.running, set)
	case x.running == 0:
		i := slices.Index(p.running, set)
		p.running = slices.Delete(p.running, i, i+1)
	default:
		return
	}
	state := manySets
	switch len(p.running) {
	case 0:
		state = noSet
	case 1:
		state = p.running[0]
	}
	if state == p.state {
		return
	}
	if w := s.stopwatch(p, p.state); w != nil {
		w.Stop(now)
	}
	if w := s.stopwatch(p, state); w != nil {
		w.Start(now)
	}
	p.state = state
}

// stopwatch is the one that runs in a state of a profile; nil: none does.
func (s *Sharing) stopwatch(p *profileShare, state int32) *Stopwatch {
	switch state {
	case noSet:
		return &p.quiet
	case manySets:
		return nil
	}
	return &s.sets[state].alone
}
