package calibrate

import (
	"testing"
	"time"

	"dynalloc/replay/latency"
)

// Executors that came after ten minutes waited for room, whether all did or only those of
// one request. A cluster whose start-ups take a minute each time is believed, and one that
// was seen once nearly so.
func TestWaitsForRoomAreNoStartups(t *testing.T) {
	for _, c := range []struct {
		what     string
		requests [][]time.Duration // seconds, of executors that were requested together
		low      time.Duration
		high     time.Duration
		waited   int
	}{
		{"all came after ten minutes", [][]time.Duration{{591, 598}}, 4, 7, 2},
		{"the second request waited", [][]time.Duration{{4, 5, 4}, {590, 590, 592, 595}}, 4, 5, 4},
		{"a start-up of a minute, many times", [][]time.Duration{{60}, {61}, {59, 60}, {60}, {61, 62}, {60}}, 59, 61, 0},
		{"a start-up of a minute, once", [][]time.Duration{{60, 61}}, 40, 61, 0},
		{"usual start-ups", [][]time.Duration{{5, 6}, {5}, {7, 5}}, 5, 6, 0},
	} {
		var samples []sample
		var request []int
		for r, took := range c.requests {
			for _, s := range took {
				samples, request = append(samples, sample{took: s * time.Second, log: "a"}), append(request, r)
			}
		}
		d := Defaults().By[latency.Startup]
		priors[latency.Startup].learnStartups(&d, samples, request)
		if m := d.Quantiles.Median(); m < c.low*time.Second || m > c.high*time.Second || int(d.Waited+0.5) != c.waited {
			t.Errorf("%s: the start-up is %v, and %.2f of %d waited", c.what, m, d.Waited, len(samples))
		}
	}
}
