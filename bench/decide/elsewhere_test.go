package decide

import (
	"context"
	"errors"
	"slices"
	"testing"

	"dynalloc/bench"
)

// Replays whose requests and answers travel as text, to another decider of the same
// question, lead to the same decision.
func TestDecisionsElsewhereAreTheSame(t *testing.T) {
	q := fleetQuestion(t)
	q.Budget = 120
	here, err := Decide(t.Context(), q, bench.Options{})
	if err != nil {
		t.Fatal(err)
	}
	there, err := NewReplays(t.Context(), fleetQuestion(t), bench.Options{Parallel: 1})
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	elsewhere := func(ctx context.Context, requests []string, got func(int, string) error) error {
		for i := range requests { // in another order
			k := len(requests) - 1 - i
			text, err := there.Answer(ctx, requests[k])
			if err != nil {
				return err
			}
			asked++
			if err := got(k, text); err != nil {
				return err
			}
		}
		return nil
	}
	most := 0.0
	d, err := DecideElsewhere(t.Context(), q, bench.Options{Progress: func(p bench.Progress) { most = max(most, p.Done) }}, elsewhere)
	if err != nil {
		t.Fatal(err)
	}
	if float64(asked) < d.Tried.Replays/3 { // those of break-evens are done here
		t.Errorf("%d replays were asked for, of some %.0f", asked, d.Tried.Replays)
	}
	if most < float64(q.Budget) {
		t.Errorf("progress ends at %g of %d replays", most, q.Budget)
	}
	if a, b := outcomeOfDecision(here), outcomeOfDecision(d); a != b || !slices.Equal(here.RoomDecides, d.RoomDecides) {
		t.Errorf("here\n%s\nelsewhere\n%s", a, b)
	}
}

// If the other machines fail, so does the decision.
func TestADecisionWithoutTheOtherMachines(t *testing.T) {
	lost := errors.New("the cluster is gone")
	_, err := DecideElsewhere(t.Context(), fleetQuestion(t), bench.Options{}, func(context.Context, []string, func(int, string) error) error { return lost })
	if !errors.Is(err, lost) {
		t.Errorf("%v", err)
	}
	_, err = DecideElsewhere(t.Context(), fleetQuestion(t), bench.Options{}, func(_ context.Context, requests []string, got func(int, string) error) error {
		return got(0, `{"figures":[[1,1,1,1,0,0],[1,1,1,1,0,0],[1,1,1,1,0,0],[1,1,1,1,0,0],[1,1,1,1,0,0],[1,1,1,1,0,0],[1,1,1,1,0,0]]}`)
	})
	if err == nil {
		t.Error("an answer about another workload was taken")
	}
	_, err = DecideElsewhere(t.Context(), fleetQuestion(t), bench.Options{}, func(context.Context, []string, func(int, string) error) error { return nil })
	if err == nil {
		t.Error("replays without an answer were taken")
	}
}
