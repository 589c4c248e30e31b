package policies

import (
	"slices"
	"time"
)

// A Space is the range of settings that a search may try for one class of applications.
type Space struct {
	Sizes       []int        // numbers of executors, ascending; the last is the largest useful one
	Protections []Protection // possible protections of shuffle files on the class's cluster, the preferred one first
}

// NewSpace is a space of sizes up to most: every size up to 4, then two for each
// doubling.
func NewSpace(most int, protections ...Protection) Space {
	s := Space{Protections: protections}
	for n, step := 1, 1; n < most; n += step {
		s.Sizes = append(s.Sizes, n)
		if n >= 4 && n&(n-1) == 0 {
			step = n / 2
		}
	}
	s.Sizes = append(s.Sizes, max(most, 1))
	return s
}

func (sp Space) most() int { return sp.Sizes[len(sp.Sizes)-1] }

// An Offer lists the specs of a policy that a search tries, in rounds: the first
// rounds of all policies are tried before the second ones. def is the policy with
// its defaults.
type Offer func(def Spec, sp Space) [][]Spec

// Search tells advise and tune which settings of a policy to try.
type Search struct {
	Start Offer // where the search begins; nil: with the defaults
	// Neighbors are the specs one step from another, in one setting each. Nil: the search
	// tries only what Start offers.
	Neighbors func(s Spec, sp Space) []Spec
}

// Start returns the specs with which a search begins: the settings of the logs, and the
// offers of each policy, the most important first.
func Start(sp Space) []Spec {
	rounds := [][]Spec{{Recorded()}}
	for _, k := range kinds {
		if k.New == nil {
			continue // no policy can be made from the defaults alone
		}
		offer := [][]Spec{{k.in(sp)}}
		if k.Search.Start != nil {
			offer = k.Search.Start(k.in(sp), sp)
		}
		for i, list := range offer {
			if i == len(rounds) {
				rounds = append(rounds, nil)
			}
			rounds[i] = append(rounds[i], list...)
		}
	}
	return slices.Concat(rounds...)
}

// in returns the spec of the kind with its defaults and the preferred protection of a
// space.
func (k *Kind) in(sp Space) Spec {
	s := k.spec()
	if !k.Fixed {
		s.Protection = sp.Protections[0]
	}
	return s
}

// Neighbors returns the specs one step from s that Spark accepts.
func (s Spec) Neighbors(sp Space) []Spec {
	if s.Kind.Search.Neighbors == nil {
		return nil
	}
	var list []Spec
	for _, next := range s.Kind.Search.Neighbors(s, sp) {
		if again, err := Parse(next.String()); err == nil && again != s {
			list = append(list, again)
		}
	}
	return list
}

// with returns the spec with changed settings of its allocation.
func (s Spec) with(change func(*Allocation)) Spec {
	change(&s.Allocation)
	return s
}

// steps returns the values of an ascending ladder next below and next above a value.
func steps[T int | float64 | time.Duration](ladder []T, value T) []T {
	var list []T
	at, on := slices.BinarySearch(ladder, value)
	if at > 0 {
		list = append(list, ladder[at-1])
	}
	if on {
		at++
	}
	if at < len(ladder) {
		list = append(list, ladder[at])
	}
	return list
}
