package policies

import (
	"fmt"
	"testing"
	"time"
)

// asked is a client that remembers what was asked of it.
type asked []string

func (a *asked) RequestTotal(targets []Target) bool {
	text := ""
	for _, t := range targets {
		text += fmt.Sprintf("%d of profile %d; ", t.N, t.Profile)
	}
	*a = append(*a, text)
	return true
}

func (a *asked) Remove([]Removal) []ExecutorID { panic("a fixed size gives nothing back") }

// The fixed number is requested once, and again for another resource profile at its
// first stage.
func TestStaticAsksForEachProfileOnce(t *testing.T) {
	var client asked
	s, err := Parse("static,n=3")
	if err != nil {
		t.Fatal(err)
	}
	p := s.New(Env{Client: &client, Profiles: []Profile{{Slots: 2}, {ID: 1, Slots: 1}}})
	p.Start(0)
	for i, profile := range []int{0, 1, 1, 0} {
		p.Observe(&Event{Kind: StageSubmitted, Stage: StageAttempt{ID: int32(i)}, Profile: profile})
		if wake := p.Tick(time.Duration(i) * Interval); wake != Never {
			t.Errorf("it wants to be asked again at %s", wake)
		}
	}
	if want := "[3 of profile 0;  3 of profile 0; 3 of profile 1; ]"; fmt.Sprint(client) != want {
		t.Errorf("asked for %v, want %v", client, want)
	}
}
