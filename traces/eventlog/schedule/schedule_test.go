package schedule

import (
	"math/rand/v2"
	"testing"
	"time"
)

// Equal times between starts speak for the clock, equal pauses for the job before. With
// neither, the prior decides.
func TestTheMoreRegularExplanationWins(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, story := range []struct {
		name  string
		next  func(took int64) (between, pause int64)
		clock bool
	}{
		{"a timer", func(took int64) (int64, int64) { return 60_000 + random.Int64N(20), 60_000 - took }, true},
		{"a pause", func(took int64) (int64, int64) { return took + 5_000, 5_000 + random.Int64N(20) }, false},
		{"people", func(took int64) (int64, int64) { p := random.Int64N(90_000); return took + p, p }, false},
	} {
		for _, n := range []int{5, 50, 5000} {
			var between, pauses []int64
			for range n {
				b, p := story.next(2_000 + random.Int64N(6_000))
				between, pauses = append(between, b), append(pauses, p)
			}
			if e := Compare(between, pauses); e.Bits > 0 != story.clock {
				t.Errorf("%s, %d times: %+v", story.name, n, e)
			}
		}
	}
	if e := Compare([]int64{60_000}, []int64{51_234}); e.Bits > 0 {
		t.Errorf("one time is a schedule: %+v", e)
	}
}

// Batches each ten seconds with some jitter, one of which takes 25 s: the next one was due
// at the trigger that it missed first.
func TestFindFindsTheTriggers(t *testing.T) {
	list := []Batch{
		{Begin: 3_000}, {Begin: 10_040, Before: 5_000}, {Begin: 20_000, Before: 12_000}, {Begin: 45_100, Before: 45_000},
		{Begin: 50_010, Before: 47_000}, {Begin: 60_020, Before: 52_000}, {Begin: 80_000, Before: 62_000}, {Begin: 90_000, Before: 82_500},
	}
	if got := Find(list); got != 10_000 {
		t.Fatalf("a trigger each %v", time.Duration(got)*time.Millisecond)
	}
	for i, want := range []int64{3_000, 10_000, 20_000, 30_000, 50_000, 60_000, 80_000, 90_000} {
		if late := list[i].Due - want; late < -50 || late > 50 {
			t.Errorf("batch %d was due at %d ms, want %d", i, list[i].Due, want)
		}
	}
}

// A trigger each ten seconds, of which most find no data: batches come after 10, 20 or more
// seconds, and each was due when it began. The usual time between them is no interval.
func TestTriggersWithoutDataAreCounted(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, share := range []float64{0.6, 0.4, 0.2} {
		var list []Batch
		ended := int64(0)
		for k := range int64(300) {
			if random.Float64() < share {
				begin := 1_000_000 + 10_000*k + random.Int64N(20)
				list = append(list, Batch{Begin: begin, Before: ended})
				ended = begin + 1_000 + random.Int64N(6_000)
			}
		}
		if got := Find(list); got != 10_000 {
			t.Errorf("%g of the triggers find data: a trigger each %v", share, time.Duration(got)*time.Millisecond)
		}
		for _, b := range list[1:] {
			if b.Begin-b.Due > 50 {
				t.Errorf("%g of the triggers find data: a batch was due %d ms before it began", share, b.Begin-b.Due)
				break
			}
		}
	}
}

// Each batch takes three seconds and a trigger comes each ten, so the pauses are as equal as
// the times between. Once the source stands still for half an hour. Each batch is still due
// when it begins, and not seven seconds after the one before has ended.
func TestEqualBatchesAreDueAtTheirTriggers(t *testing.T) {
	var heavy []Batch // they take nine seconds, so that the pauses are as round as the interval
	for k := range int64(60) {
		heavy = append(heavy, Batch{Begin: 1_000_000 + 10_000*k, Before: (1_000_000 + 10_000*k - 1_000) * min(k, 1)})
	}
	if got := Find(heavy); got != 10_000 {
		t.Errorf("heavy batches: a trigger each %d ms", got)
	}
	for name, still := range map[string]int64{"as long as triggers": 1_800_000, "as long as anything": 1_803_456} {
		var list []Batch
		begin, ended := int64(1_000_000), int64(0)
		for k := range 120 {
			list = append(list, Batch{Begin: begin, Before: ended})
			ended = begin + 3_000
			if begin += 10_000; k == 60 {
				begin += still
			}
		}
		if got := Find(list); got != 10_000 {
			t.Errorf("it stood still %s: a trigger each %d ms", name, got)
		}
		for k, b := range list[:60] {
			if b.Due != b.Begin {
				t.Errorf("it stood still %s: batch %d began at %d and was due at %d", name, k, b.Begin, b.Due)
				break
			}
		}
	}
}

// Six batches begin up to 20 ms after their triggers, which says little of the interval. A
// round one is the likeliest. Hundreds of batches can show another one.
func TestFewBatchesShowARoundInterval(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 100 {
		for interval, n := range map[int64]int64{10_000: 6, 60_000: 8, 10_070: 400} {
			var list []Batch
			ended := int64(0)
			for k := range n {
				begin := 1_000_000 + interval*k + 5 + random.Int64N(16)
				list = append(list, Batch{Begin: begin, Before: ended})
				ended = begin + 600 + random.Int64N(4_000)
			}
			if got := Find(list); max(got-interval, interval-got) > interval/5_000 || n < 10 && got != interval {
				t.Errorf("%d batches, one each %d ms: found %d", n, interval, got)
			}
		}
	}
}

// Data comes at any time, and the driver takes 50 ms between two batches. The shortest of few
// pauses is mostly a wait for data, and no time of the driver.
func TestTheShortestPauseIsMostlyAWait(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	sum := 0.0
	for range 2_000 {
		var pauses []int64
		for range 5 {
			pauses = append(pauses, 50+int64(4_000*random.ExpFloat64()))
		}
		sum += float64(shortest(pauses)) / 2_000
	}
	if sum > 500 {
		t.Errorf("the driver takes %.0f ms on average", sum)
	}
	if got := shortest([]int64{70, 70, 70, 70}); got != 70 {
		t.Errorf("the driver takes %d ms between batches that follow each other at once", got)
	}
}
