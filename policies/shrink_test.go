package policies

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// shrink drops events, and then settings, as long as the scenario keeps what is
// wrong with it: delta debugging (Zeller and Hildebrandt, Simplifying and
// Isolating Failure-Inducing Input, 2002). fails returns the first of the
// candidates that is still wrong, or -1.
func (s scenario) shrink(fails func([]scenario) int) scenario {
	for size := len(s.lines) / 2; size > 0; {
		var candidates []scenario
		for i := 1; i < len(s.lines); i += size {
			candidates = append(candidates, scenario{s.id, slices.Concat(s.lines[:i], s.lines[min(i+size, len(s.lines)):])})
		}
		if i := fails(candidates); i >= 0 {
			s = candidates[i]
		} else {
			size /= 2
		}
	}
	for {
		candidates := append(s.withoutOneSetting(), s.endingEarlier()...)
		i := fails(candidates)
		if i < 0 {
			return s
		}
		s = candidates[i]
	}
}

// withoutOneSetting returns the scenario without each of its settings that it
// can do without.
func (s scenario) withoutOneSetting() []scenario {
	words := strings.Fields(s.lines[0])
	settings := strings.Split(words[0], ",")
	var all []scenario
	for i := 1; i < len(settings); i++ {
		fewer := strings.Join(slices.Delete(slices.Clone(settings), i, i+1), ",")
		if _, err := Parse(fewer); err != nil {
			continue
		}
		first := strings.Join(append([]string{fewer}, words[1:]...), " ")
		all = append(all, scenario{s.id, append([]string{first}, s.lines[1:]...)})
	}
	return all
}

func (s scenario) endingEarlier() []scenario {
	policy, until, _ := strings.Cut(s.lines[0], "until=")
	var end, last int
	fmt.Sscan(until, &end)
	fmt.Sscan(strings.Fields(s.lines[len(s.lines)-1])[0], &last)
	var all []scenario
	for earlier := last; earlier < end; earlier++ {
		all = append(all, scenario{s.id, append([]string{fmt.Sprint(policy, "until=", earlier)}, s.lines[1:]...)})
	}
	return all
}

// A policy with the old rule for timeouts differs from Spark 4.1 in a scenario of
// hundreds of events. After shrinking, a handful is left that shows the rule: with
// cached blocks an executor waits less, not longer.
func TestDisagreementShrinks(t *testing.T) {
	old := func(c []scenario) int {
		return slices.IndexFunc(c, func(s scenario) bool {
			policy, rest, _ := strings.Cut(s.lines[0], " ")
			before := scenario{s.id, append([]string{policy + ",version=3.4 " + rest}, s.lines[1:]...)}
			return !slices.Equal(s.answers(t, true, nil), before.answers(t, true, nil))
		})
	}
	seed := uint64(1)
	s := newScenario(t, seed)
	for old([]scenario{s}) < 0 {
		seed++
		s = newScenario(t, seed)
	}
	small := s.shrink(old)
	if len(small.lines) > 10 {
		t.Errorf("a scenario of %d lines shrank to no less than %d:\n%s", len(s.lines), len(small.lines), small)
	}
}
