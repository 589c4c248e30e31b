package metrics

import (
	"time"

	"dynalloc/internal/wide"
	"dynalloc/replay/attribution"
)

// attributed are the names of the metrics by cause.
var attributed = func() string {
	names := ""
	for _, m := range attributionMetrics() {
		names += m.Name + " "
	}
	return names
}()

// attributeByHand divides the time of two applications that took 60 and 40 s and
// held 200 and 40 core-seconds, and returns the shares, worked out by hand.
func attributeByHand(g *Group) map[string]float64 {
	const s = time.Second
	g.Apps[0].Attribution = &attribution.Attribution{
		Turnaround: attribution.Turnaround{
			attribution.TimeDriver: 2 * s, attribution.TimeExecution: 30 * s, attribution.TimeRecompute: 6 * s, attribution.TimeLocality: 3 * s,
			attribution.TimeSlot: 4 * s, attribution.TimeStartup: 5 * s, attribution.TimeQueue: 3 * s, attribution.TimeRamp: 7 * s,
		},
		Cores: attribution.Holding{
			attribution.HoldStarting: wide.Of(s, 10), attribution.HoldBusy: wide.Of(s, 100), attribution.HoldBeside: wide.Of(s, 12), attribution.HoldLeaving: wide.Of(s, 6), attribution.HoldLiveShuffle: wide.Of(s, 18),
			attribution.HoldOldShuffle: wide.Of(s, 9), attribution.HoldCache: wide.Of(s, 15), attribution.HoldMinimum: wide.Of(s, 3), attribution.HoldSurplus: wide.Of(s, 21), attribution.HoldIdle: wide.Of(s, 6),
		},
		Waves:  12 * s,
		RampUp: 4 * s,
	}
	g.Apps[1].Attribution = &attribution.Attribution{
		Turnaround: attribution.Turnaround{attribution.TimeDriver: 1 * s, attribution.TimeExecution: 36 * s, attribution.TimeStartup: 3 * s},
		Cores:      attribution.Holding{attribution.HoldBusy: wide.Of(s, 40)},
		RampUp:     8 * s,
	}
	return map[string]float64{
		"time_driver": 3, "time_execution": 66, "time_waves": 12, "time_recompute": 6, "time_locality": 3, "time_slot": 4, "time_startup": 8, "time_queue": 3, "time_ramp": 7,
		"hold_starting": 1000 / 240.0, "hold_busy": 14000 / 240.0, "hold_beside": 5, "hold_leaving": 2.5, "hold_live_shuffle": 7.5,
		"hold_held_shuffle": 3.75, "hold_cache": 6.25, "hold_minimum": 1.25, "hold_surplus": 8.75, "hold_idle": 2.5,
		"reach_p50": 6,
	}
}
